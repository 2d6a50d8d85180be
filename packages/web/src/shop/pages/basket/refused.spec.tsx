// An order that there is too little stock for: the customer reads what is there, and goes on with one click.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { basket, emptyBasket } from '../../basket/basket.js';
import { chosenLocale } from '../../words/words.js';
import { Refused } from './refused.js';

const lines = [
  { sku: 'LAMP', name: 'Lamp', quantity: 3 },
  { sku: 'BOWL', name: 'Bowl', quantity: 1 },
];

beforeEach(() => {
  chosenLocale.set('en');
  basket.set({ ...emptyBasket(), lines });
});
afterEach(cleanup);

const refuse = (...shortages: { readonly sku: string; requested: number; available: number }[]) => {
  const outcome = { __typename: 'OutOfStockError' as const, message: '', orderId: 'o', shortages };
  render(<Refused {...{ outcome, lines, total: null, busy: false }} agree={() => () => undefined} />);
};
const inBasket = () => basket.get().lines.map(({ sku, quantity }) => `${quantity} ${sku}`);

test('with some left, the number that is left is taken instead', () => {
  refuse({ sku: 'LAMP', requested: 3, available: 2 });
  expect(screen.getByRole('alert').textContent).toContain('Lamp');
  fireEvent.click(screen.getByRole('button', { name: 'Take 2 instead' }));
  expect(inBasket()).toEqual(['2 LAMP', '1 BOWL']);
});

test('with none left, the product is taken out, and the rest stays', () => {
  refuse({ sku: 'LAMP', requested: 3, available: 0 });
  expect(screen.queryByRole('button', { name: /instead/ })).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'Remove Lamp' }));
  expect(inBasket()).toEqual(['1 BOWL']);
});
