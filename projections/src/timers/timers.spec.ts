// The life of a checkout's deadline.
import { describe, test } from '@jest/globals';
import type { CheckoutEvent } from '@holdfast/checkout';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { timers, type Timer } from './timers.js';

const { given } = projectionSpecification(timers);

const log = (...events: readonly CheckoutEvent[]) => {
  const record = recorder();
  return events.map((event) => record('checkout-o-1', event));
};
const reservation: CheckoutEvent = {
  type: 'DeadlineSet',
  data: { deadline: 'reservation', dueAt: '2026-01-01T00:15:00.000Z' },
};
const payment: CheckoutEvent = {
  type: 'DeadlineSet',
  data: { deadline: 'payment', dueAt: '2026-01-01T00:20:00.000Z' },
};
const reached: CheckoutEvent = { type: 'DeadlineReached', data: { deadline: 'reservation' } };
const compensation: CheckoutEvent = {
  type: 'CompensationStarted',
  data: { outcome: 'CANCELLED', reason: 'RESERVATION_EXPIRED', message: '', undo: [] },
};
const timer: Timer = {
  id: 'o-1',
  orderId: 'o-1',
  kind: 'reservation',
  dueAt: '2026-01-01T00:15:00.000Z',
  state: 'ARMED',
};

describe('timers', () => {
  test('a deadline that is set is armed', () => {
    given(log(reservation)).then([timer]);
  });

  test('a deadline that a person moves is armed for its new time', () => {
    const dueAt = '2026-01-01T02:00:00.000Z';
    const moved: CheckoutEvent = {
      type: 'DeadlineMoved',
      data: { deadline: 'reservation', dueAt, actor: 'staff:s-1', reason: 'why', position: 7 },
    };
    given(log(reservation, moved)).then([{ ...timer, dueAt }]);
  });

  test('a deadline that came due has fired, and stays so', () => {
    given(log(reservation, reached, compensation)).then([{ ...timer, state: 'FIRED' }]);
  });

  test.each<[string, CheckoutEvent]>([
    [
      'the customer pays',
      { type: 'FundsRequested', data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null } },
    ],
    ['the money is captured', { type: 'FundsCaptured', data: { transactionId: 't-1' } }],
    ['there is nothing to pay', { type: 'PaymentSkipped', data: {} }],
    ['the order ends otherwise', compensation],
  ])('an armed deadline is cleared when %s', (_, event) => {
    given(log(reservation, event)).then([{ ...timer, state: 'CLEARED' }]);
  });

  test('the last deadline replaces the one before', () => {
    given(
      log(
        reservation,
        { type: 'FundsRequested', data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null } },
        payment,
      ),
    ).then([{ ...timer, kind: 'payment', dueAt: '2026-01-01T00:20:00.000Z' }]);
  });

  test('a checkout without a deadline has no timer', () => {
    given(log(compensation)).then([]);
  });
});
