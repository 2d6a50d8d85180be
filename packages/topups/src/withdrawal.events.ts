// The decisions of a withdrawal to cards. Its state and its remaining work are derived from these alone.
import type { CustomerId, DomainEvent } from '@holdfast/kernel';
import type { CardPart } from '@holdfast/wallet';

/** A part of a withdrawal is refunded to the card of its deposit, or comes back into the wallet. */
export type WithdrawalStep = `refund:${string}` | `return:${string}`;

/** The money has left the wallet. */
export type WithdrawalStarted = DomainEvent<
  'WithdrawalStarted',
  { readonly withdrawalId: string; readonly customerId: CustomerId; readonly parts: readonly CardPart[] }
>;
/** The part is on the card. */
export type WithdrawalPaid = DomainEvent<'WithdrawalPaid', { readonly depositId: string }>;
/** The gateway will not give the part back, so it comes back into the wallet. `code` is that of the refusal. */
export type WithdrawalRefused = DomainEvent<
  'WithdrawalRefused',
  { readonly depositId: string; readonly code: string }
>;
/** The part is in the wallet again. */
export type WithdrawalReturned = DomainEvent<'WithdrawalReturned', { readonly depositId: string }>;
/** The step is tried again at `retryAt` (ISO 8601). `isAsked`: the gateway was asked, and did not answer. */
export type WithdrawalAttemptFailed = DomainEvent<
  'WithdrawalAttemptFailed',
  {
    readonly step: WithdrawalStep;
    readonly error: string;
    readonly retryAt: string;
    readonly isAsked: boolean;
  }
>;

export type WithdrawalEvent =
  WithdrawalStarted | WithdrawalPaid | WithdrawalRefused | WithdrawalReturned | WithdrawalAttemptFailed;
