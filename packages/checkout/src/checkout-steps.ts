// The steps of a checkout as one table: each with its commands, the events that answer it, its undo, and how it is
// tried again. Names of steps are made and taken apart here and nowhere else.
import {
  assertNever,
  invariant,
  isIdentifier,
  Sku,
  streamId,
  type DomainEvent,
  type RecordedEvent,
  type RetryPolicy,
} from '@holdfast/kernel';
import type { StockCommand, StockEvent } from '@holdfast/inventory';
import type { InvoiceIssued, IssueInvoice, OrderCommand, OrderEvent } from '@holdfast/ordering';
import { depositPaidBy, paymentOfStream, type PaymentCommand, type PaymentEvent } from '@holdfast/payments';
import type { WalletCommand, WalletEvent } from '@holdfast/wallet';
import type { Step } from './checkout.events.js';
import type { InterventionEvent } from './intervention.events.js';

export type CheckoutInput =
  OrderEvent | InvoiceIssued | StockEvent | WalletEvent | PaymentEvent | InterventionEvent;
export type CheckoutCommand = OrderCommand | IssueInvoice | StockCommand | WalletCommand | PaymentCommand;

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
/** Steps that give back. */
export type UndoKind = 'end-order' | 'release-funds' | 'refund' | 'void-card' | 'release';
export type StepKind = ForwardKind | UndoKind;

export type StepRow = {
  /** There is one for each SKU of the order, or attempt to pay; its name is then `kind:SKU`, or `kind:attempt`. */
  readonly per: 'order' | 'sku' | 'attempt';
  /** Commands to the order wait for each other; all others don't. */
  readonly to: 'order' | 'stock' | 'wallet' | 'payment' | 'invoices';
  readonly commands: readonly CheckoutCommand['type'][];
  /** events that say it took effect; none when the checkout need not hear of that */
  readonly successes: readonly CheckoutInput['type'][];
  /** events that say it will not take effect */
  readonly refusals: readonly CheckoutInput['type'][];
  /** events that say how it goes on, while neither is certain */
  readonly news: readonly CheckoutInput['type'][];
  /** the step that undoes it; null for none */
  readonly undo: StepKind | null;
  readonly isUndo: boolean;
  /** the undo that this one makes needless */
  readonly replaces: StepKind | null;
  /** whether a person can do it outside the program, so that only they can say that it is done */
  readonly byHand: boolean;
  /** when its command could not be carried out */
  readonly retry: RetryPolicy;
  /** when its command was rejected: by `attempts: 1`, nothing that is on its way can explain that */
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
/** When an event says that the gateway could not be reached: its reactor has tried some times each time. */
export const outage: RetryPolicy = { attempts: 6, baseMs: 500, limitMs: 30 * second };

/** After so many failures of one undo a person should look. Far more than any lost message, and within a minute. */
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
    commands: ['ReserveStock'],
    successes: ['StockReserved'],
    refusals: ['StockReservationRefused'],
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
  // The gateway may have ended what it authorized: its event says so.
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
  // Of a held order it matters what the person decides.
  'hold-for-review': { ...onOrder, commands: ['HoldForReview'], successes: ['OrderReviewed'] },
  // Checkouts of all processes append to one stream: a conflict is no reason to give up a paid order.
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
    commands: ['ReleaseStock'],
    successes: ['StockReleased'],
    byHand: true,
  },
} as const satisfies Readonly<Record<StepKind, StepRow>>;

type Table = typeof table;

/** A command of a kind of step, as the table has them. */
export type CommandOf<K extends StepKind> = Extract<
  CheckoutCommand,
  { readonly type: Table[K]['commands'][number] }
>;

const rows: Readonly<Record<StepKind, StepRow>> = table;

// Names

const separator = ':';

/** `of` is the SKU, or the attempt. */
const partsOf = (step: string): { readonly kind: string; readonly of: string | null } => {
  const at = step.indexOf(separator);
  return at === -1 ? { kind: step, of: null } : { kind: step.slice(0, at), of: step.slice(at + 1) };
};

