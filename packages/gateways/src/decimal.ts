// Money as a decimal number of major units, the form of many gateways: 12.34 EUR, 1234 JPY, 1.234 KWD.
import { money, type Money } from '@holdfast/kernel';

export function toDecimal({ minor, currency }: Money): string {
  const exponent = money.exponentOf(currency);
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const sign = minor < 0 ? '-' : '';
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** Null unless `text` has exactly the currency's decimal places. */
export function fromDecimal(text: string, currency: string): Money | null {
  if (!money.isCurrency(currency)) return null;
  const exponent = money.exponentOf(currency);
  const pattern = exponent === 0 ? /^\d{1,13}$/ : new RegExp(`^\\d{1,13}\\.\\d{${exponent}}$`);
  const minor = Number(text.replace('.', ''));
  return pattern.test(text) && money.isMinor(minor) ? { minor, currency } : null;
}
