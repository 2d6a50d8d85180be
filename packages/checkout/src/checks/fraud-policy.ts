// The orders that a person should look at, and the orders that are refused: limits on facts of the order itself.
import { money, type Money } from '@holdfast/kernel';
import type { Address } from '@holdfast/ordering';
import type { CheckVerdict } from './check-verdict.js';
import type { OrderFacts } from '../checkout-facts.js';

/** Minor units by currency (ISO 4217). A currency without an entry has no limit. */
export type AmountLimits = Readonly<Record<string, number>>;

/** Amounts and counts above a limit are suspicious. Null: no limit. */
export type FraudPolicy = {
  readonly reviewAmount: AmountLimits;
  readonly rejectAmount: AmountLimits;
  /** limit of a customer's first order */
  readonly reviewFirstOrderAmount: AmountLimits;
  /** limit of an order whose shipping and billing addresses differ */
  readonly reviewOtherAddressAmount: AmountLimits;
  /** orders of a customer within an hour, this one included */
  readonly reviewOrdersPerHour: number | null;
  readonly rejectOrdersPerHour: number | null;
};

/** The facts of an order that the checks read. */
export type CheckedOrder = Pick<
  OrderFacts,
  'total' | 'shippingAddress' | 'billingAddress' | 'customerHistory'
>;

const isAbove = ({ minor, currency }: Money, limits: AmountLimits): boolean =>
  Object.hasOwn(limits, currency) && minor > (limits[currency] ?? Infinity);

const plain = (text = ''): string => text.trim().replace(/\s+/g, ' ').toLowerCase();
const placeOf = ({ line1, line2, city, postalCode, country }: Address): string =>
  JSON.stringify([line1, line2, city, postalCode.replace(/\s/g, ''), country].map(plain));

/** Whether the invoice goes to another place than the goods. Names may differ: people send presents. */
const goesElsewhere = ({ shippingAddress, billingAddress }: CheckedOrder): boolean =>
  billingAddress !== undefined && placeOf(billingAddress) !== placeOf(shippingAddress);

/** An order without a history of its customer is not checked. */
export function checkFraud(policy: FraudPolicy, order: CheckedOrder): CheckVerdict {
  const { total, customerHistory } = order;
  if (customerHistory === undefined) return { verdict: 'pass' };
  const perHour = customerHistory.ordersInLastHour + 1;
  const amount = money.format(total);

  const rejected = [
    ...(isAbove(total, policy.rejectAmount) ? [`an order of ${amount}`] : []),
    ...(perHour > (policy.rejectOrdersPerHour ?? Infinity) ? [`${perHour} orders within an hour`] : []),
  ];
  if (rejected.length > 0)
    return { verdict: 'reject', reason: 'FRAUD_REJECTED', message: `Refused: ${rejected.join('; ')}` };

  const isFirst = customerHistory.earlierOrders === 0;
  const doubtful = [
    ...(isAbove(total, policy.reviewAmount) ? [`an order of ${amount}`] : []),
    ...(isFirst && isAbove(total, policy.reviewFirstOrderAmount) ? [`a first order of ${amount}`] : []),
    ...(goesElsewhere(order) && isAbove(total, policy.reviewOtherAddressAmount)
      ? [`${amount} of goods to another address than the invoice`]
      : []),
    ...(perHour > (policy.reviewOrdersPerHour ?? Infinity) ? [`${perHour} orders within an hour`] : []),
  ];
  return doubtful.length === 0 ? { verdict: 'pass' } : { verdict: 'review', reason: doubtful.join('; ') };
}
