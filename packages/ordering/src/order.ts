// The order: the status of one purchase. It only moves forward, and never moves again after its end.
import {
  accepted,
  assertNever,
  reasonOf,
  rejected,
  streamName,
  type Aggregate,
  type OrderId,
} from '@holdfast/kernel';
import { unitsBySku } from './order-lines.js';
import { acceptReturn, requestRefund } from './order-refunds.js';
import { declineReturn, requestReturn } from './return-requests.js';
import { backOf, evolve, initialState, type OrderState } from './order-state.js';
import type {
  Cancel,
  ExtendReservation,
  Fail,
  MarkPacked,
  MarkShipped,
  OrderCommand,
  RecordRefund,
  RefuseRefund,
  RemindOfReservation,
  Review,
} from './order.commands.js';
import { schemaVersions } from './ordering.upcasters.js';
import type { OrderEvent, OrderPlaced } from './order.events.js';
import { advance, type OrderRejection, type Decision } from './order-steps.js';
import { place } from './order-placing.js';
import { startPayment, markDeclined, skipPayment } from './order-payment.js';

export const orderCategory = 'order';
export const orderStream = (orderId: OrderId): string => streamName(orderCategory, orderId);

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
      const data = { invoiceNumber, ...keeperOf(state) };
      return advance(state, ['PAID', 'UNDER_REVIEW'], { type: 'OrderConfirmed', data });
    }
    case 'Cancel':
      return cancel(command, state);
    case 'Fail':
      return fail(command, state);
    case 'MarkPacked':
      return pack(command, state);
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
    case 'RequestReturn':
      if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
      return isShipped(state)
        ? requestReturn(command, state)
        : rejected({ code: 'OrderNotReturnable', status: state.status });
    case 'DeclineReturn':
      if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
      return declineReturn(command, backOf(state)?.requests ?? []);
    default:
      return assertNever(command);
  }
}

const keeperOf = (state: OrderState): Pick<OrderPlaced['data'], 'stockKeeper'> =>
  state.status === 'NOT_PLACED' || state.placed.stockKeeper === undefined
    ? {}
    : { stockKeeper: state.placed.stockKeeper };

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

function pack({ data }: MarkPacked, state: OrderState): Decision {
  if (state.status === 'CONFIRMED' && state.isPacked) return accepted([]);
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  const { lines, shippingAddress } = state.placed;
  const parcel = { stock: unitsBySku(lines), shippingAddress, ...reasonOf(data) };
  return advance(state, ['CONFIRMED'], { type: 'OrderPacked', data: parcel });
}

/** Shipping and cancelling exclude each other here: the one that the order's stream has first wins. */
function ship({ data: { carrier, trackingNumber, reason } }: MarkShipped, state: OrderState): Decision {
  if (state.status === 'NOT_PLACED') return rejected({ code: 'OrderNotFound' });
  if (state.status === 'CONFIRMED' && !state.isPacked)
    return rejected({ code: 'OrderNotReady', status: state.status });
  const data = { carrier, trackingNumber, stock: unitsBySku(state.placed.lines), ...reasonOf({ reason }) };
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
  RequestReturn: true,
  DeclineReturn: true,
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
