// The checkout: takes an order from placed to confirmed, or undoes everything that may have taken effect.
// What must stay true: state follows from its own decisions alone, an input seen before decides nothing, and
// whatever an undo can miss (a success that arrives late) is undone as well. README.md has the picture.
import {
  assertNever,
  OrderId,
  Sku,
  streamId,
  PersistentMap,
  streamName,
  type PendingWork,
  type Process,
  type ProcessInput,
  type RecordedEvent,
  type Route,
} from '@holdfast/kernel';
import type { StockCommand, StockEvent } from '@holdfast/inventory';
import { orderTotal, type OrderCommand, type OrderEvent } from '@holdfast/ordering';
import type { WalletCommand, WalletEvent } from '@holdfast/wallet';
import type {
  CheckoutEvent,
  CheckoutStarted,
  DeadlineName,
  Ending,
  StepFailed,
  Step,
} from './checkout.events.js';

export type CheckoutInput = OrderEvent | StockEvent | WalletEvent;
export type CheckoutCommand = OrderCommand | StockCommand | WalletCommand;

/** What the checkout knows of its order from the start. */
export type OrderFacts = CheckoutStarted['data'];

export type CheckVerdict =
  | { readonly verdict: 'pass' }
  | { readonly verdict: 'review'; readonly reason: string }
  | {
      readonly verdict: 'reject';
      readonly reason: 'FRAUD_REJECTED' | 'ADDRESS_INVALID';
      readonly message: string;
    };

/** The fraud and address policy: a pure function, asked once, when the money has been captured. */
export type OrderCheck = (order: OrderFacts) => CheckVerdict;

export type CheckoutSettings = {
  /** how long an ON_CONFIRMATION order keeps its stock without being paid */
  readonly reservationTtlMs: number;
  /** how long a started payment may take */
  readonly paymentTimeoutMs: number;
  /** passes everything unless given */
  readonly check?: OrderCheck;
};

const category = 'checkout';

/** Name of the stream of an order's checkout. */
export const checkoutStream = (orderId: OrderId): string => streamName(category, orderId);

// State

type Attempts = ReadonlyMap<Step, { readonly failed: number; readonly retryAt: string }>;
type StockAnswer =
  | { readonly kind: 'secured' }
  | { readonly kind: 'denied'; readonly requested: number; readonly available: number };
type UndoState = 'todo' | 'done' | 'stuck';

type Started = { readonly order: OrderFacts; readonly attempts: Attempts };

/** waits for the answer of every SKU, so that the customer hears of every shortage at once */
type Reserving = Started & { readonly phase: 'reserving'; readonly stock: PersistentMap<Sku, StockAnswer> };
/** all stock is secured; `expiresAt` is null when payment follows at once */
type Reserved = Started & { readonly phase: 'reserved'; readonly expiresAt: string | null };
type Paying = Started & { readonly phase: 'paying'; readonly held: boolean; readonly dueAt: string | null };
/** the money is captured; null only between the events of one decision */
type Paid = Started & {
  readonly phase: 'paid';
  readonly transactionId: string;
  readonly next: OrderCommand | null;
};
type Completed = Started & { readonly phase: 'completed' };
type Compensating = Started & {
  readonly phase: 'compensating';
  readonly ending: Ending;
  readonly undo: ReadonlyMap<Step, UndoState>;
  /** of a payment that the order is told of before it fails by a check; null when it is not to be told */
  readonly transactionId: string | null;
};
type Compensated = Omit<Compensating, 'phase'> & { readonly phase: 'compensated' };

export type CheckoutState =
  { readonly phase: 'new' } | Reserving | Reserved | Paying | Paid | Completed | Compensating | Compensated;

const initialState: CheckoutState = { phase: 'new' };

const isFailedCheck = (ending: Ending): boolean =>
  ending.reason === 'FRAUD_REJECTED' || ending.reason === 'ADDRESS_INVALID';

