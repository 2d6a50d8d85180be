// The steps of a checkout as one table: each with its commands, the events that answer it, its undo, and its retry
// policy. The file step-names.ts has the names of steps, and step-answers.ts finds the step of an event.
import type { RetryPolicy } from '@holdfast/kernel';
import type { AllocationCommand, AllocationEvent, StockCommand, StockEvent } from '@holdfast/inventory';
import type { InvoiceIssued, IssueInvoice, OrderCommand, OrderEvent } from '@holdfast/ordering';
import type { PaymentCommand, PaymentEvent } from '@holdfast/payments';
import type { WalletCommand, WalletEvent } from '@holdfast/wallet';
import type { InterventionEvent } from './intervention.events.js';

export type CheckoutInput =
  OrderEvent | InvoiceIssued | StockEvent | AllocationEvent | WalletEvent | PaymentEvent | InterventionEvent;
export type CheckoutCommand =
  OrderCommand | IssueInvoice | StockCommand | AllocationCommand | WalletCommand | PaymentCommand;

/** Steps on the way to a confirmed order. */
export type ForwardKind =
  | 'reserve'
  | 'mark-reserved'
  | 'start-payment'
  | 'hold-funds'
  | 'authorize-card'
  | 'mark-declined'
  | 'capture-funds'
  | 'capture-card'
  | 'mark-paid'
  | 'hold-for-review'
  | 'number-invoice'
  | 'confirm';
/** Undos. */
export type UndoKind = 'end-order' | 'release-funds' | 'refund' | 'void-card' | 'release';
export type StepKind = ForwardKind | UndoKind;

export type StepRow = {
  /**
   * The kind has one step for each SKU of the order, or for each attempt to pay. The name of such a step is `kind:SKU`
   * or `kind:attempt`.
   */
  readonly per: 'order' | 'sku' | 'attempt';
  /** Commands to the order wait for each other; other commands don't. */
  readonly to: 'order' | 'stock' | 'wallet' | 'payment' | 'invoices';
  readonly commands: readonly CheckoutCommand['type'][];
  /** events that report its effect; none when the checkout does not need to know */
  readonly successes: readonly CheckoutInput['type'][];
  /** events that report that it will have no effect */
  readonly refusals: readonly CheckoutInput['type'][];
  /** events that report progress, while the outcome is open */
  readonly news: readonly CheckoutInput['type'][];
  /** the step that undoes it; null for none */
  readonly undo: StepKind | null;
  readonly isUndo: boolean;
  /** the undo that this one replaces */
  readonly replaces: StepKind | null;
  /** whether a person can do it outside the program, so that only this person knows that it is done */
  readonly byHand: boolean;
  /** retry policy when its command could not be carried out */
  readonly retry: RetryPolicy;
  /** retry policy when its command was rejected; `attempts: 1`: no later event can explain the rejection */
  readonly rejected: RetryPolicy;
};

const second = 1_000;
const minute = 60 * second;

const someAttempts: RetryPolicy = { attempts: 6, baseMs: 100, limitMs: 10 * second };
const manyAttempts: RetryPolicy = { ...someAttempts, attempts: 20 };
const withoutEnd: RetryPolicy = { attempts: null, baseMs: 100, limitMs: minute };
const inexplicable: RetryPolicy = { attempts: 1, baseMs: 0, limitMs: 0 };
const explicable: RetryPolicy = { attempts: 10, baseMs: 500, limitMs: 5 * minute };
const rejectedWithoutEnd: RetryPolicy = { attempts: null, baseMs: 500, limitMs: minute };
/**
 * Retry policy when an event reports that the gateway could not be reached. The reactor has made several attempts
 * before each such event.
 */
export const outage: RetryPolicy = { attempts: 6, baseMs: 500, limitMs: 30 * second };

/**
 * After this many failures of one undo a person should look. Lost messages alone never cause so many, and they take
 * less than a minute.
 */
export const stuckAfter = 6;

const forward = {
  per: 'order',
  successes: [],
  refusals: [],
  news: [],
  undo: null,
  isUndo: false,
  replaces: null,
  byHand: false,
  retry: someAttempts,
  rejected: inexplicable,
} as const;
const undo = { ...forward, isUndo: true, retry: withoutEnd, rejected: rejectedWithoutEnd } as const;
const onOrder = { ...forward, to: 'order', rejected: explicable } as const;

