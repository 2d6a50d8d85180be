// The decisions of the checkout. Its state, and so the work still to do, follows from these alone.
import type { CustomerId, DomainEvent, Money, OrderId, Sku } from '@holdfast/kernel';
import type {
  Address,
  CancellationReason,
  FailureReason,
  PaymentMethod,
  PaymentMode,
} from '@holdfast/ordering';

export type DeadlineName = 'reservation' | 'payment';

/** Names of the things a checkout does; `reserve` and `release` are followed by a SKU. */
export type Step =
  | `reserve:${string}`
  | 'mark-reserved'
  | 'start-payment'
  | 'hold-funds'
  | 'capture-funds'
  | 'mark-paid'
  | 'hold-for-review'
  | 'confirm'
  | `release:${string}`
  | 'release-funds'
  | 'refund'
  | 'end-order';

export type CheckoutStarted = DomainEvent<
  'CheckoutStarted',
  {
    readonly orderId: OrderId;
    readonly customerId: CustomerId;
    /** every SKU of the order once, quantities added up */
    readonly stock: readonly { readonly sku: Sku; readonly quantity: number }[];
    readonly total: Money;
    readonly paymentMethod: PaymentMethod;
    readonly paymentMode: PaymentMode;
    /** what the address check decides on */
    readonly shippingAddress: Address;
  }
>;
export type StockSecured = DomainEvent<'StockSecured', { readonly sku: Sku }>;
export type StockDenied = DomainEvent<
  'StockDenied',
  { readonly sku: Sku; readonly requested: number; readonly available: number }
>;
/** `dueAt` is ISO 8601 */
export type DeadlineSet = DomainEvent<
  'DeadlineSet',
  { readonly deadline: DeadlineName; readonly dueAt: string }
>;
export type DeadlineReached = DomainEvent<'DeadlineReached', { readonly deadline: DeadlineName }>;
export type FundsRequested = DomainEvent<'FundsRequested', { readonly method: PaymentMethod }>;
export type FundsSecured = DomainEvent<'FundsSecured', Record<string, never>>;
export type FundsDenied = DomainEvent<'FundsDenied', { readonly available: Money | null }>;
export type FundsCaptured = DomainEvent<'FundsCaptured', { readonly transactionId: string }>;
export type ChecksPassed = DomainEvent<'ChecksPassed', { readonly invoiceNumber: string }>;
export type ReviewRequested = DomainEvent<'ReviewRequested', { readonly reason: string }>;
/** A command could not be carried out; it is sent again at `retryAt` (ISO 8601). */
export type StepAttemptFailed = DomainEvent<
  'StepAttemptFailed',
  { readonly step: Step; readonly attempt: number; readonly error: string; readonly retryAt: string }
>;
/** A command was refused, or its attempts are used up. An undo that failed waits for a person. */
export type StepFailed = DomainEvent<
  'StepFailed',
  { readonly step: Step; readonly reason: 'rejected' | 'exhausted'; readonly error: string }
>;
/** How an order ends that is not confirmed; `message` is for the customer. */
export type Ending = (
  | { readonly outcome: 'FAILED'; readonly reason: FailureReason }
  | { readonly outcome: 'CANCELLED'; readonly reason: CancellationReason }
) & { readonly message: string };
/** `undo`: what undoes every step that might have taken effect; with `end-order` unless the order has ended. */
export type CompensationStarted = DomainEvent<
  'CompensationStarted',
  Ending & { readonly undo: readonly Step[] }
>;
/** A success arrived after compensation had begun: one more thing to undo. */
export type UndoAdded = DomainEvent<'UndoAdded', { readonly step: Step }>;
export type StepUndone = DomainEvent<'StepUndone', { readonly step: Step }>;
export type CompensationCompleted = DomainEvent<'CompensationCompleted', Record<string, never>>;
export type CheckoutCompleted = DomainEvent<'CheckoutCompleted', Record<string, never>>;

export type CheckoutEvent =
  | CheckoutStarted
  | StockSecured
  | StockDenied
  | DeadlineSet
  | DeadlineReached
  | FundsRequested
  | FundsSecured
  | FundsDenied
  | FundsCaptured
  | ChecksPassed
  | ReviewRequested
  | StepAttemptFailed
  | StepFailed
  | CompensationStarted
  | UndoAdded
  | StepUndone
  | CompensationCompleted
  | CheckoutCompleted;
