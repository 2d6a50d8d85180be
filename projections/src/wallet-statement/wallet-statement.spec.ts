// A wallet and its entries, after every event that changes them.
import { describe, test } from '@jest/globals';
import { money, OrderId } from '@holdfast/kernel';
import { projectionSpecification, recorder } from '@holdfast/testing';
import type { WalletEvent } from '@holdfast/wallet';
import { walletStatement, type WalletEntry, type WalletStatement } from './wallet-statement.js';

const { given } = projectionSpecification(walletStatement);
const gbp = (minor: number) => money.of(minor, 'GBP');
const orderId = OrderId('o-1');

const log = (...events: readonly WalletEvent[]) => {
  const record = recorder();
  return events.map((event) => record('wallet-ann', event));
};
const opened: WalletEvent = { type: 'WalletOpened', data: { currency: 'GBP' } };
const deposited: WalletEvent = { type: 'FundsDeposited', data: { amount: gbp(1000) } };
const held: WalletEvent = { type: 'FundsHeld', data: { orderId, amount: gbp(400) } };
const captured: WalletEvent = { type: 'HoldCaptured', data: { orderId, amount: gbp(400) } };

const statement = (balance: number, heldMinor = 0): WalletStatement => ({
  id: 'ann',
  customerId: 'ann',
  balance: gbp(balance),
  held: gbp(heldMinor),
  available: gbp(balance - heldMinor),
});
const entry = (
  n: number,
  kind: WalletEntry['kind'],
  amount: number,
  balanceAfter: number,
  of: string | null = null,
): WalletEntry => ({
  id: `ann:${n}`,
  customerId: 'ann',
  kind,
  amount: gbp(amount),
  balanceAfter: gbp(balanceAfter),
  heldAfter: gbp(kind === 'HOLD' ? amount : 0),
  orderId: of,
  at: `2026-01-01T00:00:0${n}.000Z`,
  position: n,
});
const deposit = entry(1, 'DEPOSIT', 1000, 1000);
const hold = entry(2, 'HOLD', 400, 1000, orderId);

describe('wallet-statement', () => {
  test('a new wallet is empty', () => {
    given(log(opened))
      .then([statement(0)])
      .thenIn('wallet-entries', []);
  });

  test('a deposit is available', () => {
    given(log(opened, deposited))
      .then([statement(1000)])
      .thenIn('wallet-entries', [deposit]);
  });

  test('a withdrawal lowers the balance', () => {
    given(log(opened, deposited, { type: 'FundsWithdrawn', data: { amount: gbp(300) } }))
      .then([statement(700)])
      .thenIn('wallet-entries', [deposit, entry(2, 'WITHDRAWAL', 300, 700)]);
  });

  test('held money is in the balance and not available', () => {
    given(log(opened, deposited, held))
      .then([statement(1000, 400)])
      .thenIn('wallet-entries', [deposit, hold]);
  });

  test('released money is available again', () => {
    given(log(opened, deposited, held, { type: 'HoldReleased', data: { orderId, amount: gbp(400) } }))
      .then([statement(1000)])
      .thenIn('wallet-entries', [deposit, hold, entry(3, 'RELEASE', 400, 1000, orderId)]);
  });

  test('captured money has left, and a refund brings it back', () => {
    const refunded: WalletEvent = {
      type: 'FundsRefunded',
      data: { orderId, refundId: 'r-1', amount: gbp(150) },
    };
    given(log(opened, deposited, held, captured, refunded))
      .then([statement(750)])
      .thenIn('wallet-entries', [
        deposit,
        hold,
        entry(3, 'CAPTURE', 400, 600, orderId),
        entry(4, 'REFUND', 150, 750, orderId),
      ]);
  });

  test('a refusal, and a release without a hold, change nothing, also without a wallet', () => {
    const nothing: readonly WalletEvent[] = [
      { type: 'FundsHoldRefused', data: { orderId, requested: gbp(5), available: null } },
      { type: 'HoldReleased', data: { orderId, amount: gbp(0) } },
    ];
    given(log(...nothing)).then([]);
    given(log(opened, ...nothing))
      .then([statement(0)])
      .thenIn('wallet-entries', []);
  });
});
