// A customer's money: every outcome and refusal, and the rules that hold for any commands in any order.
import { describe, expect, test } from '@jest/globals';
import { CustomerId, fold, invariant, money, OrderId, type Json, type Money } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import fc from 'fast-check';
import {
  available,
  wallet,
  walletStream,
  type WalletCommand,
  type WalletEvent,
  type WalletState,
} from './index.js';

const customerId = CustomerId('c-1');
const orderId = OrderId('o-1');
const other = OrderId('o-2');
const eur = (minor: number): Money => ({ minor, currency: 'EUR' });
const usd = (minor: number): Money => ({ minor, currency: 'USD' });

const openWallet = (currency = 'EUR'): WalletCommand => ({
  type: 'OpenWallet',
  data: { customerId, currency },
});
const deposit = (amount: Money): WalletCommand => ({ type: 'Deposit', data: { customerId, amount } });
const withdraw = (amount: Money): WalletCommand => ({ type: 'Withdraw', data: { customerId, amount } });
const withCard = (depositId: string, minor: number): WalletCommand => ({
  type: 'Deposit',
  data: { customerId, amount: eur(minor), depositId },
});
const toCards = (minor: number): WalletCommand => ({
  type: 'Withdraw',
  data: { customerId, amount: eur(minor), isToCards: true },
});
const hold = (amount: Money, order = orderId): WalletCommand => ({
  type: 'HoldFunds',
  data: { customerId, orderId: order, amount },
});
const capture = (order = orderId): WalletCommand => ({
  type: 'CaptureHold',
  data: { customerId, orderId: order },
});
const release = (order = orderId): WalletCommand => ({
  type: 'ReleaseHold',
  data: { customerId, orderId: order },
});
const refund = (refundId: string, amount?: Money, order = orderId): WalletCommand => ({
  type: 'Refund',
  data: { customerId, orderId: order, refundId, ...(amount === undefined ? {} : { amount }) },
});

const opened: WalletEvent = { type: 'WalletOpened', data: { currency: 'EUR' } };
const deposited = (minor: number): WalletEvent => ({ type: 'FundsDeposited', data: { amount: eur(minor) } });
const withdrawn = (minor: number): WalletEvent => ({ type: 'FundsWithdrawn', data: { amount: eur(minor) } });
const held = (minor: number, order = orderId): WalletEvent => ({
  type: 'FundsHeld',
  data: { orderId: order, amount: eur(minor) },
});
const refused = (requested: Money, left: Money | null, order = orderId): WalletEvent => ({
  type: 'FundsHoldRefused',
  data: { orderId: order, requested, available: left },
});
const captured = (minor: number): WalletEvent => ({
  type: 'HoldCaptured',
  data: { orderId, amount: eur(minor) },
});
const released = (amount: Money): WalletEvent => ({ type: 'HoldReleased', data: { orderId, amount } });
const refunded = (minor: number, refundId: string): WalletEvent => ({
  type: 'FundsRefunded',
  data: { orderId, amount: eur(minor), refundId },
});

const { given } = deciderSpecification(wallet);
const hundred = [opened, deposited(100)];
const paidSixty = [...hundred, held(60), captured(60)];

describe('when a wallet is opened', () => {
  test('by its first deposit › has that currency', () => {
    given([])
      .when(deposit(eur(100)))
      .then(hundred);
  });
  test('by staff › says why', () => {
    given([])
      .when({ type: 'Deposit', data: { customerId, amount: eur(100), reason: 'a lost parcel' } })
      .then([opened, { type: 'FundsDeposited', data: { amount: eur(100), reason: 'a lost parcel' } }]);
  });
  test('on its own › opens empty, and doing so again does nothing', () => {
    given([]).when(openWallet()).then([opened]);
    given([opened]).when(openWallet()).thenNothing();
    given([opened])
      .when(hold(eur(1)))
      .then([refused(eur(1), eur(0))]);
  });
  test('refuses a second currency', () => {
    given([opened]).when(openWallet('USD')).thenRejected({ code: 'CurrencyMismatch', currency: 'EUR' });
    given(hundred)
      .when(deposit(usd(1)))
      .thenRejected({ code: 'CurrencyMismatch', currency: 'EUR' });
    given(hundred)
      .when(withdraw(usd(1)))
      .thenRejected({ code: 'CurrencyMismatch', currency: 'EUR' });
  });
  test('refuses a text that is not a currency', () => {
    given([]).when(openWallet('euro')).thenRejected('InvalidCurrency');
    given([])
      .when(deposit({ minor: 1, currency: 'euro' }))
      .thenRejected('InvalidAmount');
  });
  test('an order that was refused before stays refused', () => {
    given([refused(eur(1), null), ...hundred])
      .when(hold(eur(1)))
      .thenNothing();
  });
});