const evolve = (state: CheckoutState, event: CheckoutEvent): CheckoutState => {
  if (event.type === 'CheckoutStarted')
    return { phase: 'reserving', order: event.data, attempts: new Map(), stock: PersistentMap.empty() };
  if (state.phase === 'new') return state;
  const { order, attempts } = state;
  switch (event.type) {
    case 'StockSecured': {
      if (state.phase !== 'reserving') return state;
      const stock = state.stock.set(event.data.sku, { kind: 'secured' });
      const secured =
        stock.size === order.stock.length && [...stock.entries()].every(([, a]) => a.kind === 'secured');
      return secured ? { phase: 'reserved', order, attempts, expiresAt: null } : { ...state, stock };
    }
    case 'StockDenied': {
      if (state.phase !== 'reserving') return state;
      const { sku, requested, available } = event.data;
      return { ...state, stock: state.stock.set(sku, { kind: 'denied', requested, available }) };
    }
    case 'DeadlineSet':
      switch (state.phase) {
        case 'reserved':
          return { ...state, expiresAt: event.data.dueAt };
        case 'paying':
          return { ...state, dueAt: event.data.dueAt };
        default:
          return state;
      }
    case 'FundsRequested':
      return { phase: 'paying', order, attempts, held: false, dueAt: null };
    case 'FundsSecured':
      return state.phase === 'paying' ? { ...state, held: true } : state;
    case 'FundsCaptured':
      return { phase: 'paid', order, attempts, transactionId: event.data.transactionId, next: null };
    case 'ChecksPassed': {
      const data = { orderId: order.orderId, invoiceNumber: event.data.invoiceNumber };
      return state.phase === 'paid' ? { ...state, next: { type: 'Confirm', data } } : state;
    }
    case 'ReviewRequested': {
      const data = { orderId: order.orderId, reason: event.data.reason };
      return state.phase === 'paid' ? { ...state, next: { type: 'HoldForReview', data } } : state;
    }
    case 'CheckoutCompleted':
      return { phase: 'completed', order, attempts };
    case 'StepAttemptFailed': {
      const { step, attempt, retryAt } = event.data;
      return { ...state, attempts: new Map(attempts).set(step, { failed: attempt, retryAt }) };
    }
    case 'StepFailed':
      if (state.phase !== 'compensating') return state;
      return event.data.step === 'mark-paid'
        ? { ...state, transactionId: null }
        : { ...state, undo: new Map(state.undo).set(event.data.step, 'stuck') };
    case 'CompensationStarted': {
      const { undo, ...ending } = event.data;
      const transactionId = state.phase === 'paid' && isFailedCheck(ending) ? state.transactionId : null;
      const todo = new Map(undo.map((step) => [step, 'todo' as const]));
      return { phase: 'compensating', order, attempts, ending, undo: todo, transactionId };
    }
    case 'UndoAdded': {
      if (!isEnding(state)) return state;
      const undo = new Map(state.undo).set(event.data.step, 'todo');
      // What was captured is no longer held.
      if (event.data.step === 'refund') undo.delete('release-funds');
      return { ...state, phase: 'compensating', undo };
    }
    case 'StepUndone':
      return isEnding(state) ? { ...state, undo: new Map(state.undo).set(event.data.step, 'done') } : state;
    case 'CompensationCompleted':
      return state.phase === 'compensating' ? { ...state, phase: 'compensated' } : state;
    // Each comes in one decision with the events that move the state on.
    case 'FundsDenied':
    case 'DeadlineReached':
      return state;
    default:
      return assertNever(event);
  }
};

/** The state as anyone may fold it from the stream, whatever the settings. */
export const checkoutState = { initialState, evolve };

const isEnding = (state: CheckoutState): state is Compensating | Compensated =>
  state.phase === 'compensating' || state.phase === 'compensated';

// Pending

type StepCommand = { readonly step: Step; readonly command: CheckoutCommand };

const markPaid = (orderId: OrderId, transactionId: string): StepCommand => ({
  step: 'mark-paid',
  command: { type: 'MarkPaid', data: { orderId, transactionId } },
});

