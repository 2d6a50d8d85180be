// The basket and the intent to order it, over reloads and in other tabs.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { basket, countOf, endIntent, intentKey, withMore, withQuantity } from './basket.js';

const lamp = { sku: 'LAMP', name: 'Lamp', quantity: 1 };

/** As another tab of the browser writes. */
const otherTab = (key: string, value: unknown): void => {
  localStorage.setItem(key, JSON.stringify(value));
  window.dispatchEvent(new StorageEvent('storage', { key }));
};

beforeEach(() => {
  localStorage.clear();
  window.dispatchEvent(new StorageEvent('storage', { key: null }));
});

describe('the basket', () => {
  test('is kept in the browser', () => {
    basket.set(withQuantity([], lamp));
    expect(JSON.parse(localStorage.getItem('holdfast.basket') ?? '')).toEqual([lamp]);
  });

  test('shows what another tab put in', () => {
    let heard = 0;
    const leave = basket.subscribe(() => (heard += 1));
    otherTab('holdfast.basket', [{ ...lamp, quantity: 3 }]);
    leave();
    expect(basket.get()).toEqual([{ ...lamp, quantity: 3 }]);
    expect(heard).toBe(1);
  });

  test.each([['nonsense'], [{ a: 1 }], [[{ sku: 7 }, { sku: 'A', quantity: -1 }, null]], [null]])(
    'is empty when there is %j under its name',
    (stored) => {
      localStorage.setItem('holdfast.basket', typeof stored === 'string' ? stored : JSON.stringify(stored));
      window.dispatchEvent(new StorageEvent('storage', { key: 'holdfast.basket' }));
      expect(basket.get()).toEqual([]);
    },
  );

  test('adds up, and drops what is down to nothing', () => {
    const two = withMore([lamp], [lamp, { sku: 'BOWL', name: 'Bowl', quantity: 2 }]);
    expect(countOf(two)).toBe(4);
    expect(withQuantity(two, { ...lamp, quantity: 0 })).toEqual([{ sku: 'BOWL', name: 'Bowl', quantity: 2 }]);
  });
});

describe('the key of an order', () => {
  const keys = () => {
    let made = 0;
    return () => `key ${(made += 1)}`;
  };

  test('is the same for a second click, and in another tab', () => {
    const newKey = keys();
    const first = intentKey({ lines: [lamp] }, newKey);
    expect(intentKey({ lines: [lamp] }, newKey)).toBe(first);
    otherTab('holdfast.intent', JSON.parse(localStorage.getItem('holdfast.intent') ?? ''));
    expect(intentKey({ lines: [lamp] }, newKey)).toBe(first);
  });

  test('is another one for another content', () => {
    const newKey = keys();
    expect(intentKey({ lines: [lamp] }, newKey)).not.toBe(intentKey({ lines: [] }, newKey));
  });

  test('is another one once the order is there', () => {
    const newKey = keys();
    const first = intentKey({ lines: [lamp] }, newKey);
    endIntent();
    expect(intentKey({ lines: [lamp] }, newKey)).not.toBe(first);
  });
});
