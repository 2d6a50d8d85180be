// Money is an integer count of a currency's minor units. All arithmetic on it is here.
import { invariant } from './exhaustive.js';

/** `minor` is a safe integer of minor units (cents, pence, yen); `currency` is ISO 4217. */
export type Money = { readonly minor: number; readonly currency: string };

/** Amounts stay well inside 2^53, so that a sum of a thousand of them is still exact. */
export const maxMinor = 1_000_000_000_000;

export const isCurrency = (code: string): boolean => /^[A-Z]{3}$/.test(code);

/** Whether `minor` is an amount that an input may carry: an integer within ±`maxMinor`. */
export const isMinor = (minor: number): boolean => Number.isSafeInteger(minor) && Math.abs(minor) <= maxMinor;

const checked = (minor: number, currency: string): Money => {
  invariant(Number.isSafeInteger(minor), `amount outside the exact integers: ${minor}`);
  return { minor, currency };
};

const sameCurrency = (a: Money, b: Money): void => {
  invariant(a.currency === b.currency, `${a.currency} and ${b.currency} don't mix`);
};

/** @throws InvariantViolation unless `minor` is a safe integer and `currency` is three capital letters */
export const of = (minor: number, currency: string): Money => {
  invariant(isCurrency(currency), `not a currency: ${JSON.stringify(currency)}`);
  return checked(minor, currency);
};

export const zero = (currency: string): Money => ({ minor: 0, currency });

/** @throws InvariantViolation when currencies differ or the sum is not exact */
export const add = (a: Money, b: Money): Money => {
  sameCurrency(a, b);
  return checked(a.minor + b.minor, a.currency);
};

/** @throws InvariantViolation when currencies differ or the difference is not exact */
export const subtract = (a: Money, b: Money): Money => {
  sameCurrency(a, b);
  return checked(a.minor - b.minor, a.currency);
};

/** @throws InvariantViolation unless `quantity` is an integer and the product is exact */
export const multiply = (a: Money, quantity: number): Money => {
  invariant(Number.isSafeInteger(quantity), `not a quantity: ${quantity}`);
  return checked(a.minor * quantity, a.currency);
};

/** @throws InvariantViolation when currencies differ */
export const atLeast = (a: Money, b: Money): boolean => {
  sameCurrency(a, b);
  return a.minor >= b.minor;
};

export const sum = (amounts: readonly Money[], currency: string): Money =>
  amounts.reduce(add, zero(currency));

/** Currencies whose minor unit is not a hundredth (ISO 4217, list one), by the number of decimal places. */
const exponents: ReadonlyMap<string, number> = new Map(
  Object.entries({
    0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
    3: 'BHD IQD JOD KWD LYD OMR TND',
    4: 'CLF UYW',
  }).flatMap(([exponent, codes]) => codes.split(' ').map((code) => [code, Number(exponent)])),
);

/** Decimal places of a currency's minor unit by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD. */
export const exponentOf = (currency: string): number => exponents.get(currency) ?? 2;

/** Text for people: `1,234.50 EUR`, `1,235 JPY`, `-1.234 KWD`. */
export function format({ minor, currency }: Money): string {
  const exponent = exponentOf(currency);
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = exponent === 0 ? '' : `.${digits.slice(-exponent)}`;
  return `${minor < 0 ? '-' : ''}${whole}${fraction} ${currency}`;
}