/** The commands that a state asks for, in the order in which they are to be carried out. */
function commands(state: CheckoutState): readonly StepCommand[] {
  if (state.phase === 'new') return [];
  const { orderId, customerId, stock, total, paymentMethod, paymentMode } = state.order;
  switch (state.phase) {
    case 'reserving':
      return stock
        .filter(({ sku }) => !state.stock.has(sku))
        .map(({ sku, quantity }) => ({
          step: `reserve:${sku}`,
          command: { type: 'ReserveStock', data: { sku, orderId, quantity } },
        }));
    case 'reserved': {
      const { expiresAt } = state;
      const reserved: StepCommand = {
        step: 'mark-reserved',
        command: { type: 'MarkReserved', data: { orderId, expiresAt } },
      };
      if (paymentMode === 'ON_CONFIRMATION') return [reserved];
      return [
        reserved,
        {
          step: 'start-payment',
          command: { type: 'StartPayment', data: { orderId, method: paymentMethod } },
        },
      ];
    }
    case 'paying':
      return state.held
        ? [{ step: 'capture-funds', command: { type: 'CaptureHold', data: { customerId, orderId } } }]
        : [
            {
              step: 'hold-funds',
              command: { type: 'HoldFunds', data: { customerId, orderId, amount: total } },
            },
          ];
    case 'paid': {
      const { transactionId, next } = state;
      if (next === null) return [];
      const step = next.type === 'Confirm' ? 'confirm' : 'hold-for-review';
      return [markPaid(orderId, transactionId), { step, command: next }];
    }
    case 'compensating': {
      const { undo, transactionId } = state;
      // A captured order may yet be confirmed by a command whose answer was lost: nothing is given back before
      // its end is certain.
      const gated = undo.has('refund') && (undo.get('end-order') ?? 'done') !== 'done';
      const steps = [...undo].filter(([step, is]) => is === 'todo' && (!gated || step === 'end-order'));
      const undoing = steps.map(([step]) => ({ step, command: undoCommand(step, state) }));
      return transactionId !== null && undo.get('end-order') === 'todo'
        ? [markPaid(orderId, transactionId), ...undoing]
        : undoing;
    }
    case 'completed':
    case 'compensated':
      return [];
    default:
      return assertNever(state);
  }
}

function undoCommand(step: Step, state: Compensating): CheckoutCommand {
  const { orderId, customerId } = state.order;
  switch (step) {
    case 'end-order':
      return endOrder(orderId, state.ending);
    case 'refund':
      return { type: 'Refund', data: { customerId, orderId, refundId } };
    case 'release-funds':
      return { type: 'ReleaseHold', data: { customerId, orderId } };
    default:
      return { type: 'ReleaseStock', data: { sku: Sku(step.slice(release.length)), orderId } };
  }
}

function endOrder(orderId: OrderId, ending: Ending): OrderCommand {
  const { outcome, reason, message } = ending;
  return outcome === 'FAILED'
    ? { type: 'Fail', data: { orderId, reason, message } }
    : { type: 'Cancel', data: { orderId, reason, note: message } };
}

const refundId = 'checkout';
const release = 'release:';
const releaseOf = (sku: Sku): Step => `${release}${sku}`;

function pending(state: CheckoutState): readonly PendingWork<CheckoutCommand>[] {
  const work: PendingWork<CheckoutCommand>[] = [];
  if (state.phase === 'new') return work;
  let notBefore: string | undefined;
  for (const { step, command } of commands(state)) {
    const { failed = 0, retryAt } = state.attempts.get(step) ?? {};
    // What stands behind a command on the same order must not overtake it.
    const inLine = onOrder.has(step);
    const earliest = inLine ? later(notBefore, retryAt) : retryAt;
    if (inLine) notBefore = earliest;
    const since = earliest === undefined ? {} : { notBefore: earliest };
    work.push({ kind: 'command', step, command, failedAttempts: failed, ...since });
  }
  const deadline = armedDeadline(state);
  if (deadline !== null) work.push({ kind: 'deadline', ...deadline });
  return work;
}

/** Steps that are commands to the order. */
const onOrder: ReadonlySet<Step> = new Set([
  'mark-reserved',
  'start-payment',
  'mark-paid',
  'hold-for-review',
  'confirm',
  'end-order',
]);

const later = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a;

function armedDeadline(state: CheckoutState): { readonly name: DeadlineName; readonly dueAt: string } | null {
  if (state.phase === 'reserved' && state.expiresAt !== null)
    return { name: 'reservation', dueAt: state.expiresAt };
  if (state.phase === 'paying' && state.dueAt !== null) return { name: 'payment', dueAt: state.dueAt };
  return null;
}

// Decide

type Input = ProcessInput<CheckoutInput>;
type Decisions = readonly CheckoutEvent[];
const nothing: Decisions = [];

const decider =
  (settings: CheckoutSettings) =>
  (input: Input, state: CheckoutState): Decisions => {
    switch (input.kind) {
      case 'event':
        return onEvent(settings, input, state);
      case 'deadline': {
        const armed = armedDeadline(state);
        if (armed?.name !== input.name || armed.dueAt !== input.dueAt) return nothing;
        return [
          { type: 'DeadlineReached', data: { deadline: armed.name } },
          compensate(state, deadlineEnding[armed.name]),
        ];
      }
      case 'attemptFailed':
        return failAttempt(input.step, input.attempt, input.error, input.retryAt, state);
      case 'stepFailed':
        return onStepFailed(input, state);
      default:
        return assertNever(input);
    }
  };

