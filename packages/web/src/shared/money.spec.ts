// Money with the decimal places of its currency, exact beyond the range of a float.
import { describe, expect, test } from '@jest/globals';
import { addMoney, decimalOf, formatMoney, missingMoney, parseMoney, timesMoney } from './money.js';

const plain = (text: string): string => text.replace(/\s/g, ' ');
const eur = (amount: string) => ({ amount, currency: 'EUR' });

describe('an amount of minor units', () => {
  test.each([
    ['1205', 'EUR', '12.05'],
    ['5', 'EUR', '0.05'],
    ['-5', 'EUR', '-0.05'],
    ['1205', 'JPY', '1205'],
    ['1205', 'KWD', '1.205'],
    ['9007199254740993', 'EUR', '90071992547409.93'],
  ])('%s of %s is %s', (amount, currency, decimal) => {
    expect(decimalOf({ amount, currency })).toBe(decimal);
  });

  test.each([
    ['1205', 'EUR', 'en-GB', '€12.05'],
    ['1205', 'EUR', 'nl-NL', '€ 12,05'],
    ['1205', 'JPY', 'en-GB', 'JP¥1,205'],
    ['1205', 'KWD', 'en-GB', 'KWD 1.205'],
    // 2^53 + 1, which is not a float
    ['9007199254740993', 'JPY', 'en-GB', 'JP¥9,007,199,254,740,993'],
    ['9223372036854775807', 'EUR', 'en-GB', '€92,233,720,368,547,758.07'],
  ])('%s of %s reads, in %s, %s', (amount, currency, locale, read) => {
    expect(plain(formatMoney({ amount, currency }, locale))).toBe(read);
  });
});

describe('a typed amount', () => {
  test.each([
    ['12.40', 'EUR', '1240'],
    ['12,4', 'EUR', '1240'],
    [' 12 ', 'EUR', '1200'],
    ['12', 'JPY', '12'],
    ['1.205', 'KWD', '1205'],
  ])('%s in %s is %s minor units', (text, currency, amount) => {
    expect(parseMoney(text, currency)).toEqual({ amount, currency });
  });

  test.each([
    ['', 'EUR'],
    ['0', 'EUR'],
    ['-3', 'EUR'],
    ['12.405', 'EUR'],
    ['1.5', 'JPY'],
    ['1e3', 'EUR'],
    ['99999999999999999999', 'EUR'],
  ])('%s in %s is no amount', (text, currency) => {
    expect(parseMoney(text, currency)).toBeNull();
  });
});

test('sums and products are exact', () => {
  expect(addMoney(eur('9007199254740993'), eur('1'))).toEqual(eur('9007199254740994'));
  expect(timesMoney(eur('9007199254740993'), 3)).toEqual(eur('27021597764222979'));
});

test('the missing amount is the rest, and the whole price for an empty wallet', () => {
  expect(missingMoney(eur('1240'), eur('1000'))).toEqual(eur('240'));
  expect(missingMoney(eur('1240'), null)).toEqual(eur('1240'));
  expect(missingMoney(eur('1240'), eur('1240'))).toBeNull();
});
