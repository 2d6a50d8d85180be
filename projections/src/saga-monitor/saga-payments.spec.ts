// The monitor's view of a checkout that is paid by card, or paid first. Its status always agrees with the checkout's own
// state.
import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import {
  checkoutState,
  checkoutStatus,
  type CheckoutEvent,
  type DefinitionName,
  type Step,
} from '@holdfast/checkout';
import { CustomerId, fold, money, OrderId, Sku } from '@holdfast/kernel';
import type { PaymentMethod } from '@holdfast/ordering';
import { recorder } from '@holdfast/testing';
import { sagaMonitor } from './saga-monitor.js';
import { type SagaMonitor } from './saga-steps.js';

const started = (definition: DefinitionName): CheckoutEvent => ({
  type: 'CheckoutStarted',
  data: {
    definition,
    definitionVersion: definition === 'stock-first' ? 2 : 1,
    coordination: 'ORCHESTRATION',
    orderId: OrderId('o-1'),
    customerId: CustomerId('ann'),
    stock: [{ sku: Sku('TEA'), quantity: 1 }],
    total: money.of(800, 'GBP'),
    paymentMethod: 'CARD',
    paymentMode: 'AUTOMATIC',
    shippingAddress: { name: 'Ann', line1: '1 High St', city: 'York', postalCode: 'YO1', country: 'GB' },
  },
});
const secured: CheckoutEvent = { type: 'StockSecured', data: { sku: Sku('TEA') } };
const requested = (method: PaymentMethod, attempt: number): CheckoutEvent => ({
  type: 'FundsRequested',
  data: { method, attempt, cardToken: null, returnUrl: null },
});
const until = (deadline: 'reservation' | 'payment'): CheckoutEvent => ({
  type: 'DeadlineSet',
  data: { deadline, dueAt: '2026-01-01T00:15:00.000Z' },
});
const redirected: CheckoutEvent = { type: 'CustomerRedirected', data: { attempt: 1 } };
const held: CheckoutEvent = { type: 'FundsSecured', data: {} };
const captured: CheckoutEvent = { type: 'FundsCaptured', data: { transactionId: 'tx-1' } };
const invoiced: readonly CheckoutEvent[] = [
  { type: 'InvoiceRequested', data: { year: 2026, since: null } },
  { type: 'InvoiceNumbered', data: { invoiceNumber: 'INV-2026-000001' } },
];
const completed: CheckoutEvent = { type: 'CheckoutCompleted', data: {} };
const declined = (attempt: number): CheckoutEvent => ({
  type: 'CardDeclined',
  data: { attempt, code: 'card_declined', position: 7 },
});
const added = (step: Step): CheckoutEvent => ({ type: 'UndoAdded', data: { step, position: 7 } });
const undone = (step: Step): CheckoutEvent => ({ type: 'StepUndone', data: { step, position: 8 } });
const missed = (step: Step, attempt: number): CheckoutEvent => ({
  type: 'StepAttemptFailed',
  data: { step, attempt, error: 'authorize: ECONNREFUSED', retryAt: '2026-01-01T00:00:09.000Z', position: 6 },
});
const compensation = (...undo: readonly Step[]): CheckoutEvent => ({
  type: 'CompensationStarted',
  data: { outcome: 'FAILED', reason: 'PAYMENT_DECLINED', message: '', undo },
});

function shown(events: readonly CheckoutEvent[]): SagaMonitor {
  const record = recorder();
  let saga: SagaMonitor | null = null;
  for (const event of events) {
    const recorded = record('checkout-o-1', event);
    if (sagaMonitor.key(recorded) === null) continue;
    const [change] = sagaMonitor.project(recorded, saga);
    if (change !== undefined && 'document' in change) saga = change.document as SagaMonitor;
  }
  assert.ok(saga !== null);
  return saga;
}
const stepsOf = (events: readonly CheckoutEvent[]): readonly (readonly [string, string])[] =>
  shown(events).steps.map(({ name, status }) => [name, status]);