const deadlineEnding: Readonly<Record<DeadlineName, Ending>> = {
  reservation: {
    outcome: 'CANCELLED',
    reason: 'RESERVATION_EXPIRED',
    message: 'The reservation ended before the order was paid',
  },
  payment: { outcome: 'FAILED', reason: 'PAYMENT_TIMEOUT', message: 'The payment took too long' },
};

function onEvent(
  settings: CheckoutSettings,
  { event, at, position }: Extract<Input, { kind: 'event' }>,
  state: CheckoutState,
): Decisions {
  switch (event.type) {
    case 'OrderPlaced':
      return state.phase === 'new' ? [start(event)] : nothing;
    case 'StockReserved': {
      const sku = Sku(streamId(event.stream));
      if (isEnding(state)) return state.undo.has(releaseOf(sku)) ? nothing : addUndo(releaseOf(sku));
      if (state.phase !== 'reserving' || state.stock.get(sku)?.kind === 'secured') return nothing;
      return answered(settings, at, state, { type: 'StockSecured', data: { sku } });
    }
    case 'StockReservationRefused': {
      const sku = Sku(streamId(event.stream));
      if (state.phase !== 'reserving' || state.stock.has(sku)) return nothing;
      const { requested, available } = event.data;
      return answered(settings, at, state, { type: 'StockDenied', data: { sku, requested, available } });
    }
    case 'OrderPaymentStarted': {
      if (state.phase !== 'reserved') return nothing;
      const dueAt = plus(at, settings.paymentTimeoutMs);
      return [
        { type: 'FundsRequested', data: { method: event.data.method } },
        { type: 'DeadlineSet', data: { deadline: 'payment', dueAt } },
      ];
    }
    case 'FundsHeld':
      if (isEnding(state)) {
        const known = state.undo.has('release-funds') || state.undo.has('refund');
        return known ? nothing : addUndo('release-funds');
      }
      return state.phase === 'paying' && !state.held ? [{ type: 'FundsSecured', data: {} }] : nothing;
    case 'FundsHoldRefused':
      if (state.phase !== 'paying' || state.held) return nothing;
      return [
        { type: 'FundsDenied', data: { available: event.data.available } },
        // The refusal is the answer of the one hold there was: there is nothing to release.
        started(insufficientFunds, ['end-order', ...releases(state.order)]),
      ];
    case 'HoldCaptured':
      if (isEnding(state)) return state.undo.has('refund') ? nothing : addUndo('refund');
      return state.phase === 'paying' ? captured(settings, event.id, position, state) : nothing;
    case 'OrderConfirmed': {
      // Confirmed by an attempt that was given up for lost: nothing has been undone before the end of the order.
      const kept = state.phase === 'compensating' && isToUndo(state, 'end-order');
      return state.phase === 'paid' || kept ? [{ type: 'CheckoutCompleted', data: {} }] : nothing;
    }
    case 'OrderCancelled': {
      const { reason, note } = event.data;
      return ended(state, { outcome: 'CANCELLED', reason, message: note ?? '' });
    }
    case 'OrderFailed':
      return ended(state, { outcome: 'FAILED', ...event.data });
    case 'StockReleased':
      return undone(state, releaseOf(Sku(streamId(event.stream))));
    case 'HoldReleased':
      return undone(state, 'release-funds');
    case 'FundsRefunded':
      return event.data.refundId === refundId ? undone(state, 'refund') : nothing;
    default:
      // `route` lets nothing else through; a stream's further events are no concern of the checkout.
      return nothing;
  }
}

const start = (placed: Extract<RecordedEvent<OrderEvent>, { type: 'OrderPlaced' }>): CheckoutEvent => {
  const { customerId, lines, paymentMethod, paymentMode, shippingAddress } = placed.data;
  const quantities = new Map<Sku, number>();
  for (const { sku, quantity } of lines) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);

  return {
    type: 'CheckoutStarted',
    data: {
      orderId: OrderId(streamId(placed.stream)),
      customerId,
      stock: [...quantities].map(([sku, quantity]) => ({ sku, quantity })),
      total: orderTotal(lines),
      paymentMethod,
      paymentMode,
      shippingAddress,
    },
  };
};

