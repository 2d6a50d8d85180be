// Why an order is where it is: every change of its status, oldest first, in one document per order.
import { invariant, streamId, type Document, type Projection } from '@holdfast/kernel';
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
};

/** `id` is the order's. */
export type OrderHistory = Document & { readonly entries: readonly OrderHistoryEntry[] };

export const orderHistory: Projection<OrderHistory> = {
  name: 'order-history',
  version: 1,
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
    };
    return [{ document: { id, entries: [...entries, entry] } }];
  },
};
