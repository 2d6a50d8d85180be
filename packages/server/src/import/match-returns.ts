// Finds the orders that the goods of a file's cancellations came from. Pure: the same file always gives the same returns.
import type { Sku } from '@holdfast/kernel';
import type { Units } from '@holdfast/ordering';
import type { ImportPlan, PlannedOrder, PlannedReturn } from './import-plan.js';

/** The part of one cancellation that came from one order. */
export type MatchedReturn = {
  readonly invoiceNumber: string;
  readonly order: PlannedOrder;
  readonly lines: readonly Units[];
};

/** A line of a cancellation, with the units that no earlier order of its customer has. */
export type UnmatchedReturn = { readonly fileLine: number; readonly units: number };

/**
 * Each line is matched with the newest orders before it, of the same customer with the same SKU, as far as their units reach.
 * `sold` are the orders that ended well: nothing comes back of others.
 */
export function matchReturns(
  { returns }: Pick<ImportPlan, 'returns'>,
  sold: readonly PlannedOrder[],
): { readonly matched: readonly MatchedReturn[]; readonly unmatched: readonly UnmatchedReturn[] } {
  const newestFirst = [...sold].sort((a, b) => lineOf(b) - lineOf(a));
  const taken = new Map<PlannedOrder, Map<Sku, number>>();
  const matched = new Map<string, MatchedReturn & { readonly lines: Units[] }>();
  const unmatched: UnmatchedReturn[] = [];
  for (const back of returns) {
    let { quantity: wanted } = back;
    for (const order of newestFirst) {
      if (wanted === 0) break;
      if (order.customerId !== back.customerId) continue;
      const before = taken.get(order) ?? new Map<Sku, number>();
      const units = Math.min(wanted, soldBefore(order, back) - (before.get(back.sku) ?? 0));
      if (units <= 0) continue;
      wanted -= units;
      taken.set(order, before.set(back.sku, (before.get(back.sku) ?? 0) + units));
      const key = `${back.invoiceNumber}\0${order.invoiceNumber}\0${order.customerId}`;
      const found = matched.get(key) ?? { invoiceNumber: back.invoiceNumber, order, lines: [] };
      found.lines.push({ sku: back.sku, quantity: units });
      matched.set(key, found);
    }
    if (wanted > 0) unmatched.push({ fileLine: back.fileLine, units: wanted });
  }
  return { matched: [...matched.values()], unmatched };
}

const lineOf = ({ lines }: PlannedOrder): number => lines[0]?.fileLine ?? 0;

/** Units of the SKU that stand in the file before the line of the return. */
const soldBefore = ({ lines }: PlannedOrder, { sku, fileLine }: PlannedReturn): number =>
  lines.reduce((sum, line) => sum + (line.sku === sku && line.fileLine < fileLine ? line.quantity : 0), 0);
