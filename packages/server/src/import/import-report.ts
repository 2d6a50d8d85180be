// The report of an import, made from the orders of the file as the shop has them.
import { money, type Money } from '@holdfast/kernel';
import type { OrderState } from '@holdfast/ordering';
import type { RefusedInvoice } from './check-invoices.js';
import type { UnmatchedReturn } from './match-returns.js';

/** The file's invoices as the shop has them, read back from its orders. */
export type ImportReport = {
  readonly confirmed: number;
  /** orders that ended otherwise, by reason */
  readonly failed: Readonly<Record<string, number>>;
  readonly lines: number;
  readonly products: number;
  readonly customers: number;
  /** of confirmed orders */
  readonly units: number;
  readonly total: Money;
  /** cancellations, as far as earlier orders of the file explain them */
  readonly returns: {
    /** one for each cancellation and order that it concerns */
    readonly count: number;
    readonly units: number;
    readonly money: Money;
    /** lines of the file, with the units that no earlier order has */
    readonly unmatched: readonly UnmatchedReturn[];
  };
  /** invoices that an earlier import had brought */
  readonly known: number;
  /** invoices that an earlier import had brought with other content: they are left as they were */
  readonly changed: readonly RefusedInvoice[];
  readonly refused: readonly RefusedInvoice[];
};

/** Whether the order was sold; an earlier import may have delivered it or taken it back. */
export const isSold = (state: OrderState): boolean => 'invoiceNumber' in state;

export function summary(
  ended: readonly OrderState[],
  currency: string,
): Omit<ImportReport, 'returns' | 'known' | 'changed' | 'refused'> {
  const failed: Record<string, number> = {};
  const skus = new Set<string>();
  const customers = new Set<string>();
  let [lines, confirmed, units] = [0, 0, 0];
  let total = money.zero(currency);
  for (const state of ended) {
    if (state.status === 'NOT_PLACED') continue;
    customers.add(state.placed.customerId);
    for (const { sku } of state.placed.lines) skus.add(sku);
    lines += state.placed.lines.length;
    if (!isSold(state)) {
      const reason = 'reason' in state ? state.reason : state.status;
      failed[reason] = (failed[reason] ?? 0) + 1;
      continue;
    }
    confirmed += 1;
    for (const { quantity, unitPrice } of state.placed.lines) {
      units += quantity;
      total = money.add(total, money.multiply(unitPrice, quantity));
    }
  }
  const counts = { confirmed, failed, lines, products: skus.size, customers: customers.size, units };
  return { ...counts, total };
}
