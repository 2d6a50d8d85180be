// Every change of an order's status with its reason, oldest first, in one document per order.
import { invariant, streamId, type Document, type Projection, type RecordedEvent } from '@holdfast/kernel';
import { statusAfterEvent, type OrderEvent, type OrderStatus } from '@holdfast/ordering';

export type OrderHistoryEntry = {
  /** `orderId:revision` */
  readonly id: string;
  readonly from: OrderStatus | null;
  readonly to: OrderStatus;
  readonly at: string;
  readonly triggeringEvent: OrderEvent['type'];
  readonly triggeringEventId: string;
  readonly actor: string;
  /** in the words of the person or of the program; null for none */
  readonly reason: string | null;
};

/** `id` is the order's. */
export type OrderHistory = Document & { readonly entries: readonly OrderHistoryEntry[] };

function reasonIn(event: RecordedEvent<OrderEvent>): string | null {
  switch (event.type) {
    case 'OrderHeldForReview':
    case 'OrderReviewed':
      return event.data.reason;
    case 'OrderCancelled':
      return event.data.note ?? null;
    case 'OrderFailed':
      return event.data.message;
    default:
      return null;
  }
}

export const orderHistory: Projection<OrderHistory> = {
  name: 'order-history',
  version: 2,
  prefixes: ['order-'],
  indexes: {},
  key: (event) => (statusAfterEvent(event.type) === undefined ? null : streamId(event.stream)),
  project(event, history) {
    const to = statusAfterEvent(event.type);
    invariant(to !== undefined, `${event.type} leads to no status`);
    const id = streamId(event.stream);
    const entries = history?.entries ?? [];
    const entry: OrderHistoryEntry = {
      id: `${id}:${event.revision}`,
      from: entries.at(-1)?.to ?? null,
      to,
      at: event.metadata.at,
      triggeringEvent: event.type as OrderEvent['type'],
      triggeringEventId: event.id,
      actor: event.metadata.actor,
      reason: reasonIn(event as RecordedEvent<OrderEvent>),
    };
    return [{ document: { id, entries: [...entries, entry] } }];
  },
};
