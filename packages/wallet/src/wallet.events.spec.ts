// What stored wallet events look like, in every version that was ever written.
import { test } from '@jest/globals';
import { money, OrderId } from '@holdfast/kernel';
import { assertGoldenEvents } from '@holdfast/testing';
import type { WalletEvent } from './index.js';

test('every stored wallet event can still be read', () => {
  const orderId = OrderId('o-1');
  const amount = money.of(1530, 'GBP');
  assertGoldenEvents<WalletEvent>(new URL('../test/golden/', import.meta.url), {
    WalletOpened: { currency: 'GBP' },
    FundsDeposited: { amount },
    FundsWithdrawn: { amount },
    FundsHeld: { orderId, amount },
    FundsHoldRefused: { orderId, requested: amount, available: money.of(200, 'GBP') },
    HoldCaptured: { orderId, amount },
    HoldReleased: { orderId, amount },
    FundsRefunded: { orderId, amount, refundId: 'refund-o-1' },
  });
});
