// Compares the total that a buyer was shown with the total of the command, so that no order is placed at another total.
import { money, type Money } from '@holdfast/kernel';
import { minorOf, order, orderStream, type OrderLine, type PlaceOrder } from '@holdfast/ordering';
import type { CommandHandler } from '@holdfast/runtime';
import { errorResult } from '../graphql/errors.js';

/**
 * Returns the error of an order whose total is not `expected`; null when it is, or when `expected` is absent. It is also null
 * when the key was used before: then a repeated request gets its order at the earlier price, and another one a conflict.
 */
export async function changedPrice(
  commands: CommandHandler,
  { data: { orderId, lines } }: PlaceOrder,
  expected: Money | undefined,
) {
  if (expected === undefined) return null;
  const total = totalOf(lines);
  if (total === null || (total.minor === expected.minor && total.currency === expected.currency)) return null;
  const { state } = await commands.load(order, orderStream(orderId));
  return state.status === 'NOT_PLACED' ? priceChanged(total, lines) : null;
}

/** Returns the sum of the lines; null for lines that `placeOrder` refuses anyway (two currencies, a sum too large). */
function totalOf(lines: readonly OrderLine[]): Money | null {
  const currency = lines[0]?.unitPrice.currency;
  if (currency === undefined || lines.some(({ unitPrice }) => unitPrice.currency !== currency)) return null;
  const minor = minorOf(lines);
  return minor > money.maxMinor ? null : money.of(minor, currency);
}

const priceChanged = (total: Money, lines: readonly OrderLine[]) => ({
  ...errorResult('PriceChangedError', 'PRICE_CHANGED', `the total is ${money.format(total)} now`),
  total,
  lines: lines.map(({ sku, unitPrice }) => ({ sku, unitPrice })),
});
