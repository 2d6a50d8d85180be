// Ordering's policy: passes the statements of inventory and payment on to the order, confirms the order when nothing is
// left to do, and ends it when it can't be completed. Its state is folded from its own decisions alone.
import {
  afterReview,
  checked,
  deadlineEnding,
  doing,
  endOrder,
  factsOf,
  isFree,
  isOpen,
  plus,
  retriesExhausted,
  stepOf,
  latest,
  undosOf,
  type CheckoutCommand,
  type CheckoutSettings,
  type Ending,
  type FailedEnding,
  type ReviewRequested,
  type StepCommand,
  onDeadlineMove,
} from '@holdfast/checkout';
import { assertNever, type Position, type Process } from '@holdfast/kernel';
import { yearOf } from '@holdfast/ordering';
import type { DeclineNoted, OrderingPolicyEvent, OrderingPolicyStarted } from './ordering.events.js';
import type { AnotherAttemptAllowed } from './payment.events.js';
import {
  evolveSteps,
  isGivenUp,
  isPaidFirst,
  noSteps,
  onFailure,
  onPerson,
  onUndone,
  pendingOf,
  retryPolicy,
  routeTo,
  schemaVersions,
  type Armed,
  type EventInput,
  type Input,
  type PolicyInput,
  type StepState,
} from './policy-steps.js';

type Decisions = readonly OrderingPolicyEvent[];

/** `transactionId` is null when the total was 0. */
type Payment = { readonly transactionId: string | null };

type Known = StepState & {
  readonly order: OrderingPolicyStarted['data'];
  /** whether the order has recorded that its payment has begun */
  readonly isPaying: boolean;
  /** the last attempt of a card that was declined */
  readonly declined: DeclineNoted['data'] | null;
  /** when the reservation ends, ISO 8601; null when payment follows at once */
  readonly expiresAt: string | null;
};
type Reserved = Known & { readonly stage: 'reserved' };
type Next = Extract<CheckoutCommand, { readonly type: 'IssueInvoice' | 'Confirm' | 'HoldForReview' }>;
/** `next` is null only between the events of one decision. `since`: as in InvoiceRequested. */
type Paid = Known & {
  readonly stage: 'paid';
  readonly payment: Payment;
  readonly next: Next | null;
  readonly since: Position | null;
};
/** `payment`: the payment that the order is told of before it ends, when a check refused the order */
type EndingState = Known & {
  readonly stage: 'ending';
  readonly ending: Ending;
  readonly payment: Payment | null;
};
type Started =
  | (Known & { readonly stage: 'placed' })
  | Reserved
  | Paid
  | EndingState
  | (Known & { readonly stage: 'kept' | 'ended' });
export type OrderingPolicyState = { readonly stage: 'new' } | Started;

const initialState: OrderingPolicyState = { stage: 'new' };
const end = stepOf('end-order');

function evolve(state: OrderingPolicyState, event: OrderingPolicyEvent): OrderingPolicyState {
  if (event.type === 'OrderingPolicyStarted')
    return {
      ...{ ...noSteps, order: event.data },
      ...{ isPaying: false, declined: null, expiresAt: null, stage: 'placed' },
    };
  if (state.stage === 'new') return state;
  switch (event.type) {
    case 'StockNoted':
      return { ...knownOf(state), stage: 'reserved' };
    case 'DeadlineSet':
      return { ...state, expiresAt: event.data.dueAt };
    case 'DeadlineMoved':
      return { ...state, expiresAt: event.data.dueAt, askedAt: event.data.position };
    case 'PaymentStartNoted':
      return { ...state, isPaying: true };
    case 'DeclineNoted':
      return { ...state, isPaying: false, declined: event.data };
    case 'PaymentNoted':
      return { ...knownOf(state), stage: 'paid', payment: event.data, next: null, since: null };
    case 'InvoiceRequested': {
      const { year, since } = event.data;
      const next = { type: 'IssueInvoice', data: { orderId: state.order.orderId, year } } as const;
      return state.stage === 'paid' ? { ...state, next, since } : state;
    }
    case 'InvoiceNumbered': {
      const data = { orderId: state.order.orderId, invoiceNumber: event.data.invoiceNumber };
      return state.stage === 'paid' ? { ...state, next: { type: 'Confirm', data } } : state;
    }
    case 'ReviewRequested': {
      const data = { orderId: state.order.orderId, reason: event.data.reason };
      return state.stage === 'paid' ? { ...state, next: { type: 'HoldForReview', data } } : state;
    }
    case 'OrderEndDecided': {
      const { data: ending } = event;
      const payment = state.stage === 'paid' && isFailedCheck(ending) ? state.payment : null;
      return { ...knownOf(state), stage: 'ending', ending, payment, undo: undosOf([end]) };
    }
    case 'OrderEndNoted':
      return { ...knownOf(state), stage: 'ended' };
    case 'OrderKept':
      return { ...knownOf(state), stage: 'kept' };
    case 'StepFailed':
      return state.stage === 'ending' ? { ...state, payment: null } : state;
    // Appended together with OrderEndDecided.
    case 'DeadlineReached':
      return state;
    default:
      return evolveSteps(state, event);
  }
}

