// The customer's view of an order, without its history: one document per order.
import type { StockEvent } from '@holdfast/inventory';
import {
  assertNever,
  invariant,
  money,
  streamId,
  type Change,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';
import {
  orderTotal,
  statusAfter,
  type EventWithinStatus,
  type OrderEvent,
  type OrderPlaced,
} from '@holdfast/ordering';
import { orderPaidBy, paidByCard, type CardEvent } from './card-payment.js';
import { paymentOf, type OrderSummary } from './order-document.js';
import { paidByWallet, type WalletPaymentEvent } from './wallet-payment.js';
import { requestsAfter } from './return-requests.js';

type Input =
  OrderEvent | CardEvent | Extract<StockEvent, { type: 'StockReservationRefused' }> | WalletPaymentEvent;

/** The place of the order's id in each event: the name of its stream, its data, or the name of a payment's stream. */
const orderIn: Readonly<Record<Input['type'], 'stream' | 'data' | 'payment'>> = {
  OrderPlaced: 'stream',
  OrderReserved: 'stream',
  OrderReservationExtended: 'stream',
  OrderReservationExpiring: 'stream',
  OrderPaymentStarted: 'stream',
  OrderPaymentDeclined: 'stream',
  OrderPaid: 'stream',
  OrderPaymentSkipped: 'stream',
  OrderHeldForReview: 'stream',
  OrderReviewed: 'stream',
  OrderConfirmed: 'stream',
  OrderCancelled: 'stream',
  OrderFailed: 'stream',
  OrderPacked: 'stream',
  OrderShipped: 'stream',
  OrderInTransit: 'stream',
  OrderDelivered: 'stream',
  OrderRefundRequested: 'stream',
  OrderReturned: 'stream',
  OrderRefunded: 'stream',
  OrderRefundRefused: 'stream',
  ReturnRequested: 'stream',
  ReturnDeclined: 'stream',
  StockReservationRefused: 'data',
  FundsHeld: 'data',
  FundsHoldRefused: 'data',
  HoldCaptured: 'data',
  HoldReleased: 'data',
  FundsRefunded: 'data',
  PaymentRequested: 'payment',
  PaymentRedirectOffered: 'payment',
  PaymentAuthorized: 'payment',
  PaymentDeclined: 'payment',
  PaymentAuthorizationExpired: 'payment',
  PaymentCaptured: 'payment',
  PaymentVoided: 'payment',
  PaymentRefunded: 'payment',
};

function key(event: RecordedEvent): string | null {
  switch ((orderIn as Readonly<Record<string, 'stream' | 'data' | 'payment' | undefined>>)[event.type]) {
    case 'stream':
      return streamId(event.stream);
    case 'data':
      return (event.data as { readonly orderId: string }).orderId;
    case 'payment':
      return orderPaidBy(event);
    default:
      return null;
  }
}

function project(recorded: RecordedEvent, order: OrderSummary | null): readonly Change<OrderSummary>[] {
  const event = recorded as RecordedEvent<Input>;
  if (event.type === 'OrderPlaced') return [{ document: placed(event) }];
  if (order === null) {
    invariant(orderIn[event.type] !== 'stream', `${event.type} in an order that was never placed`);
    return [];
  }
  const changed = after(event, order);
  return changed === null ? [] : [{ document: { ...order, ...changed, position: event.position } }];
}

function placed(event: RecordedEvent<OrderPlaced>): OrderSummary {
  const { customerId, lines, paymentMethod, paymentMode, coordination, code, guestEmail } = event.data;
  const { definition = 'stock-first' } = event.data;
  const id = streamId(event.stream);
  return {
    id,
    code: code ?? id,
    guestEmail: guestEmail ?? null,
    customerId,
    status: 'CREATED',
    failureReason: null,
    failureMessage: null,
    lines: lines.map((line) => ({ ...line, total: money.multiply(line.unitPrice, line.quantity) })),
    total: orderTotal(lines),
    paymentMethod,
    paymentMode,
    coordination,
    definition,
    reservationExpiresAt: null,
    payment: null,
    invoice: null,
    shortages: [],
    refusedFunds: null,
    isPacked: false,
    returnRequests: [],
    hasOpenReturnRequest: false,
    revision: event.revision,
    position: event.position,
    placedAt: event.metadata.at,
    placedPosition: event.position,
  };
}

/** The changes of the event; null for none. */
function after(
  event: RecordedEvent<Exclude<Input, OrderPlaced>>,
  order: OrderSummary,
): Partial<OrderSummary> | null {
  switch (event.type) {
    case 'OrderReserved':
      return { ...moved(event), reservationExpiresAt: event.data.expiresAt };
    case 'OrderReservationExpiring':
      return { revision: event.revision };
    case 'OrderReservationExtended':
      return { reservationExpiresAt: event.data.expiresAt, revision: event.revision };
    case 'OrderPaymentStarted': {
      const { method } = event.data;
      const begun = { method, status: 'PENDING', redirectUrl: null, declineCode: null } as const;
      return { ...moved(event), reservationExpiresAt: null, payment: { ...paymentOf(order), ...begun } };
    }
    case 'OrderPaymentDeclined': {
      const payment = { ...paymentOf(order), status: 'REFUSED' } as const;
      return { ...moved(event), reservationExpiresAt: event.data.expiresAt, payment };
    }
    case 'OrderPaid': {
      const { transactionId } = event.data;
      return { ...moved(event), payment: { ...paymentOf(order), transactionId } };
    }
    case 'OrderPaymentSkipped':
      return { ...moved(event), payment: null };
    case 'OrderHeldForReview':
    case 'OrderReviewed':
    case 'OrderShipped':
    case 'OrderInTransit':
    case 'OrderDelivered':
      return moved(event);
    // The refund is shown when the payment makes it.
    case 'OrderPacked':
    case 'OrderRefundRequested':
    case 'OrderRefunded':
    case 'OrderRefundRefused':
      return { isPacked: order.isPacked || event.type === 'OrderPacked', revision: event.revision };
    case 'ReturnRequested':
    case 'ReturnDeclined':
    case 'OrderReturned':
      return { ...requestsAfter(event, order.returnRequests), revision: event.revision };
    case 'OrderConfirmed': {
      const invoice = { number: event.data.invoiceNumber, issuedAt: event.metadata.at, total: order.total };
      return { ...moved(event), invoice };
    }
    case 'OrderCancelled':
      return { ...ended(event), failureReason: event.data.reason, failureMessage: event.data.note ?? null };
    case 'OrderFailed':
      return { ...ended(event), failureReason: event.data.reason, failureMessage: event.data.message };
    case 'StockReservationRefused':
      return lacking(event, order);
    case 'FundsHeld':
    case 'FundsHoldRefused':
    case 'HoldCaptured':
    case 'HoldReleased':
    case 'FundsRefunded':
      return paidByWallet(event, order);
    case 'PaymentRequested':
    case 'PaymentRedirectOffered':
    case 'PaymentAuthorized':
    case 'PaymentDeclined':
    case 'PaymentAuthorizationExpired':
    case 'PaymentCaptured':
    case 'PaymentVoided':
    case 'PaymentRefunded':
      return changedByCard(event, order);
    default:
      return assertNever(event);
  }
}

function changedByCard(event: RecordedEvent<CardEvent>, order: OrderSummary): Partial<OrderSummary> | null {
  const payment = paidByCard(event, paymentOf(order));
  return payment === null ? null : { payment };
}

/** With enough units available, the order itself had ended: that is not a shortage. */
function lacking(
  { stream, data: { requested, available } }: RecordedEvent<Extract<Input, StockEvent>>,
  { shortages }: OrderSummary,
): Partial<OrderSummary> | null {
  if (available >= requested) return null;
  return { shortages: [...shortages, { sku: streamId(stream), requested, available }] };
}

const moved = ({
  type,
  revision,
}: RecordedEvent<Exclude<OrderEvent, EventWithinStatus>>): Pick<OrderSummary, 'status' | 'revision'> => ({
  status: statusAfter[type],
  revision,
});

const ended = (event: Parameters<typeof moved>[0]): Partial<OrderSummary> => ({
  ...moved(event),
  reservationExpiresAt: null,
});

export const orderSummary: Projection<OrderSummary> = {
  name: 'order-summary',
  version: 6,
  prefixes: ['order-', 'stock-', 'wallet-', 'payment-'],
  indexes: {
    code: ['code'],
    customer: ['customerId', 'placedPosition'],
    customerStatus: ['customerId', 'status', 'placedPosition'],
    openReturn: ['hasOpenReturnRequest', 'placedPosition'],
    placed: ['placedPosition'],
    status: ['status', 'placedPosition'],
  },
  key,
  project,
};
