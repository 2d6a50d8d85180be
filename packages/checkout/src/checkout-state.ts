// The state of a checkout, folded from its own decisions alone.
import { assertNever, beforeAll, PersistentMap, type Position, type Sku } from '@holdfast/kernel';
import type { IssueInvoice, OrderCommand } from '@holdfast/ordering';
import type { CheckoutEvent, CheckoutStarted, Ending, Step } from './checkout.events.js';
import { rowOf } from './checkout-steps.js';
import type { StockAnswer } from './endings.js';
import type { Attempt, Attempts } from './step-attempts.js';
import { undosOf, withDone, withNewUndo, withStuck, type Undos } from './undos.js';

/** Facts about the order that the checkout has from the start. */
export type OrderFacts = CheckoutStarted['data'];

type Started = {
  readonly order: OrderFacts;
  readonly attempts: Attempts;
  /** of the last request of a person that had an effect */
  readonly askedAt: Position;
};

/** waits for the answer of every SKU, so that the customer hears of every shortage at once */
export type Reserving = Started & {
  readonly phase: 'reserving';
  readonly stock: PersistentMap<Sku, StockAnswer>;
};
/** all stock is secured; `expiresAt` is null when payment follows at once */
export type Reserved = Started & { readonly phase: 'reserved'; readonly expiresAt: string | null };
export type Paying = Started & {
  readonly phase: 'paying';
  readonly held: boolean;
  readonly dueAt: string | null;
};
/** How the order was paid; `transactionId` is null when there was nothing to pay. */
export type Payment = { readonly transactionId: string | null };
/**
 * the money is captured, or none was due; `next` is null only between the events of one decision. `since`: the next command
 * can't have been carried out before that position; null for the checkout's beginning.
 */
export type Paid = Started & {
  readonly phase: 'paid';
  readonly payment: Payment;
  readonly next: OrderCommand | IssueInvoice | null;
  readonly since: Position | null;
};
type Completed = Started & { readonly phase: 'completed' };
export type Compensating = Started & {
  readonly phase: 'compensating';
  readonly ending: Ending;
  readonly undo: Undos;
  /** the check's result that the order gets before it fails; null when it gets none */
  readonly payment: Payment | null;
  /** whether a command to confirm the order may have been sent */
  readonly mayBeConfirmed: boolean;
};
type Compensated = Omit<Compensating, 'phase'> & { readonly phase: 'compensated' };

export type CheckoutState =
  { readonly phase: 'new' } | Reserving | Reserved | Paying | Paid | Completed | Compensating | Compensated;
export type RunningState = Exclude<CheckoutState, { readonly phase: 'new' }>;

export const initialState: CheckoutState = { phase: 'new' };

const isFailedCheck = (ending: Ending): boolean =>
  ending.reason === 'FRAUD_REJECTED' || ending.reason === 'ADDRESS_INVALID';

export const isEnding = (state: CheckoutState): state is Compensating | Compensated =>
  state.phase === 'compensating' || state.phase === 'compensated';

export function evolve(state: CheckoutState, event: CheckoutEvent): CheckoutState {
  if (event.type === 'CheckoutStarted') {
    const stock = PersistentMap.empty<Sku, StockAnswer>();
    return { phase: 'reserving', order: event.data, attempts: new Map(), askedAt: beforeAll, stock };
  }
  if (state.phase === 'new') return state;
  switch (event.type) {
    case 'StockSecured':
    case 'StockDenied':
      return state.phase === 'reserving' ? withAnswer(state, event) : state;
    case 'DeadlineSet':
    case 'FundsRequested':
    case 'FundsSecured':
    case 'FundsCaptured':
    case 'PaymentSkipped':
    case 'InvoiceRequested':
    case 'InvoiceNumbered':
    case 'ChecksPassed':
    case 'ReviewRequested':
    case 'CheckoutCompleted':
      return goneOn(state, event);
    case 'StepAttemptFailed': {
      const { step, attempt, retryAt } = event.data;
      return withAttempt(state, step, { failed: attempt, retryAt });
    }
    case 'StepRetried': {
      const { step, position } = event.data;
      const failed = state.attempts.get(step)?.failed ?? 0;
      return { ...withAttempt(state, step, { failed, retryAt: null }), askedAt: position };
    }
    case 'CompensationStarted': {
      const { order, attempts, askedAt, phase } = state;
      const { undo, ...ending } = event.data;
      const payment = state.phase === 'paid' && isFailedCheck(ending) ? state.payment : null;
      const mayBeConfirmed = phase === 'paid' || phase === 'completed';
      return {
        phase: 'compensating',
        order,
        attempts,
        askedAt,
        ending,
        undo: undosOf(undo),
        payment,
        mayBeConfirmed,
      };
    }
    case 'StepFailed':
    case 'UndoStuck':
    case 'UndoAdded':
    case 'StepUndone':
    case 'StepSettled':
    case 'CompensationCompleted':
      return isEnding(state) ? undoing(state, event) : state;
    // Each comes in one decision with the events that move the state on.
    case 'FundsDenied':
    case 'DeadlineReached':
      return state;
    default:
      return assertNever(event);
  }
}

