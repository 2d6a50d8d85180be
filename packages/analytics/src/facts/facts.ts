// The stored form of a public event: one row, and a row for each line of goods. Every figure is computed from these rows, so
// that neither their order nor a second delivery changes one.
import type { ReceivedEvent, Topic } from '@holdfast/bridge';

/** The topics from which the figures are made. */
export const topicsOfFacts: readonly Topic[] = ['order-events', 'inventory-events', 'payment-events'];

export type Fact = {
  /** the key: an event that comes again changes nothing */
  readonly id: string;
  readonly type: ReceivedEvent['type'];
  readonly orderId: string;
  /** ISO 8601, UTC */
  readonly time: string;
  readonly country: string | null;
  readonly amount: Amount | null;
  /** why an order ended */
  readonly reason: string | null;
  /** of a cancellation: whether the order had been completed */
  readonly wasCompleted: boolean | null;
  readonly lines: readonly FactLine[];
};
type Amount = { readonly minor: bigint; readonly currency: string };
/** `amount`: of all its units */
export type FactLine = { readonly sku: string; readonly quantity: number; readonly amount: Amount };

/** Returns the facts of an event; null for one that no figure needs. */
export function factOf(event: ReceivedEvent): Fact | null {
  const { id, type, time } = event;
  const of = (orderId: string, more: Partial<Fact> = {}): Fact => ({
    ...{ id, type, orderId, time, country: null, amount: null, reason: null, wasCompleted: null, lines: [] },
    ...more,
  });
  switch (event.type) {
    case 'order.created':
      return of(event.data.orderId, { country: event.data.country, amount: event.data.total });
    case 'order.completed': {
      const { orderId, country, total: amount, lines } = event.data;
      return of(orderId, { country, amount, lines: lines.map(sold) });
    }
    case 'order.paid':
      return of(event.data.orderId, { amount: event.data.total });
    case 'order.failed':
      return of(event.data.orderId, { reason: event.data.reason });
    case 'order.cancelled': {
      const { orderId, reason, wasCompleted } = event.data;
      return of(orderId, { reason, wasCompleted });
    }
    case 'order.returned': {
      const { orderId, lines } = event.data;
      return of(orderId, {
        lines: lines.map(({ sku, quantity, worth: amount }) => ({ sku, quantity, amount })),
      });
    }
    case 'order.shipped':
    case 'order.delivered':
    case 'stock.reduction.success':
      return of(event.data.orderId);
    case 'payment.completed':
    case 'payment.refunded':
      return of(event.data.orderId, { amount: event.data.amount });
    default:
      return null;
  }
}

type Ordered = { readonly sku: string; readonly quantity: number; readonly unitPrice: Amount };

const sold = ({ sku, quantity, unitPrice: { minor, currency } }: Ordered): FactLine => ({
  sku,
  quantity,
  amount: { minor: minor * BigInt(quantity), currency },
});
