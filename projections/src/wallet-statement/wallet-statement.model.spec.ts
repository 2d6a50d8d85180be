// A statement always adds up, after any commands to the wallet: the balance of each entry is the previous balance plus the
// entry.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CustomerId, money, OrderId } from '@holdfast/kernel';
import { recorder } from '@holdfast/testing';
import { wallet, type WalletCommand } from '@holdfast/wallet';
import { walletStatement, type WalletEntry, type WalletStatement } from './wallet-statement.js';

const customerId = CustomerId('ann');
const amount = fc.integer({ min: 1, max: 60 }).map((minor) => money.of(minor, 'EUR'));
const orderId = fc.constantFrom(...['a', 'b', 'c'].map(OrderId));
const command: fc.Arbitrary<WalletCommand> = fc.oneof(
  amount.map((one): WalletCommand => ({ type: 'Deposit', data: { customerId, amount: one } })),
  amount.map((one): WalletCommand => ({
    type: 'Deposit',
    data: { customerId, amount: one, depositId: 'd-1' },
  })),
  amount.map((one): WalletCommand => ({ type: 'Withdraw', data: { customerId, amount: one } })),
  fc.tuple(amount, orderId).map(([one, id]): WalletCommand => ({
    type: 'HoldFunds',
    data: { customerId, orderId: id, amount: one },
  })),
  orderId.map((id): WalletCommand => ({ type: 'CaptureHold', data: { customerId, orderId: id } })),
  orderId.map((id): WalletCommand => ({ type: 'ReleaseHold', data: { customerId, orderId: id } })),
  fc.tuple(amount, orderId, fc.constantFrom('r-1', 'r-2')).map(([one, id, refundId]): WalletCommand => ({
    type: 'Refund',
    data: { customerId, orderId: id, refundId, amount: one },
  })),
);

const balanceChange = { DEPOSIT: 1, WITHDRAWAL: -1, HOLD: 0, RELEASE: 0, CAPTURE: -1, REFUND: 1 } as const;
const heldChange = { DEPOSIT: 0, WITHDRAWAL: 0, HOLD: 1, RELEASE: -1, CAPTURE: -1, REFUND: 0 } as const;

/** The statement after each of the commands. */
function shownAfter(commands: readonly WalletCommand[]) {
  const record = recorder();
  const entries: WalletEntry[] = [];
  let statement: WalletStatement | null = null;
  let state = wallet.initialState;
  for (const one of commands) {
    const decided = wallet.decide(one, state);
    for (const event of decided.ok ? decided.value : []) {
      state = wallet.evolve(state, event);
      const recorded = record('wallet-ann', event);
      if (walletStatement.key(recorded) === null) continue;
      for (const change of walletStatement.project(recorded, statement)) {
        if ('removed' in change) throw new Error('a statement forgets nothing');
        if (change.collection === undefined) statement = change.document as WalletStatement;
        else entries.push(change.document as WalletEntry);
      }
    }
  }
  return { entries, statement };
}

test('after any commands to a wallet › its statement adds up, entry by entry and in total', () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 5, maxLength: 60 }), (commands) => {
      const { entries, statement } = shownAfter(commands);
      let [balance, held] = [0, 0];
      for (const { kind, amount: moved, balanceAfter } of entries) {
        balance += balanceChange[kind] * moved.minor;
        held += heldChange[kind] * moved.minor;
        expect(balanceAfter.minor).toBe(balance);
        expect(held).toBeGreaterThanOrEqual(0);
        expect(held).toBeLessThanOrEqual(balance);
      }
      expect([statement?.balance.minor ?? 0, statement?.held.minor ?? 0]).toEqual([balance, held]);
      expect(statement?.available.minor ?? 0).toBe(balance - held);
    }),
  );
});
