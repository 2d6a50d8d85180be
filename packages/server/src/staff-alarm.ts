// Alarms staff when a person is needed: by a line in the program's log, and by an event in a stream.
import { alarmFor, type Alarm, type RecordAlarm } from '@holdfast/checkout';
import type { FulfilmentStuck } from '@holdfast/fulfilment';
import { parkedStream, type RecordedEvent } from '@holdfast/kernel';
import { reactorConsumer, type Reactor } from '@holdfast/runtime';

const name = 'staff-alarm';

/** A step of a fulfilment is stuck like an undo: it is still retried, and a person should look. */
function fulfilmentAlarm(event: RecordedEvent): Alarm | null {
  if (event.type !== 'FulfilmentStuck') return null;
  const { step, attempts, error } = (event as RecordedEvent<FulfilmentStuck>).data;
  const reason = `${step} has failed ${attempts} times: ${error}`;
  return { kind: 'COMPENSATION_STUCK', subject: event.stream, reason };
}

/** `tell` is called at least once for each alarm, each time with the same key. */
export const staffAlarm = (tell: (alarm: Alarm, key: string) => void): Reactor => ({
  name,
  prefixes: ['checkout-', 'inventorypolicy-', 'paymentpolicy-', 'orderingpolicy-', 'fulfilment-', 'parked-'],
  react(event) {
    // An alarm about a failure of this reactor would fail as well.
    if (event.stream === parkedStream(reactorConsumer(name))) return null;
    const alarm = alarmFor(event) ?? fulfilmentAlarm(event);
    if (alarm === null) return null;
    return (key): RecordAlarm => {
      tell(alarm, key);
      return { type: 'RecordAlarm', data: { cause: event.id, alarm } };
    };
  },
});
