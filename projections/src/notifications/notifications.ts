// What a customer is told about an order.
import type { Document, Position } from '@holdfast/kernel';

/** `id` is the order's: what later events of it leave out, and a notification needs. */
export type NotifiedOrder = Document & { readonly customerId: string; readonly paymentStarted: boolean };

export type NotificationKind =
  | 'ORDER_CONFIRMED'
  | 'OUT_OF_STOCK'
  | 'PAYMENT_FAILED'
  | 'ORDER_FAILED'
  | 'ORDER_CANCELLED'
  | 'RESERVATION_EXPIRED';

/** `id` is `orderId:revision` of the event behind it. */
export type Notification = Document & {
  readonly customerId: string;
  readonly orderId: string;
  readonly kind: NotificationKind;
  readonly message: string;
  readonly at: string;
  readonly position: Position;
};
