// The deposit that a customer has begun, kept for all tabs until it is decided: the same key is sent again after a reload, from
// another tab, and when the customer comes back from the gateway's page.
import { newId } from '../../shared/ids.js';
import type { Money } from '../../shared/money.js';
import { createStoredStore, type Store } from '../../shared/store.js';

export type PendingDeposit = {
  readonly key: string;
  readonly amount: Money;
  /** The order that it is for; null for none. */
  readonly orderId: string | null;
  readonly returnUrl: string;
  /** Whether the customer was sent to the gateway's page. */
  readonly isAway: boolean;
};

function readPending(stored: unknown): PendingDeposit | null {
  const { key, amount, orderId, returnUrl, isAway } = (stored ?? {}) as Partial<PendingDeposit>;
  if (typeof key !== 'string' || typeof returnUrl !== 'string') return null;
  if (typeof amount?.amount !== 'string' || typeof amount.currency !== 'string') return null;
  return { key, amount, orderId: orderId ?? null, returnUrl, isAway: isAway === true };
}

export const pendingDeposit: Store<PendingDeposit | null> = createStoredStore(
  'holdfast.deposit',
  readPending,
);

/** The pending deposit when it is this one, or else a new one in its place. */
export function begunDeposit(amount: Money, orderId: string | null, returnUrl: string): PendingDeposit {
  const known = pendingDeposit.get();
  const isSame =
    known !== null &&
    known.orderId === orderId &&
    known.amount.amount === amount.amount &&
    known.amount.currency === amount.currency &&
    known.returnUrl === returnUrl;
  if (isSame) return known;
  const begun = { key: newId(), amount, orderId, returnUrl, isAway: false };
  pendingDeposit.set(begun);
  return begun;
}

/** It is decided: the next one is another wish, unless another tab has begun one meanwhile. */
export function settledDeposit({ key }: PendingDeposit): void {
  if (pendingDeposit.get()?.key === key) pendingDeposit.set(null);
}
