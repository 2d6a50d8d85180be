// The state of a wallet, folded from its events: the balance, the money set aside, and the orders that were paid.
import {
  assertNever,
  entriesOfPart,
  invariant,
  money,
  PersistentMap,
  RecentMap,
  type Json,
  type Money,
  type OrderId,
  type RecentSlice,
} from '@holdfast/kernel';
import { deposited, returned, withdrawn, type CardDeposit } from './card-money.js';
import type { FundsDeposited, WalletEvent } from './wallet.events.js';

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
export type Open = {
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

/** At least so many orders without money are remembered: far more than run at the same time. */
const endingsRemembered = 50_000;

/** The money that can be held or withdrawn; null without a wallet. */
export const available = (state: WalletState): Money | null =>
  state.kind === 'open' ? money.subtract(state.balance, state.held) : null;

export const initialState: WalletState = { kind: 'unopened', ended: RecentMap.empty(endingsRemembered) };

export function evolve(state: WalletState, event: WalletEvent): WalletState {
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

export const paymentOf = (state: WalletState, orderId: OrderId): Payment | undefined => {
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

export const holds = (state: WalletState, orderId: OrderId): boolean =>
  state.kind === 'open' && state.payments.has(orderId);

const released = (state: Open, { orderId, amount }: { orderId: OrderId; amount: Money }): Open => ({
  ...state,
  held: money.subtract(state.held, amount),
  payments: state.payments.delete(orderId),
});

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

export const snapshot = { version: 3, parts, add: addPart };
