// The order: where one purchase stands. It moves forward once through its life and, once ended, never again.
import {
  accepted,
  assertNever,
  invariant,
  money,
  rejected,
  streamName,
  type Aggregate,
  type Money,
  type OrderId,
  type Result,
} from '@holdfast/kernel';
import { statusAfter, type OrderStatus } from './order-status.js';
import type {
  Cancel,
  Fail,
  MarkPaymentDeclined,
  OrderCommand,
  PlaceOrder,
  StartPayment,
} from './order.commands.js';
import { schemaVersions } from './ordering.upcasters.js';
import type {
  CancellationReason,
  FailureReason,
  OrderEvent,
  OrderLine,
  OrderPlaced,
  PaymentMethod,
} from './order.events.js';

export const orderCategory = 'order';
export const orderStream = (orderId: OrderId): string => streamName(orderCategory, orderId);

type Placed = { readonly placed: OrderPlaced['data'] };
/** `transactionId` is null when nothing was to be paid. */
type Paid = Placed & { readonly transactionId: string | null };

/** `attempts` counts the payments that were started and declined. */
type Reserved = {
  readonly status: 'RESERVED';
  readonly expiresAt: string | null;
  readonly attempts: number;
} & Placed;
type PaymentPending = {
  readonly status: 'PAYMENT_PENDING';
  readonly method: PaymentMethod;
  readonly attempt: number;
} & Placed;

export type OrderState =
  | { readonly status: 'NOT_PLACED' }
  | ({ readonly status: 'CREATED' } & Placed)
  | Reserved
  | PaymentPending
  | ({ readonly status: 'PAID' } & Paid)
  | ({ readonly status: 'UNDER_REVIEW'; readonly reason: string } & Paid)
  | ({ readonly status: 'CONFIRMED'; readonly invoiceNumber: string } & Paid)
  | ({ readonly status: 'FAILED'; readonly reason: FailureReason; readonly message: string } & Placed)
  | ({ readonly status: 'CANCELLED'; readonly reason: CancellationReason } & Placed);

export type OrderRejection =
  | { readonly code: 'NoLines' }
  | { readonly code: 'TooManyLines'; readonly limit: number }
  /** `line` counts from 0 */
  | { readonly code: 'InvalidQuantity' | 'InvalidPrice'; readonly line: number }
  | { readonly code: 'MixedCurrencies' }
  | { readonly code: 'TotalTooLarge' }
  /** another request was placed under this id */
  | { readonly code: 'OrderAlreadyPlaced' }
  | { readonly code: 'OrderNotFound' }
  | { readonly code: 'OrderNotPayable' | 'OrderNotCancellable'; readonly status: OrderStatus }
  /** an earlier step of the order has not happened */
  | { readonly code: 'OrderNotReady'; readonly status: OrderStatus }
  | { readonly code: 'OrderEnded'; readonly status: OrderStatus }
  /** the payment of an order that costs something can't be skipped */
  | { readonly code: 'PaymentDue'; readonly total: Money };

type Decision = Result<readonly OrderEvent[], OrderRejection>;

/** With both, the sum of all lines is exact; and a placed order stays inside one append of the store. */
export const maxLines = 2_000;
export const maxQuantity = 1_000_000;

/** Σ quantity × unit price. The lines have one currency, as those of every placed order. */
export const orderTotal = (lines: readonly OrderLine[]): Money =>
  lines.map((line) => money.multiply(line.unitPrice, line.quantity)).reduce(money.add);

const initialState: OrderState = { status: 'NOT_PLACED' };

