// Whether mail can reach the addresses of an order: a known country, the parts that every address has, and a postal code of
// the country's form.
import type { Address } from '@holdfast/ordering';
import type { CheckVerdict } from './check-verdict.js';
import type { CheckedOrder } from './fraud-policy.js';

/** Knowledge about countries and their postal codes. */
export type PostalRules = {
  /** The ISO 3166-1 alpha-2 code of a country, from a code or an English name; null when unknown. */
  countryCode(this: void, country: string): string | null;
  /** Whether a postal code has the form of the country's codes; true for a country without a known form. */
  hasForm(this: void, postalCode: string, countryCode: string): boolean;
};

/** The reason why mail can't reach the address; null when there is none. */
function faultOf(rules: PostalRules, address: Address): string | null {
  const missing = (['name', 'line1', 'city'] as const).filter((part) => address[part].trim() === '');
  if (missing.length > 0) return `without ${missing.join(', ')}`;
  const country = rules.countryCode(address.country);
  if (country === null) return `${JSON.stringify(address.country)} is no country`;
  const { postalCode } = address;
  return rules.hasForm(postalCode, country)
    ? null
    : `${JSON.stringify(postalCode)} is no postal code of ${country}`;
}

/** An order without a history of its customer is not checked: exports of old orders have incomplete addresses. */
export function checkAddresses(rules: PostalRules, order: CheckedOrder): CheckVerdict {
  const { shippingAddress, billingAddress = shippingAddress, customerHistory } = order;
  if (customerHistory === undefined) return { verdict: 'pass' };
  const shipping = faultOf(rules, shippingAddress);
  const billing = faultOf(rules, billingAddress);
  if (shipping === null && billing === null) return { verdict: 'pass' };
  const message = shipping === null ? `Billing address: ${billing}` : `Shipping address: ${shipping}`;
  return { verdict: 'reject', reason: 'ADDRESS_INVALID', message };
}
