// A customer's money: the balance, and the part of it that is held for orders. The held part never exceeds the balance.
import {
  accepted,
  assertNever,
  entriesOfPart,
  invariant,
  money,
  PersistentMap,
  RecentMap,
  rejected,
  streamName,
  type Aggregate,
  type CustomerId,
  type Json,
  type Money,
  type OrderId,
  type RecentSlice,
  type Result,
} from '@holdfast/kernel';
import { deposited, fromCards, partsOf, returned, withdrawn, type CardDeposit } from './card-money.js';
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
import type { FundsDeposited, WalletEvent } from './wallet.events.js';

export const walletCategory = 'wallet';
export const walletStream = (customerId: CustomerId): string => streamName(walletCategory, customerId);

/** The money of one order: set aside, then paid. A payment is never forgotten, since it can be refunded at any time. */
type Payment =
  | { readonly kind: 'held'; readonly amount: Money }
  | {
      readonly kind: 'captured';
      readonly amount: Money;
      readonly refunded: Money;
      readonly refundIds: readonly string[];
    };

/** A payment without a refund is kept as a plain number of minor units, since every order ever paid has one. */
type Kept = Payment | number;

/** Why an order has no money here. `released`: a later hold will be refused. `barred`: such a hold was refused. */
type Ending = 'refused' | 'released' | 'barred';

/** A checkout may ask a customer without a wallet for money, and undo that. */
type Unopened = { readonly kind: 'unopened'; readonly ended: RecentMap<OrderId, Ending> };
type Open = {
  readonly kind: 'open';
  readonly balance: Money;
  /** the part of the balance that is set aside: Σ of the holds */
  readonly held: Money;
  /** deposits by card with a rest that can go back to the card, oldest first */
  readonly cards: readonly CardDeposit[];
  readonly payments: PersistentMap<OrderId, Kept>;
  readonly ended: RecentMap<OrderId, Ending>;
};
export type WalletState = Unopened | Open;

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

/** How many orders without money are remembered at least: far more than run at the same time. */
const endingsRemembered = 50_000;

/** ISO 4217's code for "no currency": the currency of amounts in a wallet that was never opened. */
const noCurrency = 'XXX';

/** The money that can be held or withdrawn; null without a wallet. */
export const available = (state: WalletState): Money | null =>
  state.kind === 'open' ? money.subtract(state.balance, state.held) : null;

const initialState: WalletState = { kind: 'unopened', ended: RecentMap.empty(endingsRemembered) };

function evolve(state: WalletState, event: WalletEvent): WalletState {
  switch (event.type) {
    case 'WalletOpened': {
      const zero = money.zero(event.data.currency);
      const payments = PersistentMap.empty<OrderId, Kept>();
      return { kind: 'open', balance: zero, held: zero, cards: [], payments, ended: state.ended };
    }
    case 'FundsHoldRefused': {
      const { orderId } = event.data;
      const barred = state.ended.get(orderId) === 'released';
      return { ...state, ended: state.ended.set(orderId, barred ? 'barred' : 'refused') };
    }
    case 'HoldReleased': {
      const ended = state.ended.set(event.data.orderId, 'released');
      return event.data.amount.minor === 0 && !holds(state, event.data.orderId)
        ? { ...state, ended }
        : { ...released(opened(state), event.data), ended };
    }
    case 'FundsDeposited': {
      const { balance, cards } = opened(state);
      const after = { balance: money.add(balance, event.data.amount), cards: cardsAfter(event.data, cards) };
      return { ...opened(state), ...after };
    }
    case 'FundsWithdrawn': {
      const { amount, to = [] } = event.data;
      const { balance, cards } = opened(state);
      return { ...opened(state), balance: money.subtract(balance, amount), cards: withdrawn(cards, to) };
    }
    case 'FundsHeld': {
      const { orderId, amount } = event.data;
      const { held, payments } = opened(state);
      const payment: Payment = { kind: 'held', amount };
      return { ...opened(state), held: money.add(held, amount), payments: payments.set(orderId, payment) };
    }
    case 'HoldCaptured': {
      const { orderId, amount } = event.data;
      const { balance, held, payments } = opened(state);
      return {
        ...opened(state),
        balance: money.subtract(balance, amount),
        held: money.subtract(held, amount),
        payments: payments.set(orderId, amount.minor),
      };
    }
    case 'FundsRefunded': {
      const { orderId, amount, refundId } = event.data;
      const { balance, payments } = opened(state);
      const payment = paymentOf(state, orderId);
      invariant(payment?.kind === 'captured', 'only captured money comes back');
      const refunded = money.add(payment.refunded, amount);
      const refundIds = [...payment.refundIds, refundId];
      return {
        ...opened(state),
        balance: money.add(balance, amount),
        payments: payments.set(orderId, { ...payment, refunded, refundIds }),
      };
    }
    default:
      return assertNever(event);
  }
}