type Of<Type extends CheckoutEvent['type']> = Extract<CheckoutEvent, { readonly type: Type }>;

function withAnswer(state: Reserving, event: Of<'StockSecured' | 'StockDenied'>): Reserving | Reserved {
  if (event.type === 'StockDenied') {
    const { sku, requested, available } = event.data;
    return { ...state, stock: state.stock.set(sku, { kind: 'denied', requested, available }) };
  }
  const stock = state.stock.set(event.data.sku, { kind: 'secured' });
  const { order, attempts, askedAt } = state;
  const secured =
    stock.size === order.stock.length && [...stock.entries()].every(([, a]) => a.kind === 'secured');
  return secured ? { phase: 'reserved', order, attempts, askedAt, expiresAt: null } : { ...state, stock };
}

function goneOn(
  state: RunningState,
  event: Of<
    | 'DeadlineSet'
    | 'FundsRequested'
    | 'FundsSecured'
    | 'FundsCaptured'
    | 'PaymentSkipped'
    | 'InvoiceRequested'
    | 'InvoiceNumbered'
    | 'ChecksPassed'
    | 'ReviewRequested'
    | 'CheckoutCompleted'
  >,
): CheckoutState {
  const { order, attempts, askedAt } = state;
  const started: Started = { order, attempts, askedAt };
  const { orderId } = order;
  switch (event.type) {
    case 'DeadlineSet':
      if (state.phase === 'reserved') return { ...state, expiresAt: event.data.dueAt };
      return state.phase === 'paying' ? { ...state, dueAt: event.data.dueAt } : state;
    case 'FundsRequested':
      return { ...started, phase: 'paying', held: false, dueAt: null };
    case 'FundsSecured':
      return state.phase === 'paying' ? { ...state, held: true } : state;
    case 'FundsCaptured':
      return { ...started, phase: 'paid', payment: event.data, next: null, since: null };
    case 'PaymentSkipped':
      return { ...started, phase: 'paid', payment: { transactionId: null }, next: null, since: null };
    case 'InvoiceRequested': {
      const { year, since } = event.data;
      const next = { type: 'IssueInvoice', data: { orderId, year } } as const;
      return state.phase === 'paid' ? { ...state, next, since } : state;
    }
    case 'InvoiceNumbered':
    case 'ChecksPassed': {
      const data = { orderId, invoiceNumber: event.data.invoiceNumber };
      return state.phase === 'paid' ? { ...state, next: { type: 'Confirm', data } } : state;
    }
    case 'ReviewRequested': {
      const data = { orderId, reason: event.data.reason };
      return state.phase === 'paid' ? { ...state, next: { type: 'HoldForReview', data } } : state;
    }
    case 'CheckoutCompleted':
      return { ...started, phase: 'completed' };
    default:
      return assertNever(event);
  }
}

function undoing(
  state: Compensating | Compensated,
  event: Of<
    'StepFailed' | 'UndoStuck' | 'UndoAdded' | 'StepUndone' | 'StepSettled' | 'CompensationCompleted'
  >,
): CheckoutState {
  switch (event.type) {
    case 'StepFailed': {
      const { step } = event.data;
      return rowOf(step).isUndo ? withStuck(state, step) : { ...state, payment: null };
    }
    case 'UndoStuck':
      return withStuck(state, event.data.step);
    case 'UndoAdded':
      return { ...withNewUndo(state, event.data.step, event.data.position), phase: 'compensating' };
    case 'StepUndone':
      return withDone(state, event.data.step, event.data.position);
    case 'StepSettled': {
      const { step, position } = event.data;
      return { ...withDone(state, step, position), askedAt: position };
    }
    case 'CompensationCompleted':
      return { ...state, phase: 'compensated' };
    default:
      return assertNever(event);
  }
}

const withAttempt = <S extends RunningState>(state: S, step: Step, attempt: Attempt): S => ({
  ...state,
  attempts: new Map(state.attempts).set(step, attempt),
});

/** The state as anyone may fold it from the stream, whatever the settings. */
export const checkoutState = { initialState, evolve };
