// The basket, kept in the browser for all of its tabs. Its id is the intent to order it: the key of an order follows from the
// id and the content, so that a second click, a reload or a tab that is late places the same order and no second one.
import { newId } from '../../shared/ids.js';
import { createStoredStore, type Store } from '../../shared/store.js';

export type BasketLine = { readonly sku: string; readonly quantity: number; readonly name: string };
export type Basket = { readonly id: string; readonly lines: readonly BasketLine[] };

const largestQuantity = 999;

export const emptyBasket = (): Basket => ({ id: newId(), lines: [] });

function readBasket(stored: unknown): Basket {
  const { id, lines } = (stored ?? {}) as { readonly id?: unknown; readonly lines?: unknown };
  if (typeof id !== 'string' || !Array.isArray(lines)) return emptyBasket();
  const known = (lines as readonly (Partial<BasketLine> | null)[]).flatMap((line) => {
    const { sku, quantity, name } = line ?? {};
    return typeof sku === 'string' && Number.isInteger(quantity) && Number(quantity) > 0
      ? [{ sku, quantity: Number(quantity), name: name ?? sku }]
      : [];
  });
  return { id, lines: known };
}

export const basket: Store<Basket> = createStoredStore('holdfast.basket', readBasket);

export const countOf = ({ lines }: Basket): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);

export const quantityOf = ({ lines }: Basket, sku: string): number =>
  lines.find((line) => line.sku === sku)?.quantity ?? 0;

/** With so many of this product; without it when there are none. */
export function withQuantity({ id, lines }: Basket, { sku, name, quantity }: BasketLine): Basket {
  const kept = Math.min(Math.max(Math.trunc(quantity), 0), largestQuantity);
  if (kept === 0) return { id, lines: lines.filter((line) => line.sku !== sku) };
  const isThere = lines.some((line) => line.sku === sku);
  return {
    id,
    lines: isThere
      ? lines.map((line) => (line.sku === sku ? { ...line, quantity: kept } : line))
      : [...lines, { sku, name, quantity: kept }],
  };
}

/** Returns the basket with these lines added. */
export const withMore = (before: Basket, more: readonly BasketLine[]): Basket =>
  more.reduce(
    (sum, line) => withQuantity(sum, { ...line, quantity: quantityOf(sum, line.sku) + line.quantity }),
    before,
  );

/** The basket was ordered: it is empty in every tab, unless a new one was begun. */
export function ordered({ id }: Basket): void {
  if (basket.get().id === id) basket.set(emptyBasket());
}

/** The order ended without the goods: the next try is another intent. */
export function renewed({ id }: Basket): void {
  const present = basket.get();
  if (present.id === id) basket.set({ ...present, id: newId() });
}

/** 53 bits of the text. Two texts with the same are refused by the server as a conflict, never taken for each other. */
function digestOf(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let n = 0; n < text.length; n += 1) {
    const code = text.charCodeAt(n);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}

/** The key of an order of this basket with this content: the same in every tab. */
export const intentKey = ({ id }: Basket, content: object): string =>
  `${id}.${digestOf(JSON.stringify(content))}`;