const table = {
  reserve: {
    ...forward,
    per: 'sku',
    to: 'stock',
    commands: ['ReserveStock', 'AskToReserve'],
    successes: ['StockReserved', 'AllocationReserved'],
    refusals: ['StockReservationRefused', 'AllocationRefused'],
    undo: 'release',
  },
  'mark-reserved': { ...onOrder, commands: ['MarkReserved'] },
  'start-payment': {
    ...onOrder,
    commands: ['StartPayment'],
    successes: ['OrderPaymentStarted'],
    news: ['OrderReservationExtended'],
  },
  'hold-funds': {
    ...forward,
    to: 'wallet',
    commands: ['HoldFunds'],
    successes: ['FundsHeld'],
    refusals: ['FundsHoldRefused'],
    undo: 'release-funds',
  },
  'authorize-card': {
    ...forward,
    per: 'attempt',
    to: 'payment',
    commands: ['RequestPayment'],
    successes: ['PaymentAuthorized'],
    refusals: ['PaymentDeclined', 'PaymentAuthorizationExpired'],
    news: ['PaymentRedirectOffered', 'PaymentGatewayGivenUp'],
    undo: 'void-card',
  },
  'mark-declined': { ...onOrder, per: 'attempt', commands: ['MarkPaymentDeclined'] },
  'capture-funds': {
    ...forward,
    to: 'wallet',
    commands: ['CaptureHold'],
    successes: ['HoldCaptured'],
    undo: 'refund',
  },
  // The gateway may have ended the authorization: its event reports that.
  'capture-card': {
    ...forward,
    per: 'attempt',
    to: 'payment',
    commands: ['CapturePayment'],
    successes: ['PaymentCaptured'],
    undo: 'void-card',
    rejected: explicable,
  },
  'mark-paid': { ...onOrder, commands: ['MarkPaid', 'SkipPayment'] },
  // For a held order the decision of the person counts.
  'hold-for-review': { ...onOrder, commands: ['HoldForReview'], successes: ['OrderReviewed'] },
  // The checkouts of all processes append to this one stream: a conflict must not end a paid order.
  'number-invoice': {
    ...forward,
    to: 'invoices',
    commands: ['IssueInvoice'],
    successes: ['InvoiceIssued'],
    retry: manyAttempts,
  },
  confirm: { ...onOrder, commands: ['Confirm'], successes: ['OrderConfirmed'] },

  'end-order': {
    ...undo,
    to: 'order',
    commands: ['Fail', 'Cancel'],
    successes: ['OrderFailed', 'OrderCancelled'],
  },
  'release-funds': {
    ...undo,
    to: 'wallet',
    commands: ['ReleaseHold'],
    successes: ['HoldReleased'],
    byHand: true,
  },
  // Captured money is no longer held.
  refund: {
    ...undo,
    to: 'wallet',
    commands: ['Refund'],
    successes: ['FundsRefunded'],
    replaces: 'release-funds',
    byHand: true,
  },
  // By the payment's real state: what is authorized is voided, what is captured is refunded.
  'void-card': {
    ...undo,
    per: 'attempt',
    to: 'payment',
    commands: ['VoidPayment'],
    successes: ['PaymentVoided', 'PaymentRefunded'],
    news: ['PaymentRefundRefused'],
    byHand: true,
  },
  release: {
    ...undo,
    per: 'sku',
    to: 'stock',
    commands: ['ReleaseStock', 'AskToRelease'],
    successes: ['StockReleased', 'AllocationReleased'],
    byHand: true,
  },
} as const satisfies Readonly<Record<StepKind, StepRow>>;

type Table = typeof table;

/** The command of a kind of step, from the table. */
export type CommandOf<K extends StepKind> = Extract<
  CheckoutCommand,
  { readonly type: Table[K]['commands'][number] }
>;

const rows: Readonly<Record<StepKind, StepRow>> = table;

export const kinds = Object.keys(rows) as readonly StepKind[];

export const isKind = (name: string): name is StepKind => Object.hasOwn(rows, name);

export const rowOfKind = (kind: StepKind): StepRow => rows[kind];

export const isUndoKind = (kind: StepKind): kind is UndoKind => rows[kind].isUndo;

/** The wait of a command after this many failures in a row, without randomness. */
export const waitMs = ({ baseMs, limitMs }: RetryPolicy, failures: number): number =>
  Math.min(limitMs, baseMs * 2 ** Math.min(failures, 30));