const knownOf = ({ order, isPaying, declined, expiresAt, attempts, undo, askedAt }: Known): Known => ({
  order,
  isPaying,
  declined,
  expiresAt,
  attempts,
  undo,
  askedAt,
});

const isFailedCheck = ({ reason }: Ending): boolean =>
  reason === 'FRAUD_REJECTED' || reason === 'ADDRESS_INVALID';

function commandsOf(state: Started): readonly StepCommand[] {
  switch (state.stage) {
    case 'kept':
    case 'ended':
      return [];
    case 'placed':
      return isPaidFirst(state.order) ? untilPaying(state) : [];
    case 'reserved':
      return untilPaying(state);
    case 'paid':
      return state.next === null
        ? []
        : [...untilPaying(state), markPaid(state, state.payment), afterPayment(state.next, state.since)];
    case 'ending': {
      if (!isOpen(state, end)) return [];
      const told = state.payment === null ? [] : [...untilPaying(state), markPaid(state, state.payment)];
      return [...told, doing('end-order', endOrder(state.order.orderId, state.ending))];
    }
    default:
      return assertNever(state);
  }
}

/** The commands to the order until it records that its payment has begun. */
function untilPaying({ order, isPaying, declined, expiresAt }: Known): readonly StepCommand[] {
  if (isPaying) return [];
  const { orderId, paymentMode, paymentMethod: method } = order;
  if (declined !== null) return expiresAt === null ? [] : [markDeclined(orderId, declined, expiresAt)];
  const reserved = isPaidFirst(order)
    ? []
    : [doing('mark-reserved', { type: 'MarkReserved', data: { orderId, expiresAt } })];
  // An order without a payment is paid as soon as it is reserved.
  if (paymentMode === 'ON_CONFIRMATION' || isFree(order)) return reserved;
  const data = { orderId, method, attempt: 1 };
  return [...reserved, doing('start-payment', { type: 'StartPayment', data })];
}

const markDeclined = (
  orderId: Known['order']['orderId'],
  { attempt, code }: DeclineNoted['data'],
  expiresAt: string,
): StepCommand => {
  const data = { orderId, attempt, code, expiresAt };
  return doing('mark-declined', { type: 'MarkPaymentDeclined', data }, attempt);
};

const markPaid = ({ order: { orderId } }: Known, { transactionId }: Payment): StepCommand =>
  transactionId === null
    ? doing('mark-paid', { type: 'SkipPayment', data: { orderId } })
    : doing('mark-paid', { type: 'MarkPaid', data: { orderId, transactionId } });

function afterPayment(next: Next, since: Position | null): StepCommand {
  switch (next.type) {
    case 'HoldForReview':
      return doing('hold-for-review', next);
    case 'IssueInvoice':
      return { ...doing('number-invoice', next), ...(since !== null && { since }) };
    case 'Confirm':
      return doing('confirm', next);
    default:
      return assertNever(next);
  }
}

/** Whether the order waits for its customer to pay, and no payment is under way. */
const isPayable = ({ stage, order }: Started): boolean =>
  stage === 'reserved' || (stage === 'placed' && isPaidFirst(order));

const armedIn = (state: Started): Armed | null =>
  isPayable(state) && !state.isPaying && state.expiresAt !== null
    ? { name: 'reservation', dueAt: state.expiresAt }
    : null;

