// The decisions of a checkout about each input. An input that it has seen before leads to none.
import { assertNever, Sku, streamId, type ProcessInput, type RecordedEvent } from '@holdfast/kernel';
import { yearOf, type OrderEvent, type OrderReviewed } from '@holdfast/ordering';
import type { CheckoutEvent } from './checkout.events.js';
import {
  compensate,
  ended,
  endOrder,
  isOurRefund,
  nothing,
  onLateSuccess,
  releases,
  compensationStarted,
  undone,
  type Decisions,
} from './checkout-compensation.js';
import { stockFirst } from './checkout-definitions.js';
import { failAttempt, onIntervention, onStepFailed } from './checkout-failures.js';
import {
  evolve,
  isEnding,
  type CheckoutState,
  type OrderFacts,
  type Paid,
  type Paying,
  type Reserved,
  type Reserving,
} from './checkout-state.js';
import { stepAnswered, type CheckoutInput } from './checkout-steps.js';
import { factsOf } from './order-facts.js';
import { armedDeadline, isFree } from './checkout-work.js';
import { deadlineEnding, insufficientFunds, outOfStock } from './endings.js';
import { plus } from './step-attempts.js';
import { isOpen } from './undos.js';

export type CheckVerdict =
  | { readonly verdict: 'pass' }
  | { readonly verdict: 'review'; readonly reason: string }
  | {
      readonly verdict: 'reject';
      readonly reason: 'FRAUD_REJECTED' | 'ADDRESS_INVALID';
      readonly message: string;
    };

/** The fraud and address policy: a pure function, asked once, when nothing is left to pay. */
export type OrderCheck = (order: OrderFacts) => CheckVerdict;

export type CheckoutSettings = {
  /** how long an ON_CONFIRMATION order keeps its stock without being paid */
  readonly reservationTtlMs: number;
  /** how long a started payment may take */
  readonly paymentTimeoutMs: number;
  /** passes everything unless given */
  readonly check?: OrderCheck;
};

type Input = ProcessInput<CheckoutInput>;
type EventInput = Extract<Input, { readonly kind: 'event' }>;

export const decider =
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
        return failAttempt(input, state);
      case 'stepFailed':
        return onStepFailed(input, state);
      default:
        return assertNever(input);
    }
  };

function onEvent(settings: CheckoutSettings, input: EventInput, state: CheckoutState): Decisions {
  const { event, position } = input;
  switch (event.type) {
    case 'OrderPlaced':
      return state.phase === 'new' ? [start(event)] : nothing;
    case 'StockReserved':
    case 'FundsHeld':
    case 'HoldCaptured':
      return isEnding(state)
        ? onLateSuccess(state, stepAnswered(event), position)
        : onSuccess(settings, input, state);
    case 'StockReservationRefused': {
      const sku = Sku(streamId(event.stream));
      if (state.phase !== 'reserving' || state.stock.has(sku)) return nothing;
      const { requested, available } = event.data;
      const denied = { type: 'StockDenied', data: { sku, requested, available } } as const;
      return onReservationOutcome(settings, input, state, denied);
    }
    case 'FundsHoldRefused':
      if (state.phase !== 'paying' || state.held) return nothing;
      return [
        { type: 'FundsDenied', data: { available: event.data.available } },
        // The refusal is the answer of the one hold there was: there is nothing to release.
        compensationStarted(insufficientFunds, [endOrder, ...releases(state.order)]),
      ];
    case 'OrderPaymentStarted':
      return state.phase === 'reserved' ? payment(settings, input, event.data.method, state) : nothing;
    case 'OrderReviewed':
      return reviewed(event.data, input, state);
    case 'InvoiceIssued':
      return state.phase === 'paid' && state.next?.type === 'IssueInvoice'
        ? [{ type: 'InvoiceNumbered', data: { invoiceNumber: event.data.number } }]
        : nothing;
    case 'OrderConfirmed': {
      // Confirmed by an attempt that was given up for lost: nothing has been undone before the end of the order.
      const kept = state.phase === 'compensating' && isOpen(state, endOrder);
      return state.phase === 'paid' || kept ? [{ type: 'CheckoutCompleted', data: {} }] : nothing;
    }
    case 'OrderCancelled': {
      const { reason, note } = event.data;
      return ended(state, { outcome: 'CANCELLED', reason, message: note ?? '' }, position);
    }
    case 'OrderFailed':
      return ended(state, { outcome: 'FAILED', ...event.data }, position);
    case 'FundsRefunded':
      return isOurRefund(state, event.data.refundId) ? undone(state, stepAnswered(event), position) : nothing;
    case 'StockReleased':
    case 'HoldReleased':
      return undone(state, stepAnswered(event), position);
    case 'StepRetryRequested':
    case 'StepSettlementRequested':
      return onIntervention(event, state);
    default:
      // `route` lets nothing else through; a stream's further events are no concern of the checkout.
      return nothing;
  }
}

