// The basket, kept in the browser for all of its tabs, and the intent to order it: one key for one content, so that a
// second click, a reload or another tab places the same order and no second one.
import { createStoredStore, type Store } from '../../shared/store.js';

export type BasketLine = { readonly sku: string; readonly quantity: number; readonly name: string };
export type Basket = readonly BasketLine[];

const largestQuantity = 999;

const readBasket = (stored: unknown): Basket =>
  Array.isArray(stored)
    ? (stored as readonly Partial<BasketLine>[]).flatMap(({ sku, quantity, name }) =>
        typeof sku === 'string' && Number.isInteger(quantity) && Number(quantity) > 0
          ? [{ sku, quantity: Number(quantity), name: name ?? sku }]
          : [],
      )
    : [];

export const basket: Store<Basket> = createStoredStore('holdfast.basket', readBasket);

export const countOf = (lines: Basket): number => lines.reduce((sum, { quantity }) => sum + quantity, 0);

export const quantityOf = (lines: Basket, sku: string): number =>
  lines.find((line) => line.sku === sku)?.quantity ?? 0;

/** With so many of this product; without it when there are none. */
export function withQuantity(lines: Basket, { sku, name, quantity }: BasketLine): Basket {
  const kept = Math.min(Math.max(Math.trunc(quantity), 0), largestQuantity);
  if (kept === 0) return lines.filter((line) => line.sku !== sku);
  return lines.some((line) => line.sku === sku)
    ? lines.map((line) => (line.sku === sku ? { ...line, quantity: kept } : line))
    : [...lines, { sku, name, quantity: kept }];
}

/** With these on top of what is there. */
export const withMore = (lines: Basket, more: Basket): Basket =>
  more.reduce(
    (sum, line) => withQuantity(sum, { ...line, quantity: quantityOf(sum, line.sku) + line.quantity }),
    lines,
  );

type Intent = { readonly key: string; readonly content: string } | null;

const readIntent = (stored: unknown): Intent => {
  const { key, content } = (stored ?? {}) as { readonly key?: unknown; readonly content?: unknown };
  return typeof key === 'string' && typeof content === 'string' ? { key, content } : null;
};

const intent: Store<Intent> = createStoredStore('holdfast.intent', readIntent);

/** The key of this content: the same in every tab, until the content changes or the order is there. */
export function intentKey(content: object, newKey: () => string = () => crypto.randomUUID()): string {
  const text = JSON.stringify(content);
  const known = intent.get();
  if (known?.content === text) return known.key;
  const key = newKey();
  intent.set({ key, content: text });
  return key;
}

/** The intent has come to its end: the next order of the same content is another one. */
export const endIntent = (): void => {
  intent.set(null);
};
