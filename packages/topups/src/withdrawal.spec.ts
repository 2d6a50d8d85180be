// A withdrawal to cards, from the money that has left the wallet to the money on each card, or in the wallet again.
import { describe, expect, test } from '@jest/globals';
import { CustomerId, money, type DomainEvent, type RecordedEvent } from '@holdfast/kernel';
import { paymentOfDeposit, paymentStream, type PaymentEvent } from '@holdfast/payments';
import { processSpecification, received, recorder } from '@holdfast/testing';
import { withdrawal, type WithdrawalEvent, type WithdrawalInput, type WithdrawalStep } from './index.js';

const { given } = processSpecification(withdrawal);
const eur = (minor: number) => money.of(minor, 'EUR');
const at = (ms: number): string => new Date(Date.UTC(2026, 0, 1) + ms).toISOString();

const customerId = CustomerId('c-1');
const withdrawalId = 'c-1.0';
const parts = [
  { depositId: 'd-2', amount: eur(50) },
  { depositId: 'd-1', amount: eur(20) },
];
const refundId = `withdrawal.${withdrawalId}`;

const inOrder = recorder();
const event = (stream: string, { type, data }: DomainEvent): ReturnType<typeof received<WithdrawalInput>> => {
  const recorded = inOrder(stream, { type, data }) as RecordedEvent<WithdrawalInput>;
  return { ...received(recorded), at: at(0) };
};
const told = (depositId: string, one: PaymentEvent) => event(paymentStream(paymentOfDeposit(depositId)), one);

const withdrawn = event('wallet-c-1', { type: 'FundsWithdrawn', data: { amount: eur(70), to: parts } });
const refunded = (depositId: string, amount: number) =>
  told(depositId, {
    type: 'PaymentRefunded',
    data: { refundId, amount: eur(amount), transactionId: 're-1' },
  });
const refused = told('d-2', { type: 'PaymentRefundRefused', data: { refundId, code: 'too_old' } });
const givenUp = told('d-2', {
  type: 'PaymentGatewayGivenUp',
  data: { operation: { kind: 'refund', refundId }, reason: 'down' },
});

const isStarted: WithdrawalEvent = { type: 'WithdrawalStarted', data: { withdrawalId, customerId, parts } };
const isPaid = (depositId: string): WithdrawalEvent => ({ type: 'WithdrawalPaid', data: { depositId } });
const isRefused = (code: string): WithdrawalEvent => ({
  type: 'WithdrawalRefused',
  data: { depositId: 'd-2', code },
});
const isReturned: WithdrawalEvent = { type: 'WithdrawalReturned', data: { depositId: 'd-2' } };
const failed = (step: WithdrawalStep, retryAt: string, isAsked: boolean): WithdrawalEvent => ({
  type: 'WithdrawalAttemptFailed',
  data: { step, error: 'down', retryAt, isAsked },
});

describe('a withdrawal to cards', () => {
  test('asks for a refund of each deposit, of its part', () => {
    given([])
      .when(withdrawn)
      .then([isStarted])
      .thenPending(
        {
          ...{ kind: 'command', step: 'refund:d-2', failedAttempts: 0 },
          command: { type: 'RefundPayment', data: { ...paymentOfDeposit('d-2'), refundId, amount: eur(50) } },
        },
        'refund:d-1',
      );
  });

  test('is over once every part is on its card', () => {
    given([isStarted])
      .when(refunded('d-2', 50), refunded('d-1', 20))
      .then([isPaid('d-2'), isPaid('d-1')])
      .thenPending();
  });

  test('whose every message comes twice decides nothing more', () => {
    given([])
      .when(withdrawn, withdrawn, refunded('d-2', 50), refunded('d-2', 50))
      .then([isStarted, isPaid('d-2')]);
  });

  test('with a part that the gateway refuses returns this part to the wallet, once', () => {
    const back = event('wallet-c-1', {
      type: 'FundsDeposited',
      data: { amount: eur(50), depositId: 'd-2', withdrawalId },
    });
    given([isStarted, isPaid('d-1')])
      .when(refused)
      .then([isRefused('too_old')])
      .thenPending({
        ...{ kind: 'command', step: 'return:d-2', failedAttempts: 0 },
        command: { type: 'Deposit', data: { customerId, amount: eur(50), depositId: 'd-2', withdrawalId } },
      });
    given([isStarted, isPaid('d-1'), isRefused('too_old')])
      .when(back, back)
      .then([isReturned])
      .thenPending();
  });

  test('of a deposit that was refunded at the gateway’s dashboard meanwhile comes back into the wallet', () => {
    given([isStarted])
      .when({
        ...{ kind: 'stepFailed', step: 'refund:d-2', reason: 'rejected' },
        ...{ error: 'RefundExceedsCaptured', at: at(0) },
      })
      .then([isRefused('RefundExceedsCaptured')]);
  });

  test('while the gateway is away is asked for without end', () => {
    given([isStarted])
      .when(givenUp, givenUp)
      .then([failed('refund:d-2', at(500), true), failed('refund:d-2', at(1_000), true)]);
    const setbacks = Array.from({ length: 40 }, () => givenUp);
    given([isStarted, isPaid('d-1')])
      .when(...setbacks, refunded('d-2', 50))
      .thenPending();
  });
});

test('only withdrawals to cards, and their own refunds, are routed', () => {
  const routeOf = (stream: string, type: string, data: unknown) =>
    withdrawal.route(inOrder(stream, { type, data }) as RecordedEvent<WithdrawalInput>);
  expect(routeOf('wallet-c-9', 'FundsWithdrawn', { amount: eur(1) })).toEqual({ kind: 'ignore' });
  expect(routeOf('wallet-c-9', 'FundsWithdrawn', { amount: eur(1), to: [] })).toMatchObject({
    kind: 'start',
  });
  const undo = { refundId: 'undo', amount: eur(1), transactionId: 'r' };
  expect(routeOf('payment-deposit.d-1.1', 'PaymentRefunded', undo)).toEqual({ kind: 'ignore' });
});
