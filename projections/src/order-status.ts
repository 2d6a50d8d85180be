// Which status each order event leads to: the one place where read models learn it.
import type { OrderEvent, OrderStatus } from '@holdfast/ordering';

const statuses: Readonly<Record<OrderEvent['type'], OrderStatus>> = {
  OrderPlaced: 'CREATED',
  OrderReserved: 'RESERVED',
  OrderPaymentStarted: 'PAYMENT_PENDING',
  OrderPaid: 'PAID',
  OrderHeldForReview: 'UNDER_REVIEW',
  OrderConfirmed: 'CONFIRMED',
  OrderCancelled: 'CANCELLED',
  OrderFailed: 'FAILED',
};

/** By event type; undefined for what is no order event. */
export const statusAfter: ReadonlyMap<string, OrderStatus> = new Map(Object.entries(statuses));
