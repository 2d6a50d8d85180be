// The decisions of a top-up. Its state and its remaining work are derived from these alone.
import type { CustomerId, DomainEvent, Money } from '@holdfast/kernel';

/** The steps of a top-up. */
export type TopUpStep = 'request' | 'capture' | 'deposit' | 'undo';

/** `dueAt` (ISO 8601): the customer may pay until then */
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
/** Money that may have been taken is given back. `code` is the code of the decline or of the refusal. */
export type TopUpFailed = DomainEvent<
  'TopUpFailed',
  { readonly reason: TopUpFailure; readonly code: string }
>;
/** The gateway holds no money of this top-up, and all money that it took is back. */
export type TopUpUndone = DomainEvent<'TopUpUndone', Record<string, never>>;
/** The step is tried again at `retryAt` (ISO 8601). `isAsked`: the gateway was asked, and did not do it. */
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
