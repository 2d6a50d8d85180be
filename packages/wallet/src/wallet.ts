// A customer's money: the balance, and the part of it that is held for orders. The held part never exceeds the balance.
import {
  accepted,
  assertNever,
  money,
  rejected,
  streamName,
  type Aggregate,
  type CustomerId,
  type Money,
  type Result,
} from '@holdfast/kernel';
import { fromCards, partsOf } from './card-money.js';
import type {
  CaptureHold,
  Deposit,
  HoldFunds,
  OpenWallet,
  Refund,
  ReleaseHold,
  WalletCommand,
  Withdraw,
} from './wallet.commands.js';
import type { WalletEvent } from './wallet.events.js';
import {
  initialState,
  evolve,
  paymentOf,
  holds,
  snapshot,
  type Open,
  type WalletState,
} from './wallet-state.js';

export const walletCategory = 'wallet';
export const walletStream = (customerId: CustomerId): string => streamName(walletCategory, customerId);

export type WalletRejection =
  | { readonly code: 'WalletNotFound' | 'InvalidAmount' | 'InvalidCurrency' }
  | { readonly code: 'CurrencyMismatch'; readonly currency: string }
  | { readonly code: 'BalanceTooLarge'; readonly limit: number }
  | { readonly code: 'InsufficientFunds'; readonly available: Money }
  /** `withdrawable`: how much of the available money came from cards and can go back to them */
  | { readonly code: 'NotFromCards'; readonly withdrawable: Money }
  | { readonly code: 'HoldNotFound' | 'HoldAlreadyReleased' | 'HoldAlreadyCaptured' | 'HoldNotCaptured' }
  | { readonly code: 'RefundExceedsCaptured'; readonly left: Money };

type Decision = Result<readonly WalletEvent[], WalletRejection>;

/** ISO 4217's code for "no currency": the currency of amounts in a wallet that was never opened. */
const noCurrency = 'XXX';

function decide(command: WalletCommand, state: WalletState): Decision {
  switch (command.type) {
    case 'OpenWallet':
      return open(command, state);
    case 'Deposit':
      return deposit(command, state);
    case 'Withdraw':
      return withdraw(command, state);
    case 'HoldFunds':
      return hold(command, state);
    case 'CaptureHold':
      return capture(command, state);
    case 'ReleaseHold':
      return release(command, state);
    case 'Refund':
      return refund(command, state);
    default:
      return assertNever(command);
  }
}

function open({ data: { currency } }: OpenWallet, state: WalletState): Decision {
  if (!money.isCurrency(currency)) return rejected({ code: 'InvalidCurrency' });
  if (state.kind === 'unopened') return accepted([{ type: 'WalletOpened', data: { currency } }]);
  return state.balance.currency === currency ? accepted([]) : rejected(mismatch(state));
}

function deposit({ data: { customerId: _, ...data } }: Deposit, state: WalletState): Decision {
  const { amount } = data;
  if (!isPositive(amount)) return rejected({ code: 'InvalidAmount' });
  const { currency } = amount;
  const added: WalletEvent = { type: 'FundsDeposited', data };
  if (state.kind === 'unopened') return accepted([{ type: 'WalletOpened', data: { currency } }, added]);
  if (state.balance.currency !== currency) return rejected(mismatch(state));
  const fits = money.add(state.balance, amount).minor <= money.maxMinor;
  return fits ? accepted([added]) : rejected({ code: 'BalanceTooLarge', limit: money.maxMinor });
}

function withdraw({ data: { amount, isToCards = false } }: Withdraw, state: WalletState): Decision {
  if (!isPositive(amount)) return rejected({ code: 'InvalidAmount' });
  if (state.kind === 'unopened') return rejected({ code: 'WalletNotFound' });
  if (state.balance.currency !== amount.currency) return rejected(mismatch(state));
  const left = money.subtract(state.balance, state.held);
  if (!money.atLeast(left, amount)) return rejected({ code: 'InsufficientFunds', available: left });
  return isToCards
    ? withdrawToCards(amount, left, state)
    : accepted([{ type: 'FundsWithdrawn', data: { amount } }]);
}

