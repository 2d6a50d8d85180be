// A customer is told once that the time to pay is nearly over: before the end of the reservation, and not once it is paid.
import { describe, expect, test } from '@jest/globals';
import { OrderId, type RecordedEvent } from '@holdfast/kernel';
import { processSpecification, recorder } from '@holdfast/testing';
import { reminder, type OrderEvent, type ReminderEvent } from './index.js';

const { given } = processSpecification(reminder);
const at = (minutes: number): string =>
  new Date(Date.UTC(2026, 0, 1) + Math.round(minutes * 60_000)).toISOString();

const inOrder = recorder();
const event = (one: OrderEvent, minutes = 0) => {
  const recorded: RecordedEvent<OrderEvent> = inOrder('order-o1', one);
  return { kind: 'event', event: recorded, position: recorded.position, at: at(minutes) } as const;
};
const reservedUntil = (minutes: number) => event({ type: 'OrderReserved', data: { expiresAt: at(minutes) } });
const paymentStarted = (minutes = 0) =>
  event(
    {
      type: 'OrderPaymentStarted',
      data: { method: 'CARD', attempt: 1, cardToken: null, returnUrl: null },
    },
    minutes,
  );
const declined = (minutes: number) =>
  event(
    { type: 'OrderPaymentDeclined', data: { attempt: 1, code: 'card_declined', expiresAt: at(15) } },
    minutes,
  );
const expiring = (minutes: number) =>
  event({ type: 'OrderReservationExpiring', data: { expiresAt: at(minutes) } });
const deadline = (minutes: number) =>
  ({ kind: 'deadline', name: 'reminder', dueAt: at(minutes), at: at(minutes) }) as const;

const set = (due: number, end: number, by: { readonly position: number }): ReminderEvent => ({
  type: 'ReminderSet',
  data: { orderId: OrderId('o1'), dueAt: at(due), expiresAt: at(end), position: by.position },
});
const isDue: ReminderEvent = { type: 'ReminderDue', data: {} };
const sent = (by: { readonly position: number }): ReminderEvent => ({
  type: 'ReminderSent',
  data: { position: by.position },
});
const cleared = (by: { readonly position: number }): ReminderEvent => ({
  type: 'ReminderCleared',
  data: { position: by.position },
});

describe('a reservation', () => {
  test.each([
    ['of 15 minutes', 15, 10],
    ['of 6 minutes', 6, 4],
    ['of 1 minute', 1, 2 / 3],
  ])(
    '%s › its customer is told five minutes before its end, or a third of it if that is shorter',
    (_, end, due) => {
      const reserved = reservedUntil(end);
      given([])
        .when(reserved)
        .then([set(due, end, reserved)])
        .thenPending({ kind: 'deadline', name: 'reminder', dueAt: at(due) });
    },
  );

  test('without an end, whose payment a process starts › is not even looked up', () => {
    const { event: started } = paymentStarted();
    const byProcess = { ...started, metadata: { ...started.metadata, actor: 'process:checkout' } };
    expect(reminder.route(byProcess)).toEqual({ kind: 'ignore' });
  });

  test('that is nearly over › the order is told so, once', () => {
    const reserved = reservedUntil(15);
    const told = expiring(15);
    given([set(10, 15, reserved)])
      .when(deadline(10), deadline(10))
      .then([isDue])
      .thenPending({
        ...{ kind: 'command', step: `remind:${at(15)}`, failedAttempts: 0 },
        command: { type: 'RemindOfReservation', data: { orderId: OrderId('o1'), expiresAt: at(15) } },
      });
    given([set(10, 15, reserved), isDue])
      .when(told, told, reserved, deadline(10))
      .then([sent(told)])
      .thenPending();
  });

  test('that is paid first › its customer gets no reminder', () => {
    const reserved = reservedUntil(15);
    const started = paymentStarted();
    given([set(10, 15, reserved)])
      .when(started, reserved)
      .then([cleared(started)])
      .thenPending();
    given([set(10, 15, reserved), cleared(started)])
      .when(deadline(10))
      .thenNothing();
  });

  test('that was extended › its customer is told before the new end, also if told of the first one', () => {
    const reserved = reservedUntil(15);
    const told = expiring(15);
    const extended = event({ type: 'OrderReservationExtended', data: { expiresAt: at(30) } }, 11);
    given([set(10, 15, reserved)])
      .when(extended, deadline(10))
      .then([set(25, 30, extended)]);
    given([set(10, 15, reserved), isDue, sent(told)])
      .when(extended)
      .then([set(25, 30, extended)]);
  });

  test('whose payment was declined › its customer is told of the same end once', () => {
    const [reserved, started, back] = [reservedUntil(15), paymentStarted(), declined(3)];
    given([set(10, 15, reserved)])
      .when(started, back)
      .then([cleared(started), set(10, 15, back)]);
    const [first, told, again, late] = [reservedUntil(15), expiring(15), paymentStarted(11), declined(12)];
    given([set(10, 15, first), isDue, sent(told)])
      .when(again, late)
      .thenNothing();
  });

  test('that waits for its customer again when less time is left › tells them at once', () => {
    const [reserved, started, back] = [reservedUntil(15), paymentStarted(), declined(12)];
    given([set(10, 15, reserved), cleared(started)])
      .when(back)
      .then([set(12, 15, back)]);
  });

  test('without an end has no reminder', () => {
    const automatic = event({ type: 'OrderReserved', data: { expiresAt: null } });
    given([]).when(automatic).thenNothing();
  });
});

test('a reminder that fails is sent again, and one that the order refuses is not', () => {
  const reserved = reservedUntil(15);
  const about = { step: `remind:${at(15)}`, error: 'down', at: at(10) } as const;
  given([set(10, 15, reserved), isDue])
    .when({ ...about, kind: 'attemptFailed', attempt: 1, retryAt: at(11) })
    .then([{ type: 'ReminderDelayed', data: { attempt: 1, error: 'down', retryAt: at(11) } }]);
  given([set(10, 15, reserved), isDue])
    .when({ ...about, kind: 'stepFailed', reason: 'rejected' })
    .then([{ type: 'ReminderCleared', data: { position: null } }])
    .thenPending();
});
