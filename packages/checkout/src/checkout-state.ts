// The state of a checkout, folded from its own decisions alone. Its remaining work is derived from the state.
import { assertNever, beforeAll, PersistentMap, type Sku } from '@holdfast/kernel';
import {
  isEnding,
  type CheckoutState,
  type Compensating,
  type Completed,
  type OrderFacts,
  type PaymentAttempt,
  type Running,
  type RunningState,
} from './checkout-facts.js';
import { attemptOf as attemptOfStep, kindOf, rowOf } from './step-names.js';
import { tellsOf } from './checkout-work.js';
import type { CheckoutEvent, Ending, Step } from './checkout.events.js';
import type { StockAnswer } from './endings.js';
import type { Attempt } from './step-attempts.js';
import { noUndos, undosOf, withDone, withNewUndo, withStuck } from './undos.js';

export const initialState: CheckoutState = { phase: 'new' };

const begun = (order: OrderFacts): Running => ({
  phase: 'running',
  order,
  attempts: new Map(),
  askedAt: beforeAll,
  stock: PersistentMap.empty<Sku, StockAnswer>(),
  expiresAt: null,
  deadline: null,
  payment: { is: 'none' },
  declined: null,
  next: null,
  since: null,
  undo: noUndos,
});

export function evolve(state: CheckoutState, event: CheckoutEvent): CheckoutState {
  if (event.type === 'CheckoutStarted') return begun(event.data);
  if (state.phase === 'new') return state;
  switch (event.type) {
    case 'StockSecured':
    case 'StockDenied':
    case 'DeadlineSet':
    case 'DeadlineMoved':
    case 'FundsRequested':
    case 'CustomerRedirected':
    case 'FundsSecured':
    case 'FundsDenied':
    case 'CardDeclined':
    case 'FundsCaptured':
    case 'PaymentSkipped':
    case 'InvoiceRequested':
    case 'InvoiceNumbered':
    case 'ChecksPassed':
    case 'ReviewRequested':
      return state.phase === 'running' ? goneOn(state, event) : state;
    case 'CheckoutCompleted':
      return completed(state);
    case 'StepAttemptFailed': {
      const { step, attempt: failed, retryAt, position } = event.data;
      const known = state.attempts.get(step) ?? { toldAt: null };
      return withAttempt(state, step, { failed, retryAt, toldAt: position ?? known.toldAt });
    }
    case 'StepRetried': {
      const { step, position } = event.data;
      const { failed, toldAt } = state.attempts.get(step) ?? { failed: 0, toldAt: null };
      return { ...withAttempt(state, step, { failed, retryAt: null, toldAt }), askedAt: position };
    }
    case 'CompensationStarted':
      return compensating(state, event);
    case 'StepFailed': {
      const { step } = event.data;
      if (rowOf(step).isUndo) return withStuck(state, step);
      return isEnding(state) ? { ...state, owed: [] } : state;
    }
    case 'UndoStuck':
      return withStuck(state, event.data.step);
    case 'UndoAdded': {
      const added = withNewUndo(state, event.data.step, event.data.position);
      return added.phase === 'compensated' ? { ...added, phase: 'compensating' } : added;
    }
    case 'StepUndone':
      return withDone(state, event.data.step, event.data.position);
    case 'StepSettled': {
      const { step, position } = event.data;
      return { ...withDone(state, step, position), askedAt: position };
    }
    case 'CompensationCompleted':
      return isEnding(state) ? { ...state, phase: 'compensated' } : state;
    // It is appended together with the event that changes the phase.
    case 'DeadlineReached':
      return state;
    default:
      return assertNever(event);
  }
}

type Of<Type extends CheckoutEvent['type']> = Extract<CheckoutEvent, { readonly type: Type }>;

type Forward =
  | 'StockSecured'
  | 'StockDenied'
  | 'DeadlineSet'
  | 'DeadlineMoved'
  | 'FundsRequested'
  | 'CustomerRedirected'
  | 'FundsSecured'
  | 'FundsDenied'
  | 'CardDeclined'
  | 'FundsCaptured'
  | 'PaymentSkipped'
  | 'InvoiceRequested'
  | 'InvoiceNumbered'
  | 'ChecksPassed'
  | 'ReviewRequested';

