// A customer's money: every outcome and refusal, and the rules that hold for any commands in any order.
import { describe, expect, test } from '@jest/globals';
import { money } from '@holdfast/kernel';
import { wallet, walletStream } from './index.js';
import {
  customerId,
  other,
  eur,
  usd,
  openWallet,
  deposit,
  withdraw,
  hold,
  capture,
  release,
  refund,
  opened,
  deposited,
  withdrawn,
  held,
  refused,
  captured,
  released,
  refunded,
  given,
  hundred,
  paidSixty,
} from './test/wallet.js';

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

test('each customer has a stream of their own', () => {
  expect(walletStream(customerId)).toBe('wallet-c-1');
  expect(wallet.stream(openWallet())).toBe('wallet-c-1');
});
