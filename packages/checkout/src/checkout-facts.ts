// The facts that a checkout knows about its order, in each phase.
import type { PersistentMap, Position, Sku } from '@holdfast/kernel';
import type { IssueInvoice, OrderCommand, PaymentMethod } from '@holdfast/ordering';
import type { CheckoutStarted, DeadlineName, Ending } from './checkout.events.js';
import type { StockAnswer } from './endings.js';
import type { Attempts, StepCommand } from './step-attempts.js';
import type { Undos } from './undos.js';

/** Facts about the order that the checkout has from the start. */
export type OrderFacts = CheckoutStarted['data'];

/** One started attempt to pay. */
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

/** `position` is that of the event that ended the attempt: successes of cards before it are known. */
export type Declined = { readonly attempt: number; readonly code: string; readonly position: Position };

type Facts = {
  readonly order: OrderFacts;
  readonly attempts: Attempts;
  /** position of the last request of a person that had an effect */
  readonly askedAt: Position;
  readonly stock: PersistentMap<Sku, StockAnswer>;
  /** end of the time in which the customer may start a payment, ISO 8601; null when the checkout starts it */
  readonly expiresAt: string | null;
  /** the one that is armed */
  readonly deadline: { readonly name: DeadlineName; readonly dueAt: string } | null;
  readonly payment: Payment;
  /** the last card attempt that ended without money */
  readonly declined: Declined | null;
  /** the command that follows from the check of the order */
  readonly next: OrderCommand | IssueInvoice | null;
  /** `next` was certainly not carried out before that position; null: not before the checkout began */
  readonly since: Position | null;
  /** Before compensation: undos of cards that were charged for an ended attempt. */
  readonly undo: Undos;
};

export type Running = Facts & { readonly phase: 'running' };
export type Completed = Facts & { readonly phase: 'completed' };
export type Compensating = Facts & {
  readonly phase: 'compensating';
  readonly ending: Ending;
  /** the commands to the order before its end */
  readonly owed: readonly StepCommand[];
  /** whether a command to confirm the order may have been sent */
  readonly mayBeConfirmed: boolean;
};
type Compensated = Omit<Compensating, 'phase'> & { readonly phase: 'compensated' };

export type CheckoutState = { readonly phase: 'new' } | Running | Completed | Compensating | Compensated;
export type RunningState = Exclude<CheckoutState, { readonly phase: 'new' }>;

export const isEnding = (state: CheckoutState): state is Compensating | Compensated =>
  state.phase === 'compensating' || state.phase === 'compensated';