/** One more SKU is answered; with the last of them it is known how the order goes on. */
function answered(
  settings: CheckoutSettings,
  at: string,
  state: Reserving,
  answer: Extract<CheckoutEvent, { type: 'StockSecured' | 'StockDenied' }>,
): Decisions {
  const after = evolve(state, answer);
  if (after.phase === 'reserved' && after.order.paymentMode === 'ON_CONFIRMATION') {
    const dueAt = plus(at, settings.reservationTtlMs);
    return [answer, { type: 'DeadlineSet', data: { deadline: 'reservation', dueAt } }];
  }
  if (after.phase === 'reserving' && after.stock.size === after.order.stock.length)
    return [answer, compensate(after, outOfStock(after))];
  return [answer];
}

function outOfStock({ stock }: Reserving): Ending {
  const shortages = [...stock.entries()].flatMap(([sku, answer]) =>
    answer.kind === 'denied' ? [`${sku} (${answer.available} of ${answer.requested})`] : [],
  );
  return { outcome: 'FAILED', reason: 'OUT_OF_STOCK', message: `Out of stock: ${shortages.join(', ')}` };
}

const insufficientFunds: Ending = {
  outcome: 'FAILED',
  reason: 'INSUFFICIENT_FUNDS',
  message: 'The wallet does not hold enough money',
};

const passesEverything: OrderCheck = () => ({ verdict: 'pass' });

function captured(
  { check = passesEverything }: CheckoutSettings,
  eventId: string,
  position: number,
  state: Paying,
): Decisions {
  const capture: CheckoutEvent = { type: 'FundsCaptured', data: { transactionId: eventId } };
  const verdict = check(state.order);
  switch (verdict.verdict) {
    case 'pass': {
      const invoiceNumber = `INV-${String(position).padStart(10, '0')}`;
      return [capture, { type: 'ChecksPassed', data: { invoiceNumber } }];
    }
    case 'review':
      return [capture, { type: 'ReviewRequested', data: { reason: verdict.reason } }];
    case 'reject': {
      const { reason, message } = verdict;
      return [capture, compensate(evolve(state, capture), { outcome: 'FAILED', reason, message })];
    }
    default:
      return assertNever(verdict);
  }
}

/** The order has ended, by us or by someone else. */
function ended(state: CheckoutState, ending: Ending): Decisions {
  if (state.phase === 'new') return nothing;
  if (isEnding(state)) return undone(state, 'end-order');
  return [started(ending, effects(state))];
}

const compensate = (state: CheckoutState, ending: Ending): CheckoutEvent =>
  started(ending, ['end-order', ...effects(state)]);

const started = (ending: Ending, undo: readonly Step[]): CheckoutEvent => ({
  type: 'CompensationStarted',
  data: { ...ending, undo },
});

/** What undoes all that may have taken effect by now, whether or not its answer has come. */
function effects(state: CheckoutState): readonly Step[] {
  switch (state.phase) {
    case 'reserving':
      return releases(state.order, (sku) => state.stock.get(sku)?.kind !== 'denied');
    case 'reserved':
      return releases(state.order);
    case 'paying':
      return ['release-funds', ...releases(state.order)];
    case 'paid':
    case 'completed':
      return ['refund', ...releases(state.order)];
    case 'new':
    case 'compensating':
    case 'compensated':
      return [];
    default:
      return assertNever(state);
  }
}

const releases = ({ stock }: OrderFacts, of: (sku: Sku) => boolean = () => true): readonly Step[] =>
  stock.filter(({ sku }) => of(sku)).map(({ sku }) => releaseOf(sku));

const addUndo = (step: Step): Decisions => [{ type: 'UndoAdded', data: { step } }];

const isToUndo = (state: CheckoutState, step: Step): boolean =>
  isEnding(state) && (state.undo.get(step) ?? 'done') !== 'done';

function undone(state: CheckoutState, step: Step): Decisions {
  if (!isToUndo(state, step)) return nothing;
  const done: CheckoutEvent = { type: 'StepUndone', data: { step } };
  const after = evolve(state, done);
  const all = isEnding(after) && [...after.undo.values()].every((is) => is === 'done');
  return all ? [done, { type: 'CompensationCompleted', data: {} }] : [done];
}

// Failures

/** The step as long as its command is wanted: what became of it later, or before, changes nothing. */
const wanted = (state: CheckoutState, step: string): Step | undefined =>
  commands(state).find((work) => work.step === step)?.step;

function failAttempt(
  name: string,
  attempt: number,
  error: string,
  retryAt: string,
  state: CheckoutState,
): Decisions {
  const step = wanted(state, name);
  if (state.phase === 'new' || step === undefined) return nothing;
  if (attempt <= failedAttempts(state, step)) return nothing;
  return [{ type: 'StepAttemptFailed', data: { step, attempt, error, retryAt } }];
}

