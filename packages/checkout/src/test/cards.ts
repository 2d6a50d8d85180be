// Inputs and decisions of a checkout that is paid by card, for its specs.
import type { Money } from '@holdfast/kernel';
import type { OrderPlaced, PaymentMode } from '@holdfast/ordering';
import { paymentStream, type PaymentEvent } from '@holdfast/payments';
import {
  amount,
  completed,
  invoiceRequested,
  numbered,
  inFifteenMinutes,
  inFiveMinutes,
  input,
  line,
  orderId,
  place,
  positionOf,
  secured,
  started,
  tea,
  type Input,
} from './checkout.js';
import type { CheckoutEvent, Ending } from '../index.js';

export const transactionId = 'tx-1';

// Inputs

export const placeByCard = (
  paymentMode: PaymentMode,
  more: Pick<OrderPlaced['data'], 'definition'> = {},
): Input => {
  const placed = place(paymentMode, [line(tea, 2)]);
  if (placed.kind !== 'event' || placed.event.type !== 'OrderPlaced') return placed;
  const data = { ...placed.event.data, paymentMethod: 'CARD', ...more } as const;
  return { ...placed, event: { ...placed.event, data } };
};
export const cardPayment = (attempt = 1): Input =>
  input('order-o1', {
    type: 'OrderPaymentStarted',
    data: { method: 'CARD', attempt, cardToken: `tok_${attempt}`, returnUrl: '/back' },
  });
export const told = (event: PaymentEvent, attempt = 1): Input =>
  input(paymentStream({ orderId, attempt }), event);
export const redirected = (attempt = 1): Input =>
  told({ type: 'PaymentRedirectOffered', data: { transactionId, url: '/pay' } }, attempt);
export const authorized = (attempt = 1, expiresAt: string | null = null): Input =>
  told({ type: 'PaymentAuthorized', data: { transactionId, amount, expiresAt } }, attempt);
export const cardCaptured = (attempt = 1): Input =>
  told({ type: 'PaymentCaptured', data: { transactionId, amount } }, attempt);
export const declined = (attempt = 1, id: string | null = transactionId): Input =>
  told({ type: 'PaymentDeclined', data: { transactionId: id, code: 'card_declined' } }, attempt);
export const expired = (attempt = 1): Input =>
  told({ type: 'PaymentAuthorizationExpired', data: { transactionId } }, attempt);
export const voided = (attempt = 1): Input =>
  told({ type: 'PaymentVoided', data: { transactionId } }, attempt);
export const cardRefunded = (refundId = 'undo', of: Money = amount): Input =>
  told({ type: 'PaymentRefunded', data: { refundId, amount: of, transactionId: 're-1' } });
export const refundRefused = told({
  type: 'PaymentRefundRefused',
  data: { refundId: 'undo', code: 'insufficient_balance' },
});
export const givenUp = (kind: 'authorize' | 'capture' | 'void'): Input =>
  told({ type: 'PaymentGatewayGivenUp', data: { operation: { kind }, reason: 'no answer' } });

// Decisions

export const cardRequested = (attempt = 1): readonly CheckoutEvent[] => [
  {
    type: 'FundsRequested',
    data: { method: 'CARD', attempt, cardToken: `tok_${attempt}`, returnUrl: '/back' },
  },
  { type: 'DeadlineSet', data: { deadline: 'payment', dueAt: inFiveMinutes } },
];
export const customerRedirected: CheckoutEvent = { type: 'CustomerRedirected', data: { attempt: 1 } };
export const cardSecured: CheckoutEvent = { type: 'FundsSecured', data: {} };
export const cardPaid: CheckoutEvent = { type: 'FundsCaptured', data: { transactionId } };
export const cardDeclined = (by: Input, attempt = 1, code = 'card_declined'): CheckoutEvent => ({
  type: 'CardDeclined',
  data: { attempt, code, position: positionOf(by) },
});
export const untilFifteen: CheckoutEvent = {
  type: 'DeadlineSet',
  data: { deadline: 'reservation', dueAt: inFifteenMinutes },
};
export const declinedEnding: Ending = {
  outcome: 'FAILED',
  reason: 'PAYMENT_DECLINED',
  message: 'The card was declined',
};

export const isReserved = [started('AUTOMATIC'), secured(tea)];
export const isAuthorizing = [...isReserved, ...cardRequested()];
export const isCapturing = [...isAuthorizing, cardSecured];

export const captured = cardCaptured();
export const isPaid = [...isCapturing, cardPaid, invoiceRequested(captured), numbered];
export const isCompleted = [...isPaid, completed];

export const attemptFailed = (
  step: 'authorize-card:1' | 'capture-card:1' | 'void-card:1',
  by: Input,
): object => ({
  type: 'StepAttemptFailed',
  data: { step, attempt: 1, position: positionOf(by) },
});

// Work

/** The command that asks the gateway for the first payment. */
export const requestPending = {
  kind: 'command',
  step: 'authorize-card:1',
  command: {
    type: 'RequestPayment',
    data: { orderId, attempt: 1, amount, card: 'tok_1', returnUrl: '/back' },
  },
  failedAttempts: 0,
} as const;
