// The status words of all vocabularies, as a table that can be compared with the documents of the other systems.
import { expect, test } from '@jest/globals';
import {
  nextActions,
  staffActions,
  statusAs,
  type CancellationReason,
  type FailureReason,
  type OrderStatus,
} from './index.js';

type Row = readonly [OrderStatus, FailureReason | CancellationReason | null, readonly string[]];

const rows: readonly Row[] = [
  ['CREATED', null, ['CREATED', 'Initiated', 'CREATED', 'created', 'CREATED', 'Pending']],
  ['RESERVED', null, ['RESERVED', 'Initiated', 'CREATED', 'created', 'RESERVED', 'AwaitingPayment']],
  [
    'PAYMENT_PENDING',
    null,
    ['PAYMENT_PENDING', 'Initiated', 'CREATED', 'created', 'PAYMENT_PENDING', 'AwaitingPayment'],
  ],
  ['PAID', null, ['PAID', 'Initiated', 'CREATED', 'created', 'PAID', 'Paid']],
  ['UNDER_REVIEW', null, ['UNDER_REVIEW', 'Initiated', 'CREATED', 'created', 'UNDER_REVIEW', 'Paid']],
  ['CONFIRMED', null, ['CONFIRMED', 'Confirmed', 'COMPLETED', 'completed', 'CONFIRMED', 'Paid']],
  ['SHIPPED', null, ['SHIPPED', 'Confirmed', 'COMPLETED', 'completed', 'SHIPPED', 'Paid']],
  ['IN_TRANSIT', null, ['IN_TRANSIT', 'Confirmed', 'COMPLETED', 'completed', 'IN_TRANSIT', 'Paid']],
  ['DELIVERED', null, ['DELIVERED', 'Confirmed', 'COMPLETED', 'completed', 'DELIVERED', 'Paid']],
  [
    'FAILED',
    'OUT_OF_STOCK',
    ['FAILED', 'Failed', 'CANCELLED', 'inventory_reserved_failed', 'FAILED', 'Failed'],
  ],
  ['FAILED', 'INSUFFICIENT_FUNDS', ['FAILED', 'Failed', 'CANCELLED', 'payment_failed', 'FAILED', 'Failed']],
  [
    'CANCELLED',
    'CUSTOMER_CANCELLED',
    ['CANCELLED', 'Failed', 'CANCELLED', 'payment_failed', 'CANCELLED', 'Failed'],
  ],
  [
    'CANCELLED',
    'RESERVATION_EXPIRED',
    ['CANCELLED', 'Failed', 'CANCELLED', 'payment_failed', 'CANCELLED', 'Failed'],
  ],
];

test.each(rows)('%s (%s) has a word in every vocabulary', (status, reason, words) => {
  const vocabularies = [
    'CANONICAL',
    'TINY_SAGA',
    'SAGA_PATTERN_DEMO',
    'CHOREOGRAPHY_DOCUMENT',
    'ORCHESTRATOR_SAGA',
    'GO_SAGA',
  ] as const;
  expect(vocabularies.map((vocabulary) => statusAs(status, reason, vocabulary))).toEqual(words);
});

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
