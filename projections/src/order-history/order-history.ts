// Why an order is where it is: every change of its status, oldest first, in one document per order.
import type { Document } from '@holdfast/kernel';
import type { OrderEvent } from '@holdfast/ordering';
import type { OrderStatus } from '../order-status.js';

export type OrderHistoryEntry = {
  /** `orderId:revision` */
  readonly id: string;
  readonly from: OrderStatus | null;
  readonly to: OrderStatus;
  readonly at: string;
  readonly triggeringEvent: OrderEvent['type'];
  readonly triggeringEventId: string;
  readonly actor: string;
};

/** `id` is the order's. */
export type OrderHistory = Document & { readonly entries: readonly OrderHistoryEntry[] };
