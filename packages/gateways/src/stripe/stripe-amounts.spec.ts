// Conversion of money to and from Stripe's units, where they differ from those of ISO 4217.
import { expect, test } from '@jest/globals';
import { fromStripe, toStripe } from './stripe-amounts.js';

test.each([
  ['EUR', 1234, 1234],
  ['JPY', 1234, 1234],
  ['KWD', 1230, 1230],
  ['ISK', 500, 50_000],
  ['UGX', 500, 50_000],
  ['MGA', 50_000, 500],
])('row 23: %s %i minor units are %i at Stripe, and back', (currency, minor, units) => {
  expect(toStripe({ minor, currency })).toBe(units);
  expect(fromStripe(units, currency.toLowerCase())).toEqual({ minor, currency });
});

test.each([
  ['KWD', 1234],
  ['MGA', 1],
])('%s %i can’t be charged at Stripe', (currency, minor) => {
  expect(toStripe({ minor, currency })).toBeNull();
});
