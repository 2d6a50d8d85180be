// Money in Stripe's units: the minor units of ISO 4217, with exceptions (docs.stripe.com/currencies).
import { money, type Money } from '@holdfast/kernel';

const withoutDecimals = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));

const decimalsOf = (currency: string): number => {
  if (withoutDecimals.has(currency)) return 0;
  return money.exponentOf(currency) === 3 ? 3 : 2;
};

/** Null when Stripe can't charge exactly this much: of three decimals the last has to be 0. */
export function toStripe({ minor, currency }: Money): number | null {
  const decimals = decimalsOf(currency);
  const units = minor * 10 ** (decimals - money.exponentOf(currency));
  const isExact = Number.isSafeInteger(units) && (decimals !== 3 || units % 10 === 0);
  return isExact ? units : null;
}

/** @throws InvariantViolation when it is not a whole number of minor units */
export function fromStripe(units: number, currency: string): Money {
  const code = currency.toUpperCase();
  return money.of(units * 10 ** (money.exponentOf(code) - decimalsOf(code)), code);
}
