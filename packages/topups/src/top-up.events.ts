// The decisions of a top-up. Its state, and so the work still to do, follows from these alone.
import type { CustomerId, DomainEvent, Money } from '@holdfast/kernel';

/** Names of the things that a top-up does. */
export type TopUpStep = 'request' | 'capture' | 'deposit' | 'undo';

/** `dueAt`: until when the customer may pay, ISO 8601 */
export type TopUpStarted = DomainEvent<
  'TopUpStarted',
  {
    readonly depositId: string;
    readonly customerId: CustomerId;
    readonly amount: Money;
    readonly card: string | null;
    readonly returnUrl: string | null;
    readonly dueAt: string;
  }
>;
/** The money is set aside at the customer's bank. */
export type TopUpAuthorized = DomainEvent<'TopUpAuthorized', Record<string, never>>;
/** The gateway has taken this much. */
export type TopUpPaid = DomainEvent<'TopUpPaid', { readonly transactionId: string; readonly amount: Money }>;
/** The money is in the wallet. */
export type TopUpCompleted = DomainEvent<'TopUpCompleted', Record<string, never>>;

export type TopUpFailure =
  'DECLINED' | 'EXPIRED' | 'TIMEOUT' | 'GATEWAY_UNAVAILABLE' | 'REFUSED_BY_GATEWAY' | 'REFUSED_BY_WALLET';
/** What may have been taken goes back. `code` says more: that of the decline, or of the refusal. */
export type TopUpFailed = DomainEvent<
  'TopUpFailed',
  { readonly reason: TopUpFailure; readonly code: string }
>;
/** Nothing is held at the gateway, and all that it took is back. */
export type TopUpUndone = DomainEvent<'TopUpUndone', Record<string, never>>;
/** It is tried again at `retryAt`, ISO 8601. `isAsked`: the command was carried out, and the gateway did not do it. */
export type TopUpAttemptFailed = DomainEvent<
  'TopUpAttemptFailed',
  {
    readonly step: TopUpStep;
    readonly error: string;
    readonly retryAt: string;
    readonly isAsked: boolean;
  }
>;

export type TopUpEvent =
  | TopUpStarted
  | TopUpAuthorized
  | TopUpPaid
  | TopUpCompleted
  | TopUpFailed
  | TopUpUndone
  | TopUpAttemptFailed;
