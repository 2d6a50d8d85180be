// Money as the API has it: an integer number of minor units, as text, with its currency. Never a float.
export type Money = { readonly amount: string; readonly currency: string };

/** Digits after the point, by ISO 4217: EUR 2, JPY 0, KWD 3. */
export const exponentOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** `{ amount: '-1205', currency: 'EUR' }` is `-12.05`: exact, however many digits there are. */
export function decimalOf({ amount, currency }: Money): string {
  const exponent = exponentOf(currency);
  const isNegative = amount.startsWith('-');
  const digits = amount.replace('-', '').padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const part = exponent === 0 ? '' : `.${digits.slice(digits.length - exponent)}`;
  return `${isNegative ? '-' : ''}${whole}${part}`;
}

/** As a reader of this locale writes it: `€ 12,05`. */
export const formatMoney = (money: Money, locale: string): string =>
  // Intl takes a decimal as text without making a float of it.
  new Intl.NumberFormat(locale, { style: 'currency', currency: money.currency }).format(
    decimalOf(money) as `${number}`,
  );

/** The typed amount in minor units, with a decimal point or comma; null for a text that is not an amount. */
export function parseMoney(text: string, currency: string): Money | null {
  const exponent = exponentOf(currency);
  const match = /^\s*(\d+)(?:[.,](\d*))?\s*$/.exec(text);
  if (match === null) return null;
  const [, whole = '', part = ''] = match;
  if (part.length > exponent) return null;
  const minor = BigInt(whole + part.padEnd(exponent, '0'));
  return minor > 0n && minor < 2n ** 63n ? { amount: minor.toString(), currency } : null;
}

export const addMoney = (a: Money, b: Money): Money => ({
  amount: (BigInt(a.amount) + BigInt(b.amount)).toString(),
  currency: a.currency,
});

export const timesMoney = (money: Money, times: number): Money => ({
  amount: (BigInt(money.amount) * BigInt(times)).toString(),
  currency: money.currency,
});

/** How much is missing until `available` is `required`; null when nothing is. */
export function missingMoney(required: Money, available: Money | null): Money | null {
  const missing = BigInt(required.amount) - BigInt(available?.amount ?? '0');
  return missing > 0n ? { amount: missing.toString(), currency: required.currency } : null;
}
