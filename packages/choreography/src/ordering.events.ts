// The decisions of ordering's policy about one order: what it has heard, and what the order is to be told.
import type {
  CheckoutStarted,
  DeadlineReached,
  DeadlineSet,
  Ending,
  InvoiceNumbered,
  InvoiceRequested,
  ReviewRequested,
} from '@holdfast/checkout';
import type { DomainEvent } from '@holdfast/kernel';
import type { StepEvent } from './policy-events.js';

export type OrderingPolicyStarted = DomainEvent<'OrderingPolicyStarted', CheckoutStarted['data']>;
/** Inventory has said that the stock is secured. */
export type StockNoted = DomainEvent<'StockNoted', Record<string, never>>;
/** The order says that its payment has begun: it no longer waits for its customer. */
export type PaymentStartNoted = DomainEvent<'PaymentStartNoted', Record<string, never>>;
/** Payment has said that a card was declined, and that another may do. */
export type DeclineNoted = DomainEvent<'DeclineNoted', { readonly attempt: number; readonly code: string }>;
/** Payment has said that the order is paid; `transactionId` is null when nothing was to be paid. */
export type PaymentNoted = DomainEvent<'PaymentNoted', { readonly transactionId: string | null }>;
/** The order can't be completed, so it is to end. */
export type OrderEndDecided = DomainEvent<'OrderEndDecided', Ending>;
/** The order has ended by another hand. */
export type OrderEndNoted = DomainEvent<'OrderEndNoted', Record<string, never>>;
/** The order is confirmed. */
export type OrderKept = DomainEvent<'OrderKept', Record<string, never>>;

export type OrderingPolicyEvent =
  | OrderingPolicyStarted
  | StockNoted
  | PaymentStartNoted
  | DeclineNoted
  | PaymentNoted
  | InvoiceRequested
  | InvoiceNumbered
  | ReviewRequested
  | DeadlineSet
  | DeadlineReached
  | OrderEndDecided
  | OrderEndNoted
  | OrderKept
  | StepEvent;
