// The possible actions on an order in each status.
import { expect, test } from '@jest/globals';
import { nextActions, staffActions, type OrderStatus } from './index.js';

const actions: Record<OrderStatus, readonly string[]> = {
  CREATED: ['CANCEL'],
  RESERVED: ['PAY', 'CANCEL'],
  PAYMENT_PENDING: ['CANCEL'],
  PAID: ['CANCEL'],
  UNDER_REVIEW: ['CANCEL'],
  CONFIRMED: ['CANCEL'],
  SHIPPED: [],
  IN_TRANSIT: [],
  DELIVERED: [],
  FAILED: [],
  CANCELLED: [],
};

test.each(Object.entries(actions))('a customer with an order that is %s can do: %j', (status, expected) => {
  expect(nextActions(status as OrderStatus)).toEqual(expected);
});

test('a customer can pay an order that is paid first as soon as it is placed', () => {
  expect(nextActions('CREATED', 'payment-first')).toEqual(['PAY', 'CANCEL']);
  for (const status of Object.keys(actions).filter((key) => key !== 'CREATED'))
    expect(nextActions(status as OrderStatus, 'payment-first')).toEqual(actions[status as OrderStatus]);
});

test('staff see what can be done next, and a refund while money is left to give back', () => {
  const of = (status: OrderStatus, isPacked = false, isRefundable = true) =>
    staffActions({ status, isPacked, isRefundable });
  expect(of('UNDER_REVIEW')).toEqual(['REVIEW']);
  expect(of('CONFIRMED')).toEqual(['PACK', 'REFUND']);
  expect(of('CONFIRMED', true)).toEqual(['SHIP', 'REFUND']);
  expect(of('CONFIRMED', true, false)).toEqual(['SHIP']);
  expect(of('SHIPPED', true)).toEqual(['SCAN', 'DELIVER', 'REFUND']);
  expect(of('IN_TRANSIT', true)).toEqual(['SCAN', 'DELIVER', 'REFUND']);
  expect(of('DELIVERED', true)).toEqual(['REFUND']);
  expect(of('DELIVERED', true, false)).toEqual([]);
  for (const status of ['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'FAILED', 'CANCELLED'] as const)
    expect(of(status)).toEqual([]);
});
