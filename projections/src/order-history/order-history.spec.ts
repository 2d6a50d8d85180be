// The history of an order: every change of status, with its author and its cause.
import { describe, expect, test } from '@jest/globals';
import { statusAfter } from '@holdfast/ordering';
import { projectionSpecification, recorder, uuid } from '@holdfast/testing';
import { orderHistory } from './order-history.js';

const { given } = projectionSpecification(orderHistory);

describe('order-history', () => {
  test('each order event is an entry with both statuses, the time, the reason and the author', () => {
    const record = recorder();
    given([
      record('order-a', { type: 'OrderPlaced', data: {} }, { actor: 'customer:ann' }),
      record('order-b', { type: 'OrderPlaced', data: {} }, { actor: 'customer:bob' }),
      record('order-a', { type: 'OrderReserved', data: {} }, { actor: 'process:checkout' }),
    ]).then([
      {
        id: 'a',
        entries: [
          {
            id: 'a:0',
            from: null,
            to: 'CREATED',
            at: '2026-01-01T00:00:00.000Z',
            triggeringEvent: 'OrderPlaced',
            triggeringEventId: uuid(0),
            actor: 'customer:ann',
            reason: null,
          },
          {
            id: 'a:1',
            from: 'CREATED',
            to: 'RESERVED',
            at: '2026-01-01T00:00:02.000Z',
            triggeringEvent: 'OrderReserved',
            triggeringEventId: uuid(2),
            actor: 'process:checkout',
            reason: null,
          },
        ],
      },
      {
        id: 'b',
        entries: [
          {
            id: 'b:0',
            from: null,
            to: 'CREATED',
            at: '2026-01-01T00:00:01.000Z',
            triggeringEvent: 'OrderPlaced',
            triggeringEventId: uuid(1),
            actor: 'customer:bob',
            reason: null,
          },
        ],
      },
    ]);
  });

  test.each([
    ['OrderPaymentStarted', 'PAYMENT_PENDING', null],
    ['OrderPaymentDeclined', 'RESERVED', null],
    ['OrderPaid', 'PAID', null],
    ['OrderHeldForReview', 'UNDER_REVIEW', 'A reason'],
    ['OrderReviewed', 'UNDER_REVIEW', 'A reason'],
    ['OrderConfirmed', 'CONFIRMED', null],
    ['OrderCancelled', 'CANCELLED', 'A note'],
    ['OrderFailed', 'FAILED', 'A message'],
    ['OrderShipped', 'SHIPPED', null],
    ['OrderInTransit', 'IN_TRANSIT', null],
    ['OrderDelivered', 'DELIVERED', null],
  ] as const)('%s leads to %s, with the reason: %s', (type, to, reason) => {
    const record = recorder();
    const data = { reason: 'A reason', note: 'A note', message: 'A message' };
    given([record('order-a', { type, data })]).then([
      {
        id: 'a',
        entries: [
          {
            id: 'a:0',
            from: null,
            to,
            at: '2026-01-01T00:00:00.000Z',
            triggeringEvent: type,
            triggeringEventId: uuid(0),
            actor: 'system',
            reason,
          },
        ],
      },
    ]);
  });

  test('events that are no order’s, that change no status, and types yet to come, are no entries', () => {
    const record = recorder();
    given([
      record('order-a', { type: 'OrderPacked', data: {} }),
      record('order-a', { type: 'OrderRefunded', data: {} }),
      record('stock-x', { type: 'OrderPlaced', data: {} }),
      record('order-a', { type: 'OrderPraised', data: {} }),
      record('order-a', { type: 'constructor', data: {} }),
    ]).then([]);
    expect(Object.keys(statusAfter)).toHaveLength(14);
  });
});
