// The parts of an order's page: parcels scan by scan, and goods that came back.
import { afterEach, expect, test } from '@jest/globals';
import { cleanup, render, screen } from '@testing-library/react';
import { chosenLocale } from '../words/words.js';
import { GivenBack } from './given-back.js';
import { Timeline } from './timeline.js';

const eur = (amount: string) => ({ amount, currency: 'EUR', __typename: 'Money' as const });
const line = {
  sku: 'LAMP',
  name: 'Oak lamp',
  quantity: 2,
  unitPrice: eur('100'),
  total: eur('200'),
};
const came = (quantity: number, refund: string | null) => ({
  id: `r-${quantity}`,
  at: '2026-01-02T10:00:00.000Z',
  lines: [{ sku: 'LAMP', quantity }],
  refund: refund === null ? null : eur(refund),
});
const order = { code: 'ABCD', status: 'DELIVERED' as const, lines: [line], returns: [], returnRequests: [] };

afterEach(() => {
  cleanup();
  chosenLocale.set('en');
});

test('a delivered order shows how to return goods', () => {
  render(<GivenBack order={order} />);
  expect(screen.getByText(/with the code ABCD/)).toBeTruthy();
});

test('an order that was not handed over shows nothing about returns', () => {
  const { container } = render(<GivenBack order={{ ...order, status: 'CONFIRMED' }} />);
  expect(container.textContent).toBe('');
});

test('returned goods are shown with their refund, in the reader’s language', () => {
  chosenLocale.set('nl');
  render(<GivenBack order={{ ...order, returns: [came(1, '100')] }} />);
  expect(screen.getByText('1 × Oak lamp')).toBeTruthy();
  expect(screen.getByText(/€ 1,00 gaat naar je terug/)).toBeTruthy();
  expect(screen.getByText('Moet er iets terug?')).toBeTruthy();
});

test('once everything is back, nothing more can go back', () => {
  render(<GivenBack order={{ ...order, returns: [came(2, null)] }} />);
  expect(screen.queryByText('Does something have to go back?')).toBeNull();
});

test('an end without the goods is marked in the timeline', () => {
  const entry = { id: '1', from: null, to: 'CANCELLED' as const, at: '2026-01-02T10:00:00.000Z' };
  const history = { nodes: [{ ...entry, triggeringEvent: 'OrderCancelled' }] };
  render(<Timeline order={{ history }} />);
  expect(screen.getByText('The order was cancelled.').closest('li')?.dataset['end']).toBe('bad');
});
