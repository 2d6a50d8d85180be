// What a customer is told, and when.
import { describe, test } from '@jest/globals';
import type { OrderEvent } from '@holdfast/ordering';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { notifications, type NotificationKind } from './notifications.js';

const { given } = projectionSpecification(notifications);

const log = (...events: readonly OrderEvent[]) => {
  const record = recorder();
  return [
    record('order-o-1', { type: 'OrderPlaced', data: { customerId: 'ann' } }),
    ...events.map((event) => record('order-o-1', event)),
  ];
};
const paymentStarted: OrderEvent = {
  type: 'OrderPaymentStarted',
  data: { method: 'WALLET', attempt: 1, cardToken: null, returnUrl: null },
};
const failed = (reason: Extract<OrderEvent, { type: 'OrderFailed' }>['data']['reason']): OrderEvent => ({
  type: 'OrderFailed',
  data: { reason, message: 'why' },
});

describe('notifications', () => {
  test('a placed order and a started payment are known, and nothing is said yet', () => {
    given(log())
      .then([{ id: 'o-1', customerId: 'ann', paymentStarted: false }])
      .thenIn('notifications-sent', []);
    given(log(paymentStarted))
      .then([{ id: 'o-1', customerId: 'ann', paymentStarted: true }])
      .thenIn('notifications-sent', []);
  });

  test.each<[string, readonly OrderEvent[], NotificationKind, string]>([
    [
      'the order is confirmed',
      [{ type: 'OrderConfirmed', data: { invoiceNumber: 'INV-1' } }],
      'ORDER_CONFIRMED',
      'Order confirmed',
    ],
    ['there is too little stock', [failed('OUT_OF_STOCK')], 'OUT_OF_STOCK', 'Out of stock'],
    ['there is too little money', [failed('INSUFFICIENT_FUNDS')], 'PAYMENT_FAILED', 'Payment failed'],
    ['the payment is declined', [failed('PAYMENT_DECLINED')], 'PAYMENT_FAILED', 'Payment failed'],
    ['the payment takes too long', [failed('PAYMENT_TIMEOUT')], 'PAYMENT_FAILED', 'Payment failed'],
    [
      'retries run out while paying',
      [paymentStarted, failed('RETRIES_EXHAUSTED')],
      'PAYMENT_FAILED',
      'Payment failed',
    ],
    ['retries run out before that', [failed('RETRIES_EXHAUSTED')], 'ORDER_FAILED', 'Order failed'],
    ['fraud is suspected', [failed('FRAUD_REJECTED')], 'ORDER_FAILED', 'Order failed'],
    ['the address is not valid', [failed('ADDRESS_INVALID')], 'ORDER_FAILED', 'Order failed'],
    [
      'the customer cancels',
      [{ type: 'OrderCancelled', data: { reason: 'CUSTOMER_CANCELLED' } }],
      'ORDER_CANCELLED',
      'Order cancelled',
    ],
    [
      'the reservation ends',
      [{ type: 'OrderCancelled', data: { reason: 'RESERVATION_EXPIRED' } }],
      'RESERVATION_EXPIRED',
      'Reservation expired',
    ],
  ])('when %s › the customer is told once', (_, events, kind, message) => {
    const n = events.length;
    given(log(...events)).thenIn('notifications-sent', [
      {
        id: `o-1:${n}`,
        customerId: 'ann',
        orderId: 'o-1',
        kind,
        message,
        at: `2026-01-01T00:00:0${n}.000Z`,
        position: n,
      },
    ]);
  });
});
