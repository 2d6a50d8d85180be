// Inputs and decisions of one order's checkout, for its specs.
import { CustomerId, fold, OrderId, Sku, type Money, type ProcessInput } from '@holdfast/kernel';
import type { OrderPlaced, PaymentMode } from '@holdfast/ordering';
import { processSpecification, received, recorder } from '@holdfast/testing';
import {
  checkoutState,
  checkoutStatus,
  createCheckout,
  type CheckoutEvent,
  type CheckoutInput,
  type Ending,
  type OrderCheck,
  type Step,
} from '../index.js';

export const minute = 60_000;
export const now = '2026-03-01T10:00:00.000Z';
export const inFifteenMinutes = '2026-03-01T10:15:00.000Z';
export const inFiveMinutes = '2026-03-01T10:05:00.000Z';

export const orderId = OrderId('o1');
export const customerId = CustomerId('c1');
export const tea = Sku('TEA');
export const cup = Sku('CUP');
export const eur = (minor: number): Money => ({ minor, currency: 'EUR' });
export const shippingAddress = {
  name: 'Ada',
  line1: 'Main 1',
  city: 'Bern',
  postalCode: '3000',
  country: 'CH',
};

export const settings = { reservationTtlMs: 15 * minute, paymentTimeoutMs: 5 * minute };
export const { given } = processSpecification(createCheckout(settings));
export const givenChecked = (check: OrderCheck) =>
  processSpecification(createCheckout({ ...settings, check })).given;

export type Input = ProcessInput<CheckoutInput>;

// Inputs

export const record = recorder();
export const input = (stream: string, event: CheckoutInput): Input =>
  received(record(stream, event, { at: now }));
export const line = (sku: Sku, quantity: number) => ({ sku, name: sku, quantity, unitPrice: eur(250) });
export const place = (paymentMode: PaymentMode, lines: OrderPlaced['data']['lines']): Input =>
  input('order-o1', {
    type: 'OrderPlaced',
    data: {
      customerId,
      lines,
      paymentMethod: 'WALLET',
      paymentMode,
      coordination: 'ORCHESTRATION',
      shippingAddress,
    },
  });
export const reserved = (sku: Sku): Input =>
  input(`stock-${sku}`, { type: 'StockReserved', data: { orderId, quantity: 1 } });
export const refused = (sku: Sku): Input =>
  input(`stock-${sku}`, { type: 'StockReservationRefused', data: { orderId, requested: 2, available: 1 } });
export const stockReleased = (sku: Sku): Input =>
  input(`stock-${sku}`, { type: 'StockReleased', data: { orderId, quantity: 1 } });
export const payment = input('order-o1', {
  type: 'OrderPaymentStarted',
  data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
});
export const amount = eur(500);
export const held = input('wallet-c1', { type: 'FundsHeld', data: { orderId, amount } });
export const holdRefused = input('wallet-c1', {
  type: 'FundsHoldRefused',
  data: { orderId, requested: amount, available: eur(3) },
});
export const captured = input('wallet-c1', { type: 'HoldCaptured', data: { orderId, amount } });
export const holdReleased = input('wallet-c1', { type: 'HoldReleased', data: { orderId, amount } });
export const refunded = input('wallet-c1', {
  type: 'FundsRefunded',
  data: { orderId, amount, refundId: 'checkout' },
});
export const confirmed = input('order-o1', { type: 'OrderConfirmed', data: { invoiceNumber: 'INV-1' } });
export const reviewed = (approved: boolean): Input =>
  input('order-o1', { type: 'OrderReviewed', data: { approved, reason: 'Staff looked' } });
export const invoiceNumber = 'INV-2026-000001';
export const issued = input('invoices-2026', {
  type: 'InvoiceIssued',
  data: { orderId, number: invoiceNumber },
});
export const cancelled = input('order-o1', {
  type: 'OrderCancelled',
  data: { reason: 'CUSTOMER_CANCELLED' },
});
export const failed = input('order-o1', {
  type: 'OrderFailed',
  data: { reason: 'FRAUD_REJECTED', message: 'Rejected by staff' },
});
export const cupReserved = reserved(cup);
export const teaReleased = stockReleased(tea);
export const deadline = (name: string, dueAt: string): Input => ({
  kind: 'deadline',
  name,
  dueAt,
  at: dueAt,
});
export const attemptFailed = (step: Step, attempt: number): Input => ({
  kind: 'attemptFailed',
  step,
  attempt,
  error: 'store is away',
  retryAt: inFiveMinutes,
  at: now,
});

/** The first `count` failures of a step. */
export const failures = (step: Step, count: number): readonly Input[] =>
  Array.from({ length: count }, (_, n) => attemptFailed(step, n + 1));
