// The card payment of an order, as its customer sees it.
import { describe, test } from '@jest/globals';
import type { OrderEvent } from '@holdfast/ordering';
import { projectionSpecification, recorder } from '@holdfast/testing';
import type { CardEvent } from './card-payment.js';
import type { OrderPayment } from './order-payment.js';
import { orderSummary } from './order-summary.js';
import { gbp, orderPlaced, created, pending, log } from '../test/orders.js';

const { given } = projectionSpecification(orderSummary);

describe('order-summary', () => {
  describe('an order paid by card', () => {
    const started: OrderEvent = {
      type: 'OrderPaymentStarted',
      data: { method: 'CARD', attempt: 1, cardToken: null, returnUrl: null },
    };
    const transactionId = 'pay-1';
    const amount = gbp(800);
    const requested: CardEvent = {
      type: 'PaymentRequested',
      data: { amount, card: null, returnUrl: null, gateway: null },
    };
    const url = 'https://gateway.example/pay/1';
    const offered: CardEvent = { type: 'PaymentRedirectOffered', data: { transactionId, url } };
    const authorized: CardEvent = {
      type: 'PaymentAuthorized',
      data: { transactionId, amount, expiresAt: null },
    };
    const taken: CardEvent = { type: 'PaymentCaptured', data: { transactionId, amount } };
    const declined: CardEvent = { type: 'PaymentDeclined', data: { transactionId, code: 'card_declined' } };
    const expired: CardEvent = { type: 'PaymentAuthorizationExpired', data: { transactionId } };
    const voided: CardEvent = { type: 'PaymentVoided', data: { transactionId } };
    const back = (minor: number): CardEvent => ({
      type: 'PaymentRefunded',
      data: { refundId: `r-${minor}`, amount: gbp(minor), transactionId: 're-1' },
    });
    const asked = { ...pending, method: 'CARD', attempts: 1 } as const;
    const secured = { ...asked, status: 'HELD', transactionId } as const;
    const paidByIt = { ...secured, status: 'CAPTURED' } as const;
    type Case = readonly [string, readonly CardEvent[], OrderPayment];
    const cases: readonly Case[] = [
      ['asked for', [requested], asked],
      ['to be paid on a page', [requested, offered], { ...asked, transactionId, redirectUrl: url }],
      ['authorized', [requested, offered, authorized], secured],
      ['captured', [requested, authorized, taken], paidByIt],
      [
        'declined',
        [requested, declined],
        { ...asked, status: 'REFUSED', transactionId, declineCode: 'card_declined' },
      ],
      [
        'expired',
        [requested, authorized, expired],
        { ...secured, status: 'RELEASED', declineCode: 'expired' },
      ],
      ['voided', [requested, authorized, voided], { ...secured, status: 'RELEASED' }],
      [
        'refunded in part',
        [requested, authorized, taken, back(300)],
        { ...paidByIt, status: 'PARTLY_REFUNDED', refunded: gbp(300) },
      ],
      [
        'refunded',
        [requested, authorized, taken, back(300), back(500)],
        { ...paidByIt, status: 'REFUNDED', refunded: gbp(800) },
      ],
    ];
    test.each(cases)('that is %s shows it', (_, events, payment) => {
      const position = 1 + events.length;
      given(log(started, ...events)).then([
        { ...created, status: 'PAYMENT_PENDING', payment, revision: 1, position },
      ]);
    });

    test('in a second attempt shows that one, for any later outcome of the first', () => {
      const record = recorder();
      const [first, second] = ['payment-o-1.1', 'payment-o-1.2'];
      given([
        record('order-o-1', orderPlaced),
        record('order-o-1', started),
        record(first, requested),
        record(first, declined),
        record('order-o-1', started),
        record(second, requested),
        record(first, voided),
      ]).then([
        {
          ...created,
          status: 'PAYMENT_PENDING',
          payment: { ...asked, transactionId, attempts: 2 },
          revision: 2,
          position: 5,
        },
      ]);
    });

    test('ignores the payment of a deposit', () => {
      const record = recorder();
      given([record('order-o-1', orderPlaced), record('payment-deposit.o-1.1', requested)]).then([created]);
    });
  });
});