const toPay = [started('stock-first'), secured, requested('CARD', 1), until('payment')];
const secondCard = [
  ...toPay,
  declined(1),
  added('void-card:1'),
  until('reservation'),
  requested('CARD', 2),
  until('payment'),
];

describe('a checkout that is paid by card', () => {
  test('has a step for each attempt, and the decline is the error of its step', () => {
    const saga = shown([...secondCard, held, undone('void-card:1'), captured, ...invoiced, completed]);
    expect(saga.steps.map(({ name, status, lastError }) => [name, status, lastError])).toEqual([
      ['reserve:TEA', 'DONE', null],
      ['authorize-card:1', 'FAILED', 'card_declined'],
      ['void-card:1', 'DONE', null],
      ['authorize-card:2', 'DONE', null],
      ['capture-card:2', 'DONE', null],
    ]);
    expect(saga.status).toBe('COMPLETED');
  });

  test('while an earlier attempt is closed › the order continues', () => {
    expect(shown(secondCard)).toMatchObject({ status: 'RUNNING', waitingFor: 'funds' });
    expect(stepsOf(secondCard)).toContainEqual(['void-card:1', 'RUNNING']);
  });

  test('whose gateway is away › shows the attempts, the reason, and the time of the next attempt', () => {
    const saga = shown([...toPay, missed('authorize-card:1', 1), missed('authorize-card:1', 2)]);
    expect(saga.steps.at(-1)).toMatchObject({
      name: 'authorize-card:1',
      status: 'RETRYING',
      attempts: 2,
      lastError: 'authorize: ECONNREFUSED',
      retryAt: '2026-01-01T00:00:09.000Z',
    });
  });

  test('whose authorization ends before the capture › the capture has failed', () => {
    const ended = [...toPay, held, declined(1), compensation('end-order', 'release:TEA')];
    expect(stepsOf(ended)).toContainEqual(['capture-card:1', 'FAILED']);
  });
});

test('a checkout that is paid first shows the stock when its turn has come', () => {
  const paidFirst = [started('payment-first'), requested('WALLET', 1), until('payment')];
  expect(stepsOf(paidFirst)).toEqual([['hold-funds', 'RUNNING']]);
  expect(stepsOf([...paidFirst, held])).toEqual([
    ['hold-funds', 'DONE'],
    ['reserve:TEA', 'RUNNING'],
  ]);
  expect(stepsOf([...paidFirst, held, secured])).toEqual([
    ['hold-funds', 'DONE'],
    ['reserve:TEA', 'DONE'],
    ['capture-funds', 'RUNNING'],
  ]);
});

test.each<[string, readonly CheckoutEvent[]]>([
  ['is paid by card', [...toPay, redirected, held, captured, ...invoiced, completed]],
  [
    'is paid by the second card',
    [...secondCard, undone('void-card:1'), held, captured, ...invoiced, completed],
  ],
  ['gets late money back while it goes on', [...secondCard, held, captured, ...invoiced, completed]],
  [
    'fails by its card',
    [...toPay, missed('authorize-card:1', 1), declined(1), compensation('end-order', 'void-card:1')],
  ],
  [
    'is paid first',
    [
      started('payment-first'),
      requested('CARD', 1),
      until('payment'),
      redirected,
      held,
      secured,
      captured,
      ...invoiced,
      completed,
    ],
  ],
])('a checkout that %s › agrees with its own state after every decision', (_, events) => {
  for (const n of events.keys()) {
    const soFar = events.slice(0, n + 1);
    const { status, waitingFor } = checkoutStatus(fold(checkoutState, checkoutState.initialState, soFar));
    // Events of one decision are applied in one change.
    if (soFar.at(-1)?.type === 'CardDeclined') continue;
    expect([n, shown(soFar).status, shown(soFar).waitingFor]).toEqual([n, status, waitingFor]);
  }
});
