// Units of goods. An order may have one SKU in several lines.
export type Units = { readonly sku: string; readonly quantity: number };

/** Units of one SKU in all lines. */
export const unitsOf = (lines: readonly Units[], wanted: string): number =>
  lines.reduce((sum, { sku, quantity }) => sum + (sku === wanted ? quantity : 0), 0);

/** Every SKU of the lines once, less the units that are gone; without the SKUs of which none is left. */
export function unitsLeft(lines: readonly (Units & { readonly name: string })[], gone: readonly Units[]) {
  const names = new Map(lines.map(({ sku, name }) => [sku, name]));
  return [...names]
    .map(([sku, name]) => ({ sku, name, quantity: unitsOf(lines, sku) - unitsOf(gone, sku) }))
    .filter(({ quantity }) => quantity > 0);
}
