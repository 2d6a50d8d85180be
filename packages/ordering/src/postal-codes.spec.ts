// Whether an address needs a postal code, by its country as customers write it.
import { expect, test } from '@jest/globals';
import { countriesWithoutPostalCodes, needsPostalCode } from './postal-codes.js';

test.each([
  'HK',
  ' hk ',
  'HKG',
  'Hong Kong',
  'hong kong',
  'AE',
  'UAE',
  'United Arab Emirates',
  'QA',
  "Côte d'Ivoire",
])('an address in %j needs no postal code', (country) => {
  expect(needsPostalCode(country)).toBe(false);
});

test.each(['GB', 'NL', 'NLD', 'Netherlands', 'IE', 'CN', 'XX', '', 'toString', 'constructor'])(
  'an address in %j needs a postal code',
  (country) => {
    expect(needsPostalCode(country)).toBe(true);
  },
);

test('the list of countries has codes of two letters, each once', () => {
  expect(countriesWithoutPostalCodes.filter((code) => !/^[A-Z]{2}$/.test(code))).toEqual([]);
  expect(new Set(countriesWithoutPostalCodes).size).toBe(countriesWithoutPostalCodes.length);
});
