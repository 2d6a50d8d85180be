// The check of paid orders: they pass, wait for a person, or are refused.
import { describe, expect, test } from '@jest/globals';
import { createOrderCheck, type FraudPolicy, type OrderFacts, type PostalRules } from '../index.js';
import { customerId, eur, orderId, shippingAddress, tea } from '../test/checkout.js';

const noLimits: FraudPolicy = {
  reviewAmount: {},
  rejectAmount: {},
  reviewFirstOrderAmount: {},
  reviewOtherAddressAmount: {},
  reviewOrdersPerHour: null,
  rejectOrdersPerHour: null,
};
const regular = { earlierOrders: 7, ordersInLastHour: 0 };
const first = { earlierOrders: 0, ordersInLastHour: 0 };

const orderOf = (changed: Partial<OrderFacts> = {}): OrderFacts => ({
  definition: 'stock-first',
  definitionVersion: 2,
  coordination: 'ORCHESTRATION',
  orderId,
  customerId,
  stock: [{ sku: tea, quantity: 1 }],
  total: eur(100_00),
  paymentMethod: 'WALLET',
  paymentMode: 'AUTOMATIC',
  shippingAddress,
  customerHistory: regular,
  ...changed,
});
const verdictOn = (order: OrderFacts, policy: Partial<FraudPolicy>) =>
  createOrderCheck({ ...noLimits, ...policy }, null)(order);

describe('the fraud policy', () => {
  test('when no limit is set › passes everything', () => {
    expect(verdictOn(orderOf({ total: eur(1_000_000_00), customerHistory: first }), {})).toEqual({
      verdict: 'pass',
    });
  });

  test('when the amount is above the limit of its currency › asks for a person', () => {
    const policy = { reviewAmount: { EUR: 100_00, JPY: 20_000 } };
    expect(verdictOn(orderOf({ total: eur(100_00) }), policy).verdict).toBe('pass');
    expect(verdictOn(orderOf({ total: eur(100_01) }), policy)).toEqual({
      verdict: 'review',
      reason: 'an order of 100.01 EUR',
    });
    const yen = { minor: 20_001, currency: 'JPY' };
    expect(verdictOn(orderOf({ total: yen }), policy)).toMatchObject({ reason: 'an order of 20,001 JPY' });
    const dinar = { minor: 9_000_000, currency: 'KWD' };
    expect(verdictOn(orderOf({ total: dinar }), policy).verdict).toBe('pass');
  });

  test('when it is the first order of its customer › has a limit of its own', () => {
    const policy = { reviewFirstOrderAmount: { EUR: 50_00 } };
    expect(verdictOn(orderOf(), policy).verdict).toBe('pass');
    expect(verdictOn(orderOf({ customerHistory: first }), policy)).toEqual({
      verdict: 'review',
      reason: 'a first order of 100.00 EUR',
    });
  });

  test('when the invoice goes to another address › has a limit of its own', () => {
    const policy = { reviewOtherAddressAmount: { EUR: 50_00 } };
    const same = { ...shippingAddress, name: 'The office', line1: ' main  1', postalCode: '30 00' };
    expect(verdictOn(orderOf({ billingAddress: same }), policy).verdict).toBe('pass');
    const other = { ...shippingAddress, line1: 'Side 2' };
    expect(verdictOn(orderOf({ billingAddress: other }), policy)).toEqual({
      verdict: 'review',
      reason: '100.00 EUR of goods to another address than the invoice',
    });
    expect(verdictOn(orderOf({ billingAddress: other, total: eur(50_00) }), policy).verdict).toBe('pass');
  });

  test('when a customer orders more often than the limit › asks for a person, and then refuses', () => {
    const policy = { reviewOrdersPerHour: 2, rejectOrdersPerHour: 4 };
    const after = (ordersInLastHour: number) =>
      verdictOn(orderOf({ customerHistory: { earlierOrders: 9, ordersInLastHour } }), policy);
    expect([0, 1, 2, 3, 4].map((orders) => after(orders).verdict)).toEqual([
      'pass',
      'pass',
      'review',
      'review',
      'reject',
    ]);
    expect(after(4)).toMatchObject({
      reason: 'FRAUD_REJECTED',
      message: 'Refused: 5 orders within an hour',
    });
  });

  test('when several limits are passed › names each of them', () => {
    const policy = { reviewAmount: { EUR: 1_00 }, reviewFirstOrderAmount: { EUR: 1_00 } };
    expect(verdictOn(orderOf({ customerHistory: first }), policy)).toMatchObject({
      reason: 'an order of 100.00 EUR; a first order of 100.00 EUR',
    });
  });

  test('when an order is both doubtful and refused › it is refused', () => {
    const policy = { reviewAmount: { EUR: 1_00 }, rejectAmount: { EUR: 50_00 } };
    expect(verdictOn(orderOf(), policy)).toEqual({
      verdict: 'reject',
      reason: 'FRAUD_REJECTED',
      message: 'Refused: an order of 100.00 EUR',
    });
  });
});

describe('the check of addresses', () => {
  const rules: PostalRules = {
    countryCode: (country) => (country === 'CH' || country === 'Switzerland' ? 'CH' : null),
    hasForm: (postalCode) => /^\d{4}$/.test(postalCode),
  };
  const check = createOrderCheck({ ...noLimits, reviewAmount: { EUR: 1_00 } }, rules);
  const messageOn = (changed: Partial<OrderFacts>) => {
    const verdict = check(orderOf({ total: eur(50), ...changed }));
    return 'message' in verdict ? `${verdict.reason} ${verdict.message}` : verdict.verdict;
  };

  test('when the address is whole › passes', () => {
    expect(messageOn({})).toBe('pass');
    expect(messageOn({ shippingAddress: { ...shippingAddress, country: 'Switzerland' } })).toBe('pass');
  });
  test.each([
    [{ country: 'Atlantis' }, 'Shipping address: "Atlantis" is no country'],
    [{ postalCode: 'N1' }, 'Shipping address: "N1" is no postal code of CH'],
    [{ line1: '  ', city: '' }, 'Shipping address: without line1, city'],
  ])('when a part of it is wrong: %j › refuses the order and names the part', (changed, message) => {
    expect(messageOn({ shippingAddress: { ...shippingAddress, ...changed } })).toBe(
      `ADDRESS_INVALID ${message}`,
    );
  });
  test('when the address of the invoice is wrong › refuses the order as well', () => {
    expect(messageOn({ billingAddress: { ...shippingAddress, postalCode: '0' } })).toBe(
      'ADDRESS_INVALID Billing address: "0" is no postal code of CH',
    );
  });
  test('when an order is doubtful and its address is wrong › it is refused without a person', () => {
    expect(messageOn({ total: eur(500_00), shippingAddress: { ...shippingAddress, country: '' } })).toContain(
      'ADDRESS_INVALID',
    );
  });
});

test('an order without a history of its customer, such as an imported one, is not checked', () => {
  const nowhere = { ...shippingAddress, country: 'unknown', postalCode: 'unknown' };
  const order = orderOf({ total: eur(500_00), shippingAddress: nowhere });
  const { customerHistory: _, ...imported } = order;
  const rules: PostalRules = { countryCode: () => null, hasForm: () => false };
  const check = createOrderCheck({ ...noLimits, rejectAmount: { EUR: 1 } }, rules);
  expect(check(imported)).toEqual({ verdict: 'pass' });
  expect(check(order).verdict).toBe('reject');
});