/** Withdraws money to the cards that it came from, to the newest first. */
function withdrawToCards(amount: Money, left: Money, { cards }: Open): Decision {
  const brought = fromCards(cards, amount.currency);
  if (!money.atLeast(brought, amount)) {
    const withdrawable = money.atLeast(brought, left) ? left : brought;
    return rejected({ code: 'NotFromCards', withdrawable });
  }
  const to = partsOf(cards, amount);
  return accepted([{ type: 'FundsWithdrawn', data: { amount, to } }]);
}

/** The checkout reacts to success and refusal alike, so both are events. An order gets one of the two, once. */
function hold({ data: { orderId, amount } }: HoldFunds, state: WalletState): Decision {
  if (!isAmount(amount)) return rejected({ code: 'InvalidAmount' });
  const ending = state.ended.get(orderId);
  if (ending === 'refused' || ending === 'barred' || holds(state, orderId)) return accepted([]);
  const own = state.kind === 'open' && state.balance.currency === amount.currency;
  const left = own ? money.subtract(state.balance, state.held) : null;
  return ending === 'released' || left === null || !money.atLeast(left, amount)
    ? accepted([{ type: 'FundsHoldRefused', data: { orderId, requested: amount, available: left } }])
    : accepted([{ type: 'FundsHeld', data: { orderId, amount } }]);
}

function capture({ data: { orderId } }: CaptureHold, state: WalletState): Decision {
  const payment = paymentOf(state, orderId);
  if (payment?.kind === 'captured') return accepted([]);
  if (payment !== undefined) {
    return accepted([{ type: 'HoldCaptured', data: { orderId, amount: payment.amount } }]);
  }
  const ending = state.ended.get(orderId);
  const wasReleased = ending === 'released' || ending === 'barred';
  return rejected({ code: wasReleased ? 'HoldAlreadyReleased' : 'HoldNotFound' });
}

/** A release without a hold is recorded, so that a hold that arrives later is refused. */
function release({ data: { orderId } }: ReleaseHold, state: WalletState): Decision {
  const payment = paymentOf(state, orderId);
  if (payment?.kind === 'captured') return rejected({ code: 'HoldAlreadyCaptured' });
  const ending = state.ended.get(orderId);
  if (ending === 'released' || ending === 'barred') return accepted([]);
  const nothing = money.zero(state.kind === 'open' ? state.balance.currency : noCurrency);
  return accepted([{ type: 'HoldReleased', data: { orderId, amount: payment?.amount ?? nothing } }]);
}

/** Refunds at most captured minus refunded. A refund of 0 is recorded too, because the caller waits for the event. */
function refund({ data }: Refund, state: WalletState): Decision {
  const { orderId, refundId } = data;
  const payment = paymentOf(state, orderId);
  if (payment?.kind !== 'captured') return rejected({ code: 'HoldNotCaptured' });
  if (payment.refundIds.includes(refundId)) return accepted([]);
  const left = money.subtract(payment.amount, payment.refunded);
  const amount = data.amount ?? left;
  if (data.amount !== undefined && !isPositive(amount)) return rejected({ code: 'InvalidAmount' });
  if (amount.currency !== left.currency) {
    return rejected({ code: 'CurrencyMismatch', currency: left.currency });
  }
  return money.atLeast(left, amount)
    ? accepted([{ type: 'FundsRefunded', data: { orderId, amount, refundId } }])
    : rejected({ code: 'RefundExceedsCaptured', left });
}

const mismatch = (state: Open): WalletRejection => ({
  code: 'CurrencyMismatch',
  currency: state.balance.currency,
});
const isAmount = ({ minor, currency }: Money): boolean =>
  money.isMinor(minor) && minor >= 0 && money.isCurrency(currency);
const isPositive = (amount: Money): boolean => isAmount(amount) && amount.minor > 0;

const commandTypes: Record<WalletCommand['type'], true> = {
  OpenWallet: true,
  Deposit: true,
  Withdraw: true,
  HoldFunds: true,
  CaptureHold: true,
  ReleaseHold: true,
  Refund: true,
};

export const wallet: Aggregate<WalletCommand, WalletEvent, WalletState, WalletRejection> = {
  category: walletCategory,
  commandTypes: Object.keys(commandTypes) as WalletCommand['type'][],
  stream: (command) => walletStream(command.data.customerId),
  initialState,
  evolve,
  decide,
  recognisedById: ['Deposit', 'Withdraw'],
  snapshot,
};
