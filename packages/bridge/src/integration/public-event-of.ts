// The mapping from stored events to public events. Pure, so that a replay gives the same events, byte by byte.
import { assertNever, streamCategory, streamId, type Money } from '@holdfast/kernel';
import type { AnswerEvent } from '../inbound/inbox.events.js';
import {
  orderCategory,
  orderTotal,
  priceOf,
  unitsBySku,
  type OrderEvent,
  type OrderLine,
} from '@holdfast/ordering';
import type { AllocationEvent, StockEvent } from '@holdfast/inventory';
import { depositPaidBy, paymentOfStream, type PaymentEvent } from '@holdfast/payments';
import type { WalletEvent } from '@holdfast/wallet';
import type { OrderFacts } from './order-facts.js';
import type { PublicEvent, PublicLine, PublicMoney } from './public-events.js';

/** The fields of a stored event that the mapping reads. */
export type Told<E> = E & { readonly id: string; readonly stream: string };
type Published = readonly PublicEvent[];
const none: Published = [];

const money = ({ minor, currency }: Money): PublicMoney => ({ minor: BigInt(minor), currency });
const line = ({ sku, quantity, unitPrice }: OrderLine): PublicLine => ({
  sku,
  quantity,
  unitPrice: money(unitPrice),
});

/** Order events whose public event needs facts from before. */
export const needsFacts = {
  OrderPlaced: false,
  OrderReserved: true,
  OrderReservationExtended: false,
  OrderReservationExpiring: false,
  OrderPaymentStarted: true,
  OrderPaymentDeclined: false,
  OrderPaid: true,
  OrderPaymentSkipped: true,
  OrderHeldForReview: false,
  OrderReviewed: false,
  OrderConfirmed: true,
  OrderCancelled: true,
  OrderFailed: false,
  OrderPacked: false,
  OrderShipped: false,
  OrderInTransit: false,
  OrderDelivered: false,
  OrderRefundRequested: false,
  OrderReturned: true,
  OrderRefunded: false,
  OrderRefundRefused: false,
  ReturnRequested: false,
  ReturnDeclined: false,
} as const satisfies Readonly<Record<OrderEvent['type'], boolean>>;

type Needy = {
  [Type in OrderEvent['type']]: (typeof needsFacts)[Type] extends true ? Type : never;
}[OrderEvent['type']];
type WithFacts = Extract<OrderEvent, { type: Needy }>;
export type WithoutFacts = Exclude<OrderEvent, WithFacts>;

export const isWithFacts = (event: Told<OrderEvent>): event is Told<WithFacts> => needsFacts[event.type];

export function ofOrder(event: Told<WithoutFacts>): Published {
  const orderId = streamId(event.stream);
  switch (event.type) {
    case 'OrderPlaced': {
      const { customerId, paymentMethod, paymentMode, coordination } = event.data;
      const data = { orderId, customerId, ...ordered(event.data), paymentMethod, paymentMode, coordination };
      return [{ type: 'order.created', data }];
    }
    case 'OrderHeldForReview':
      return [{ type: 'order.held', data: { orderId } }];
    case 'OrderFailed':
      return [{ type: 'order.failed', data: { orderId, reason: event.data.reason } }];
    case 'OrderShipped': {
      const { carrier, stock } = event.data;
      return [{ type: 'order.shipped', data: { orderId, carrier, stock: unitsBySku(stock) } }];
    }
    case 'OrderInTransit':
      return [{ type: 'order.in_transit', data: { orderId } }];
    case 'OrderDelivered':
      return [{ type: 'order.delivered', data: { orderId } }];
    case 'OrderRefunded': {
      const { refundId, amount } = event.data;
      return [{ type: 'order.refunded', data: { orderId, refundId, amount: money(amount) } }];
    }
    case 'OrderReservationExtended':
    case 'OrderReservationExpiring':
    case 'OrderPaymentDeclined':
    case 'OrderReviewed':
    case 'OrderPacked':
    case 'OrderRefundRequested':
    case 'OrderRefundRefused':
    case 'ReturnRequested':
    case 'ReturnDeclined':
      return none;
    default:
      return assertNever(event);
  }
}

