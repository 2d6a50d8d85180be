// Money to and from decimals, by the currency's own minor unit.
import { expect, test } from '@jest/globals';
import { money } from '@holdfast/kernel';
import fc from 'fast-check';
import { fromDecimal, toDecimal } from './decimal.js';

test.each([
  ['EUR', 1234, '12.34'],
  ['EUR', 5, '0.05'],
  ['JPY', 1234, '1234'],
  ['KWD', 1234, '1.234'],
  ['EUR', -5, '-0.05'],
])('row 23: %s %i minor units are %s', (currency, minor, text) => {
  expect(toDecimal({ minor, currency })).toBe(text);
});

test.each([
  ['12.3', 'EUR'],
  ['12.345', 'EUR'],
  ['12.00', 'JPY'],
  ['1.23', 'KWD'],
  ['-1.00', 'EUR'],
  ['1e3', 'JPY'],
  ['', 'JPY'],
  ['9999999999999', 'JPY'],
  ['1.00', 'euro'],
])('%s %s is refused as an amount', (text, currency) => {
  expect(fromDecimal(text, currency)).toBeNull();
});

test('a written amount is read back, in any currency', () => {
  const currency = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: money.maxMinor }), currency, (minor, code) => {
      expect(fromDecimal(toDecimal({ minor, currency: code }), code)).toEqual({ minor, currency: code });
    }),
  );
});
