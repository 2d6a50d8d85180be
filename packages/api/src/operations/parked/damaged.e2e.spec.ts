// A checkout with a damaged record in the log is parked as a whole: operators see which checkout, and the reason.
import { afterEach, expect, test } from '@jest/globals';
import { StoreCorrupted, storeWith } from '@holdfast/event-store';
import { parkedStream, type EventParked } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../../test/rig.js';

let rig: Rig;
afterEach(() => rig.stop());

test('when a parked event can not be read any more › the list of parked events still shows it, with the reason', async () => {
  const damaged = 'checkout-o-1';
  rig = await startRig(
    {},
    {
      store: (store) =>
        storeWith(store, {
          readStream: (stream, options) => {
            if (stream === damaged) throw new StoreCorrupted('0.log is damaged at byte 77');
            return store.readStream(stream, options);
          },
        }),
    },
  );
  const staff = await rig.staff('OPERATOR');
  const parked: EventParked = {
    type: 'EventParked',
    data: {
      stream: damaged,
      revision: 3,
      position: -77,
      eventId: '',
      eventType: 'unreadable',
      key: 'o-1',
      attempts: 1,
      reason: 'StoreCorrupted: 0.log is damaged at byte 77',
    },
  };
  const id = '11111111-0000-4000-8000-000000000001';
  const at = '2026-01-01T00:00:00.000Z';
  const metadata = {
    correlationId: id,
    causationId: id,
    commandId: id,
    actor: 'system',
    at,
    schemaVersion: 1,
  };
  await rig.store.append(parkedStream('process-checkout'), [{ ...parked, id, metadata }], 'any');
  await eventually(async () => {
    const { data } = await rig.ask(
      `{ parkedEvents(first: 10) { nodes { consumer reason attempts event { stream revision type data } } } }`,
      {},
      staff,
    );
    expect(data.parkedEvents.nodes).toEqual([
      {
        consumer: 'process-checkout',
        reason: 'StoreCorrupted: 0.log is damaged at byte 77',
        attempts: 1,
        event: { stream: damaged, revision: '3', type: 'unreadable', data: {} },
      },
    ]);
  });
});
