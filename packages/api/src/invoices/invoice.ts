// The invoice of a confirmed order. It is built from the order's own events. Events never change, so the invoice never does.
import { money, streamId, type Money, type RecordedEvent } from '@holdfast/kernel';
import { orderTotal, type Address, type OrderEvent, type OrderLine } from '@holdfast/ordering';

/** Money that went back, and why. `at` is ISO 8601. */
export type Credit = { readonly at: string; readonly reason: string; readonly amount: Money };

export type Invoice = {
  readonly number: string;
  /** ISO 8601 */
  readonly issuedAt: string;
  readonly orderId: string;
  readonly customerId: string;
  readonly billTo: Address;
  readonly shipTo: Address;
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  /** in the order in which they were given */
  readonly credits: readonly Credit[];
  /** the total without the credits */
  readonly balance: Money;
};

/** Makes the invoice from an order's events, oldest first; null for an order that was never confirmed. */
export function invoiceOf(events: readonly RecordedEvent[]): Invoice | null {
  const ofOrder = events as readonly RecordedEvent<OrderEvent>[];
  const placed = ofOrder.find((event) => event.type === 'OrderPlaced');
  const confirmed = ofOrder.find((event) => event.type === 'OrderConfirmed');
  if (placed === undefined || confirmed === undefined) return null;
  const { lines, customerId, shippingAddress: shipTo, billingAddress: billTo = shipTo } = placed.data;
  const total = orderTotal(lines);
  const credits = creditsOf(ofOrder, total);
  const credited = money.sum(
    credits.map(({ amount }) => amount),
    total.currency,
  );
  return {
    number: confirmed.data.invoiceNumber,
    issuedAt: confirmed.metadata.at,
    orderId: streamId(placed.stream),
    ...{ customerId, billTo, shipTo, lines, total, credits },
    balance: money.subtract(total, credited),
  };
}

/** All refunds. For an order that ended after its confirmation also the rest, because the checkout refunds all of it. */
function creditsOf(events: readonly RecordedEvent<OrderEvent>[], total: Money): readonly Credit[] {
  const credits: Credit[] = [];
  let left = total;
  const give = (at: string, reason: string, amount: Money): void => {
    if (amount.minor === 0) return;
    credits.push({ at, reason, amount });
    left = money.subtract(left, amount);
  };
  const reasons = new Map<string, string>();
  for (const event of events) {
    const { at } = event.metadata;
    if (event.type === 'OrderReturned' && event.data.refund !== null)
      reasons.set(event.data.refund.refundId, 'Goods returned');
    if (event.type === 'OrderRefunded')
      give(at, reasons.get(event.data.refundId) ?? 'Refund', event.data.amount);
    if (event.type === 'OrderCancelled') give(at, 'Order cancelled', left);
    if (event.type === 'OrderFailed') give(at, 'Order failed', left);
  }
  return credits;
}

/** The day of a time in ISO 8601, UTC. */
export const dayOf = (at: string): string => at.slice(0, 10);
