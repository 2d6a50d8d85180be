// The order: the status of one purchase. It only moves forward, and never moves again after its end.
import {
  accepted,
  assertNever,
  money,
  rejected,
  streamName,
  type Aggregate,
  type Money,
  type OrderId,
  type Result,
} from '@holdfast/kernel';
import { orderTotal, unitsBySku } from './order-lines.js';
import { acceptReturn, requestRefund, type RefundRejection } from './order-refunds.js';
import { backOf, evolve, initialState, type OrderState } from './order-state.js';
import type { OrderStatus } from './order-status.js';
import type {
  Cancel,
  ExtendReservation,
  Fail,
  MarkPaymentDeclined,
  MarkShipped,
  OrderCommand,
  PlaceOrder,
  RecordRefund,
  RefuseRefund,
  RemindOfReservation,
  Review,
  StartPayment,
} from './order.commands.js';
import { schemaVersions } from './ordering.upcasters.js';
import type { OrderEvent, OrderLine, OrderPlaced } from './order.events.js';

export const orderCategory = 'order';
export const orderStream = (orderId: OrderId): string => streamName(orderCategory, orderId);

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
  | {
      readonly code:
        | 'OrderNotPayable'
        | 'ReservationNotExtendable'
        | 'OrderNotCancellable'
        | 'OrderNotRefundable'
        | 'OrderNotReturnable'
        | 'OrderNotReviewable';
      readonly status: OrderStatus;
    }
  /** an earlier step of the order has not happened */
  | { readonly code: 'OrderNotReady'; readonly status: OrderStatus }
  | { readonly code: 'OrderEnded'; readonly status: OrderStatus }
  /** an order is given more time once */
  | { readonly code: 'ReservationExtended'; readonly status: OrderStatus; readonly expiresAt: string }
  /** the payment of an order that costs something can't be skipped */
  | { readonly code: 'PaymentDue'; readonly total: Money }
  | RefundRejection;

type Decision = Result<readonly OrderEvent[], OrderRejection>;

/** These two limits keep the sum of all lines exact, and a placed order inside one append of the store. */
export const maxLines = 2_000;
export const maxQuantity = 1_000_000;

function decide(command: OrderCommand, state: OrderState): Decision {
  switch (command.type) {
    case 'PlaceOrder':
      return place(command, state);
    case 'MarkReserved': {
      const { expiresAt } = command.data;
      return advance(state, ['CREATED'], { type: 'OrderReserved', data: { expiresAt } });
    }
    case 'ExtendReservation':
      return extend(command, state);
    case 'RemindOfReservation':
      return remind(command, state);
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
    case 'Review':
      return review(command, state);
    case 'Confirm': {
      const { invoiceNumber } = command.data;
      return advance(state, ['PAID', 'UNDER_REVIEW'], { type: 'OrderConfirmed', data: { invoiceNumber } });
    }
    case 'Cancel':
      return cancel(command, state);
    case 'Fail':
      return fail(command, state);
    case 'MarkPacked':
      return pack(state);
    case 'MarkShipped':
      return ship(command, state);
    case 'MarkInTransit':
      return advance(state, ['SHIPPED'], { type: 'OrderInTransit', data: {} });
    case 'MarkDelivered':
      // An order can be delivered without a scan on the way, since that scan may be lost.
      return advance(state, ['SHIPPED', 'IN_TRANSIT'], { type: 'OrderDelivered', data: {} });
    case 'RequestRefund':
      if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
      return 'invoiceNumber' in state
        ? requestRefund(command, state)
        : rejected({ code: 'OrderNotRefundable', status: state.status });
    case 'AcceptReturn':
      if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
      return isShipped(state)
        ? acceptReturn(command, state)
        : rejected({ code: 'OrderNotReturnable', status: state.status });
    case 'RecordRefund':
    case 'RefuseRefund':
      return answerRefund(command, state);
    default:
      return assertNever(command);
  }
}

function place({ data }: PlaceOrder, state: OrderState): Decision {
  const { customerId, lines, paymentMethod, paymentMode, coordination, shippingAddress } = data;
  const { definition, cardToken, returnUrl, billingAddress, customerHistory, code, guestEmail } = data;
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
    ...(billingAddress !== undefined && { billingAddress }),
    ...(customerHistory !== undefined && { customerHistory }),
    ...(code !== undefined && { code }),
    ...(guestEmail !== undefined && { guestEmail }),
  };
  if (state.status !== 'NOT_PLACED') {
    const same = requestOf(placed) === requestOf(state.placed);
    return same ? accepted([]) : rejected({ code: 'OrderAlreadyPlaced' });
  }
  const fault = faultIn(lines);
  return fault === null ? accepted([{ type: 'OrderPlaced', data: placed }]) : rejected(fault);
}

