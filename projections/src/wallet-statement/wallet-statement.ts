// The balance of a customer's wallet, and each entry that led to it.
import {
  assertNever,
  invariant,
  money,
  streamId,
  type Change,
  type Document,
  type Money,
  type Position,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { WalletEvent } from '@holdfast/wallet';

/** `id` is the customer's. `balance` includes held money; `available` does not. */
export type WalletStatement = Document & {
  readonly customerId: string;
  readonly balance: Money;
  readonly held: Money;
  readonly available: Money;
};

export type WalletEntryKind = 'DEPOSIT' | 'WITHDRAWAL' | 'HOLD' | 'RELEASE' | 'CAPTURE' | 'REFUND';

/** `id` is `customerId:revision`. `amount` is positive; `kind` gives its direction. */
export type WalletEntry = Document & {
  readonly customerId: string;
  readonly kind: WalletEntryKind;
  readonly amount: Money;
  readonly balanceAfter: Money;
  readonly heldAfter: Money;
  readonly orderId: string | null;
  readonly at: string;
  readonly position: Position;
};

type Input = Exclude<WalletEvent, { type: 'FundsHoldRefused' }>;
type Entry = Exclude<Input, { type: 'WalletOpened' }>;

const kinds: Readonly<Record<Entry['type'], WalletEntryKind>> = {
  FundsDeposited: 'DEPOSIT',
  FundsWithdrawn: 'WITHDRAWAL',
  FundsHeld: 'HOLD',
  HoldReleased: 'RELEASE',
  HoldCaptured: 'CAPTURE',
  FundsRefunded: 'REFUND',
};

function project(
  recorded: RecordedEvent,
  statement: WalletStatement | null,
): readonly Change<WalletStatement | WalletEntry>[] {
  const event = recorded as RecordedEvent<Input>;
  const customerId = streamId(event.stream);
  if (event.type === 'WalletOpened') {
    const zero = money.zero(event.data.currency);
    return [{ document: { id: customerId, customerId, balance: zero, held: zero, available: zero } }];
  }
  // Nothing had been held: the event only bars a late hold.
  if (event.type === 'HoldReleased' && event.data.amount.minor === 0) return [];
  invariant(statement !== null, `${event.type} in a wallet that was never opened`);
  const { balance, held } = moved(event, statement);
  const entry: WalletEntry = {
    id: `${customerId}:${event.revision}`,
    customerId,
    kind: kinds[event.type],
    amount: event.data.amount,
    balanceAfter: balance,
    heldAfter: held,
    orderId: 'orderId' in event.data ? event.data.orderId : null,
    at: event.metadata.at,
    position: event.position,
  };
  const document: WalletStatement = { ...statement, balance, held, available: money.subtract(balance, held) };
  return [{ document }, { collection: 'wallet-entries', document: entry }];
}

function moved(
  event: Entry,
  { balance, held }: WalletStatement,
): { readonly balance: Money; readonly held: Money } {
  const { amount } = event.data;
  switch (event.type) {
    case 'FundsDeposited':
    case 'FundsRefunded':
      return { balance: money.add(balance, amount), held };
    case 'FundsWithdrawn':
      return { balance: money.subtract(balance, amount), held };
    case 'FundsHeld':
      return { balance, held: money.add(held, amount) };
    case 'HoldReleased':
      return { balance, held: money.subtract(held, amount) };
    case 'HoldCaptured':
      return { balance: money.subtract(balance, amount), held: money.subtract(held, amount) };
    default:
      return assertNever(event);
  }
}

export const walletStatement: Projection<WalletStatement> = {
  name: 'wallet-statement',
  version: 2,
  prefixes: ['wallet-'],
  indexes: {},
  collections: { 'wallet-entries': { customer: ['customerId', 'position'] } },
  key: (event) =>
    event.type === 'WalletOpened' || Object.hasOwn(kinds, event.type) ? streamId(event.stream) : null,
  project,
};
