// The facts about an order that a public event needs besides its stored event: folded from the order's own stream.
import type { Sku } from '@holdfast/kernel';
import type { OrderEvent, OrderPlaced } from '@holdfast/ordering';

export type OrderFacts = {
  readonly placed: OrderPlaced['data'];
  /** ISO 8601 */
  readonly placedAt: string;
  readonly isReserved: boolean;
  readonly isCompleted: boolean;
  /** units that came back, by SKU */
  readonly returned: ReadonlyMap<Sku, number>;
};

export type OrderHistory = readonly (OrderEvent & { readonly metadata: { readonly at: string } })[];

/** Null when the history does not begin with the order's placing. */
export function orderFacts([first, ...later]: OrderHistory): OrderFacts | null {
  if (first?.type !== 'OrderPlaced') return null;
  let [isReserved, isCompleted] = [false, false];
  const returned = new Map<Sku, number>();
  for (const event of later) {
    if (event.type === 'OrderReserved') isReserved = true;
    if (event.type === 'OrderConfirmed') isCompleted = true;
    if (event.type === 'OrderReturned')
      for (const { sku, quantity } of event.data.stock)
        returned.set(sku, (returned.get(sku) ?? 0) + quantity);
  }
  return { placed: first.data, placedAt: first.metadata.at, isReserved, isCompleted, returned };
}