export const stepFailed = (
  step: string,
  reason: 'rejected' | 'exhausted',
  error = 'store is away',
): Input => ({
  kind: 'stepFailed',
  step,
  reason,
  error,
  at: now,
});

export const positionOf = (message: Input): number => (message.kind === 'event' ? message.position : -1);

// Decisions

export const started = (
  paymentMode: PaymentMode,
  stock = [{ sku: tea, quantity: 2 }],
  total = amount,
): CheckoutEvent => ({
  type: 'CheckoutStarted',
  data: {
    definition: 'stock-first',
    definitionVersion: 2,
    coordination: 'ORCHESTRATION',
    orderId,
    customerId,
    stock,
    total,
    paymentMethod: 'WALLET',
    paymentMode,
    shippingAddress,
  },
});
export const twoSkus = [
  { sku: tea, quantity: 1 },
  { sku: cup, quantity: 1 },
];
export const secured = (sku: Sku): CheckoutEvent => ({ type: 'StockSecured', data: { sku } });
export const denied = (sku: Sku): CheckoutEvent => ({
  type: 'StockDenied',
  data: { sku, requested: 2, available: 1 },
});
export const reservationDeadline: CheckoutEvent = {
  type: 'DeadlineSet',
  data: { deadline: 'reservation', dueAt: inFifteenMinutes },
};
export const fundsRequested: readonly CheckoutEvent[] = [
  { type: 'FundsRequested', data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null } },
  { type: 'DeadlineSet', data: { deadline: 'payment', dueAt: inFiveMinutes } },
];
export const fundsSecured: CheckoutEvent = { type: 'FundsSecured', data: {} };
export const capturedAt = captured.kind === 'event' ? captured : undefined;
export const fundsCaptured: CheckoutEvent = {
  type: 'FundsCaptured',
  data: { transactionId: capturedAt?.event.id ?? '' },
};
export const invoiceRequested = (by: Input): CheckoutEvent => ({
  type: 'InvoiceRequested',
  data: { year: 2026, since: positionOf(by) },
});
export const passed = invoiceRequested(captured);
export const numbered: CheckoutEvent = { type: 'InvoiceNumbered', data: { invoiceNumber } };
export const review: CheckoutEvent = { type: 'ReviewRequested', data: { reason: 'first large order' } };
export const completed: CheckoutEvent = { type: 'CheckoutCompleted', data: {} };
export const undoing = (ending: Ending, ...undo: Step[]): CheckoutEvent => ({
  type: 'CompensationStarted',
  data: { ...ending, undo },
});
export const undone = (step: Step, by: Input): CheckoutEvent => ({
  type: 'StepUndone',
  data: { step, position: positionOf(by) },
});
export const undoAdded = (step: Step, success: Input): CheckoutEvent => ({
  type: 'UndoAdded',
  data: { step, position: positionOf(success) },
});
export const compensated: CheckoutEvent = { type: 'CompensationCompleted', data: {} };

export const byCustomer: Ending = { outcome: 'CANCELLED', reason: 'CUSTOMER_CANCELLED', message: '' };
export const timedOut: Ending = {
  outcome: 'FAILED',
  reason: 'PAYMENT_TIMEOUT',
  message: 'The payment took too long',
};
export const gaveUp: Ending = {
  outcome: 'FAILED',
  reason: 'RETRIES_EXHAUSTED',
  message: 'The order could not be processed',
};

export const isReserving = [started('AUTOMATIC', twoSkus)];
export const isReserved = [started('AUTOMATIC'), secured(tea)];
export const awaitsCustomer = [started('ON_CONFIRMATION'), secured(tea), reservationDeadline];
export const isPaying = [...isReserved, ...fundsRequested];
export const isCapturing = [...isPaying, fundsSecured];
export const isPaid = [...isCapturing, fundsCaptured, passed, numbered];
export const isUnderReview = [...isCapturing, fundsCaptured, review];
export const isCompleted = [...isPaid, completed];
export const hasTimedOut = [...isCapturing, undoing(timedOut, 'end-order', 'release-funds', 'release:TEA')];

export function statusAfter(decisions: readonly CheckoutEvent[]): ReturnType<typeof checkoutStatus> {
  return checkoutStatus(fold(checkoutState, checkoutState.initialState, decisions));
}

export function run(...inputs: readonly Input[]): readonly CheckoutEvent[] {
  return after([], ...inputs);
}

export function after(
  decisions: readonly CheckoutEvent[],
  ...inputs: readonly Input[]
): readonly CheckoutEvent[] {
  const manager = createCheckout(settings);
  let state = fold(manager, manager.initialState, decisions);
  const decided: CheckoutEvent[] = [];
  for (const message of inputs) {
    const next = manager.decide(message, state);
    decided.push(...next);
    state = fold(manager, state, next);
  }
  return decided;
}
