// The payment of an order: attempts by card, payment before the stock is reserved, and a total of 0.
import { describe, expect, test } from '@jest/globals';
import { fold } from '@holdfast/kernel';
import { order, type OrderCommand, type OrderEvent } from './index.js';
import {
  orderId,
  line,
  request,
  startPayment,
  startAttempt,
  attemptStarted,
  markDeclined,
  declined,
  markPaid,
  confirm,
  placed,
  reserved,
  paymentStarted,
  paid,
  confirmed,
  failed,
  until,
  statuses,
  given,
} from './test/order.js';

describe('when the order is paid by card', () => {
  const withToken = { ...request, paymentMethod: 'CARD', cardToken: 'tok_1', returnUrl: '/back' } as const;
  const cardPlaced: OrderEvent = { type: 'OrderPlaced', data: withToken };

  test('the first attempt has the token that the order came with, unless another is given', () => {
    const data = { method: 'CARD', attempt: 1, cardToken: 'tok_1', returnUrl: '/back' } as const;
    given([cardPlaced, reserved])
      .when(startAttempt(1))
      .then([{ type: 'OrderPaymentStarted', data }]);
    given([cardPlaced, reserved])
      .when(startAttempt(1, 'tok_2'))
      .then([{ type: 'OrderPaymentStarted', data: { ...data, cardToken: 'tok_2' } }]);
  });
  test('PAYMENT_PENDING, declined with another attempt left › is RESERVED again, until when it says', () => {
    given([placed, reserved, attemptStarted(1, 'tok_1')])
      .when(markDeclined(1))
      .then([declined(1)]);
  });
  test('the next attempt needs a token of its own', () => {
    given([cardPlaced, reserved, attemptStarted(1, 'tok_1'), declined(1)])
      .when(startAttempt(2))
      .then([attemptStarted(2, null)]);
  });
  test('an attempt that was declined is neither started nor declined again', () => {
    const history = [placed, reserved, attemptStarted(1, 'tok_1'), declined(1)];
    given(history).when(startAttempt(1)).thenNothing();
    given(history).when(markDeclined(1)).thenNothing();
    given([...history, attemptStarted(2, 'tok_2')])
      .when(markDeclined(1))
      .thenNothing();
  });
  test('a decline is refused before its attempt, and after the end', () => {
    given(until.RESERVED).when(markDeclined(1)).thenRejected({ code: 'OrderNotReady', status: 'RESERVED' });
    given(until.CANCELLED).when(markDeclined(1)).thenRejected({ code: 'OrderEnded', status: 'CANCELLED' });
  });
});

describe('when the order is paid before its stock is reserved', () => {
  const placedFirst = (lines = request.lines): OrderEvent => ({
    type: 'OrderPlaced',
    data: { ...request, lines, definition: 'payment-first' },
  });

  test('CREATED, the customer pays › becomes PAYMENT_PENDING, then PAID', () => {
    given([placedFirst()]).when(startPayment).then([paymentStarted]);
    given([placedFirst(), paymentStarted]).when(markPaid).then([paid]);
    given([placedFirst(), paymentStarted]).when(startPayment).thenNothing();
  });
  test('CREATED, total is 0 › becomes PAID', () => {
    given([placedFirst([line('GIFT', 1, 0)])])
      .when({ type: 'SkipPayment', data: { orderId } })
      .then([{ type: 'OrderPaymentSkipped', data: {} }]);
  });
});

describe('when the total of the order is 0', () => {
  const free = [line('GIFT', 2, 0)];
  const freePlaced: OrderEvent = { type: 'OrderPlaced', data: { ...request, lines: free } };
  const skipPayment: OrderCommand = { type: 'SkipPayment', data: { orderId } };
  const skipped: OrderEvent = { type: 'OrderPaymentSkipped', data: {} };

  test('RESERVED, or PAYMENT_PENDING › becomes PAID without a transaction, then CONFIRMED', () => {
    given([freePlaced, reserved]).when(skipPayment).then([skipped]);
    given([freePlaced, reserved, paymentStarted]).when(skipPayment).then([skipped]);
    given([freePlaced, reserved, skipped]).when(confirm).then([confirmed]);
    expect(fold(order, order.initialState, [freePlaced, reserved, skipped])).toMatchObject({
      status: 'PAID',
      transactionId: null,
    });
  });
  test('skipping the payment again, or once confirmed, does nothing', () => {
    given([freePlaced, reserved, skipped]).when(skipPayment).thenNothing();
    given([freePlaced, reserved, skipped, confirmed]).when(skipPayment).thenNothing();
  });
  test('skipping the payment is refused before the reservation and after the end', () => {
    given([freePlaced]).when(skipPayment).thenRejected({ code: 'OrderNotReady', status: 'CREATED' });
    given([freePlaced, failed]).when(skipPayment).thenRejected({ code: 'OrderEnded', status: 'FAILED' });
    given([]).when(skipPayment).thenRejected('OrderNotFound');
  });
  test('the payment of an order that costs something is never skipped', () => {
    for (const status of statuses)
      given(until[status])
        .when(skipPayment)
        .thenRejected({ code: 'PaymentDue', total: { minor: 4750, currency: 'EUR' } });
  });
});
