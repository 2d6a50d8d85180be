// Stored wallet events in every version that was ever written.
import { test } from '@jest/globals';
import { CustomerId, money, OrderId } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import type { DepositEvent, WalletEvent } from './index.js';

test('every stored wallet event can still be read', () => {
  const orderId = OrderId('o-1');
  const amount = money.of(1530, 'GBP');
  assertGoldenEvents<WalletEvent | DepositEvent>(new URL('../test/golden/', import.meta.url), {
    WalletOpened: { currency: 'GBP' },
    FundsDeposited: { amount },
    FundsWithdrawn: { amount },
    FundsHeld: { orderId, amount },
    FundsHoldRefused: { orderId, requested: amount, available: money.of(200, 'GBP') },
    HoldCaptured: { orderId, amount },
    HoldReleased: { orderId, amount },
    DepositRequested: {
      ...{ customerId: CustomerId('c-1'), amount, card: 'tok_ok', returnUrl: 'https://shop.example/wallet' },
    },
    FundsRefunded: { orderId, amount, refundId: 'refund-o-1' },
  });
});
