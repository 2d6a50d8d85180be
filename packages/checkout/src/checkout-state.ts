// The state of a checkout, folded from its own decisions alone.
import { assertNever, beforeAll, PersistentMap, type Position, type Sku } from '@holdfast/kernel';
import type { OrderCommand } from '@holdfast/ordering';
import type { CheckoutEvent, CheckoutStarted, Ending, Step } from './checkout.events.js';
import { replacedBy, rowOf } from './checkout-steps.js';

/** Facts about the order that the checkout has from the start. */
export type OrderFacts = CheckoutStarted['data'];

/** Failures of a step so far. `retryAt` is null when it need not wait: a person had it tried at once. */
export type Attempt = { readonly failed: number; readonly retryAt: string | null };
type Attempts = ReadonlyMap<Step, Attempt>;
type StockAnswer =
  | { readonly kind: 'secured' }
  | { readonly kind: 'denied'; readonly requested: number; readonly available: number };

/** `stuck` is a `todo` that a person should look at. `round` is 2 once it is to be done for the second time. */
export type Undo = { readonly round: number } &
  /** Only an event behind `since` can say that it is done; null: any event. */
  (
    | { readonly is: 'todo' | 'stuck'; readonly since: Position | null }
    /** covers every success before `upTo`; null: every success */
    | { readonly is: 'done'; readonly upTo: Position | null }
  );

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
/** the money is captured, or none was due; `next` is null only between the events of one decision */
export type Paid = Started & {
  readonly phase: 'paid';
  readonly payment: Payment;
  readonly next: OrderCommand | null;
};
type Completed = Started & { readonly phase: 'completed' };
export type Compensating = Started & {
  readonly phase: 'compensating';
  readonly ending: Ending;
  readonly undo: ReadonlyMap<Step, Undo>;
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
      const todo = new Map(undo.map((step) => [step, { is: 'todo', round: 1, since: null } as const]));
      return {
        phase: 'compensating',
        order,
        attempts,
        askedAt,
        ending,
        undo: todo,
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
      return { ...started, phase: 'paid', payment: event.data, next: null };
    case 'PaymentSkipped':
      return { ...started, phase: 'paid', payment: { transactionId: null }, next: null };
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
      return withNewUndo(state, event.data.step, event.data.position);
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

type Ended = Compensating | Compensated;

const withUndo = <S extends Ended>(state: S, step: Step, undo: Undo): S => ({
  ...state,
  undo: new Map(state.undo).set(step, undo),
});

const firstRound: Undo = { is: 'todo', round: 1, since: null };

function withStuck(state: Ended, step: Step): Ended {
  const undo = state.undo.get(step) ?? firstRound;
  return undo.is === 'done' ? state : withUndo(state, step, { ...undo, is: 'stuck' });
}

function withDone(state: Ended, step: Step, upTo: Position | null): Ended {
  const { round } = state.undo.get(step) ?? firstRound;
  return withUndo(state, step, { is: 'done', round, upTo });
}

/** One that was done before is done again, as another command with attempts of its own. */
function withNewUndo(state: Ended, step: Step, since: Position | null): Compensating {
  const round = (state.undo.get(step)?.round ?? 0) + 1;
  const attempts = new Map(state.attempts);
  attempts.delete(step);
  const added = withUndo(state, step, { is: 'todo', round, since });
  const replaced = replacedBy(step);
  // It covers nothing by itself from here on: what took its place does.
  const replacing = replaced !== null && added.undo.has(replaced);
  return { ...(replacing ? withDone(added, replaced, beforeAll) : added), phase: 'compensating', attempts };
}

/** The state as anyone may fold it from the stream, whatever the settings. */
export const checkoutState = { initialState, evolve };