const failedAttempts = (state: Started, step: Step): number => state.attempts.get(step)?.failed ?? 0;

/** A refusal that may have an explanation on its way is asked about again this many times, over some minutes. */
const maxRefusals = 10;
const refusalDelayMs = 500;

/**
 * Commands that may be refused because something else has happened whose event is yet to reach us: the order has
 * ended or gone on, or the command before this one is still to be carried out; a hold has just been captured.
 */
const mayBeExplained = (step: Step): boolean => onOrder.has(step) || step === 'release-funds';

function onStepFailed(input: Extract<Input, { kind: 'stepFailed' }>, state: CheckoutState): Decisions {
  const step = wanted(state, input.step);
  if (state.phase === 'new' || step === undefined) return nothing;
  const { reason, error, at } = input;
  const attempt = failedAttempts(state, step) + 1;
  if (reason === 'rejected' && mayBeExplained(step) && attempt < maxRefusals)
    return failAttempt(step, attempt, error, plus(at, refusalDelayMs * 2 ** attempt), state);
  const failed: StepFailed = { type: 'StepFailed', data: { step, reason, error } };
  return state.phase === 'compensating' ? [failed] : [failed, compensate(state, retriesExhausted)];
}

const retriesExhausted: Ending = {
  outcome: 'FAILED',
  reason: 'RETRIES_EXHAUSTED',
  message: 'The order could not be processed',
};

const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

// Route

const ignore: Route = { kind: 'ignore' };

function route(event: RecordedEvent<CheckoutInput>): Route {
  switch (event.type) {
    case 'OrderPlaced':
      return { kind: 'start', id: streamId(event.stream) };
    case 'OrderPaymentStarted':
    case 'OrderConfirmed':
    case 'OrderCancelled':
    case 'OrderFailed':
      return { kind: 'continue', id: streamId(event.stream) };
    case 'StockReserved':
    case 'StockReservationRefused':
    case 'StockReleased':
    case 'FundsHeld':
    case 'FundsHoldRefused':
    case 'HoldCaptured':
    case 'HoldReleased':
    case 'FundsRefunded':
      return { kind: 'continue', id: event.data.orderId };
    default:
      return ignore;
  }
}

/** The process manager of an order. Inputs may be repeated and late; see README.md for why each is safe. */
export const createCheckout = (
  settings: CheckoutSettings,
): Process<CheckoutInput, CheckoutEvent, CheckoutState, CheckoutCommand> => ({
  name: category,
  initialState,
  inputPrefixes: ['order-', 'stock-', 'wallet-'],
  route,
  decide: decider(settings),
  evolve,
  pending,
});

// Status

export type CheckoutStatus =
  'RUNNING' | 'WAITING' | 'COMPENSATING' | 'COMPLETED' | 'COMPENSATED' | 'COMPENSATION_STUCK';
/** `payment` is the customer's decision to pay, `funds` the wallet's answer, `operator` a person who looks at a failed undo. */
export type WaitingFor =
  'stock' | 'payment' | 'funds' | 'capture' | 'checks' | 'review' | 'compensation' | 'operator';

/** Where a checkout stands, and what or whom it waits for; null when for nothing. */
export function checkoutStatus(state: CheckoutState): {
  readonly status: CheckoutStatus;
  readonly waitingFor: WaitingFor | null;
} {
  switch (state.phase) {
    case 'new':
      return { status: 'RUNNING', waitingFor: null };
    case 'reserving':
      return { status: 'RUNNING', waitingFor: 'stock' };
    case 'reserved':
      return state.expiresAt === null
        ? { status: 'RUNNING', waitingFor: 'payment' }
        : { status: 'WAITING', waitingFor: 'payment' };
    case 'paying':
      return { status: 'RUNNING', waitingFor: state.held ? 'capture' : 'funds' };
    case 'paid':
      return state.next?.type === 'HoldForReview'
        ? { status: 'WAITING', waitingFor: 'review' }
        : { status: 'RUNNING', waitingFor: 'checks' };
    case 'completed':
      return { status: 'COMPLETED', waitingFor: null };
    case 'compensating':
      return [...state.undo.values()].includes('stuck')
        ? { status: 'COMPENSATION_STUCK', waitingFor: 'operator' }
        : { status: 'COMPENSATING', waitingFor: 'compensation' };
    case 'compensated':
      return { status: 'COMPENSATED', waitingFor: null };
    default:
      return assertNever(state);
  }
}
