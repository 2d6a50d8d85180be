// The basket and the intent to order it, over reloads and in other tabs.
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  basket,
  countOf,
  emptyBasket,
  intentKey,
  ordered,
  renewed,
  withMore,
  withQuantity,
} from './basket.js';

const lamp = { sku: 'LAMP', name: 'Lamp', quantity: 1 };

/** As another tab of the browser writes. */
const otherTab = (value: unknown): void => {
  localStorage.setItem('holdfast.basket', JSON.stringify(value));
  window.dispatchEvent(new StorageEvent('storage', { key: 'holdfast.basket' }));
};

beforeEach(() => {
  localStorage.clear();
  window.dispatchEvent(new StorageEvent('storage', { key: null }));
});

describe('the basket', () => {
  test('is kept in the browser', () => {
    basket.set(withQuantity(basket.get(), lamp));
    expect(JSON.parse(localStorage.getItem('holdfast.basket') ?? '')).toMatchObject({ lines: [lamp] });
  });

  test('shows the changes of another tab', () => {
    let heard = 0;
    const leave = basket.subscribe(() => (heard += 1));
    otherTab({ id: 'b', lines: [{ ...lamp, quantity: 3 }] });
    leave();
    expect(basket.get()).toEqual({ id: 'b', lines: [{ ...lamp, quantity: 3 }] });
    expect(heard).toBe(1);
  });

  test.each([
    ['nonsense'],
    [{ a: 1 }],
    [{ id: 'b', lines: [{ sku: 7 }, { sku: 'A', quantity: -1 }, null] }],
    [null],
  ])('is empty when there is %j under its name', (stored) => {
    otherTab(stored);
    expect(basket.get().lines).toEqual([]);
  });

  test('adds up, and drops lines with a quantity of 0', () => {
    const bowls = { sku: 'BOWL', name: 'Bowl', quantity: 2 };
    const two = withMore({ id: 'b', lines: [lamp] }, [lamp, bowls]);
    expect(countOf(two)).toBe(4);
    expect(withQuantity(two, { ...lamp, quantity: 0 }).lines).toEqual([bowls]);
  });
});

describe('the key of an order', () => {
  const content = { lines: [lamp] };

  test('is the same for a second click, and in a tab that does not know yet that the order is placed', () => {
    const shown = withQuantity(emptyBasket(), lamp);
    basket.set(shown);
    const first = intentKey(shown, content);
    ordered(shown);
    expect(basket.get().lines).toEqual([]);
    expect(intentKey(shown, content)).toBe(first);
  });

  test('is another one for another content, and for the next basket', () => {
    const shown = withQuantity(emptyBasket(), lamp);
    basket.set(shown);
    expect(intentKey(shown, { lines: [] })).not.toBe(intentKey(shown, content));
    ordered(shown);
    expect(intentKey(basket.get(), content)).not.toBe(intentKey(shown, content));
  });

  test('is another one when the order ended without the goods', () => {
    const shown = withQuantity(emptyBasket(), lamp);
    basket.set(shown);
    renewed(shown);
    expect(basket.get().lines).toEqual([lamp]);
    expect(intentKey(basket.get(), content)).not.toBe(intentKey(shown, content));
  });

  test('a late answer does not empty a basket that was begun since', () => {
    const shown = withQuantity(emptyBasket(), lamp);
    basket.set(shown);
    ordered(shown);
    const next = withQuantity(basket.get(), { ...lamp, quantity: 2 });
    basket.set(next);
    ordered(shown);
    expect(basket.get()).toEqual(next);
  });
});
