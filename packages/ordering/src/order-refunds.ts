// Returns and refunds. They are limited by the units and the money that earlier ones have left.
import { accepted, money, rejected, type Money, type Result, type Sku } from '@holdfast/kernel';
import { faultyLine, orderTotal, priceOf, unitsBySku, unitsOf } from './order-lines.js';
import { withUnitsBack, type ReturnRequest } from './return-requests.js';
import type { AcceptReturn, RequestRefund } from './order.commands.js';
import type {
  OrderPlaced,
  OrderRefundRequested,
  OrderReturned,
  PaymentMethod,
  Refunding,
} from './order.events.js';

type Refund = {
  readonly refundId: string;
  readonly amount: Money;
  readonly is: 'asked' | 'made' | 'refused';
  /** author and time of a request by staff; null for the refund of a return */
  readonly request: { readonly by: string; readonly at: string } | null;
};

/** The refunds and returns of a confirmed order. */
export type GivenBack = {
  readonly refunds: readonly Refund[];
  readonly returnIds: readonly string[];
  /** units that came back, by SKU */
  readonly returned: ReadonlyMap<Sku, number>;
  /** the customer's requests to send goods back, oldest first */
  readonly requests: readonly ReturnRequest[];
};

/** The payment of an order. */
export type PaidBy = { readonly method: PaymentMethod; readonly attempt: number };

type PaidOrder = {
  readonly placed: OrderPlaced['data'];
  /** null when nothing was to be paid */
  readonly paidBy: PaidBy | null;
  readonly givenBack: GivenBack;
};

export type RefundRejection =
  | { readonly code: 'NothingToRefund' | 'InvalidAmount' }
  | { readonly code: 'CurrencyMismatch'; readonly currency: string }
  | { readonly code: 'RefundExceedsPaid'; readonly left: Money }
  /** another member of staff has just refunded the same amount */
  | { readonly code: 'RefundJustMade'; readonly amount: Money }
  | { readonly code: 'RefundNotFound' }
  /** `line` counts from 0 */
  | { readonly code: 'InvalidQuantity'; readonly line: number }
  | { readonly code: 'ReturnExceedsShipped'; readonly sku: Sku; readonly left: number };

export const nothingBack: GivenBack = {
  ...{ refunds: [], returnIds: [], requests: [] },
  returned: new Map(),
};

/** Within this time, a refund of the same amount by another member of staff counts as the same refund. */
const twinMs = 60_000;

/** The money that can still be refunded, as far as the order knows. The payment may have less left. */
export function refundable({ placed, paidBy, givenBack }: PaidOrder): Money {
  const paid = orderTotal(placed.lines);
  const zero = money.zero(paid.currency);
  if (paidBy === null) return zero;
  const back = givenBack.refunds.filter(({ is }) => is !== 'refused').map(({ amount }) => amount);
  return money.subtract(paid, money.sum(back, paid.currency));
}

export function requestRefund(
  { data: { refundId, amount: asked, reason, by, at } }: RequestRefund,
  order: PaidOrder,
): Result<readonly OrderRefundRequested[], RefundRejection> {
  if (order.givenBack.refunds.some((refund) => refund.refundId === refundId)) return accepted([]);
  const left = refundable(order);
  const amount = asked ?? left;
  if (asked !== null && !(money.isMinor(asked.minor) && asked.minor > 0))
    return rejected({ code: 'InvalidAmount' });
  if (amount.currency !== left.currency)
    return rejected({ code: 'CurrencyMismatch', currency: left.currency });
  if (hasTwin(order.givenBack, amount, by, at)) return rejected({ code: 'RefundJustMade', amount });
  if (order.paidBy === null || left.minor === 0) return rejected({ code: 'NothingToRefund' });
  if (!money.atLeast(left, amount)) return rejected({ code: 'RefundExceedsPaid', left });
  const { customerId } = order.placed;
  const data = { refundId, amount, customerId, ...order.paidBy, reason, by, at };
  return accepted([{ type: 'OrderRefundRequested', data }]);
}

/** Two requests by different members of staff count as one refund; two requests by the same member count as two. */
const hasTwin = ({ refunds }: GivenBack, amount: Money, by: string, at: string): boolean =>
  refunds.some(
    (refund) =>
      refund.is !== 'refused' &&
      refund.amount.minor === amount.minor &&
      refund.request !== null &&
      refund.request.by !== by &&
      Math.abs(Date.parse(at) - Date.parse(refund.request.at)) < twinMs,
  );

/** Returns at most the shipped units that have not been returned, and refunds at most the money that is left. */
export function acceptReturn(
  { data: { returnId, lines, reason } }: AcceptReturn,
  order: PaidOrder,
): Result<readonly OrderReturned[], RefundRejection> {
  const { placed, givenBack, paidBy } = order;
  if (givenBack.returnIds.includes(returnId)) return accepted([]);
  const faulty = faultyLine(lines);
  if (faulty !== null) return rejected({ code: 'InvalidQuantity', line: faulty });
  const stock = unitsBySku(lines);
  for (const { sku, quantity } of stock) {
    const left = unitsOf(placed.lines, sku) - (givenBack.returned.get(sku) ?? 0);
    if (quantity > left) return rejected({ code: 'ReturnExceedsShipped', sku, left });
  }
  const left = refundable(order);
  const worth = stock.map((units) => priceOf(placed.lines, units, givenBack.returned.get(units.sku) ?? 0));
  const minor = Math.min(
    worth.reduce((sum, price) => sum + price, 0),
    left.minor,
  );
  const amount = money.of(minor, left.currency);
  const refund: Refunding | null =
    paidBy === null || minor === 0
      ? null
      : { refundId: returnId, amount, customerId: placed.customerId, ...paidBy };
  return accepted([{ type: 'OrderReturned', data: { returnId, stock, reason, refund } }]);
}

// Evolving

type Asked = Pick<Refunding, 'refundId' | 'amount'>;

export const withRefund = (back: GivenBack, { refundId, amount }: Asked, request: Refund['request']) => ({
  ...back,
  refunds: [...back.refunds, { refundId, amount, is: 'asked', request } as const],
});

export const withAnswer = (back: GivenBack, refundId: string, is: 'made' | 'refused'): GivenBack => ({
  ...back,
  refunds: back.refunds.map((refund) => (refund.refundId === refundId ? { ...refund, is } : refund)),
});

export function withReturn(back: GivenBack, { returnId, stock, refund }: OrderReturned['data']): GivenBack {
  const returned = new Map(back.returned);
  for (const { sku, quantity } of stock) returned.set(sku, (returned.get(sku) ?? 0) + quantity);
  const requests = withUnitsBack(back.requests, stock);
  const after = { ...back, returnIds: [...back.returnIds, returnId], returned, requests };
  return refund === null ? after : withRefund(after, refund, null);
}