function decide(settings: CheckoutSettings, input: Input, state: OrderingPolicyState): Decisions {
  switch (input.kind) {
    case 'event':
      return onEvent(settings, input, state);
    case 'attemptFailed':
    case 'stepFailed': {
      if (state.stage === 'new') return [];
      const decisions = onFailure(input, state, commandsOf(state));
      return isGivenUp(decisions) && state.stage !== 'ending'
        ? [...decisions, endDecided(retriesExhausted)]
        : decisions;
    }
    case 'deadline': {
      const armed = state.stage === 'new' ? null : armedIn(state);
      if (armed?.name !== input.name || armed.dueAt !== input.dueAt) return [];
      const reached = { type: 'DeadlineReached', data: { deadline: armed.name } } as const;
      return [reached, endDecided(deadlineEnding[armed.name])];
    }
    default:
      return assertNever(input);
  }
}

const endDecided = (ending: Ending): OrderingPolicyEvent => ({ type: 'OrderEndDecided', data: ending });

function onEvent(settings: CheckoutSettings, input: EventInput, state: OrderingPolicyState): Decisions {
  const { event, position } = input;
  if (state.stage === 'new') return event.type === 'OrderPlaced' ? start(settings, input, event) : [];
  switch (event.type) {
    case 'AllStockSecured':
      return state.stage === 'placed' ? stockNoted(settings, input, state) : [];
    case 'StockUnavailable':
    case 'PaymentFailed':
      return isUnderWay(state) ? [endDecided({ outcome: 'FAILED', ...event.data })] : [];
    case 'OrderPaymentStarted':
      return isUnderWay(state) && !state.isPaying && event.data.attempt > attemptsOf(state)
        ? [{ type: 'PaymentStartNoted', data: {} }]
        : [];
    case 'AnotherAttemptAllowed':
      return state.stage === 'reserved' && event.data.attempt > attemptsOf(state)
        ? declinedOnce(settings, input, event.data, state)
        : [];
    case 'OrderReservationExtended':
      return extended(event.data.expiresAt, state);
    case 'PaymentCompleted':
      return state.stage === 'reserved' ? paid(settings, input, state, event.data) : [];
    case 'OrderReviewed':
      return isHeldForReview(state) ? [decided(afterReview(event.data), input.at, null)] : [];
    case 'InvoiceIssued':
      return state.stage === 'paid' && state.next?.type === 'IssueInvoice'
        ? [{ type: 'InvoiceNumbered', data: { invoiceNumber: event.data.number } }]
        : [];
    case 'OrderConfirmed': {
      // A command that was given up as lost confirmed the order after all.
      const isLate = state.stage === 'ending' && isOpen(state, end);
      return state.stage === 'paid' || isLate ? [{ type: 'OrderKept', data: {} }] : [];
    }
    case 'OrderCancelled':
    case 'OrderFailed':
      if (state.stage === 'ending') return onUndone(state, end, position);
      return state.stage === 'ended' ? [] : [{ type: 'OrderEndNoted', data: {} }];
    case 'StepRetryRequested':
    case 'StepSettlementRequested':
      return onPerson(event, state, commandsOf(state));
    case 'DeadlineMoveRequested':
      return onDeadlineMove(event, armedIn(state), state.askedAt);
    default:
      // `routeTo` passes nothing else on, except events of an order that is known already.
      return [];
  }
}

/** Whether the order can still be completed, as far as the policy knows. */
const isUnderWay = ({ stage }: Started): boolean =>
  stage === 'placed' || stage === 'reserved' || stage === 'paid';

/** An order that is paid first waits for its customer from the beginning. */
function start(
  settings: CheckoutSettings,
  input: EventInput,
  placed: Extract<EventInput['event'], { type: 'OrderPlaced' }>,
): Decisions {
  const { coordination, definition: asked = 'stock-first' } = placed.data;
  const { name: definition, version: definitionVersion } = latest(asked);
  const data = { definition, definitionVersion, coordination, ...factsOf(placed) };
  const started: OrderingPolicyEvent = { type: 'OrderingPolicyStarted', data };
  return [started, ...(isPaidFirst(data) ? awaitCustomer(settings, input, data) : [])];
}

