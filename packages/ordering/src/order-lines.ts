// Sums over the lines of an order. A SKU may be in several lines, at several prices.
import { money, type Money, type Sku } from '@holdfast/kernel';
import type { OrderLine, Units } from './order.events.js';

/** Σ quantity × unit price. All lines have one currency, as in every placed order. */
export const orderTotal = (lines: readonly OrderLine[]): Money =>
  lines.map((line) => money.multiply(line.unitPrice, line.quantity)).reduce(money.add);

/**
 * Σ quantity × unit price in minor units, of lines that are not placed yet and may have too large a sum. It is inexact only
 * beyond 2^53, far above the limit of an order and of a wallet.
 */
export const minorOf = (lines: readonly Pick<OrderLine, 'quantity' | 'unitPrice'>[]): number =>
  lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.minor, 0);

/** Every SKU once, quantities added up. */
export function unitsBySku(lines: readonly Units[]): readonly Units[] {
  const units = new Map<Sku, number>();
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity);
  return [...units].map(([sku, quantity]) => ({ sku, quantity }));
}

/** The first line without a whole, positive quantity, from 0; also 0 when there are no lines. Null for valid lines. */
export function faultyLine(lines: readonly Units[]): number | null {
  const faulty = lines.findIndex(({ quantity }) => !Number.isSafeInteger(quantity) || quantity < 1);
  return faulty === -1 && lines.length > 0 ? null : Math.max(faulty, 0);
}

/** Units of one SKU in all lines. */
export const unitsOf = (lines: readonly Units[], wanted: Sku): number =>
  lines.reduce((sum, { sku, quantity }) => sum + (sku === wanted ? quantity : 0), 0);

/**
 * The sales price of returned units, when `before` units have been returned earlier. The lines of a SKU are returned in
 * order.
 */
export function priceOf(lines: readonly OrderLine[], { sku, quantity }: Units, before: number): number {
  let [skipped, wanted, minor] = [before, quantity, 0];
  for (const line of lines) {
    if (line.sku !== sku) continue;
    const past = Math.min(skipped, line.quantity);
    const taken = Math.min(wanted, line.quantity - past);
    minor += line.unitPrice.minor * taken;
    skipped -= past;
    wanted -= taken;
  }
  return minor;
}