function evolve(state: OrderState, event: OrderEvent): OrderState {
  if (event.type === 'OrderPlaced') return { status: statusAfter.OrderPlaced, placed: event.data };
  invariant(state.status !== 'NOT_PLACED', `${event.type} in an order that was never placed`);
  const { placed } = state;
  const { type, data } = event;
  switch (type) {
    case 'OrderReserved':
      return { status: statusAfter[type], placed, expiresAt: data.expiresAt, attempts: 0 };
    case 'OrderPaymentStarted': {
      const { method, attempt } = data;
      return { status: statusAfter[type], placed, method, attempt };
    }
    case 'OrderPaymentDeclined': {
      const { expiresAt, attempt: attempts } = data;
      return { status: statusAfter[type], placed, expiresAt, attempts };
    }
    case 'OrderPaid':
      return { status: statusAfter[type], placed, transactionId: data.transactionId };
    case 'OrderPaymentSkipped':
      return { status: statusAfter[type], placed, transactionId: null };
    case 'OrderHeldForReview':
      return { status: statusAfter[type], ...paid(state), reason: data.reason };
    case 'OrderConfirmed':
      return { status: statusAfter[type], ...paid(state), invoiceNumber: data.invoiceNumber };
    case 'OrderCancelled':
      return { status: statusAfter[type], placed, reason: data.reason };
    case 'OrderFailed':
      return { status: statusAfter[type], placed, reason: data.reason, message: data.message };
    default:
      return assertNever(type);
  }
}

function paid(state: OrderState): Paid {
  invariant('transactionId' in state, `${state.status} is not a paid order`);
  return { placed: state.placed, transactionId: state.transactionId };
}

function decide(command: OrderCommand, state: OrderState): Decision {
  switch (command.type) {
    case 'PlaceOrder':
      return place(command, state);
    case 'MarkReserved': {
      const { expiresAt } = command.data;
      return advance(state, ['CREATED'], { type: 'OrderReserved', data: { expiresAt } });
    }
    case 'StartPayment':
      return startPayment(command, state);
    case 'MarkPaymentDeclined':
      return markDeclined(command, state);
    case 'MarkPaid': {
      const { transactionId } = command.data;
      return advance(state, ['PAYMENT_PENDING'], { type: 'OrderPaid', data: { transactionId } });
    }
    case 'SkipPayment':
      return skipPayment(state);
    case 'HoldForReview': {
      const { reason } = command.data;
      return advance(state, ['PAID'], { type: 'OrderHeldForReview', data: { reason } });
    }
    case 'Confirm': {
      const { invoiceNumber } = command.data;
      return advance(state, ['PAID', 'UNDER_REVIEW'], { type: 'OrderConfirmed', data: { invoiceNumber } });
    }
    case 'Cancel':
      return cancel(command, state);
    case 'Fail':
      return fail(command, state);
    default:
      return assertNever(command);
  }
}

function place({ data }: PlaceOrder, state: OrderState): Decision {
  const { customerId, lines, paymentMethod, paymentMode, coordination, shippingAddress } = data;
  const { definition, cardToken, returnUrl } = data;
  const placed = {
    customerId,
    lines,
    paymentMethod,
    paymentMode,
    coordination,
    shippingAddress,
    ...(definition !== undefined && { definition }),
    ...(cardToken !== undefined && { cardToken }),
    ...(returnUrl !== undefined && { returnUrl }),
  };
  if (state.status !== 'NOT_PLACED') {
    // the same request has its fields in the same order, so its JSON is the same text
    const same = JSON.stringify(placed) === JSON.stringify(state.placed);
    return same ? accepted([]) : rejected({ code: 'OrderAlreadyPlaced' });
  }
  const fault = faultIn(lines);
  return fault === null ? accepted([{ type: 'OrderPlaced', data: placed }]) : rejected(fault);
}

function faultIn(lines: readonly OrderLine[]): OrderRejection | null {
  const first = lines[0];
  if (first === undefined) return { code: 'NoLines' };
  if (lines.length > maxLines) return { code: 'TooManyLines', limit: maxLines };
  let total = 0;
  for (const [line, { quantity, unitPrice }] of lines.entries()) {
    const { minor, currency } = unitPrice;
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > maxQuantity) {
      return { code: 'InvalidQuantity', line };
    }
    if (!money.isMinor(minor) || minor < 0 || !money.isCurrency(currency))
      return { code: 'InvalidPrice', line };
    if (currency !== first.unitPrice.currency) return { code: 'MixedCurrencies' };
    // beyond 2^53 this is not exact, and far beyond the limit too
    total += minor * quantity;
    if (total > money.maxMinor) return { code: 'TotalTooLarge' };
  }
  return null;
}