describe('when money comes and goes', () => {
  test('deposits add up', () => {
    given(hundred)
      .when(deposit(eur(50)))
      .then([deposited(50)]);
    given([...hundred, deposited(50)])
      .when(withdraw(eur(150)))
      .then([withdrawn(150)]);
  });
  test.each([0, -1, 0.5, NaN, money.maxMinor + 1])('refuses an amount of %s', (minor) => {
    given(hundred)
      .when(deposit(eur(minor)))
      .thenRejected('InvalidAmount');
    given(hundred)
      .when(withdraw(eur(minor)))
      .thenRejected('InvalidAmount');
    given(paidSixty)
      .when(refund('r', eur(minor)))
      .thenRejected('InvalidAmount');
  });
  test('refuses a balance above the largest amount', () => {
    given(hundred)
      .when(deposit(eur(money.maxMinor - 100)))
      .then([deposited(money.maxMinor - 100)]);
    given(hundred)
      .when(deposit(eur(money.maxMinor - 99)))
      .thenRejected({ code: 'BalanceTooLarge', limit: money.maxMinor });
  });
  test('held money cannot be withdrawn', () => {
    given([...hundred, held(60)])
      .when(withdraw(eur(40)))
      .then([withdrawn(40)]);
    given([...hundred, held(60)])
      .when(withdraw(eur(41)))
      .thenRejected({ code: 'InsufficientFunds', available: eur(40) });
  });
  test('refuses to withdraw from no wallet', () => {
    given([])
      .when(withdraw(eur(1)))
      .thenRejected('WalletNotFound');
  });
});

describe('when an order holds funds', () => {
  test('the last cent can be held, and the refusal of the next order names the rest', () => {
    given(hundred)
      .when(hold(eur(100)))
      .then([held(100)]);
    given([...hundred, held(60)])
      .when(hold(eur(41), other))
      .then([refused(eur(41), eur(40), other)]);
  });
  test('without a wallet, or in another currency › refused with no balance in the event', () => {
    given([])
      .when(hold(eur(1)))
      .then([refused(eur(1), null)]);
    given(hundred)
      .when(hold(usd(1)))
      .then([refused(usd(1), null)]);
  });
  test('the same request again does nothing, after a hold and after a refusal', () => {
    given([...hundred, held(60)])
      .when(hold(eur(60)))
      .thenNothing();
    given(paidSixty)
      .when(hold(eur(60)))
      .thenNothing();
    given([...hundred, refused(eur(101), eur(100)), deposited(50)])
      .when(hold(eur(101)))
      .thenNothing();
  });
  test.each([-1, 0.5, money.maxMinor + 1])('refuses an amount of %s', (minor) => {
    given(hundred)
      .when(hold(eur(minor)))
      .thenRejected('InvalidAmount');
  });
  test('an order that costs 0 is held and captured as any other', () => {
    given(hundred)
      .when(hold(eur(0)))
      .then([held(0)]);
    given([...hundred, held(0)])
      .when(release())
      .then([released(eur(0))]);
    given([...hundred, held(0), released(eur(0))])
      .when(capture())
      .thenRejected('HoldAlreadyReleased');
    given([...hundred, held(0)])
      .when(capture())
      .then([captured(0)]);
  });
});

describe('when a hold is captured', () => {
  test('the money leaves the wallet, once', () => {
    given([...hundred, held(60)])
      .when(capture())
      .then([captured(60)]);
    given(paidSixty).when(capture()).thenNothing();
    given(paidSixty)
      .when(withdraw(eur(40)))
      .then([withdrawn(40)]);
    given(paidSixty)
      .when(withdraw(eur(41)))
      .thenRejected('InsufficientFunds');
  });
  test('refuses an order without a hold', () => {
    given([]).when(capture()).thenRejected('HoldNotFound');
    given(hundred).when(capture()).thenRejected('HoldNotFound');
    given([...hundred, refused(eur(101), eur(100))])
      .when(capture())
      .thenRejected('HoldNotFound');
  });
  test('refuses a hold that was released', () => {
    given([...hundred, held(60), released(eur(60))])
      .when(capture())
      .thenRejected('HoldAlreadyReleased');
  });
});

describe('when a hold is released', () => {
  test('the money is available again, and releasing again does nothing', () => {
    given([...hundred, held(60)])
      .when(release())
      .then([released(eur(60))]);
    given([...hundred, held(60), released(eur(60))])
      .when(withdraw(eur(100)))
      .then([withdrawn(100)]);
    given([...hundred, held(60), released(eur(60))])
      .when(release())
      .thenNothing();
  });
  test('releasing a refused hold records an amount of 0', () => {
    given([...hundred, refused(eur(101), eur(100))])
      .when(release())
      .then([released(eur(0))]);
  });
  test('a hold that comes after its release is refused, once', () => {
    const late = [...hundred, released(eur(0))];
    given(hundred)
      .when(release())
      .then([released(eur(0))]);
    given(late)
      .when(hold(eur(60)))
      .then([refused(eur(60), eur(100))]);
    given([...late, refused(eur(60), eur(100))])
      .when(hold(eur(60)))
      .thenNothing();
    given([...late, refused(eur(60), eur(100))])
      .when(release())
      .thenNothing();
    given([...late, refused(eur(60), eur(100))])
      .when(capture())
      .thenRejected('HoldAlreadyReleased');
  });
  test('without a wallet, a hold after its release is refused too, in no currency', () => {
    const nothing = { minor: 0, currency: 'XXX' };
    given([])
      .when(release())
      .then([released(nothing)]);
    given([released(nothing), ...hundred])
      .when(hold(eur(1)))
      .then([refused(eur(1), eur(100))]);
  });
  test('captured money is not released but refunded', () => {
    given(paidSixty).when(release()).thenRejected('HoldAlreadyCaptured');
  });
});

