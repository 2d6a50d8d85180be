// Random shops for the model of the checkout: their stock, the money of their customers, and the orders.
import type { CheckoutDefinition, PaymentMethod, PaymentMode } from '@holdfast/ordering';
import fc from 'fast-check';
import { createCheckout, type CheckVerdict } from '../../index.js';

const verdicts: Readonly<Record<string, CheckVerdict>> = {
  pass: { verdict: 'pass' },
  review: { verdict: 'review', reason: 'large' },
  reject: { verdict: 'reject', reason: 'FRAUD_REJECTED', message: 'No' },
};
/** The name of the recipient decides the outcome of the check. */
export const checkout = createCheckout({
  reservationTtlMs: 60_000,
  paymentTimeoutMs: 20_000,
  paymentAttempts: 2,
  check: ({ shippingAddress }) => verdicts[shippingAddress.name] ?? { verdict: 'pass' },
});

export type Purchase = {
  readonly customer: number;
  /** SKU and quantity; a SKU may be repeated */
  readonly lines: readonly (readonly [number, number])[];
  readonly paymentMode: PaymentMode;
  readonly verdict: string;
  readonly isFree: boolean;
  readonly method: PaymentMethod;
  readonly definition: CheckoutDefinition;
};
export type Setup = {
  readonly onHand: readonly number[];
  readonly balances: readonly number[];
  readonly purchases: readonly Purchase[];
  readonly maxAttempts: number;
  /** Stock and wallets forget an ended order at once, as they do after very many other orders. */
  readonly isForgetful: boolean;
};

export const setups: fc.Arbitrary<Setup> = fc.record({
  onHand: fc.array(fc.integer({ min: 2, max: 12 }), { minLength: 3, maxLength: 3 }),
  balances: fc.array(fc.integer({ min: 20, max: 150 }), { minLength: 2, maxLength: 2 }),
  purchases: fc.array(
    fc.record({
      customer: fc.nat(1),
      lines: fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 3 }),
      paymentMode: fc.constantFrom('AUTOMATIC', 'ON_CONFIRMATION'),
      verdict: fc.constantFrom('pass', 'pass', 'review', 'reject'),
      isFree: fc.constantFrom(false, false, false, true),
      method: fc.constantFrom<PaymentMethod>('WALLET', 'CARD'),
      definition: fc.constantFrom<CheckoutDefinition>('stock-first', 'stock-first', 'payment-first'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  isForgetful: fc.constantFrom(false, false, true),
});
/** Random choices, one number at a time. */
export const tapes = fc.array(fc.nat(0xffff), { minLength: 10, maxLength: 300, size: 'max' });

export const price = 10;
export const unitPrice = { minor: price, currency: 'EUR' };
export const shippingAddress = { line1: 'Main 1', city: 'Bern', postalCode: '3000', country: 'CH' };