/** Sent by the customer or, at once after the reservation, by the checkout. The second of the two changes nothing. */
function startPayment({ data }: StartPayment, state: OrderState): Decision {
  if (state.status === 'RESERVED') {
    const next = state.attempts + 1;
    const { method, attempt = next } = data;
    if (attempt < next) return accepted([]);
    // The token that came with the order is good for one attempt.
    const { cardToken, returnUrl }: Pick<OrderPlaced['data'], 'cardToken' | 'returnUrl'> =
      next === 1 ? { ...state.placed, ...data } : data;
    const started = { method, attempt: next, cardToken: cardToken ?? null, returnUrl: returnUrl ?? null };
    return accepted([{ type: 'OrderPaymentStarted', data: started }]);
  }
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const isBehind = life.indexOf(state.status as (typeof life)[number]) > life.indexOf('RESERVED');
  return isBehind ? accepted([]) : rejected({ code: 'OrderNotPayable', status: state.status });
}

/** Of the attempt under way: of an earlier one the order has been told. */
function markDeclined({ data }: MarkPaymentDeclined, state: OrderState): Decision {
  const { attempt, code, expiresAt } = data;
  const declined: OrderEvent = { type: 'OrderPaymentDeclined', data: { attempt, code, expiresAt } };
  if (state.status === 'PAYMENT_PENDING') return accepted(attempt === state.attempt ? [declined] : []);
  if (state.status === 'RESERVED' && attempt <= state.attempts) return accepted([]);
  return advance(state, ['PAYMENT_PENDING'], declined);
}

/** Only for an order that costs nothing. Its payment need not have been started. */
function skipPayment(state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const total = orderTotal(state.placed.lines);
  if (total.minor > 0) return rejected({ code: 'PaymentDue', total });
  return advance(state, ['RESERVED', 'PAYMENT_PENDING'], { type: 'OrderPaymentSkipped', data: {} });
}

/** Possible until the goods are handed over, so from every status that there is before an end. */
function cancel({ data }: Cancel, state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (state.status === 'CANCELLED') return accepted([]);
  if (state.status === 'FAILED') {
    // a customer should hear that there was nothing left to cancel; a deadline only wants the order to be over
    return data.reason === 'CUSTOMER_CANCELLED'
      ? rejected({ code: 'OrderNotCancellable', status: state.status })
      : accepted([]);
  }
  const { reason, note } = data;
  return accepted([{ type: 'OrderCancelled', data: note === undefined ? { reason } : { reason, note } }]);
}

/** The checkout's last word when it has undone everything: it holds from every status, or stock and order disagree. */
function fail({ data }: Fail, state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (state.status === 'FAILED' || state.status === 'CANCELLED') return accepted([]);
  return accepted([{ type: 'OrderFailed', data: { reason: data.reason, message: data.message } }]);
}

const life = ['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'UNDER_REVIEW', 'CONFIRMED'] as const;

/** A step forward from one of `from`; nothing when the order is already past it. */
function advance(state: OrderState, from: readonly (typeof life)[number][], event: OrderEvent): Decision {
  const { status } = state;
  if (status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (status === 'FAILED' || status === 'CANCELLED') return rejected({ code: 'OrderEnded', status });
  if (from.includes(status)) return accepted([event]);
  const behind = from.every((earlier) => life.indexOf(status) > life.indexOf(earlier));
  return behind ? accepted([]) : rejected({ code: 'OrderNotReady', status });
}

const commandTypes: Record<OrderCommand['type'], true> = {
  PlaceOrder: true,
  MarkReserved: true,
  StartPayment: true,
  MarkPaymentDeclined: true,
  MarkPaid: true,
  SkipPayment: true,
  HoldForReview: true,
  Confirm: true,
  Cancel: true,
  Fail: true,
};

export const order: Aggregate<OrderCommand, OrderEvent, OrderState, OrderRejection> = {
  category: orderCategory,
  commandTypes: Object.keys(commandTypes) as OrderCommand['type'][],
  stream: (command) => orderStream(command.data.orderId),
  beginWith: ['PlaceOrder'],
  isSettled: ({ status }) => status === 'CONFIRMED' || status === 'FAILED' || status === 'CANCELLED',
  schemaVersions,
  initialState,
  evolve,
  decide,
};
