// Alarms: a person is needed, and staff are told so once for each cause.
import {
  accepted,
  streamName,
  type Aggregate,
  type DomainCommand,
  type ParkedEvent,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { AlarmEvent, StaffAlarmed } from './alarm.events.js';
import type { CheckoutEvent } from './checkout.events.js';

export type Alarm = StaffAlarmed['data'];

/** `cause` is the id of the event that a person is needed for. */
export type RecordAlarm = DomainCommand<'RecordAlarm', { readonly cause: string; readonly alarm: Alarm }>;

type AlarmState = { readonly isRecorded: boolean };

export const alarmCategory = 'alarm';
/** Name of the stream that records whether staff were told of an event. */
export const alarmStream = (cause: string): string => streamName(alarmCategory, cause);

/** The alarm for staff about an event of a checkout or of a consumer's parking; null when it needs no person. */
export function alarmFor(recorded: RecordedEvent): Alarm | null {
  const event = recorded as RecordedEvent<CheckoutEvent | ParkedEvent>;
  switch (event.type) {
    case 'UndoStuck': {
      const { step, attempts, error } = event.data;
      const reason = `${step} has failed ${attempts} times: ${error}`;
      return { kind: 'COMPENSATION_STUCK', subject: event.stream, reason };
    }
    case 'EventParked': {
      const { attempts, eventType, stream, revision, reason } = event.data;
      // An event that waits behind another needs no alarm: the other event has one.
      if (attempts === 0) return null;
      return {
        kind: 'EVENT_PARKED',
        subject: event.stream,
        reason: `${eventType}, ${stream}@${revision}: ${reason}`,
      };
    }
    default:
      return null;
  }
}

export const alarm: Aggregate<RecordAlarm, AlarmEvent, AlarmState, never> = {
  category: alarmCategory,
  commandTypes: ['RecordAlarm'],
  stream: (command) => alarmStream(command.data.cause),
  isSettled: ({ isRecorded }) => isRecorded,
  initialState: { isRecorded: false },
  evolve: () => ({ isRecorded: true }),
  decide: ({ data }, { isRecorded }) =>
    accepted(isRecorded ? [] : [{ type: 'StaffAlarmed', data: data.alarm }]),
};
