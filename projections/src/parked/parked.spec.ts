// Events that wait for a person, until they are retried or discarded.
import { describe, test } from '@jest/globals';
import type { ParkedEvent } from '@holdfast/kernel';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { parked, type Parked } from './parked.js';

const { given } = projectionSpecification(parked);

const stream = 'parked-projection-streams';
const log = (...events: readonly ParkedEvent[]) => {
  const record = recorder();
  return events.map((event) => record(stream, event));
};
const park = (attempts: number, key = '1'): ParkedEvent => ({
  type: 'EventParked',
  data: {
    stream: 'order-1',
    revision: 3,
    position: 77,
    eventId: 'e-1',
    eventType: 'OrderPaid',
    key,
    attempts,
    reason: 'TypeError',
    stack: 'at …',
  },
});
const document = (attempts: number, at: string): Parked => ({
  id: 'projection-streams:77',
  consumer: 'projection-streams',
  holds: '1',
  stream: 'order-1',
  revision: 3,
  position: 77,
  eventId: 'e-1',
  eventType: 'OrderPaid',
  attempts,
  reason: 'TypeError',
  stack: 'at …',
  parkedAt: at,
});

describe('parked', () => {
  test('a parked event waits under its consumer and its position', () => {
    given(log(park(5))).then([document(5, '2026-01-01T00:00:00.000Z')]);
  });

  test('an event that names no process holds back the id of its stream', () => {
    given(log(park(5, 'order-1'))).then([document(5, '2026-01-01T00:00:00.000Z')]);
  });

  test('an event that is parked again shows its attempts so far', () => {
    given(log(park(5), park(6))).then([document(6, '2026-01-01T00:00:01.000Z')]);
  });

  test.each<[string, ParkedEvent]>([
    ['retried', { type: 'ParkedEventRetried', data: { position: 77 } }],
    ['discarded', { type: 'ParkedEventDiscarded', data: { position: 77, reason: 'known' } }],
  ])('an event that was %s no longer waits', (_, event) => {
    given(log(park(5), event)).then([]);
  });
});