function stockNoted(settings: CheckoutSettings, input: EventInput, state: Started): Decisions {
  const { order } = state;
  const noted: OrderingPolicyEvent = { type: 'StockNoted', data: {} };
  if (!isPaidFirst(order)) return [noted, ...awaitCustomer(settings, input, order)];
  // The payment came before the stock, and was skipped.
  return isFree(order) ? [noted, ...paid(settings, input, state, { transactionId: null })] : [noted];
}

function awaitCustomer(
  { reservationTtlMs }: CheckoutSettings,
  { at }: EventInput,
  { paymentMode }: Known['order'],
): Decisions {
  if (paymentMode === 'AUTOMATIC') return [];
  const dueAt = plus(at, reservationTtlMs);
  return [{ type: 'DeadlineSet', data: { deadline: 'reservation', dueAt } }];
}

/** The attempts of cards that were declined. */
const attemptsOf = ({ declined }: Known): number => declined?.attempt ?? 0;

/** The order waits for another card as long as its stock is kept for it. */
function declinedOnce(
  { reservationTtlMs }: CheckoutSettings,
  { at }: EventInput,
  { attempt, code, reason, message }: AnotherAttemptAllowed['data'],
  { expiresAt }: Reserved,
): Decisions {
  const dueAt = expiresAt ?? plus(at, reservationTtlMs);
  if (dueAt <= at) return [endDecided({ outcome: 'FAILED', reason, message })];
  return [
    { type: 'DeclineNoted', data: { attempt, code } },
    { type: 'DeadlineSet', data: { deadline: 'reservation', dueAt } },
  ];
}

/** The order is paid and all of it is reserved: the check decides the next step. */
const paid = (
  { check }: CheckoutSettings,
  { at, position }: EventInput,
  { order }: Started,
  payment: Payment,
): Decisions => [{ type: 'PaymentNoted', data: payment }, decided(checked(check, order), at, position)];

const isHeldForReview = (state: Started): boolean =>
  state.stage === 'paid' && state.next?.type === 'HoldForReview';

/** The decisions that follow from the check or the review of a paid order. */
function decided(
  outcome: 'passed' | ReviewRequested | FailedEnding,
  at: string,
  since: Position | null,
): OrderingPolicyEvent {
  if (outcome === 'passed') return { type: 'InvoiceRequested', data: { year: yearOf(at), since } };
  return 'outcome' in outcome ? endDecided(outcome) : outcome;
}

/** The customer has more time: the deadline moves, unless it is later than that already. */
function extended(expiresAt: string, state: Started): Decisions {
  const armed = armedIn(state);
  return armed !== null && expiresAt > armed.dueAt
    ? [{ type: 'DeadlineSet', data: { deadline: 'reservation', dueAt: expiresAt } }]
    : [];
}

/** The state folded from the stream, for any reader. */
export const orderingPolicyState = { initialState, evolve };

/** The commands that a state asks for. */
export const orderingCommands = (state: OrderingPolicyState): readonly StepCommand[] =>
  state.stage === 'new' ? [] : commandsOf(state);

const kinds = [
  'mark-reserved',
  'start-payment',
  'mark-declined',
  'mark-paid',
  'number-invoice',
  'confirm',
  'hold-for-review',
  'end-order',
] as const;
const follows = new Set([
  'DeadlineMoveRequested',
  'AllStockSecured',
  'StockUnavailable',
  'AnotherAttemptAllowed',
  'PaymentCompleted',
  'PaymentFailed',
]);

export const createOrderingPolicy = (
  settings: CheckoutSettings,
): Process<PolicyInput, OrderingPolicyEvent, OrderingPolicyState, CheckoutCommand> => ({
  name: 'orderingpolicy',
  schemaVersions,
  initialState,
  inputPrefixes: ['order-', 'invoices-', 'inventorypolicy-', 'paymentpolicy-', 'intervention-'],
  route: routeTo(new Set(kinds), follows),
  decide: (input, state) => decide(settings, input, state),
  evolve,
  pending: (state) => (state.stage === 'new' ? [] : pendingOf(state, commandsOf(state), armedIn(state))),
  retryPolicy,
});
