// The orders of a run, and the random choices that drive it.
import fc from 'fast-check';
import { CustomerId, money, Sku } from '@holdfast/kernel';

export const [customerId, skus] = [CustomerId('C0'), [Sku('S0'), Sku('S1')] as const];
export const [price, units, deposited] = [10, 100, 10_000];
export const unitPrice = money.of(price, 'EUR');
export const shippingAddress = {
  name: 'A',
  line1: 'Main 1',
  city: 'Bern',
  postalCode: '3000',
  country: 'CH',
};

/** Units of each SKU in each order. */
export type Setup = readonly (readonly [number, number])[];
export const setups: fc.Arbitrary<Setup> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  { minLength: 1, maxLength: 2 },
);
/** Random choices, one number at a time. */
export const tapes = fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 400, size: 'max' });
