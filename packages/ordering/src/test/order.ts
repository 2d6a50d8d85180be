// Commands and events of one order, for its specs.
import { CustomerId, OrderId, Sku } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import {
  order,
  type Cancel,
  type OrderCommand,
  type OrderEvent,
  type OrderLine,
  type OrderPlaced,
  type OrderState,
} from '../index.js';

export const orderId = OrderId('o-1');
export const line = (sku: string, quantity = 1, minor = 1000, currency = 'EUR'): OrderLine => ({
  sku: Sku(sku),
  name: `The ${sku}`,
  quantity,
  unitPrice: { minor, currency },
});
export const request: OrderPlaced['data'] = {
  customerId: CustomerId('c-1'),
  lines: [line('MUG', 2, 1250), line('TEA'), line('MUG', 1, 1250)],
  paymentMethod: 'WALLET',
  paymentMode: 'ON_CONFIRMATION',
  coordination: 'ORCHESTRATION',
  shippingAddress: { name: 'Ada', line1: 'Main St 1', city: 'Graz', postalCode: '8010', country: 'AT' },
};

export const placeOrder = (lines = request.lines): OrderCommand => ({
  type: 'PlaceOrder',
  data: { orderId, ...request, lines },
});
export const expiresAt = '2026-01-01T00:15:00.000Z';
export const markReserved: OrderCommand = { type: 'MarkReserved', data: { orderId, expiresAt } };
export const startPayment: OrderCommand = { type: 'StartPayment', data: { orderId, method: 'WALLET' } };
export const startAttempt = (attempt: number, cardToken?: string): OrderCommand => ({
  type: 'StartPayment',
  data: { orderId, method: 'CARD', attempt, ...(cardToken !== undefined && { cardToken }) },
});
export const attemptStarted = (attempt: number, cardToken: string | null): OrderEvent => ({
  type: 'OrderPaymentStarted',
  data: { method: 'CARD', attempt, cardToken, returnUrl: null },
});
export const markDeclined = (attempt: number): OrderCommand => ({
  type: 'MarkPaymentDeclined',
  data: { orderId, attempt, code: 'card_declined', expiresAt },
});
export const declined = (attempt: number): OrderEvent => ({
  type: 'OrderPaymentDeclined',
  data: { attempt, code: 'card_declined', expiresAt },
});
export const markPaid: OrderCommand = { type: 'MarkPaid', data: { orderId, transactionId: 't-1' } };
export const holdForReview: OrderCommand = { type: 'HoldForReview', data: { orderId, reason: 'large' } };
export const review = (approved: boolean, reason = 'called them'): OrderCommand => ({
  type: 'Review',
  data: { orderId, approved, reason },
});
export const reviewed = (approved: boolean): OrderEvent => ({
  type: 'OrderReviewed',
  data: { approved, reason: 'called them' },
});
export const confirm: OrderCommand = { type: 'Confirm', data: { orderId, invoiceNumber: 'INV-1' } };
export const cancel = (data: Omit<Cancel['data'], 'orderId'>): OrderCommand => ({
  type: 'Cancel',
  data: { orderId, ...data },
});
export const customerCancels = cancel({ reason: 'CUSTOMER_CANCELLED' });
export const expire = cancel({ reason: 'RESERVATION_EXPIRED' });
export const fail: OrderCommand = {
  type: 'Fail',
  data: { orderId, reason: 'OUT_OF_STOCK', message: 'Out of stock' },
};

export const placed: OrderEvent = { type: 'OrderPlaced', data: request };
export const reserved: OrderEvent = { type: 'OrderReserved', data: { expiresAt } };
export const paymentStarted: OrderEvent = {
  type: 'OrderPaymentStarted',
  data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
};
export const paid: OrderEvent = { type: 'OrderPaid', data: { transactionId: 't-1' } };
export const heldForReview: OrderEvent = { type: 'OrderHeldForReview', data: { reason: 'large' } };
export const confirmed: OrderEvent = { type: 'OrderConfirmed', data: { invoiceNumber: 'INV-1' } };
export const cancelled: OrderEvent = { type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED' } };
export const expired: OrderEvent = { type: 'OrderCancelled', data: { reason: 'RESERVATION_EXPIRED' } };
export const failed: OrderEvent = {
  type: 'OrderFailed',
  data: { reason: 'OUT_OF_STOCK', message: 'Out of stock' },
};

export const parcel = [
  { sku: Sku('MUG'), quantity: 3 },
  { sku: Sku('TEA'), quantity: 1 },
];
export const packed: OrderEvent = {
  type: 'OrderPacked',
  data: { stock: parcel, shippingAddress: request.shippingAddress },
};
export const shipped: OrderEvent = {
  type: 'OrderShipped',
  data: { carrier: 'simulated', trackingNumber: 'T-1', stock: parcel },
};
export const inTransit: OrderEvent = { type: 'OrderInTransit', data: {} };
export const delivered: OrderEvent = { type: 'OrderDelivered', data: {} };
export const markPacked: OrderCommand = { type: 'MarkPacked', data: { orderId } };
export const markShipped: OrderCommand = {
  type: 'MarkShipped',
  data: { orderId, carrier: 'simulated', trackingNumber: 'T-1' },
};
export const markInTransit: OrderCommand = { type: 'MarkInTransit', data: { orderId } };
export const markDelivered: OrderCommand = { type: 'MarkDelivered', data: { orderId } };

/** the events that lead to each status */
export const until = {
  CREATED: [placed],
  RESERVED: [placed, reserved],
  PAYMENT_PENDING: [placed, reserved, paymentStarted],
  PAID: [placed, reserved, paymentStarted, paid],
  UNDER_REVIEW: [placed, reserved, paymentStarted, paid, heldForReview],
  CONFIRMED: [placed, reserved, paymentStarted, paid, confirmed],
  SHIPPED: [placed, reserved, paymentStarted, paid, confirmed, packed, shipped],
  IN_TRANSIT: [placed, reserved, paymentStarted, paid, confirmed, packed, shipped, inTransit],
  DELIVERED: [placed, reserved, paymentStarted, paid, confirmed, packed, shipped, inTransit, delivered],
  FAILED: [placed, failed],
  CANCELLED: [placed, reserved, cancelled],
} satisfies Record<Exclude<OrderState['status'], 'NOT_PLACED'>, readonly OrderEvent[]>;
type Status = keyof typeof until;
export const unended: readonly Status[] = [
  'CREATED',
  'RESERVED',
  'PAYMENT_PENDING',
  'PAID',
  'UNDER_REVIEW',
  'CONFIRMED',
];
export const handedOver: readonly Status[] = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED'];
export const statuses = Object.keys(until) as Status[];

export const { given } = deciderSpecification(order);