const ordered = ({ shippingAddress: { country }, lines }: OrderFacts['placed']) => ({
  country,
  lines: lines.map(line),
  total: money(orderTotal(lines)),
});

/** `facts`: those of the order before the event. */
export function ofOrderWithFacts(event: Told<WithFacts>, facts: OrderFacts): Published {
  const orderId = streamId(event.stream);
  const { placed, placedAt } = facts;
  const { customerId } = placed;
  const total = money(orderTotal(placed.lines));
  switch (event.type) {
    case 'OrderReserved':
      return [stockSecured(orderId, facts)];
    case 'OrderPaymentStarted': {
      const { method, attempt } = event.data;
      return [{ type: 'payment.requested', data: { orderId, customerId, method, attempt, amount: total } }];
    }
    case 'OrderPaid':
    case 'OrderPaymentSkipped': {
      const paid: PublicEvent = { type: 'order.paid', data: { orderId, total } };
      return facts.isReserved ? [paid] : [paid, stockSecured(orderId, facts)];
    }
    case 'OrderConfirmed': {
      const { invoiceNumber } = event.data;
      const data = { orderId, customerId, ...ordered(placed), invoiceNumber, createdAt: placedAt };
      return [{ type: 'order.completed', data }];
    }
    case 'OrderCancelled': {
      const data = { orderId, reason: event.data.reason, wasCompleted: facts.isCompleted };
      return [{ type: 'order.cancelled', data }];
    }
    case 'OrderReturned': {
      const { returnId, stock, refund } = event.data;
      const lines = stock.map(({ sku, quantity }) => {
        const minor = priceOf(placed.lines, { sku, quantity }, facts.returned.get(sku) ?? 0);
        return { sku, quantity, worth: money({ minor, currency: total.currency }) };
      });
      const data = { orderId, returnId, lines, refund: refund === null ? null : money(refund.amount) };
      return [{ type: 'order.returned', data }];
    }
    default:
      return assertNever(event);
  }
}

const stockSecured = (orderId: string, { placed: { customerId, lines } }: OrderFacts): PublicEvent => ({
  type: 'stock.reduction.success',
  data: { orderId, customerId, stock: unitsBySku(lines), total: money(orderTotal(lines)) },
});

export function ofStock(event: Told<StockEvent>): Published {
  const sku = streamId(event.stream);
  switch (event.type) {
    case 'StockReceived':
      return [{ type: 'stock.received', data: { sku, quantity: event.data.quantity } }];
    case 'StockAdjusted':
      return [{ type: 'stock.adjusted', data: { sku, delta: event.data.delta } }];
    case 'StockReservationRefused': {
      const { orderId, requested, available } = event.data;
      return [{ type: 'stock.reduction.fail', data: { orderId, sku, requested, available } }];
    }
    case 'StockReserved':
      return [{ type: 'stock.reserved', data: unitsOf(sku, event.data) }];
    case 'StockReleased':
      // Nothing had been reserved.
      if (event.data.quantity === 0) return none;
      return [{ type: 'stock.released', data: unitsOf(sku, event.data) }];
    case 'StockCommitted':
      return [{ type: 'stock.committed', data: unitsOf(sku, event.data) }];
    case 'StockReturned':
      return [{ type: 'stock.returned', data: unitsOf(sku, event.data) }];
    case 'ProductCreated':
    case 'PriceChanged':
      return none;
    default:
      return assertNever(event);
  }
}

