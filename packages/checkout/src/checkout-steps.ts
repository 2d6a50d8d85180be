// The steps of a checkout as one table: each with its commands, the events that answer it, its undo, and how it is
// tried again. Names of steps are made and taken apart here and nowhere else.
import {
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
import type { WalletCommand, WalletEvent } from '@holdfast/wallet';
import type { Step } from './checkout.events.js';
import type { InterventionEvent } from './intervention.events.js';

export type CheckoutInput = OrderEvent | InvoiceIssued | StockEvent | WalletEvent | InterventionEvent;
export type CheckoutCommand = OrderCommand | IssueInvoice | StockCommand | WalletCommand;

export type StepKind =
  | 'reserve'
  | 'mark-reserved'
  | 'start-payment'
  | 'hold-funds'
  | 'capture-funds'
  | 'mark-paid'
  | 'hold-for-review'
  | 'number-invoice'
  | 'confirm'
  | 'end-order'
  | 'release-funds'
  | 'refund'
  | 'release';

export type StepRow = {
  /** whether there is one for each SKU of the order; its name is then `kind:SKU` */
  readonly perSku: boolean;
  /** Commands to the order wait for each other; all others don't. */
  readonly to: 'order' | 'stock' | 'wallet' | 'invoices';
  readonly commands: readonly CheckoutCommand['type'][];
  /** events that say it took effect; none when the checkout need not hear of that */
  readonly successes: readonly CheckoutInput['type'][];
  /** events that say it will not take effect */
  readonly refusals: readonly CheckoutInput['type'][];
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

/** After so many failures of one undo a person should look. Far more than any lost message, and within a minute. */
export const stuckAfter = 6;

const forward = {
  perSku: false,
  successes: [],
  refusals: [],
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
    perSku: true,
    to: 'stock',
    commands: ['ReserveStock'],
    successes: ['StockReserved'],
    refusals: ['StockReservationRefused'],
    undo: 'release',
  },
  'mark-reserved': { ...onOrder, commands: ['MarkReserved'] },
  'start-payment': { ...onOrder, commands: ['StartPayment'], successes: ['OrderPaymentStarted'] },
  'hold-funds': {
    ...forward,
    to: 'wallet',
    commands: ['HoldFunds'],
    successes: ['FundsHeld'],
    refusals: ['FundsHoldRefused'],
    undo: 'release-funds',
  },
  'capture-funds': {
    ...forward,
    to: 'wallet',
    commands: ['CaptureHold'],
    successes: ['HoldCaptured'],
    undo: 'refund',
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
  release: {
    ...undo,
    perSku: true,
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

const partsOf = (step: string): { readonly kind: string; readonly sku: string | null } => {
  const at = step.indexOf(separator);
  return at === -1 ? { kind: step, sku: null } : { kind: step.slice(0, at), sku: step.slice(at + 1) };
};

export function isStep(name: string): name is Step {
  const { kind, sku } = partsOf(name);
  if (!Object.hasOwn(rows, kind)) return false;
  return rows[kind as StepKind].perSku ? sku !== null && isIdentifier(sku) : sku === null;
}

export function kindOf(step: Step): StepKind {
  invariant(isStep(step), `not a step of the checkout: ${step}`);
  return partsOf(step).kind as StepKind;
}

export const rowOf = (step: Step): StepRow => rows[kindOf(step)];

/** The SKU of a step that there is one of for each SKU. */
export const skuOf = (step: Step): Sku => Sku(partsOf(step).sku ?? '');

/** The name of a step; `sku` for a kind that there is one of for each SKU. */
export const stepOf = (kind: StepKind, sku?: Sku): Step =>
  (rows[kind].perSku ? [kind, sku].join(separator) : kind) as Step;

/** The step that undoes `step`; null for none. */
export function undoOf(step: Step): Step | null {
  const { undo: kind, perSku } = rowOf(step);
  if (kind === null) return null;
  return perSku ? stepOf(kind, skuOf(step)) : stepOf(kind);
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
    [...rows[kind].successes, ...rows[kind].refusals].map((type) => [type, kind] as const),
  ),
);

/** Whether an event tells what became of a step. */
export const isAnswer = ({ type }: DomainEvent): boolean => answers.has(type);

/** The step that an answer is about. */
export function stepAnswered(event: RecordedEvent): Step {
  const kind = answers.get(event.type);
  invariant(kind !== undefined, `${event.type} answers no step`);
  return stepOf(kind, rows[kind].perSku ? Sku(streamId(event.stream)) : undefined);
}

/** Whether the stream of an answer is that of the order, rather than of a SKU or a customer. */
export const isOfOrder = ({ type }: DomainEvent): boolean => {
  const kind = answers.get(type);
  return kind !== undefined && rows[kind].to === 'order';
};

/** How long a command waits after so many failures in a row, where no chance is to be had. */
export const waitMs = ({ baseMs, limitMs }: RetryPolicy, failures: number): number =>
  Math.min(limitMs, baseMs * 2 ** Math.min(failures, 30));
