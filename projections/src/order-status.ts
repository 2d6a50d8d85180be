// Which status each order event leads to: the one place where read models learn it.
import type { OrderEvent } from '@holdfast/ordering';

export type OrderStatus =
  'CREATED' | 'RESERVED' | 'PAYMENT_PENDING' | 'PAID' | 'UNDER_REVIEW' | 'CONFIRMED' | 'FAILED' | 'CANCELLED';

export const statusAfter: Readonly<Record<OrderEvent['type'], OrderStatus>> = {
  OrderPlaced: 'CREATED',
  OrderReserved: 'RESERVED',
  OrderPaymentStarted: 'PAYMENT_PENDING',
  OrderPaid: 'PAID',
  OrderHeldForReview: 'UNDER_REVIEW',
  OrderConfirmed: 'CONFIRMED',
  OrderCancelled: 'CANCELLED',
  OrderFailed: 'FAILED',
};