/** The stock that an outside service keeps for an order: the questions to it, and its answers. */
export function ofAllocation({ type, data }: Told<AllocationEvent>): Published {
  switch (type) {
    case 'AllocationAsked':
      return [{ type: 'stock.reserve.requested', data: unitsOf(data.sku, data) }];
    case 'AllocationReserved':
      return [{ type: 'stock.reserved', data: unitsOf(data.sku, data) }];
    case 'AllocationRefused': {
      const { orderId, sku, requested, available } = data;
      return [{ type: 'stock.reduction.fail', data: { orderId, sku, requested, available } }];
    }
    case 'AllocationReleaseAsked':
      return [{ type: 'stock.release.requested', data: unitsOf(data.sku, data) }];
    case 'AllocationReleased':
      return data.quantity === 0 ? none : [{ type: 'stock.released', data: unitsOf(data.sku, data) }];
    case 'AllocationCommitAsked':
      return [{ type: 'stock.commit.requested', data: unitsOf(data.sku, data) }];
    case 'AllocationCommitted':
      return [{ type: 'stock.committed', data: unitsOf(data.sku, data) }];
    case 'AllocationReturnAsked': {
      const { returnId } = data;
      return [{ type: 'stock.return.requested', data: { ...unitsOf(data.sku, data), returnId } }];
    }
    case 'AllocationReturned':
      return [{ type: 'stock.returned', data: unitsOf(data.sku, data) }];
    default:
      return assertNever(type);
  }
}

const unitsOf = (
  sku: string,
  { orderId, quantity }: { readonly orderId: string; readonly quantity: number },
) => ({
  orderId,
  sku,
  quantity,
});

export function ofWallet(event: Told<WalletEvent>): Published {
  const method = 'WALLET';
  switch (event.type) {
    case 'FundsHoldRefused': {
      const { orderId } = event.data;
      return [{ type: 'payment.fail', data: { orderId, method, attempt: null, code: 'insufficient_funds' } }];
    }
    case 'HoldCaptured': {
      const { orderId, amount } = event.data;
      const data = { orderId, method, amount: money(amount), transactionId: event.id } as const;
      return [{ type: 'payment.completed', data }];
    }
    case 'FundsRefunded': {
      const { orderId, refundId, amount } = event.data;
      return [{ type: 'payment.refunded', data: { orderId, method, refundId, amount: money(amount) } }];
    }
    case 'WalletOpened':
    case 'FundsDeposited':
    case 'FundsWithdrawn':
    case 'FundsHeld':
    case 'HoldReleased':
      return none;
    default:
      return assertNever(event);
  }
}

export function ofPayment(event: Told<PaymentEvent>): Published {
  const payment = paymentOfStream(event.stream);
  // A card that fills a wallet pays for no order.
  if (depositPaidBy(payment) !== null) return none;
  const { orderId, attempt } = payment;
  const method = 'CARD';
  switch (event.type) {
    case 'PaymentDeclined':
      return [{ type: 'payment.fail', data: { orderId, method, attempt, code: event.data.code } }];
    case 'PaymentAuthorizationExpired':
      return [{ type: 'payment.fail', data: { orderId, method, attempt, code: 'authorization_expired' } }];
    case 'PaymentCaptured': {
      const { amount, transactionId } = event.data;
      return [{ type: 'payment.completed', data: { orderId, method, amount: money(amount), transactionId } }];
    }
    case 'PaymentRefunded': {
      const { refundId, amount } = event.data;
      return [{ type: 'payment.refunded', data: { orderId, method, refundId, amount: money(amount) } }];
    }
    case 'PaymentRequested':
    case 'PaymentRedirectOffered':
    case 'PaymentAuthorized':
    case 'PaymentCaptureRequested':
    case 'PaymentVoidRequested':
    case 'PaymentVoided':
    case 'PaymentRefundRequested':
    case 'PaymentRefundRefused':
    case 'PaymentGatewayGivenUp':
    case 'PaymentReportKept':
      return none;
    default:
      return assertNever(event);
  }
}

export function ofAnswer(event: Told<AnswerEvent>): Published {
  const { type: command, id: commandId, topic, partition, offset } = event.data;
  const about = { command, commandId, topic, partition, offset: BigInt(offset) };
  switch (event.type) {
    case 'CommandAccepted': {
      const { stream } = event.data;
      const orderId = streamCategory(stream) === orderCategory ? streamId(stream) : null;
      return [{ type: 'command.accepted', data: { ...about, orderId } }];
    }
    case 'CommandRefused': {
      const { code, message } = event.data;
      return [{ type: 'command.refused', data: { ...about, code, message } }];
    }
    default:
      return assertNever(event);
  }
}
