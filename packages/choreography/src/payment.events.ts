// The decisions of payment's policy about the money of one order. Other policies react to its two statements.
import type {
  CardDeclined,
  CustomerRedirected,
  DeadlineMoved,
  DeadlineReached,
  DeadlineSet,
  DefinitionName,
  Ending,
  FundsCaptured,
  FundsRequested,
  FundsSecured,
  Step,
} from '@holdfast/checkout';
import type { CustomerId, DomainEvent, Money, OrderId } from '@holdfast/kernel';
import type { PaymentMethod, PaymentMode } from '@holdfast/ordering';
import type { StepEvent } from './policy-events.js';

export type PaymentPolicyStarted = DomainEvent<
  'PaymentPolicyStarted',
  {
    readonly definition: DefinitionName;
    readonly definitionVersion: number;
    readonly orderId: OrderId;
    readonly customerId: CustomerId;
    readonly total: Money;
    readonly paymentMethod: PaymentMethod;
    readonly paymentMode: PaymentMode;
  }
>;
/** Inventory stated that the stock is secured, so the money of an order that is paid first can be captured. */
export type CaptureAllowed = DomainEvent<'CaptureAllowed', Record<string, never>>;
/** A statement to the other policies. `transactionId` is null when the total was 0. */
export type PaymentCompleted = DomainEvent<'PaymentCompleted', { readonly transactionId: string | null }>;
/** A statement to the other policies: the order will never be paid. `message` is for the customer. */
export type PaymentFailed = DomainEvent<
  'PaymentFailed',
  Pick<Extract<Ending, { readonly outcome: 'FAILED' }>, 'reason' | 'message'>
>;
/**
 * A statement to the other policies: a card was declined, and another one may be tried. The order ends with `reason` and
 * `message` when it is too late for that.
 */
export type AnotherAttemptAllowed = DomainEvent<
  'AnotherAttemptAllowed',
  { readonly attempt: number; readonly code: string } & PaymentFailed['data']
>;
/** The order has ended or can't be paid: all money that may have been taken is given back. */
export type MoneyReturnStarted = DomainEvent<'MoneyReturnStarted', { readonly undo: readonly Step[] }>;

export type PaymentPolicyEvent =
  | CaptureAllowed
  | PaymentPolicyStarted
  | FundsRequested
  | CustomerRedirected
  | FundsSecured
  | FundsCaptured
  | CardDeclined
  | AnotherAttemptAllowed
  | DeadlineSet
  | DeadlineReached
  | DeadlineMoved
  | PaymentCompleted
  | PaymentFailed
  | MoneyReturnStarted
  | StepEvent;