describe('when a payment is refunded', () => {
  test('without an amount, the whole rest is refunded', () => {
    given(paidSixty)
      .when(refund('r-1'))
      .then([refunded(60, 'r-1')]);
    given(paidSixty)
      .when(refund('r-1', eur(20)))
      .then([refunded(20, 'r-1')]);
    given([...paidSixty, refunded(20, 'r-1')])
      .when(refund('r-2'))
      .then([refunded(40, 'r-2')]);
    given([...paidSixty, refunded(60, 'r-1')])
      .when(withdraw(eur(100)))
      .then([withdrawn(100)]);
  });
  test('the same refund again does nothing', () => {
    given([...paidSixty, refunded(20, 'r-1')])
      .when(refund('r-1', eur(20)))
      .thenNothing();
  });
  test('without an amount, when nothing is left, 0 is refunded', () => {
    given([...paidSixty, refunded(60, 'r-1')])
      .when(refund('r-2'))
      .then([refunded(0, 'r-2')]);
  });
  test('never more than captured minus refunded', () => {
    given([...paidSixty, refunded(20, 'r-1')])
      .when(refund('r-2', eur(41)))
      .thenRejected({ code: 'RefundExceedsCaptured', left: eur(40) });
  });
  test('refuses another currency, and a payment that was never captured', () => {
    given(paidSixty)
      .when(refund('r-1', usd(1)))
      .thenRejected({ code: 'CurrencyMismatch', currency: 'EUR' });
    given([]).when(refund('r-1')).thenRejected('HoldNotCaptured');
    given([...hundred, held(60)])
      .when(refund('r-1'))
      .thenRejected('HoldNotCaptured');
  });
});

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

describe('money that goes back to the cards that it came from', () => {
  const byCard = (depositId: string, minor: number): WalletEvent => ({
    type: 'FundsDeposited',
    data: { amount: eur(minor), depositId },
  });
  const sent = (...to: readonly (readonly [string, number])[]): WalletEvent => ({
    type: 'FundsWithdrawn',
    data: {
      amount: eur(to.reduce((sum, [, minor]) => sum + minor, 0)),
      to: to.map(([depositId, minor]) => ({ depositId, amount: eur(minor) })),
    },
  });
  const isFilled = [opened, byCard('d-1', 100), byCard('d-2', 50)];

  test('goes to the newest first, and never more to one than it brought', () => {
    given(isFilled)
      .when(toCards(70))
      .then([sent(['d-2', 50], ['d-1', 20])]);
    given([...isFilled, sent(['d-2', 50], ['d-1', 20])])
      .when(toCards(80))
      .then([sent(['d-1', 80])]);
  });

  test('is refused by name for the part that came from elsewhere', () => {
    given([...isFilled, deposited(1_000)])
      .when(toCards(151))
      .thenRejected({ code: 'NotFromCards', withdrawable: eur(150) });
    given([opened, deposited(10)])
      .when(toCards(1))
      .thenRejected({ code: 'NotFromCards', withdrawable: eur(0) });
  });

  test('is never more than is available', () => {
    given([...isFilled, held(60)])
      .when(toCards(91))
      .thenRejected({ code: 'InsufficientFunds', available: eur(90) });
  });

  test('can go back again once the gateway has refused it', () => {
    const back: WalletEvent = {
      type: 'FundsDeposited',
      data: { amount: eur(50), depositId: 'd-2', withdrawalId: 'c-1.3' },
    };
    given([...isFilled, sent(['d-2', 50]), back])
      .when(toCards(150))
      .then([sent(['d-2', 50], ['d-1', 100])]);
  });
});

test('each customer has a stream of their own', () => {
  expect(walletStream(customerId)).toBe('wallet-c-1');
  expect(wallet.stream(openWallet())).toBe('wallet-c-1');
});

function throughSnapshot(state: WalletState): WalletState {
  invariant(wallet.snapshot !== undefined, 'wallets take snapshots');
  const { parts, add } = wallet.snapshot;
  const stored = JSON.stringify([...parts(state)]);
  return (JSON.parse(stored) as Json[]).reduce<WalletState>(add, wallet.initialState);
}