function goneOn(state: Running, event: Of<Forward>): Running {
  const { orderId } = state.order;
  switch (event.type) {
    case 'StockSecured':
      return { ...state, stock: state.stock.set(event.data.sku, { kind: 'secured' }) };
    case 'StockDenied': {
      const { sku, requested, available } = event.data;
      return { ...state, stock: state.stock.set(sku, { kind: 'denied', requested, available }) };
    }
    case 'DeadlineSet': {
      const { deadline: name, dueAt } = event.data;
      const expiresAt = name === 'reservation' ? dueAt : state.expiresAt;
      return { ...state, expiresAt, deadline: { name, dueAt } };
    }
    case 'DeadlineMoved': {
      const { deadline: name, dueAt, position } = event.data;
      return { ...state, deadline: { name, dueAt }, askedAt: position };
    }
    case 'FundsRequested':
    case 'CustomerRedirected':
    case 'FundsSecured':
    case 'FundsDenied':
    case 'CardDeclined':
    case 'FundsCaptured':
    case 'PaymentSkipped':
      return paying(state, event);
    case 'InvoiceRequested': {
      const { year, since } = event.data;
      return { ...state, next: { type: 'IssueInvoice', data: { orderId, year } }, since };
    }
    case 'InvoiceNumbered':
    case 'ChecksPassed': {
      const { invoiceNumber } = event.data;
      return { ...state, next: { type: 'Confirm', data: { orderId, invoiceNumber } } };
    }
    case 'ReviewRequested':
      return { ...state, next: { type: 'HoldForReview', data: { orderId, reason: event.data.reason } } };
    default:
      return assertNever(event);
  }
}

type OfPayment = Extract<
  Forward,
  | 'FundsRequested'
  | 'CustomerRedirected'
  | 'FundsSecured'
  | 'FundsDenied'
  | 'CardDeclined'
  | 'FundsCaptured'
  | 'PaymentSkipped'
>;

function paying(state: Running, event: Of<OfPayment>): Running {
  const { payment } = state;
  switch (event.type) {
    case 'FundsRequested':
      return { ...state, payment: { is: 'asked', isRedirected: false, ...event.data }, deadline: null };
    case 'PaymentSkipped':
      return { ...state, payment: { is: 'skipped' }, deadline: null };
    case 'CustomerRedirected':
      return payment.is === 'asked' ? { ...state, payment: { ...payment, isRedirected: true } } : state;
    case 'FundsSecured':
      return payment.is === 'asked' ? { ...state, payment: { ...attemptOf(payment), is: 'secured' } } : state;
    case 'FundsCaptured': {
      const isStarted = payment.is === 'asked' || payment.is === 'secured';
      const { transactionId } = event.data;
      return isStarted
        ? { ...state, payment: { ...attemptOf(payment), is: 'captured', transactionId }, deadline: null }
        : state;
    }
    case 'FundsDenied':
      return { ...state, payment: { is: 'none' }, deadline: null };
    case 'CardDeclined':
      return { ...state, payment: { is: 'none' }, deadline: null, declined: event.data };
    default:
      return assertNever(event);
  }
}

const attemptOf = ({ method, attempt, cardToken, returnUrl }: PaymentAttempt): PaymentAttempt => ({
  ...{ method, attempt, cardToken, returnUrl },
});

const isFailedCheck = (ending: Ending): boolean =>
  ending.reason === 'FRAUD_REJECTED' || ending.reason === 'ADDRESS_INVALID';

function compensating(state: RunningState, { data }: Of<'CompensationStarted'>): Compensating {
  const { undo, ...ending } = data;
  const { payment } = state;
  const isPaid = payment.is === 'captured' || payment.is === 'skipped';
  return {
    ...state,
    phase: 'compensating',
    ending,
    undo: new Map([...state.undo, ...undosOf(undo)]),
    deadline: null,
    owed: state.phase === 'running' && isPaid && isFailedCheck(ending) ? tellsOf(state) : [],
    mayBeConfirmed: isPaid,
  };
}

/**
 * The order is confirmed. When a command that was given up as lost did this, it ends a compensation that has undone
 * nothing yet.
 */
function completed(state: RunningState): Completed {
  const { order, attempts, askedAt, stock, expiresAt, payment, declined, next, since } = state;
  const facts = { order, attempts, askedAt, stock, expiresAt, payment, declined, next, since };
  const current = 'attempt' in payment ? payment.attempt : null;
  const isOfEarlier = (step: Step): boolean =>
    kindOf(step) === 'void-card' && attemptOfStep(step) !== current;
  const undo =
    state.undo.size === 0 ? noUndos : new Map([...state.undo].filter(([step]) => isOfEarlier(step)));
  return { ...facts, phase: 'completed', deadline: null, undo };
}

const withAttempt = <S extends RunningState>(state: S, step: Step, attempt: Attempt): S => ({
  ...state,
  attempts: new Map(state.attempts).set(step, attempt),
});

/** The state folded from the stream, for any reader. Settings do not matter. */
export const checkoutState = { initialState, evolve };