const isAttempt = (text: string): boolean => /^[1-9]\d{0,5}$/.test(text);

export function isStep(name: string): name is Step {
  const { kind, of } = partsOf(name);
  if (!Object.hasOwn(rows, kind)) return false;
  const { per } = rows[kind as StepKind];
  switch (per) {
    case 'order':
      return of === null;
    case 'sku':
      return of !== null && isIdentifier(of);
    case 'attempt':
      return of !== null && isAttempt(of);
    default:
      return assertNever(per);
  }
}

export function kindOf(step: Step): StepKind {
  invariant(isStep(step), `not a step of the checkout: ${step}`);
  return partsOf(step).kind as StepKind;
}

export const rowOfKind = (kind: StepKind): StepRow => rows[kind];

export const rowOf = (step: Step): StepRow => rows[kindOf(step)];

export const isUndoKind = (kind: StepKind): kind is UndoKind => rows[kind].isUndo;

/** The SKU of a step that there is one of for each SKU. */
export const skuOf = (step: Step): Sku => Sku(partsOf(step).of ?? '');

/** The attempt to pay of a step that there is one of for each. */
export const attemptOf = (step: Step): number => Number(partsOf(step).of);

/** The name of a step; `of` is the SKU, or the attempt, of a kind that there is one of for each. */
export const stepOf = (kind: StepKind, of?: Sku | number): Step =>
  (rows[kind].per === 'order' ? kind : [kind, of].join(separator)) as Step;

/** The step that undoes `step`; null for none. */
export function undoOf(step: Step): Step | null {
  const { undo: kind } = rowOf(step);
  return kind === null
    ? null
    : ([kind, partsOf(step).of].filter((part) => part !== null).join(separator) as Step);
}

/** The undo that `step` makes needless; null when there is none. */
export const replacedBy = (step: Step): Step | null => {
  const { replaces } = rowOf(step);
  return replaces === null ? null : stepOf(replaces);
};

/** The undo that makes `step` needless; null when there is none. */
export const replacementOf = (step: Step): Step | null => {
  const kind = kindOf(step);
  const found = kinds.find((other) => rows[other].replaces === kind);
  return found === undefined ? null : stepOf(found);
};

// Answers

const kinds = Object.keys(rows) as readonly StepKind[];

const answers = new Map<string, StepKind>(
  kinds.flatMap((kind) =>
    [...rows[kind].successes, ...rows[kind].refusals, ...rows[kind].news].map(
      (type) => [type, kind] as const,
    ),
  ),
);

/** Whether an event tells what became of a step. */
export const isAnswer = ({ type }: DomainEvent): boolean => answers.has(type);

const kindAnswered = ({ type }: DomainEvent): StepKind => {
  const kind = answers.get(type);
  invariant(kind !== undefined, `${type} answers no step`);
  return kind;
};

/** The step that an answer is about. */
export function stepAnswered(event: RecordedEvent): Step {
  const kind = kindAnswered(event);
  const { per } = rows[kind];
  switch (per) {
    case 'order':
      return stepOf(kind);
    case 'sku':
      return stepOf(kind, Sku(streamId(event.stream)));
    case 'attempt':
      return stepOf(kind, paymentOfStream(event.stream).attempt);
    default:
      return assertNever(per);
  }
}

/** The order that an answer is about: its stream, or its data, says so. Null for the payment of a deposit. */
export function orderAnswered(event: RecordedEvent): string | null {
  const { to } = rows[kindAnswered(event)];
  switch (to) {
    case 'order':
      return streamId(event.stream);
    case 'payment': {
      const payment = paymentOfStream(event.stream);
      return depositPaidBy(payment) === null ? payment.orderId : null;
    }
    case 'stock':
    case 'wallet':
    case 'invoices':
      return (event.data as { readonly orderId: string }).orderId;
    default:
      return assertNever(to);
  }
}

/** How long a command waits after so many failures in a row, where no chance is to be had. */
export const waitMs = ({ baseMs, limitMs }: RetryPolicy, failures: number): number =>
  Math.min(limitMs, baseMs * 2 ** Math.min(failures, 30));
