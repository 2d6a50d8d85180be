// Commands and events of one customer's wallet, for its specs.
import { CustomerId, invariant, OrderId, type Json, type Money } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import { wallet, type WalletCommand, type WalletEvent, type WalletState } from '../index.js';

export const customerId = CustomerId('c-1');
const orderId = OrderId('o-1');
export const other = OrderId('o-2');
export const eur = (minor: number): Money => ({ minor, currency: 'EUR' });
export const usd = (minor: number): Money => ({ minor, currency: 'USD' });

export const openWallet = (currency = 'EUR'): WalletCommand => ({
  type: 'OpenWallet',
  data: { customerId, currency },
});
export const deposit = (amount: Money): WalletCommand => ({ type: 'Deposit', data: { customerId, amount } });
export const withdraw = (amount: Money): WalletCommand => ({
  type: 'Withdraw',
  data: { customerId, amount },
});
export const withCard = (depositId: string, minor: number): WalletCommand => ({
  type: 'Deposit',
  data: { customerId, amount: eur(minor), depositId },
});
export const toCards = (minor: number): WalletCommand => ({
  type: 'Withdraw',
  data: { customerId, amount: eur(minor), isToCards: true },
});
export const hold = (amount: Money, order = orderId): WalletCommand => ({
  type: 'HoldFunds',
  data: { customerId, orderId: order, amount },
});
export const capture = (order = orderId): WalletCommand => ({
  type: 'CaptureHold',
  data: { customerId, orderId: order },
});
export const release = (order = orderId): WalletCommand => ({
  type: 'ReleaseHold',
  data: { customerId, orderId: order },
});
export const refund = (refundId: string, amount?: Money, order = orderId): WalletCommand => ({
  type: 'Refund',
  data: { customerId, orderId: order, refundId, ...(amount === undefined ? {} : { amount }) },
});

export const opened: WalletEvent = { type: 'WalletOpened', data: { currency: 'EUR' } };
export const deposited = (minor: number): WalletEvent => ({
  type: 'FundsDeposited',
  data: { amount: eur(minor) },
});
export const withdrawn = (minor: number): WalletEvent => ({
  type: 'FundsWithdrawn',
  data: { amount: eur(minor) },
});
export const held = (minor: number, order = orderId): WalletEvent => ({
  type: 'FundsHeld',
  data: { orderId: order, amount: eur(minor) },
});
export const refused = (requested: Money, left: Money | null, order = orderId): WalletEvent => ({
  type: 'FundsHoldRefused',
  data: { orderId: order, requested, available: left },
});
export const captured = (minor: number): WalletEvent => ({
  type: 'HoldCaptured',
  data: { orderId, amount: eur(minor) },
});
export const released = (amount: Money): WalletEvent => ({ type: 'HoldReleased', data: { orderId, amount } });
export const refunded = (minor: number, refundId: string): WalletEvent => ({
  type: 'FundsRefunded',
  data: { orderId, amount: eur(minor), refundId },
});

export const { given } = deciderSpecification(wallet);
export const hundred = [opened, deposited(100)];
export const paidSixty = [...hundred, held(60), captured(60)];

export function throughSnapshot(state: WalletState): WalletState {
  invariant(wallet.snapshot !== undefined, 'wallets take snapshots');
  const { parts, add } = wallet.snapshot;
  const stored = JSON.stringify([...parts(state)]);
  return (JSON.parse(stored) as Json[]).reduce<WalletState>(add, wallet.initialState);
}
