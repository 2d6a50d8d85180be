// The units of an order that its customer can still ask to send back.
import { unitsLeft } from '../../shared/units.js';
import type { LiveOrder } from './use-order.js';

export type UnitsLeft = { readonly sku: string; readonly name: string; readonly left: number };

export const nameIn = (lines: LiveOrder['lines'], sku: string): string =>
  lines.find((line) => line.sku === sku)?.name ?? sku;

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
  return unitsLeft(lines, gone).map(({ sku, name, quantity: left }) => ({ sku, name, left }));
}
