// Payment's policy takes the money of an order, and returns it when the order ends without a confirmation.
import { describe, test } from '@jest/globals';
import type { Step } from '@holdfast/checkout';
import type { PaymentPolicyEvent } from './index.js';
import {
  payment,
  inFive,
  orderId,
  customerId,
  amount,
  transactionId,
  event,
  positionOf,
  placed,
  began,
  stated,
  ended,
  undone,
  added,
} from './test/policies.js';

describe('payment’s policy', () => {
  const { given } = payment;
  const started = (
    paymentMode: 'AUTOMATIC' | 'ON_CONFIRMATION',
    method: 'WALLET' | 'CARD',
  ): PaymentPolicyEvent => ({
    type: 'PaymentPolicyStarted',
    data: { ...began, customerId, total: amount, paymentMethod: method, paymentMode },
  });
  const asked = (
    method: 'WALLET' | 'CARD',
    attempt = 1,
    cardToken: string | null = null,
  ): readonly PaymentPolicyEvent[] => [
    { type: 'FundsRequested', data: { method, attempt, cardToken, returnUrl: null } },
    { type: 'DeadlineSet', data: { deadline: 'payment', dueAt: inFive } },
  ];
  const held: PaymentPolicyEvent = { type: 'FundsSecured', data: {} };
  const paid: PaymentPolicyEvent = { type: 'PaymentCompleted', data: { transactionId } };
  const returning = (...undo: Step[]): PaymentPolicyEvent => ({
    type: 'MoneyReturnStarted',
    data: { undo },
  });
  const secured = stated('inventorypolicy', 'AllStockSecured');
  const began2 = (attempt: number) =>
    event('order-o1', {
      type: 'OrderPaymentStarted',
      data: { method: 'CARD', attempt, cardToken: `tok_${attempt}`, returnUrl: null },
    });
  const told = (type: string, data: object, attempt = 1) =>
    event(`payment-o1.${attempt}`, { type, data: { transactionId, ...data } });
  const byWallet = [started('AUTOMATIC', 'WALLET'), ...asked('WALLET')];
  const byCard = [started('ON_CONFIRMATION', 'CARD'), ...asked('CARD', 1, 'tok_1')];

  test('by wallet › holds once the stock is secured, captures, and states that the order is paid', () => {
    given([])
      .when(placed('AUTOMATIC'))
      .then([started('AUTOMATIC', 'WALLET')])
      .thenPending();
    given(byWallet.slice(0, 1))
      .when(secured, secured)
      .then(asked('WALLET'))
      .thenPending('hold-funds', 'deadline:payment');
    const hold = event('wallet-c1', { type: 'FundsHeld', data: { orderId, amount } });
    given(byWallet).when(hold, hold).then([held]).thenPending('capture-funds', 'deadline:payment');
  });

  test('by card › asks the gateway once the order says so, captures, and states that the order is paid', () => {
    const authorized = told('PaymentAuthorized', { amount, expiresAt: null });
    const captured = told('PaymentCaptured', { amount });
    given(byCard.slice(0, 1)).when(secured).thenNothing();
    given(byCard.slice(0, 1))
      .when(began2(1))
      .then(asked('CARD', 1, 'tok_1'))
      .thenPending('authorize-card:1', 'deadline:payment');
    given(byCard).when(authorized).then([held]).thenPending('capture-card:1', 'deadline:payment');
    given([...byCard, held])
      .when(captured, captured)
      .then([paid])
      .thenPending();
  });

  test('by card that is declined › states that another may do, and closes the first; the last fails', () => {
    const declined = told('PaymentDeclined', { code: 'card_declined' });
    const note = (attempt: number, by: ReturnType<typeof event>): PaymentPolicyEvent => ({
      type: 'CardDeclined',
      data: { attempt, code: 'card_declined', position: positionOf(by) },
    });
    const words = { reason: 'PAYMENT_DECLINED', message: 'The card was declined' } as const;
    const first: readonly PaymentPolicyEvent[] = [
      note(1, declined),
      added('void-card:1', declined),
      { type: 'AnotherAttemptAllowed', data: { attempt: 1, code: 'card_declined', ...words } },
    ];
    given(byCard).when(declined, declined).then(first).thenPending('void-card:1');
    const again = told('PaymentDeclined', { code: 'card_declined' }, 2);
    given([...byCard, ...first, ...asked('CARD', 2, 'tok_2')])
      .when(again)
      .then([note(2, again), { type: 'PaymentFailed', data: words }, returning('void-card:2')]);
  });

  test('when the order ends › undoes what was done so far, and each later success as well', () => {
    given([started('AUTOMATIC', 'WALLET')])
      .when(ended)
      .then([returning()])
      .thenPending();
    given(byWallet)
      .when(ended)
      .then([returning('release-funds')])
      .thenPending('release-funds');
    given([...byWallet, held, paid])
      .when(ended)
      .then([returning('refund')])
      .thenPending('refund');
    given([...byCard, held, paid])
      .when(ended)
      .then([returning('void-card:1')]);
    const voided = told('PaymentVoided', {});
    const late = told('PaymentCaptured', { amount });
    given([...byCard, returning('void-card:1')])
      .when(voided, late)
      .then([undone('void-card:1', voided), added('void-card:1', late)]);
  });

  test('when the payment takes too long › states that it has failed, and gives back', () => {
    given(byCard)
      .when({ kind: 'deadline', name: 'payment', dueAt: inFive, at: inFive })
      .then([
        { type: 'DeadlineReached', data: { deadline: 'payment' } },
        {
          type: 'PaymentFailed',
          data: { reason: 'PAYMENT_TIMEOUT', message: 'The payment took too long' },
        },
        returning('void-card:1'),
      ]);
  });
});
