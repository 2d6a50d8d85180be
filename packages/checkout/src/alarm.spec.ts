// The events that need a person. Staff are told of each once.
import { describe, expect, test } from '@jest/globals';
import { deciderSpecification, recorder } from '@holdfast/testing';
import { alarm, alarmFor, type Alarm, type RecordAlarm } from './index.js';

const { given } = deciderSpecification(alarm);
const stuck: Alarm = { kind: 'COMPENSATION_STUCK', subject: 'checkout-o-1', reason: 'why' };
const record: RecordAlarm = { type: 'RecordAlarm', data: { cause: 'e-1', alarm: stuck } };
const parked = (attempts: number): object => ({
  stream: 'order-1',
  revision: 3,
  position: 7,
  eventId: 'e',
  eventType: 'OrderPaid',
  key: '1',
  attempts,
  reason: 'TypeError',
});

describe('an alarm', () => {
  test('is recorded', () => {
    given([])
      .when(record)
      .then([{ type: 'StaffAlarmed', data: stuck }]);
  });
  test('that comes again is recorded once', () => {
    given([{ type: 'StaffAlarmed', data: stuck }])
      .when(record)
      .thenNothing();
  });
  test('is raised when an undo is stuck', () => {
    const data = { step: 'refund', attempts: 6, error: 'no wallet' };
    expect(alarmFor(recorder()('checkout-o-1', { type: 'UndoStuck', data }))).toEqual({
      kind: 'COMPENSATION_STUCK',
      subject: 'checkout-o-1',
      reason: 'refund has failed 6 times: no wallet',
    });
  });
  test('is raised when an event is parked, and not for events that wait behind it', () => {
    const event = (attempts: number) =>
      recorder()('parked-process-checkout', { type: 'EventParked', data: parked(attempts) });
    expect(alarmFor(event(1))).toEqual({
      kind: 'EVENT_PARKED',
      subject: 'parked-process-checkout',
      reason: 'OrderPaid, order-1@3: TypeError',
    });
    expect(alarmFor(event(0))).toBeNull();
  });
  test('is not raised by other events', () => {
    expect(alarmFor(recorder()('checkout-o-1', { type: 'StepUndone', data: { step: 'refund' } }))).toBeNull();
  });
});