const start = (placed: Extract<RecordedEvent<OrderEvent>, { type: 'OrderPlaced' }>): CheckoutEvent => ({
  type: 'CheckoutStarted',
  data: {
    definition: stockFirst.name,
    definitionVersion: stockFirst.version,
    coordination: placed.data.coordination,
    ...factsOf(placed),
  },
});

// Forward

type Success = Extract<CheckoutInput, { type: 'StockReserved' | 'FundsHeld' | 'HoldCaptured' }>;

function onSuccess(settings: CheckoutSettings, input: EventInput, state: CheckoutState): Decisions {
  const event = input.event as RecordedEvent<Success>;
  switch (event.type) {
    case 'StockReserved': {
      const sku = Sku(streamId(event.stream));
      if (state.phase !== 'reserving' || state.stock.get(sku)?.kind === 'secured') return nothing;
      return onReservationOutcome(settings, input, state, { type: 'StockSecured', data: { sku } });
    }
    case 'FundsHeld':
      return state.phase === 'paying' && !state.held ? [{ type: 'FundsSecured', data: {} }] : nothing;
    case 'HoldCaptured': {
      if (state.phase !== 'paying') return nothing;
      const captured = { type: 'FundsCaptured', data: { transactionId: event.id } } as const;
      return paid(settings, input, state, captured);
    }
    default:
      return assertNever(event);
  }
}

function onReservationOutcome(
  settings: CheckoutSettings,
  input: EventInput,
  state: Reserving,
  answer: Extract<CheckoutEvent, { type: 'StockSecured' | 'StockDenied' }>,
): Decisions {
  const after = evolve(state, answer);
  if (after.phase === 'reserved') {
    if (after.order.paymentMode === 'ON_CONFIRMATION') {
      const dueAt = plus(input.at, settings.reservationTtlMs);
      return [answer, { type: 'DeadlineSet', data: { deadline: 'reservation', dueAt } }];
    }
    if (isFree(after.order)) return [answer, ...paid(settings, input, after, skipped)];
  }
  if (after.phase === 'reserving' && after.stock.size === after.order.stock.length)
    return [answer, compensate(after, outOfStock(after.stock.entries()))];
  return [answer];
}

function payment(
  settings: CheckoutSettings,
  input: EventInput,
  method: OrderFacts['paymentMethod'],
  state: Reserved,
): Decisions {
  if (isFree(state.order)) return paid(settings, input, state, skipped);
  const dueAt = plus(input.at, settings.paymentTimeoutMs);
  return [
    { type: 'FundsRequested', data: { method } },
    { type: 'DeadlineSet', data: { deadline: 'payment', dueAt } },
  ];
}

const skipped = { type: 'PaymentSkipped', data: {} } as const;

const passesEverything: OrderCheck = () => ({ verdict: 'pass' });

/** Nothing is left to pay: the check says how it goes on. */
function paid(
  { check = passesEverything }: CheckoutSettings,
  { at, position }: EventInput,
  state: Reserved | Paying,
  payment: Extract<CheckoutEvent, { type: 'FundsCaptured' | 'PaymentSkipped' }>,
): Decisions {
  const verdict = check(state.order);
  switch (verdict.verdict) {
    case 'pass':
      return [payment, { type: 'InvoiceRequested', data: { year: yearOf(at), since: position } }];
    case 'review':
      return [payment, { type: 'ReviewRequested', data: { reason: verdict.reason } }];
    case 'reject': {
      const { reason, message } = verdict;
      const after = evolve(state, payment) as Paid;
      return [payment, compensate(after, { outcome: 'FAILED', reason, message })];
    }
    default:
      return assertNever(verdict);
  }
}

/** A person has decided on an order that is held. */
function reviewed(
  { approved, reason }: OrderReviewed['data'],
  { at }: EventInput,
  state: CheckoutState,
): Decisions {
  if (state.phase !== 'paid' || state.next?.type !== 'HoldForReview') return nothing;
  if (!approved) return [compensate(state, { outcome: 'FAILED', reason: 'FRAUD_REJECTED', message: reason })];
  // With other settings before a crash, the order may have passed then and have a number: `since` leaves none out.
  return [{ type: 'InvoiceRequested', data: { year: yearOf(at), since: null } }];
}
