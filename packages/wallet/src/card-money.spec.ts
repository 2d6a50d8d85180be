// Money of a wallet goes back to the cards that it came from.
import { describe, test } from '@jest/globals';
import type { WalletEvent } from './index.js';
import { eur, toCards, opened, deposited, held, given } from './test/wallet.js';

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