function cardsAfter(
  { depositId, withdrawalId, amount }: FundsDeposited['data'],
  cards: Open['cards'],
): Open['cards'] {
  if (depositId === undefined) return cards;
  const part = { depositId, amount };
  return withdrawalId === undefined ? deposited(cards, part) : returned(cards, part);
}

function opened(state: WalletState): Open {
  invariant(state.kind === 'open', 'money moves only in a wallet that was opened');
  return state;
}

const paymentOf = (state: WalletState, orderId: OrderId): Payment | undefined => {
  if (state.kind === 'unopened') return undefined;
  const kept = state.payments.get(orderId);
  if (typeof kept !== 'number') return kept;
  const { currency } = state.balance;
  return {
    kind: 'captured',
    amount: money.of(kept, currency),
    refunded: money.zero(currency),
    refundIds: [],
  };
};

const holds = (state: WalletState, orderId: OrderId): boolean =>
  state.kind === 'open' && state.payments.has(orderId);

const released = (state: Open, { orderId, amount }: { orderId: OrderId; amount: Money }): Open => ({
  ...state,
  held: money.subtract(state.held, amount),
  payments: state.payments.delete(orderId),
});

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

/** Back to the cards that it came from, to the newest first. */
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

/** The first part has all but payments and ended orders; the parts after it have their entries. */
type Part =
  | { readonly kind: 'unopened' }
  | ({ readonly kind: 'open' } & Pick<Open, 'balance' | 'held' | 'cards'>)
  | { readonly kind: 'payments'; readonly entries: readonly (readonly [OrderId, Kept])[] }
  | ({ readonly kind: 'ended' } & RecentSlice<OrderId, Ending>);

function* parts(state: WalletState): Generator<Part & Json> {
  if (state.kind === 'unopened') yield { kind: 'unopened' };
  else {
    const { kind, balance, held, cards, payments } = state;
    yield { kind, balance, held, cards };
    for (const entries of payments.slices(entriesOfPart)) yield { kind: 'payments', entries };
  }
  for (const slice of state.ended.slices(entriesOfPart)) yield { kind: 'ended', ...slice };
}

function addPart(state: WalletState, json: Json): WalletState {
  const part = json as Part;
  switch (part.kind) {
    case 'unopened':
      return state;
    case 'open':
      return { ...part, payments: PersistentMap.empty(), ended: state.ended };
    case 'payments':
      return { ...opened(state), payments: opened(state).payments.setAll(part.entries) };
    case 'ended':
      return { ...state, ended: state.ended.addSlice(part) };
    default:
      return assertNever(part);
  }
}

export const wallet: Aggregate<WalletCommand, WalletEvent, WalletState, WalletRejection> = {
  category: walletCategory,
  commandTypes: Object.keys(commandTypes) as WalletCommand['type'][],
  stream: (command) => walletStream(command.data.customerId),
  initialState,
  evolve,
  decide,
  recognisedById: ['Deposit', 'Withdraw'],
  snapshot: { version: 3, parts, add: addPart },
};
