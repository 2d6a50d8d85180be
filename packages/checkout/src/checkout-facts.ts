// What a checkout knows of its order, in each phase.
import type { PersistentMap, Position, Sku } from '@holdfast/kernel';
import type { IssueInvoice, OrderCommand, PaymentMethod } from '@holdfast/ordering';
import type { CheckoutStarted, DeadlineName, Ending } from './checkout.events.js';
import type { StockAnswer } from './endings.js';
import type { Attempts, StepCommand } from './step-attempts.js';
import type { Undos } from './undos.js';

/** Facts about the order that the checkout has from the start. */
export type OrderFacts = CheckoutStarted['data'];

/** One attempt to pay, as it was started. */
export type PaymentAttempt = {
  readonly method: PaymentMethod;
  /** counts from 1 */
  readonly attempt: number;
  readonly cardToken: string | null;
  readonly returnUrl: string | null;
};

export type Payment =
  | { readonly is: 'none' }
  /** there is nothing to pay */
  | { readonly is: 'skipped' }
  /** `isRedirected`: the customer is on the gateway's page */
  | ({ readonly is: 'asked'; readonly isRedirected: boolean } & PaymentAttempt)
  /** held by the wallet, or authorized by the gateway */
  | ({ readonly is: 'secured' } & PaymentAttempt)
  | ({ readonly is: 'captured'; readonly transactionId: string } & PaymentAttempt);

/** `position` is that of the event that ended the attempt: successes of cards before it were seen. */
export type Declined = { readonly attempt: number; readonly code: string; readonly position: Position };

type Facts = {
  readonly order: OrderFacts;
  readonly attempts: Attempts;
  /** of the last request of a person that had an effect */
  readonly askedAt: Position;
  readonly stock: PersistentMap<Sku, StockAnswer>;
  /** until when the customer may start a payment, ISO 8601; null when it is started without the customer */
  readonly expiresAt: string | null;
  /** the one that is armed */
  readonly deadline: { readonly name: DeadlineName; readonly dueAt: string } | null;
  readonly payment: Payment;
  /** the last attempt of a card that ended without money */
  readonly declined: Declined | null;
  /** the command that the check of the order leads to */
  readonly next: OrderCommand | IssueInvoice | null;
  /** `next` can't have been carried out before that position; null for the checkout's beginning */
  readonly since: Position | null;
  /** Before compensation, cards that were charged for an attempt that had ended. */
  readonly undo: Undos;
};

export type Running = Facts & { readonly phase: 'running' };
export type Completed = Facts & { readonly phase: 'completed' };
export type Compensating = Facts & {
  readonly phase: 'compensating';
  readonly ending: Ending;
  /** what the order is to be told before its end */
  readonly owed: readonly StepCommand[];
  /** whether a command to confirm the order may have been sent */
  readonly mayBeConfirmed: boolean;
};
type Compensated = Omit<Compensating, 'phase'> & { readonly phase: 'compensated' };

export type CheckoutState = { readonly phase: 'new' } | Running | Completed | Compensating | Compensated;
export type RunningState = Exclude<CheckoutState, { readonly phase: 'new' }>;

export const isEnding = (state: CheckoutState): state is Compensating | Compensated =>
  state.phase === 'compensating' || state.phase === 'compensated';
