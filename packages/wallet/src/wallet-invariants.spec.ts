// Invariants of a wallet under random commands.
import { describe, expect, test } from '@jest/globals';
import { fold, OrderId } from '@holdfast/kernel';
import fc from 'fast-check';
import { available, wallet, type WalletCommand, type WalletEvent, type WalletState } from './index.js';
import {
  eur,
  usd,
  openWallet,
  deposit,
  withdraw,
  withCard,
  toCards,
  hold,
  capture,
  release,
  refund,
  throughSnapshot,
} from './test/wallet.js';

describe('any commands in any order', () => {
  const order = fc.constantFrom(...['a', 'b', 'c', 'd'].map(OrderId));
  const amount = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -1, max: 60 }).map(eur) },
    { weight: 1, arbitrary: fc.constant(usd(5)) },
  );
  const command: fc.Arbitrary<WalletCommand> = fc.oneof(
    fc.constantFrom(openWallet(), openWallet('USD')),
    amount.map(deposit),
    amount.map(withdraw),
    fc.tuple(fc.constantFrom('d-1', 'd-2', 'd-3'), amount).map(([id, { minor }]) => withCard(id, minor)),
    amount.map(({ minor }) => toCards(minor)),
    fc.tuple(amount, order).map(([money, id]) => hold(money, id)),
    order.map(capture),
    order.map(release),
    fc
      .tuple(fc.constantFrom('r-1', 'r-2'), fc.option(amount, { nil: undefined }), order)
      .map(([refundId, money, id]) => refund(refundId, money, id)),
  );
  const sequence = fc.array(command, { minLength: 5, maxLength: 60 });
  /**
   * Repeating one of these commands changes nothing. A repeated deposit adds up: the runtime recognises it by its id.
   */
  const settles = (asked: WalletCommand): boolean => asked.type !== 'Deposit' && asked.type !== 'Withdraw';

  const run = (
    asked: readonly WalletCommand[],
    visit: (state: WalletState, events: readonly WalletEvent[]) => void,
  ) => {
    const events: WalletEvent[] = [];
    let state = wallet.initialState;
    for (const one of asked) {
      const result = wallet.decide(one, state);
      if (!result.ok) continue;
      events.push(...result.value);
      state = fold(wallet, state, result.value);
      if (settles(one)) expect(wallet.decide(one, state)).toEqual({ ok: true, value: [] });
      visit(state, events);
    }
    return state;
  };
  const total = (events: readonly WalletEvent[], type: WalletEvent['type'], order?: OrderId): number =>
    events.reduce((sum, event) => {
      const counts = event.type === type && 'amount' in event.data;
      if (!counts || (order !== undefined && 'orderId' in event.data && event.data.orderId !== order))
        return sum;
      return sum + event.data.amount.minor;
    }, 0);

  test('money is conserved and never negative, an order pays at most once and gets back at most its payment', () => {
    fc.assert(
      fc.property(sequence, (asked) => {
        run(asked, (state, events) => {
          if (state.kind === 'unopened') {
            expect(events.every((e) => e.type === 'FundsHoldRefused' || e.type === 'HoldReleased')).toBe(
              true,
            );
            return;
          }
          expect(state.balance.minor).toBe(
            total(events, 'FundsDeposited') -
              total(events, 'FundsWithdrawn') -
              total(events, 'HoldCaptured') +
              total(events, 'FundsRefunded'),
          );
          expect(state.held.minor).toBe(
            total(events, 'FundsHeld') - total(events, 'HoldCaptured') - total(events, 'HoldReleased'),
          );
          expect(state.held.minor).toBeGreaterThanOrEqual(0);
          expect(available(state)?.minor).toBeGreaterThanOrEqual(0);

          const holds = events.filter((e) => e.type === 'FundsHeld').map((e) => e.data.orderId);
          const captures = events.filter((e) => e.type === 'HoldCaptured').map((e) => e.data.orderId);
          expect(new Set(holds).size).toBe(holds.length);
          expect(new Set(captures).size).toBe(captures.length);
          for (const [id] of state.payments.entries()) {
            expect(total(events, 'FundsRefunded', id)).toBeLessThanOrEqual(total(events, 'HoldCaptured', id));
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  test('a state that went through a snapshot decides as if it had not', () => {
    fc.assert(
      fc.property(sequence, sequence, (before, after) => {
        const state = run(before, () => undefined);
        const copy = throughSnapshot(state);
        for (const one of after) expect(wallet.decide(one, copy)).toEqual(wallet.decide(one, state));
      }),
    );
  });
});
