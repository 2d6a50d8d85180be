// The currency of a file of invoices, which the file itself does not name, and the reader of its amounts.
import { money } from '@holdfast/kernel';

export const usualCurrency = 'GBP';

/** The currency is not in ISO 4217. Nothing was imported. */
export class UnknownCurrency extends Error {
  override readonly name = 'UnknownCurrency';

  constructor(readonly currency: string) {
    super(`${JSON.stringify(currency)} is no currency of ISO 4217, such as EUR: three capital letters`);
  }
}

/** Currencies in use, by ISO 4217 (list one of 2025), without units of account for funds and metals. */
const currencies: ReadonlySet<string> = new Set(
  `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP
  CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
  IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
  MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP
  SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG
  XOF XPF YER ZAR ZMW ZWG`.split(/\s+/),
);

/** Digits, with commas between thousands or without. */
export const wholeNumber = String.raw`(?:\d{1,3}(?:,\d{3})+|\d+)`;

/**
 * Returns a reader of prices in the currency, such as `2.55`, `£1,200` or `.85` in GBP. It returns whole minor units,
 * computed without floats, and null for text that is no such amount, or that has more decimal places than the currency.
 *
 * @throws UnknownCurrency
 */
export function priceReader(currency: string): (text: string) => number | null {
  if (!currencies.has(currency)) throw new UnknownCurrency(currency);
  const exponent = money.exponentOf(currency);
  const fraction = exponent === 0 ? String.raw`(?:\.(0*))?` : String.raw`(?:\.(\d{1,${exponent}})0*|\.)?`;
  const price = new RegExp(`^(-?)(?:${symbolOf(currency)})?(${wholeNumber})?${fraction}$`);
  return (text) => {
    const [, sign, whole, decimals = ''] = price.exec(text.trim()) ?? [];
    if (sign === undefined || (whole === undefined && decimals === '')) return null;
    const minor = `${digitsOf(whole)}${exponent === 0 ? '' : decimals.padEnd(exponent, '0')}`;
    return exactInteger(sign, minor);
  };
}

/** The currency's sign, `£` of GBP, as part of a regular expression. */
function symbolOf(currency: string): string {
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  });
  const symbol = format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? currency;
  return symbol.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

export const digitsOf = (text = ''): string => text.replaceAll(',', '');

/** Returns null when the number is too large to be exact. */
export function exactInteger(sign: string | undefined, digits: string): number | null {
  const value = Number(digits) * (sign === '-' ? -1 : 1);
  return Number.isSafeInteger(value) ? value : null;
}
