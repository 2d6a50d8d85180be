// A deposit by card, from the request to the money in the wallet or back on the card.
import { describe, expect, test } from '@jest/globals';
import { CustomerId, money, OrderId, type DomainEvent, type RecordedEvent } from '@holdfast/kernel';
import { paymentOfDeposit, paymentStream, type PaymentEvent } from '@holdfast/payments';
import { processSpecification, received, recorder } from '@holdfast/testing';
import type { DepositRequested, FundsDeposited } from '@holdfast/wallet';
import { createTopUp, type TopUpEvent, type TopUpInput } from './index.js';

const topUp = createTopUp({ paymentTimeoutMs: 60_000 });
const { given } = processSpecification(topUp);

const amount = money.of(5000, 'EUR');
const asked = { customerId: CustomerId('c-1'), amount, card: 'tok_ok', returnUrl: null };
const payment = paymentOfDeposit('d-1');
const transactionId = 'pay-1';
const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

const inOrder = recorder();
const event = (stream: string, { type, data }: DomainEvent): ReturnType<typeof received<TopUpInput>> => {
  const recorded = inOrder(stream, { type, data }) as RecordedEvent<TopUpInput>;
  return { ...received(recorded), at: at(0) };
};
const told = (one: PaymentEvent) => event(paymentStream(payment), one);

const requested = event('deposit-d-1', { type: 'DepositRequested', data: asked } satisfies DepositRequested);
const funds: FundsDeposited = { type: 'FundsDeposited', data: { amount, depositId: 'd-1' } };
const deposited = event('wallet-c-1', funds);
const authorized = told({ type: 'PaymentAuthorized', data: { transactionId, amount, expiresAt: null } });
const captured = told({ type: 'PaymentCaptured', data: { transactionId, amount } });
const voided = told({ type: 'PaymentVoided', data: { transactionId } });
const refunded = (refundId: string) =>
  told({ type: 'PaymentRefunded', data: { refundId, amount, transactionId: 're-1' } });
const givenUp = (kind: 'authorize' | 'capture' | 'void') =>
  told({ type: 'PaymentGatewayGivenUp', data: { operation: { kind }, reason: 'down' } });

const isStarted: TopUpEvent = { type: 'TopUpStarted', data: { depositId: 'd-1', ...asked, dueAt: at(60) } };
const isAuthorized: TopUpEvent = { type: 'TopUpAuthorized', data: {} };
const isPaid: TopUpEvent = { type: 'TopUpPaid', data: { transactionId, amount } };
const isCompleted: TopUpEvent = { type: 'TopUpCompleted', data: {} };
const isUndone: TopUpEvent = { type: 'TopUpUndone', data: {} };
const isFailed = (
  reason: Extract<TopUpEvent, { type: 'TopUpFailed' }>['data']['reason'],
  code: string,
): TopUpEvent => ({ type: 'TopUpFailed', data: { reason, code } });
const hasFailed = (step: 'request' | 'capture' | 'undo', retryAt: string, error = 'down'): TopUpEvent => ({
  type: 'TopUpAttemptFailed',
  data: { step, error, retryAt, isAsked: true },
});