/**
 * The request as text, to compare requests. A repeated request has its fields in the same order, but carries a longer
 * history of its customer and another code, so both are left out.
 */
const requestOf = ({ customerHistory: _, code: __, ...request }: OrderPlaced['data']): string =>
  JSON.stringify(request);

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
    // this sum is inexact only beyond 2^53, far above the limit
    total += minor * quantity;
    if (total > money.maxMinor) return { code: 'TotalTooLarge' };
  }
  return null;
}

/** Gives more time once, and only while the reservation runs. A reservation that has ended stays ended. */
function extend({ data: { at, byMs } }: ExtendReservation, state: OrderState): Decision {
  const { status } = state;
  if (status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (status !== 'RESERVED' || state.expiresAt === null || at >= state.expiresAt)
    return rejected({ code: 'ReservationNotExtendable', status });
  const { expiresAt: before, isExtended } = state;
  if (isExtended) return rejected({ code: 'ReservationExtended', status, expiresAt: before });
  const expiresAt = new Date(Date.parse(before) + byMs).toISOString();
  return accepted([{ type: 'OrderReservationExtended', data: { expiresAt } }]);
}

/** Once for each end of the reservation, and only while the order waits for its customer to pay. */
function remind({ data: { expiresAt } }: RemindOfReservation, state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const isWanted =
    state.status === 'RESERVED' && state.expiresAt === expiresAt && state.remindedOf !== expiresAt;
  return accepted(isWanted ? [{ type: 'OrderReservationExpiring', data: { expiresAt } }] : []);
}

/** The customer sends it, or the checkout right after the reservation. The second of the two changes nothing. */
function startPayment({ data }: StartPayment, state: OrderState): Decision {
  const attempts = attemptsBefore(state);
  if (attempts !== null) {
    const next = attempts + 1;
    const { method, attempt = next } = data;
    if (attempt < next) return accepted([]);
    // The token of the order is used for one attempt only.
    const { cardToken, returnUrl }: Pick<OrderPlaced['data'], 'cardToken' | 'returnUrl'> =
      next === 1 && state.status !== 'NOT_PLACED' ? { ...state.placed, ...data } : data;
    const started = { method, attempt: next, cardToken: cardToken ?? null, returnUrl: returnUrl ?? null };
    return accepted([{ type: 'OrderPaymentStarted', data: started }]);
  }
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const isBehind = life.indexOf(state.status as (typeof life)[number]) > life.indexOf('RESERVED');
  return isBehind ? accepted([]) : rejected({ code: 'OrderNotPayable', status: state.status });
}

/** The attempts that were declined; null unless a payment may start now. */
function attemptsBefore(state: OrderState): number | null {
  if (state.status === 'RESERVED') return state.attempts;
  return state.status === 'CREATED' && isPaidFirst(state.placed) ? 0 : null;
}

const isPaidFirst = ({ definition }: OrderPlaced['data']): boolean => definition === 'payment-first';

/** Only for the present attempt: the order already has the decline of an earlier one. */
function markDeclined({ data }: MarkPaymentDeclined, state: OrderState): Decision {
  const { attempt, code, expiresAt } = data;
  const declined: OrderEvent = { type: 'OrderPaymentDeclined', data: { attempt, code, expiresAt } };
  if (state.status === 'PAYMENT_PENDING') return accepted(attempt === state.attempt ? [declined] : []);
  if (state.status === 'RESERVED' && attempt <= state.attempts) return accepted([]);
  return advance(state, ['PAYMENT_PENDING'], declined);
}

/** Only for an order with a total of 0. Its payment need not have been started. */
function skipPayment(state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const total = orderTotal(state.placed.lines);
  if (total.minor > 0) return rejected({ code: 'PaymentDue', total });
  const from = isPaidFirst(state.placed) ? (['CREATED'] as const) : [];
  return advance(state, [...from, 'RESERVED', 'PAYMENT_PENDING'], { type: 'OrderPaymentSkipped', data: {} });
}

/** When two people decide at the same time, the second decision is refused, or changes nothing. */
function review({ data: { approved, reason } }: Review, state: OrderState): Decision {
  const { status } = state;
  if (status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (status !== 'UNDER_REVIEW') return rejected({ code: 'OrderNotReviewable', status });
  if (state.review !== null) {
    const same = state.review.approved === approved && state.review.reason === reason;
    return same ? accepted([]) : rejected({ code: 'OrderNotReviewable', status });
  }
  return accepted([{ type: 'OrderReviewed', data: { approved, reason } }]);
}

/** Possible until the goods are handed over. */
function cancel({ data }: Cancel, state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (state.status === 'CANCELLED') return accepted([]);
  if (isShipped(state)) return rejected({ code: 'OrderNotCancellable', status: state.status });
  if (state.status === 'FAILED') {
    // a customer must learn that the order had ended already; for a deadline the order only has to be over
    return data.reason === 'CUSTOMER_CANCELLED'
      ? rejected({ code: 'OrderNotCancellable', status: state.status })
      : accepted([]);
  }
  const { reason, note } = data;
  return accepted([{ type: 'OrderCancelled', data: note === undefined ? { reason } : { reason, note } }]);
}

/**
 * The end of an order that the checkout undoes. For a shipped order this does nothing: the checkout will read that it
 * was confirmed, and undoes nothing before that.
 */
function fail({ data }: Fail, state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (state.status === 'FAILED' || state.status === 'CANCELLED') return accepted([]);
  if (isShipped(state)) return rejected({ code: 'OrderNotCancellable', status: state.status });
  return accepted([{ type: 'OrderFailed', data: { reason: data.reason, message: data.message } }]);
}

type Shipped = Extract<OrderState, { status: 'SHIPPED' | 'IN_TRANSIT' | 'DELIVERED' }>;

const isShipped = (state: OrderState): state is Shipped =>
  state.status === 'SHIPPED' || state.status === 'IN_TRANSIT' || state.status === 'DELIVERED';

function pack(state: OrderState): Decision {
  if (state.status === 'CONFIRMED' && state.isPacked) return accepted([]);
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const { lines, shippingAddress } = state.placed;
  const packed: OrderEvent = { type: 'OrderPacked', data: { stock: unitsBySku(lines), shippingAddress } };
  return advance(state, ['CONFIRMED'], packed);
}

/** Shipping and cancelling exclude each other here: the one that the order's stream has first wins. */
function ship({ data: { carrier, trackingNumber } }: MarkShipped, state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (state.status === 'CONFIRMED' && !state.isPacked)
    return rejected({ code: 'OrderNotReady', status: state.status });
  const data = { carrier, trackingNumber, stock: unitsBySku(state.placed.lines) };
  return advance(state, ['CONFIRMED'], { type: 'OrderShipped', data });
}

/** Also accepted after the order has ended. The outcome is recorded once. */
function answerRefund({ type, data }: RecordRefund | RefuseRefund, state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const refund = backOf(state)?.refunds.find(({ refundId }) => refundId === data.refundId);
  if (refund === undefined) return rejected({ code: 'RefundNotFound' });
  if (refund.is !== 'asked') return accepted([]);
  const { refundId, amount } = refund;
  return type === 'RecordRefund'
    ? accepted([{ type: 'OrderRefunded', data: { refundId, amount } }])
    : accepted([{ type: 'OrderRefundRefused', data: { refundId, code: data.code } }]);
}

const life = [
  ...(['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'UNDER_REVIEW', 'CONFIRMED'] as const),
  ...(['SHIPPED', 'IN_TRANSIT', 'DELIVERED'] as const),
];

/** A step forward from one of `from`; does nothing when the order is already past it. */
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
  ExtendReservation: true,
  RemindOfReservation: true,
  StartPayment: true,
  MarkPaymentDeclined: true,
  MarkPaid: true,
  SkipPayment: true,
  HoldForReview: true,
  Review: true,
  Confirm: true,
  Cancel: true,
  Fail: true,
  MarkPacked: true,
  MarkShipped: true,
  MarkInTransit: true,
  MarkDelivered: true,
  RequestRefund: true,
  AcceptReturn: true,
  RecordRefund: true,
  RefuseRefund: true,
};

export const order: Aggregate<OrderCommand, OrderEvent, OrderState, OrderRejection> = {
  category: orderCategory,
  commandTypes: Object.keys(commandTypes) as OrderCommand['type'][],
  stream: (command) => orderStream(command.data.orderId),
  beginWith: ['PlaceOrder'],
  isSettled: (state) => 'invoiceNumber' in state || state.status === 'FAILED' || state.status === 'CANCELLED',
  schemaVersions,
  initialState,
  evolve,
  decide,
};
