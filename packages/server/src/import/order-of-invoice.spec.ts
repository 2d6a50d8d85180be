// The address of an imported order: an export of invoices has only its country.
import { expect, test } from '@jest/globals';
import { CustomerId } from '@holdfast/kernel';
import { placeOrder } from './order-of-invoice.js';

const addressIn = (country: string) =>
  placeOrder({ invoiceNumber: '1', customerId: CustomerId('c'), country, lines: [] }).data.shippingAddress;

test('an invoice from a country without postal codes gets none', () => {
  expect(addressIn('Hong Kong')).toMatchObject({ postalCode: '', country: 'Hong Kong' });
});

test('an invoice from a country with postal codes has an unknown one', () => {
  expect(addressIn('United Kingdom')).toMatchObject({ postalCode: 'unknown', country: 'United Kingdom' });
});
