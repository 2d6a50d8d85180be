// Stored decisions of top-ups and withdrawals in every version that was ever written.
import { test } from '@jest/globals';
import { CustomerId, money } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import type { TopUpEvent, WithdrawalEvent } from './index.js';

test('every stored decision can still be read', () => {
  const eur = (minor: number) => money.of(minor, 'EUR');
  const customerId = CustomerId('c-1');
  const asked = { customerId, amount: eur(5000), card: 'tok_ok', returnUrl: null };
  const parts = [
    { depositId: 'd-2', amount: eur(50) },
    { depositId: 'd-1', amount: eur(20) },
  ];
  assertGoldenEvents<TopUpEvent | WithdrawalEvent>(new URL('../test/golden/', import.meta.url), {
    TopUpStarted: { depositId: 'd-1', ...asked, dueAt: '2026-01-01T00:01:00.000Z' },
    TopUpAuthorized: {},
    TopUpPaid: { transactionId: 'pay-1', amount: eur(5000) },
    TopUpCompleted: {},
    TopUpFailed: { reason: 'DECLINED', code: 'card_declined' },
    TopUpUndone: {},
    TopUpAttemptFailed: {
      ...{ step: 'capture', error: 'down' },
      ...{ retryAt: '2026-01-01T00:00:01.000Z', isAsked: true },
    },
    WithdrawalStarted: { withdrawalId: 'c-1.0', customerId, parts },
    WithdrawalPaid: { depositId: 'd-1' },
    WithdrawalRefused: { depositId: 'd-2', code: 'too_old' },
    WithdrawalReturned: { depositId: 'd-2' },
    WithdrawalAttemptFailed: {
      ...{ step: 'refund:d-2', error: 'down' },
      ...{ retryAt: '2026-01-01T00:00:00.500Z', isAsked: true },
    },
  });
});
