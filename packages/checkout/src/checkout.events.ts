// The decisions of the checkout. Its state and its remaining work are derived from these alone.
import type { CustomerId, DomainEvent, Money, OrderId, Position, Sku } from '@holdfast/kernel';
import type {
  Address,
  CancellationReason,
  CheckoutDefinition,
  Coordination,
  CustomerHistory,
  FailureReason,
  PaymentMethod,
  PaymentMode,
} from '@holdfast/ordering';

/** `authorization`: the end of a card's authorization. `stock`: the outside keeper of the stock has to answer by then. */
export type DeadlineName = 'reservation' | 'payment' | 'authorization' | 'stock';

export type DefinitionName = CheckoutDefinition;

/** Names of the steps of a checkout; `checkout-steps.ts` defines and parses them. */
export type Step =
  | `reserve:${string}`
  | 'mark-reserved'
  | 'start-payment'
  | 'hold-funds'
  | `authorize-card:${number}`
  | `mark-declined:${number}`
  | 'capture-funds'
  | `capture-card:${number}`
  | 'mark-paid'
  | 'number-invoice'
  | 'hold-for-review'
  | 'confirm'
  | `release:${string}`
  | 'release-funds'
  | `void-card:${number}`
  | 'refund'
  | 'end-order';

/** Since version 2 it names the definition that the order follows to its end; version 1 had only one. */
export type CheckoutStarted = DomainEvent<
  'CheckoutStarted',
  {
    readonly definition: DefinitionName;
    readonly definitionVersion: number;
    readonly coordination: Coordination;
    readonly orderId: OrderId;
    readonly customerId: CustomerId;
    /** every SKU of the order once, quantities added up */
    readonly stock: readonly { readonly sku: Sku; readonly quantity: number }[];
    readonly total: Money;
    readonly paymentMethod: PaymentMethod;
    readonly paymentMode: PaymentMode;
    /** input of the checks, as are the next two */
    readonly shippingAddress: Address;
    /** absent: the shipping address */
    readonly billingAddress?: Address;
    /** absent: the order is not checked */
    readonly customerHistory?: CustomerHistory;
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
/** A person has moved the deadline. `position` is that of the request. */
export type DeadlineMoved = DomainEvent<
  'DeadlineMoved',
  {
    readonly deadline: DeadlineName;
    readonly dueAt: string;
    readonly actor: string;
    readonly reason: string;
    readonly position: Position;
  }
>;
export type DeadlineReached = DomainEvent<'DeadlineReached', { readonly deadline: DeadlineName }>;
/** Since version 2 it has the attempt, counted from 1, and the data of a card payment. */
export type FundsRequested = DomainEvent<
  'FundsRequested',
  {
    readonly method: PaymentMethod;
    readonly attempt: number;
    readonly cardToken: string | null;
    readonly returnUrl: string | null;
  }
>;
/** The customer has to pay on the gateway's page. */
export type CustomerRedirected = DomainEvent<'CustomerRedirected', { readonly attempt: number }>;
/** The attempt has ended without money; `position` is that of the event that reports it. */
export type CardDeclined = DomainEvent<
  'CardDeclined',
  { readonly attempt: number; readonly code: string; readonly position: Position }
>;
export type FundsSecured = DomainEvent<'FundsSecured', Record<string, never>>;
export type FundsDenied = DomainEvent<'FundsDenied', { readonly available: Money | null }>;
export type FundsCaptured = DomainEvent<'FundsCaptured', { readonly transactionId: string }>;
/** The order's total is 0: no wallet is needed. */
export type PaymentSkipped = DomainEvent<'PaymentSkipped', Record<string, never>>;
/**
 * All checks have passed: the order is then confirmed with an invoice number of that year. `since`: the number was
 * certainly not given before this log position; null: not before the checkout began.
 */
export type InvoiceRequested = DomainEvent<
  'InvoiceRequested',
  { readonly year: number; readonly since: Position | null }
>;
export type InvoiceNumbered = DomainEvent<'InvoiceNumbered', { readonly invoiceNumber: string }>;
/** The old form of InvoiceNumbered, from before invoices were counted: the number is a log position. */
export type ChecksPassed = DomainEvent<'ChecksPassed', { readonly invoiceNumber: string }>;
export type ReviewRequested = DomainEvent<'ReviewRequested', { readonly reason: string }>;
/** A command could not be carried out; it is sent again at `retryAt` (ISO 8601). */
export type StepAttemptFailed = DomainEvent<
  'StepAttemptFailed',
  {
    readonly step: Step;
    readonly attempt: number;
    readonly error: string;
    readonly retryAt: string;
    /** position of the event that reports it; absent when the command itself failed */
    readonly position?: Position;
  }
>;
/**
 * A command was refused, or its attempts are used up. Old streams have it for undos too, from before undos were retried
 * without limit: such an undo is stuck, as after UndoStuck.
 */
export type StepFailed = DomainEvent<
  'StepFailed',
  { readonly step: Step; readonly reason: 'rejected' | 'exhausted'; readonly error: string }
>;
/** The end of an order without a confirmation; `message` is for the customer. */
export type Ending = (
  | { readonly outcome: 'FAILED'; readonly reason: FailureReason }
  | { readonly outcome: 'CANCELLED'; readonly reason: CancellationReason }
) & { readonly message: string };
/** `undo`: the undos of all steps that may have taken effect, with `end-order` unless the order has ended. */
export type CompensationStarted = DomainEvent<
  'CompensationStarted',
  Ending & { readonly undo: readonly Step[] }
>;
/** An undo has failed so often that a person should look. The undo is still retried. */
export type UndoStuck = DomainEvent<
  'UndoStuck',
  { readonly step: Step; readonly attempts: number; readonly error: string }
>;
/** A person's request and its reason; `position` is that of the request. */
type ByPerson = {
  readonly step: Step;
  readonly actor: string;
  readonly reason: string;
  readonly position: Position;
};
/** A person has the step retried now, without its backoff. */
export type StepRetried = DomainEvent<'StepRetried', ByPerson>;
/** A person has done the undo by hand. */
export type StepSettled = DomainEvent<'StepSettled', ByPerson>;
/**
 * After compensation had begun, a success arrived that no undo covers: one more undo is needed. `position` is that of
 * the success: only a later event can complete its undo. Since version 2; null in events of version 1.
 */
export type UndoAdded = DomainEvent<'UndoAdded', { readonly step: Step; readonly position: Position | null }>;
/**
 * `position` is that of the event that reports it: a later success has to be undone again. Since version 2; null in
 * events of version 1, which count as covering every success.
 */
export type StepUndone = DomainEvent<
  'StepUndone',
  { readonly step: Step; readonly position: Position | null }
>;
export type CompensationCompleted = DomainEvent<'CompensationCompleted', Record<string, never>>;
export type CheckoutCompleted = DomainEvent<'CheckoutCompleted', Record<string, never>>;

export type CheckoutEvent =
  | CheckoutStarted
  | StockSecured
  | StockDenied
  | DeadlineSet
  | DeadlineReached
  | DeadlineMoved
  | FundsRequested
  | CustomerRedirected
  | CardDeclined
  | FundsSecured
  | FundsDenied
  | FundsCaptured
  | PaymentSkipped
  | InvoiceRequested
  | InvoiceNumbered
  | ChecksPassed
  | ReviewRequested
  | StepAttemptFailed
  | StepFailed
  | CompensationStarted
  | UndoStuck
  | StepRetried
  | StepSettled
  | UndoAdded
  | StepUndone
  | CompensationCompleted
  | CheckoutCompleted;
