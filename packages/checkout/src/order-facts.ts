// The facts about an order that its process managers have from the start.
import { OrderId, streamId, type RecordedEvent, type Sku } from '@holdfast/kernel';
import { orderTotal, type OrderPlaced } from '@holdfast/ordering';
import type { CheckoutStarted } from './checkout.events.js';

export type PlacedFacts = Omit<CheckoutStarted['data'], 'definition' | 'definitionVersion' | 'coordination'>;

/** Every SKU once, with its total quantity, and the total of the order. */
export function factsOf({ stream, data }: RecordedEvent<OrderPlaced>): PlacedFacts {
  const { customerId, lines, paymentMethod, paymentMode, shippingAddress } = data;
  const { billingAddress, customerHistory } = data;
  const quantities = new Map<Sku, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return {
    orderId: OrderId(streamId(stream)),
    customerId,
    stock: [...quantities].map(([sku, quantity]) => ({ sku, quantity })),
    total: orderTotal(lines),
    paymentMethod,
    paymentMode,
    shippingAddress,
    ...(billingAddress !== undefined && { billingAddress }),
    ...(customerHistory !== undefined && { customerHistory }),
  };
}
