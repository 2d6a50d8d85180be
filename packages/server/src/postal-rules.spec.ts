// Countries and postal codes as customers write them.
import { expect, test } from '@jest/globals';
import { needsPostalCode } from '@holdfast/ordering';
import countries from 'i18n-iso-countries/index.js';
import { postalRules } from './postal-rules.js';

const { countryCode, hasForm } = postalRules({ withPostalCodes: true });

test.each([
  ['GB', 'GB'],
  [' nl ', 'NL'],
  ['NLD', 'NL'],
  ['United Kingdom', 'GB'],
  ['france', 'FR'],
  ['EIRE', null],
  ['XX', null],
  ['ZZ', null],
  ['', null],
  ['toString', null],
])('the country %j has the code %j', (country, code) => {
  expect(countryCode(country)).toBe(code);
});

test.each([
  ['SW1A 1AA', 'GB', true],
  ['sw1a1aa', 'GB', true],
  ['12345', 'GB', false],
  ['3511 AB', 'NL', true],
  ['3511', 'NL', false],
  ['10115', 'DE', true],
  ['94103-1234', 'US', true],
  ['100-0001', 'JP', true],
  ['anything', 'HK', true],
])('%j as a postal code of %s: %s', (postalCode, country, expected) => {
  expect(hasForm(postalCode, country)).toBe(expected);
});

test('without postal codes, any is taken', () => {
  expect(postalRules({ withPostalCodes: false }).hasForm('N1', 'GB')).toBe(true);
});

const codes = Object.keys(countries.getAlpha2Codes());

test('an empty postal code has the form of exactly those countries where addresses need none', () => {
  expect(codes.length).toBeGreaterThan(240);
  expect(codes.filter((code) => hasForm('', code) === needsPostalCode(code))).toEqual([]);
});

test('a country needs a postal code or none under each of its codes and names', () => {
  const differing = codes.filter((code) => {
    const names = [
      countries.alpha2ToAlpha3(code) ?? '',
      ...(countries.getName(code, 'en', { select: 'all' }) ?? []),
    ];
    return names.some((name) => needsPostalCode(name) !== needsPostalCode(code));
  });
  expect(differing).toEqual([]);
});
