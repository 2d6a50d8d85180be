// Ordering's policy: passes the statements of inventory and payment on to the order, confirms the order when nothing is
// left to do, and ends it when it can't be completed.
import {
  afterReview,
  checked,
  deadlineEnding,
  factsOf,
  isFree,
  isOpen,
  plus,
  retriesExhausted,
  latest,
  type CheckoutCommand,
  type CheckoutSettings,
  type Ending,
  type FailedEnding,
  type ReviewRequested,
  onDeadlineMove,
} from '@holdfast/checkout';
import { assertNever, type Position, type Process } from '@holdfast/kernel';
import { yearOf } from '@holdfast/ordering';
import type { OrderingPolicyEvent } from './ordering.events.js';
import type { AnotherAttemptAllowed } from './payment.events.js';
import {
  isGivenUp,
  isPaidFirst,
  onFailure,
  onPerson,
  onUndone,
  pendingOf,
  retryPolicy,
  routeTo,
  schemaVersions,
  type EventInput,
  type Input,
  type PolicyInput,
} from './policy-steps.js';
import {
  initialState,
  end,
  evolve,
  commandsOf,
  armedIn,
  type Payment,
  type Known,
  type Reserved,
  type Started,
  type OrderingPolicyState,
} from './ordering-state.js';

type Decisions = readonly OrderingPolicyEvent[];

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
