// The units of an order that its customer can still ask to send back.
import type { LiveOrder } from './use-order.js';

type Units = readonly { readonly sku: string; readonly quantity: number }[];
export type UnitsLeft = { readonly sku: string; readonly name: string; readonly left: number };

export const nameIn = (lines: LiveOrder['lines'], sku: string): string =>
  lines.find((line) => line.sku === sku)?.name ?? sku;

const unitsOf = (units: Units, sku: string): number =>
  units.filter((one) => one.sku === sku).reduce((sum, { quantity }) => sum + quantity, 0);

/** Every SKU with units that have not come back and are in no open request. */
export function unitsToAskFor({
  lines,
  returns,
  returnRequests,
}: Pick<LiveOrder, 'lines' | 'returns' | 'returnRequests'>): readonly UnitsLeft[] {
  const gone = [
    ...returns.flatMap((one) => one.lines),
    ...returnRequests.flatMap(({ openLines }) => openLines),
  ];
  return [...new Set(lines.map(({ sku }) => sku))]
    .map((sku) => ({ sku, name: nameIn(lines, sku), left: unitsOf(lines, sku) - unitsOf(gone, sku) }))
    .filter(({ left }) => left > 0);
}
