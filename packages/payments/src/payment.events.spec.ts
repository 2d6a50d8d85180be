// Stored payment events in every version that was ever written.
import { test } from '@jest/globals';
import { money, OrderId } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import { upcasters, type PaymentEvent, type WebhookEvent } from './index.js';

test('every stored payment event can still be read', () => {
  const transactionId = 'pi_1';
  const amount = money.of(1530, 'GBP');
  assertGoldenEvents<PaymentEvent | WebhookEvent>(
    new URL('../test/golden/', import.meta.url),
    {
      WebhookReceived: {
        gateway: 'stripe',
        type: 'payment_intent.succeeded',
        transactionId,
        payment: { orderId: OrderId('o-1'), attempt: 1 },
      },
      PaymentRequested: {
        amount,
        card: 'tok_ok',
        returnUrl: 'https://shop.example/orders/o-1',
        gateway: null,
      },
      PaymentRedirectOffered: { transactionId, url: 'https://pay.example/pi_1' },
      PaymentAuthorized: { transactionId, amount, expiresAt: '2026-01-08T00:00:00.000Z' },
      PaymentDeclined: { transactionId, code: 'insufficient_funds' },
      PaymentCaptureRequested: { transactionId, amount },
      PaymentCaptured: { transactionId, amount },
      PaymentVoidRequested: { transactionId, amount },
      PaymentVoided: { transactionId },
      PaymentAuthorizationExpired: { transactionId },
      PaymentRefundRequested: { transactionId, refundId: 'r-1', amount },
      PaymentRefunded: { refundId: 'r-1', amount, transactionId: 're_1' },
      PaymentRefundRefused: { refundId: 'r-1', code: 'insufficient_balance' },
      PaymentGatewayGivenUp: { operation: { kind: 'refund', refundId: 'r-1' }, reason: 'no answer' },
      PaymentReportKept: {
        report: { status: 'captured', transactionId, amount, captured: amount, refunds: [] },
      },
    },
    upcasters,
  );
});
