// The total of a basket at the prices that the page shows.
import { addMoney, timesMoney, type Money } from '../../shared/money.js';
import type { Basket } from './basket.js';

/** Null while a price is not known, and for products in several currencies, which have no total. */
export function totalOf(lines: Basket['lines'], prices: ReadonlyMap<string, Money>): Money | null {
  const sums = lines.flatMap(({ sku, quantity }) => {
    const price = prices.get(sku);
    return price === undefined ? [] : [timesMoney(price, quantity)];
  });
  const [first, ...others] = sums;
  if (first === undefined || sums.length < lines.length) return null;
  if (others.some(({ currency }) => currency !== first.currency)) return null;
  return others.reduce(addMoney, first);
}
