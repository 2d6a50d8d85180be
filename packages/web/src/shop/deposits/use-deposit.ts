// Puts money into the wallet: at once where money is free, else on the gateway's page. A repeated request makes no second
// deposit.
import { useClient } from 'urql';
import { DepositDocument } from '../generated/graphql.js';
import type { Money } from '../../shared/money.js';
import { begunDeposit, pendingDeposit, settledDeposit, type PendingDeposit } from './pending-deposit.js';

/** How long one answer may wait for the card to be decided on. */
const waitMs = 5_000;

export type DepositOutcome =
  | { readonly kind: 'done'; readonly amount: Money }
  /** Nothing is decided yet: ask again. */
  | { readonly kind: 'checking' }
  /** The customer pays on this page, and comes back. */
  | { readonly kind: 'away'; readonly url: string }
  | { readonly kind: 'declined' | 'unavailable' | 'unreachable' }
  | { readonly kind: 'refused'; readonly message: string; readonly fields: readonly string[] };

export type Deposits = {
  /** Begins a deposit, or goes on with the same one. */
  readonly start: (amount: Money, orderId?: string) => Promise<DepositOutcome>;
  /** The outcome of a begun deposit. */
  readonly follow: (begun: PendingDeposit) => Promise<DepositOutcome>;
};

/** The address to which the gateway's page sends the customer back. */
const wayBack = (orderId: string | null): string =>
  new URL(orderId === null ? '/wallet' : `/payment?orderId=${orderId}`, location.origin).href;

export function useDeposits(): Deposits {
  const client = useClient();
  const follow = async (begun: PendingDeposit): Promise<DepositOutcome> => {
    const { key: idempotencyKey, amount, returnUrl } = begun;
    const input = { idempotencyKey, amount, returnUrl, waitMs };
    const { data } = await client.mutation(DepositDocument, { input }).toPromise();
    if (data === undefined) return { kind: 'unreachable' };
    const answer = data.deposit;
    if (answer.__typename === 'DepositPending') {
      const { redirectUrl } = answer;
      if (redirectUrl === null || !/^https?:/.test(redirectUrl)) return { kind: 'checking' };
      if (pendingDeposit.get()?.key === idempotencyKey) pendingDeposit.set({ ...begun, isAway: true });
      return { kind: 'away', url: redirectUrl };
    }
    settledDeposit(begun);
    switch (answer.__typename) {
      case 'WalletSuccess':
        return { kind: 'done', amount };
      case 'CardDeclinedError':
        return { kind: 'declined' };
      case 'ValidationError':
        return { kind: 'refused', message: answer.message, fields: answer.fields };
      case 'DepositUnavailableError':
        return { kind: 'unavailable' };
      case 'IdempotencyConflictError':
      case 'NotWithdrawableError':
        return { kind: 'refused', message: answer.message, fields: [] };
    }
  };
  return {
    follow,
    start: (amount, orderId) => follow(begunDeposit(amount, orderId ?? null, wayBack(orderId ?? null))),
  };
}
