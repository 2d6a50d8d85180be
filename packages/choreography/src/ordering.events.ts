// The decisions of ordering's policy about one order: the statements that it read, and the commands that the order needs.
import type {
  CheckoutStarted,
  DeadlineMoved,
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
/** Inventory stated that the stock is secured. */
export type StockNoted = DomainEvent<'StockNoted', Record<string, never>>;
/** The order's payment has begun: the order no longer waits for its customer. */
export type PaymentStartNoted = DomainEvent<'PaymentStartNoted', Record<string, never>>;
/** Payment stated that a card was declined, and that another one may be tried. */
export type DeclineNoted = DomainEvent<'DeclineNoted', { readonly attempt: number; readonly code: string }>;
/** Payment stated that the order is paid. `transactionId` is null when the total was 0. */
export type PaymentNoted = DomainEvent<'PaymentNoted', { readonly transactionId: string | null }>;
/** The order can't be completed, so it must end. */
export type OrderEndDecided = DomainEvent<'OrderEndDecided', Ending>;
/** The order was ended by its customer, by staff, or by another command. */
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
  | DeadlineMoved
  | OrderEndDecided
  | OrderEndNoted
  | OrderKept
  | StepEvent;
