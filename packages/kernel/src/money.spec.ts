// Arithmetic on money is exact, or throws.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvariantViolation, money } from './index.js';

const minor = fc.integer({ min: -money.maxMinor, max: money.maxMinor });

test('sums and differences are exact over the whole range of amounts', () => {
  fc.assert(
    fc.property(minor, minor, (a, b) => {
      const [left, right] = [money.of(a, 'EUR'), money.of(b, 'EUR')];
      expect(BigInt(money.add(left, right).minor)).toBe(BigInt(a) + BigInt(b));
      expect(money.subtract(money.add(left, right), right)).toEqual(left);
      expect(money.atLeast(left, right)).toBe(a >= b);
    }),
  );
});

test('a product is exact, or refused', () => {
  fc.assert(
    fc.property(minor, fc.integer({ min: -1_000_000, max: 1_000_000 }), (a, quantity) => {
      const exact = BigInt(a) * BigInt(quantity);
      const product = () => BigInt(money.multiply(money.of(a, 'EUR'), quantity).minor);
      if (Number.isSafeInteger(a * quantity)) expect(product()).toBe(exact);
      else expect(product).toThrow(InvariantViolation);
    }),
  );
});

test('the sum of no amounts is 0, in the currency asked for', () => {
  expect(money.sum([], 'EUR')).toEqual({ minor: 0, currency: 'EUR' });
  expect(money.sum([money.of(1, 'EUR'), money.of(2, 'EUR')], 'EUR')).toEqual({ minor: 3, currency: 'EUR' });
});

test('currencies do not mix', () => {
  const [euro, dollar] = [money.of(1, 'EUR'), money.of(1, 'USD')];
  for (const mix of [money.add, money.subtract, money.atLeast]) {
    expect(() => mix(euro, dollar)).toThrow("EUR and USD don't mix");
  }
});

test.each([
  [0.5, 'EUR'],
  [NaN, 'EUR'],
  [2 ** 53, 'EUR'],
  [1, 'eur'],
  [1, ''],
])('%s %s is refused as money', (amount, currency) => {
  expect(() => money.of(amount, currency)).toThrow(InvariantViolation);
});

test('an input may carry integers up to the largest amount, positive or negative', () => {
  expect([money.maxMinor, -money.maxMinor, 0].map(money.isMinor)).toEqual([true, true, true]);
  expect([money.maxMinor + 1, -money.maxMinor - 1, 0.1, NaN].map(money.isMinor)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test.each([
  ['EUR', 2],
  ['JPY', 0],
  ['ISK', 0],
  ['KWD', 3],
  ['IQD', 3],
  ['CLF', 4],
  ['toString', 2],
])('the minor unit of %s has %i decimal places', (currency, exponent) => {
  expect(money.exponentOf(currency)).toBe(exponent);
});

test.each([
  [123_450, 'EUR', '1,234.50 EUR'],
  [5, 'EUR', '0.05 EUR'],
  [1_235, 'JPY', '1,235 JPY'],
  [-1_234, 'KWD', '-1.234 KWD'],
  [0, 'KWD', '0.000 KWD'],
  [1_234_567_890_12, 'GBP', '1,234,567,890.12 GBP'],
])('%s of %s reads %s', (minor, currency, text) => {
  expect(money.format({ minor, currency })).toBe(text);
});
