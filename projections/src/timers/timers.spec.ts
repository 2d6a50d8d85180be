// The life of a checkout's deadline.
import { describe, expect, test } from '@jest/globals';
import type { CheckoutEvent } from '@holdfast/checkout';
import type { InventoryPolicyEvent } from '@holdfast/choreography';
import { Sku } from '@holdfast/kernel';
import { projectionSpecification, recorder } from '@holdfast/testing';
import type { Timer } from './timer.js';
import { timers, timersOf } from './timers.js';

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

describe('the deadline for the answer of an outside keeper of the stock', () => {
  const decided = (...events: readonly InventoryPolicyEvent[]) => {
    const record = recorder();
    return events.map((event) => record('inventorypolicy-o-1', event));
  };
  const until = (dueAt: string): InventoryPolicyEvent => ({
    type: 'DeadlineSet',
    data: { deadline: 'stock', dueAt },
  });
  const first = '2026-01-01T00:01:00.000Z';
  const second = '2026-01-01T00:02:00.000Z';
  const armed: Timer = {
    ...{ id: 'o-1:inventorypolicy', orderId: 'o-1', kind: 'stock' },
    ...{ dueAt: first, state: 'ARMED' },
  };
  const releasing: InventoryPolicyEvent = {
    type: 'StockReleaseStarted',
    data: { undo: ['release:TEA', 'release:CUP'] },
  };
  const released = (step: 'release:TEA' | 'release:CUP'): InventoryPolicyEvent => ({
    type: 'StepUndone',
    data: { step, position: 7 },
  });
  const stockReached: InventoryPolicyEvent = { type: 'DeadlineReached', data: { deadline: 'stock' } };

  test('is armed when the question is asked, among the timers of its order', () => {
    given(decided(until(first))).then([armed]);
    expect(timersOf('o-1')).toContain(armed.id);
  });

  test('is armed for its new time when a person moves it', () => {
    const moved: InventoryPolicyEvent = {
      type: 'DeadlineMoved',
      data: { deadline: 'stock', dueAt: second, actor: 'staff:s-1', reason: 'why', position: 7 },
    };
    given(decided(until(first), moved)).then([{ ...armed, dueAt: second }]);
  });

  test('is cleared when the whole stock is reserved, and not by the answer for one SKU', () => {
    const secured: InventoryPolicyEvent = { type: 'StockSecured', data: { sku: Sku('TEA') } };
    given(decided(until(first), secured)).then([armed]);
    given(decided(until(first), secured, { type: 'AllStockSecured', data: {} })).then([
      { ...armed, state: 'CLEARED' },
    ]);
  });

  test('is armed again for the release after no answer came in time', () => {
    given(decided(until(first), stockReached)).then([{ ...armed, state: 'FIRED' }]);
    given(decided(until(first), stockReached, releasing, until(second))).then([
      { ...armed, dueAt: second, unanswered: ['release:TEA', 'release:CUP'] },
    ]);
  });

  test('is cleared by the answer to the last release, and armed again by a reservation after that', () => {
    const begun = [until(first), releasing, until(second), released('release:TEA')];
    given(decided(...begun)).then([{ ...armed, dueAt: second, unanswered: ['release:CUP'] }]);
    const done = [...begun, released('release:CUP')];
    given(decided(...done)).then([{ ...armed, dueAt: second, state: 'CLEARED', unanswered: [] }]);
    const late: InventoryPolicyEvent = { type: 'UndoAdded', data: { step: 'release:TEA', position: 9 } };
    given(decided(...done, late, until(first))).then([{ ...armed, unanswered: ['release:TEA'] }]);
  });

  test('is none for an order of our own stock', () => {
    given(decided({ type: 'AllStockSecured', data: {} }, releasing, released('release:TEA'))).then([]);
  });
});
