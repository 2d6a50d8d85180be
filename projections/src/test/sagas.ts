// One checkout, its decisions, and the view of the monitor, for the specs of the monitor.
import type { CheckoutEvent } from '@holdfast/checkout';
import { CustomerId, money, OrderId, Sku } from '@holdfast/kernel';
import { recorder } from '@holdfast/testing';
import { sagaMonitor } from '../saga-monitor/saga-monitor.js';
import type { SagaMonitor, SagaStep } from '../saga-monitor/saga-steps.js';

export const total = money.of(800, 'GBP');

export const started: CheckoutEvent = {
  type: 'CheckoutStarted',
  data: {
    definition: 'stock-first',
    definitionVersion: 1,
    coordination: 'ORCHESTRATION',
    orderId: OrderId('o-1'),
    customerId: CustomerId('ann'),
    stock: [
      { sku: Sku('TEA'), quantity: 1 },
      { sku: Sku('CUP'), quantity: 2 },
    ],
    total,
    paymentMethod: 'WALLET',
    paymentMode: 'ON_CONFIRMATION',
    shippingAddress: { name: 'Ann', line1: '1 High St', city: 'York', postalCode: 'YO1', country: 'GB' },
  },
};
export const secured = (sku: string): CheckoutEvent => ({ type: 'StockSecured', data: { sku: Sku(sku) } });
export const deadline = (name: 'reservation' | 'payment'): CheckoutEvent => ({
  type: 'DeadlineSet',
  data: { deadline: name, dueAt: '2026-01-01T00:15:00.000Z' },
});
export const requested: CheckoutEvent = {
  type: 'FundsRequested',
  data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
};
export const held: CheckoutEvent = { type: 'FundsSecured', data: {} };
export const captured: CheckoutEvent = { type: 'FundsCaptured', data: { transactionId: 't-1' } };
export const passed: CheckoutEvent = { type: 'ChecksPassed', data: { invoiceNumber: 'INV-1' } };
export const completed: CheckoutEvent = { type: 'CheckoutCompleted', data: {} };
export const compensated: CheckoutEvent = { type: 'CompensationCompleted', data: {} };
export type Undo = Extract<CheckoutEvent, { type: 'CompensationStarted' }>['data']['undo'];
export const compensation = (...undo: Undo): CheckoutEvent => ({
  type: 'CompensationStarted',
  data: { outcome: 'CANCELLED', reason: 'CUSTOMER_CANCELLED', message: '', undo },
});
export const undone = (step: Undo[number]): CheckoutEvent => ({
  type: 'StepUndone',
  data: { step, position: null },
});
export const added = (step: Undo[number]): CheckoutEvent => ({
  type: 'UndoAdded',
  data: { step, position: null },
});
export const gaveUp = (step: Undo[number]): CheckoutEvent => ({
  type: 'StepFailed',
  data: { step, reason: 'exhausted', error: 'no answer' },
});
export const retryAt = '2026-01-01T00:01:00.000Z';
export const missed = (step: Undo[number], attempt: number): CheckoutEvent => ({
  type: 'StepAttemptFailed',
  data: { step, attempt, error: 'timeout', retryAt },
});

export const log = (...events: readonly CheckoutEvent[]) => {
  const record = recorder();
  return events.map((event) => record('checkout-o-1', event));
};
export const at = (n: number): string => `2026-01-01T00:00:${String(n).padStart(2, '0')}.000Z`;
export const step = (name: SagaStep['name'], startedAt: number, rest: Partial<SagaStep> = {}): SagaStep => ({
  name,
  status: 'RUNNING',
  attempts: 0,
  lastError: null,
  retryAt: null,
  startedAt: at(startedAt),
  endedAt: null,
  compensation: null,
  ...rest,
});
export const done = (n: number) => ({ status: 'DONE', endedAt: at(n) }) as const;
export const saga: SagaMonitor = {
  id: 'o-1',
  orderId: 'o-1',
  definition: 'stock-first',
  definitionVersion: 1,
  coordination: 'ORCHESTRATION',
  status: 'RUNNING',
  waitingFor: 'stock',
  waitingSince: at(0),
  steps: [step('reserve:TEA', 0), step('reserve:CUP', 0)],
  skus: [Sku('TEA'), Sku('CUP')],
  startedAt: at(0),
  endedAt: null,
  startedPosition: 0,
};

export const toReserved = [started, secured('TEA'), secured('CUP'), deadline('reservation')];
export const toCaptured = [...toReserved, requested, deadline('payment'), held, captured];

export const isStuck = (name: Undo[number], attempts: number): CheckoutEvent => ({
  type: 'UndoStuck',
  data: { step: name, attempts, error: 'timeout' },
});
export const byHand = { actor: 'staff:s-1', reason: 'paid back in cash', position: 7 };
export const undoing = [started, compensation('release:TEA', 'release:CUP')];
export const abandoned = (sku: 'TEA' | 'CUP') =>
  step(`reserve:${sku}`, 0, { status: 'ABANDONED', endedAt: at(1), compensation: `release:${sku}` });
export const begun = [abandoned('TEA'), abandoned('CUP')];
export const standing = {
  ...saga,
  status: 'COMPENSATING',
  waitingFor: 'compensation',
  waitingSince: at(1),
} as const;
export const needsPerson = { ...saga, status: 'COMPENSATION_STUCK', waitingFor: 'operator' } as const;

/** The documents that the events leave behind. */
export function replay(events: readonly CheckoutEvent[]): readonly SagaMonitor[] {
  const documents = new Map<string, SagaMonitor>();
  for (const event of log(...events)) {
    const key = sagaMonitor.key(event);
    if (key === null) continue;
    for (const change of sagaMonitor.project(event, documents.get(key) ?? null))
      if ('document' in change) documents.set(key, change.document as SagaMonitor);
  }
  return [...documents.values()];
}
