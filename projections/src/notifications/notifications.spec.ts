// The notifications of a customer, and their times.
import { describe, expect, test } from '@jest/globals';
import { money } from '@holdfast/kernel';
import type { OrderEvent } from '@holdfast/ordering';
import { projectionSpecification, recorder } from '@holdfast/testing';
import { notificationOf } from './notification-of.js';
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
  test('a placed order and a started payment make no notification', () => {
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
    [
      'the carrier has the parcel',
      [{ type: 'OrderShipped', data: { carrier: 'simulated', trackingNumber: 'T-1', stock: [] } }],
      'ORDER_SHIPPED',
      'Order shipped',
    ],
    [
      'the carrier has scanned the parcel',
      [{ type: 'OrderInTransit', data: {} }],
      'ORDER_ON_THE_WAY',
      'Your order is on the way.',
    ],
    ['the parcel is there', [{ type: 'OrderDelivered', data: {} }], 'ORDER_DELIVERED', 'Order delivered'],
    [
      'the time to pay is nearly over',
      [{ type: 'OrderReservationExpiring', data: { expiresAt: '2026-01-01T00:15:00.000Z' } }],
      'RESERVATION_EXPIRING',
      'Your reservation is about to expire',
    ],
    [
      'the customer asks to send goods back',
      [{ type: 'ReturnRequested', data: { requestId: 'q-1', stock: [], reason: 'too small' } }],
      'RETURN_REQUESTED',
      'We have your request to send goods back.',
    ],
    [
      'staff decline that request',
      [{ type: 'ReturnDeclined', data: { requestId: 'q-1', reason: 'too late' } }],
      'RETURN_DECLINED',
      'Your request to send goods back was declined.',
    ],
    [
      'goods came back',
      [{ type: 'OrderReturned', data: { returnId: 'r-1', stock: [], reason: 'too small', refund: null } }],
      'RETURN_RECEIVED',
      'Your return has arrived.',
    ],
    [
      'money went back',
      [{ type: 'OrderRefunded', data: { refundId: 'r-1', amount: money.of(500, 'EUR') } }],
      'ORDER_REFUNDED',
      'Money refunded',
    ],
    [
      'a person has to look at the order',
      [{ type: 'OrderHeldForReview', data: { reason: 'large' } }],
      'ORDER_UNDER_REVIEW',
      'Your order is being checked by a person.',
    ],
    [
      'a payment is declined that can be tried again',
      [
        {
          type: 'OrderPaymentDeclined',
          data: { attempt: 1, code: 'card_declined', expiresAt: '2026-01-01T00:15:00.000Z' },
        },
      ],
      'PAYMENT_DECLINED',
      'Payment declined: you can try again',
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
  ])('when %s › the customer gets one notification', (_, events, kind, message) => {
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

  test('the notification of an event alone is the one that its order gets', () => {
    const events = log(paymentStarted, failed('RETRIES_EXHAUSTED'));
    expect(notificationOf(events)).toMatchObject({ id: 'o-1:2', customerId: 'ann', kind: 'PAYMENT_FAILED' });
    expect(notificationOf(events.slice(0, 2))).toBeNull();
    expect(notificationOf([])).toBeNull();
  });
});