describe('a deposit by card', () => {
  test('is requested at the gateway, captured, and paid into the wallet once', () => {
    given([]).when(requested).then([isStarted]).thenPending('request', 'deadline:payment');
    given([isStarted]).when(authorized).then([isAuthorized]).thenPending('capture');
    given([isStarted, isAuthorized]).when(captured).then([isPaid]).thenPending('deposit');
    given([isStarted, isAuthorized, isPaid]).when(deposited).then([isCompleted]).thenPending();
  });

  test('whose every message comes twice decides nothing more', () => {
    const all = [requested, authorized, captured, deposited];
    given([])
      .when(...all, ...all)
      .then([isStarted, isAuthorized, isPaid, isCompleted]);
  });

  test('that is captured in part pays in the captured part', () => {
    const less = money.of(4000, 'EUR');
    given([isStarted, { ...isPaid, data: { transactionId, amount: less } }]).thenPending({
      kind: 'command',
      step: 'deposit',
      failedAttempts: 0,
      command: { type: 'Deposit', data: { customerId: asked.customerId, amount: less, depositId: 'd-1' } },
    });
  });

  test.each([
    [
      'is declined',
      told({ type: 'PaymentDeclined', data: { transactionId, code: 'card_declined' } }),
      isFailed('DECLINED', 'card_declined'),
    ],
    [
      'expires',
      told({ type: 'PaymentAuthorizationExpired', data: { transactionId } }),
      isFailed('EXPIRED', 'expired'),
    ],
    ['is voided at the gateway', voided, isFailed('DECLINED', 'voided')],
  ])('that %s fails, and closes the payment at the gateway', (_, input, decision) => {
    given([isStarted]).when(input).then([decision]).thenPending('undo');
    given([isStarted, decision]).when(voided).then([isUndone]).thenPending();
  });

  test('that is not paid in time is voided', () => {
    const due = { kind: 'deadline', name: 'payment', dueAt: at(60), at: at(60) } as const;
    given([isStarted])
      .when(due)
      .then([isFailed('TIMEOUT', 'not paid in time')])
      .thenPending('undo');
    given([isStarted, isAuthorized]).when(due).thenNothing();
  });

  test('that the wallet refuses after the card was charged goes back to the card', () => {
    const refused = {
      kind: 'stepFailed',
      step: 'deposit',
      reason: 'rejected',
      error: 'CurrencyMismatch',
      at: at(1),
    } as const;
    const refusedByWallet = isFailed('REFUSED_BY_WALLET', 'CurrencyMismatch');
    given([isStarted, isPaid]).when(refused).then([refusedByWallet]).thenPending('undo');
    given([isStarted, isPaid, refusedByWallet]).when(refunded('undo')).then([isUndone]).thenPending();
  });

  test('that is paid when it has failed already is undone by the payment itself', () => {
    const declined = isFailed('DECLINED', 'card_declined');
    given([isStarted, declined]).when(authorized, captured).thenNothing().thenPending('undo');
    given([isStarted, declined, isUndone]).when(captured, refunded('undo')).thenNothing().thenPending();
  });

  test('whose money is refunded at the dashboard during an undo asks for the undo again', () => {
    const refusedByWallet = isFailed('REFUSED_BY_WALLET', 'BalanceTooLarge');
    given([isStarted, isPaid, refusedByWallet])
      .when(refunded('re-9'))
      .then([hasFailed('undo', at(0.5), 'another refund was made')]);
  });
});

describe('a gateway that is away', () => {
  test('is asked again under another command id, up to a limit; then the deposit fails and is undone', () => {
    const failures = [0.5, 1, 2, 4, 8].map((seconds) => hasFailed('request', at(seconds)));
    given([isStarted])
      .when(...Array.from({ length: 6 }, () => givenUp('authorize')))
      .then([...failures, isFailed('GATEWAY_UNAVAILABLE', 'down')])
      .thenPending('undo');
    given([isStarted, ...failures.slice(0, 1)]).thenPending(
      {
        ...{ kind: 'command', step: 'request', failedAttempts: 1, round: 2, notBefore: at(0.5) },
        command: { type: 'RequestPayment', data: { ...payment, amount, card: 'tok_ok', returnUrl: null } },
      },
      'deadline:payment',
    );
  });

  test('is asked for an undo until it succeeds', () => {
    const setbacks = Array.from({ length: 40 }, () => givenUp('void'));
    given([isStarted, isFailed('TIMEOUT', 'not paid in time')])
      .when(...setbacks, voided)
      .thenPending();
  });

  test('counts only for the step that is under way', () => {
    given([isStarted, isAuthorized]).when(givenUp('authorize')).thenNothing();
    given([isStarted, isAuthorized, isPaid]).when(givenUp('capture')).thenNothing();
  });
});

test('the payment of an order is no top-up’s', () => {
  const routeOf = (stream: string, type: string, data: unknown) =>
    topUp.route(inOrder(stream, { type, data }) as RecordedEvent<TopUpInput>);
  const order = paymentStream({ orderId: OrderId('o-1'), attempt: 1 });
  expect(routeOf(order, 'PaymentCaptured', { transactionId, amount })).toEqual({ kind: 'ignore' });
  expect(routeOf('wallet-c-1', 'FundsDeposited', { amount })).toEqual({ kind: 'ignore' });
  expect(routeOf('wallet-c-1', 'FundsDeposited', funds.data)).toEqual({ kind: 'continue', id: 'd-1' });
});
