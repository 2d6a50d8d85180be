// The decisions of a checkout on each input. A repeated input leads to no decision.
import { assertNever, Sku, streamId, type ProcessInput, type RecordedEvent } from '@holdfast/kernel';
import type { OrderPlaced } from '@holdfast/ordering';
import { onCardEvent } from './card-decisions.js';
import {
  compensate,
  ended,
  endOrder,
  isOurRefund,
  nothing,
  onLateSuccess,
  undone,
  type Decisions,
} from './checkout-compensation.js';
import { latest } from './checkout-definitions.js';
import { failAttempt, onIntervention, onStepFailed } from './checkout-failures.js';
import {
  entering,
  extended,
  onward,
  reviewed,
  startPayment,
  type CheckoutSettings,
  type EventInput,
} from './checkout-forward.js';
import { isEnding, type CheckoutState, type OrderFacts, type Running } from './checkout-facts.js';
import { evolve } from './checkout-state.js';
import { stepAnswered } from './step-answers.js';
import { type CheckoutInput } from './checkout-steps.js';
import { currentKinds } from './checkout-work.js';
import type { CheckoutEvent } from './checkout.events.js';
import { onDeadlineMove } from './deadline-moves.js';
import { deadlineEnding, insufficientFunds } from './endings.js';
import { factsOf } from './order-facts.js';
import { isOpen } from './undos.js';

type Input = ProcessInput<CheckoutInput>;
export const decider =
  (settings: CheckoutSettings) =>
  (input: Input, state: CheckoutState): Decisions => {
    switch (input.kind) {
      case 'event':
        return onEvent(settings, input, state);
      case 'deadline': {
        if (state.phase === 'new') return nothing;
        const { deadline: armed } = state;
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
      return state.phase === 'new' ? start(settings, input, event) : nothing;
    case 'StockReserved':
    case 'FundsHeld':
    case 'HoldCaptured':
      if (isEnding(state)) return onLateSuccess(state, stepAnswered(event), position);
      return state.phase === 'running' ? onSuccess(settings, input, state) : nothing;
    case 'StockReservationRefused': {
      const sku = Sku(streamId(event.stream));
      if (state.phase !== 'running' || state.stock.has(sku)) return nothing;
      const { requested, available } = event.data;
      return onward(settings, input, state, { type: 'StockDenied', data: { sku, requested, available } });
    }
    case 'FundsHoldRefused': {
      if (state.phase !== 'running' || !isAsked(state, 'WALLET')) return nothing;
      const denied: CheckoutEvent = { type: 'FundsDenied', data: { available: event.data.available } };
      // The only hold was refused, so there is nothing to release.
      return [denied, compensate(state, insufficientFunds, [])];
    }
    case 'OrderPaymentStarted':
      return state.phase === 'running' ? startPayment(settings, input, event.data, state) : nothing;
    case 'OrderReservationExtended':
      return extended(event.data.expiresAt, state);
    case 'OrderReviewed':
      return reviewed(event.data, input, state);
    case 'InvoiceIssued':
      return state.phase === 'running' && state.next?.type === 'IssueInvoice'
        ? [{ type: 'InvoiceNumbered', data: { invoiceNumber: event.data.number } }]
        : nothing;
    case 'OrderConfirmed': {
      // A command that was given up as lost confirmed the order after all. Nothing is undone before the end of an order.
      const kept = state.phase === 'compensating' && isOpen(state, endOrder);
      const isAwaited = state.phase === 'running' && state.next !== null;
      return isAwaited || kept ? [{ type: 'CheckoutCompleted', data: {} }] : nothing;
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
    case 'DeadlineMoveRequested':
      return state.phase === 'running' ? onDeadlineMove(event, state.deadline, state.askedAt) : nothing;
    default:
      // `route` passes nothing else on, except events of payments; the other events of these streams do not matter to the
      // checkout.
      return onCardEvent(settings, input, state);
  }
}

function start(settings: CheckoutSettings, input: EventInput, placed: RecordedEvent<OrderPlaced>): Decisions {
  const { coordination, definition: asked = 'stock-first' } = placed.data;
  const { name: definition, version: definitionVersion } = latest(asked);
  const started: CheckoutEvent = {
    type: 'CheckoutStarted',
    data: { definition, definitionVersion, coordination, ...factsOf(placed) },
  };
  const state = evolve({ phase: 'new' }, started) as Running;
  return [started, ...entering(settings, input, state)];
}

// Forward

type Success = Extract<CheckoutInput, { type: 'StockReserved' | 'FundsHeld' | 'HoldCaptured' }>;

const isAsked = ({ payment }: Running, method: OrderFacts['paymentMethod']): boolean =>
  payment.is === 'asked' && payment.method === method;

function onSuccess(settings: CheckoutSettings, input: EventInput, state: Running): Decisions {
  const event = input.event as RecordedEvent<Success>;
  switch (event.type) {
    case 'StockReserved': {
      const sku = Sku(streamId(event.stream));
      if (currentKinds(state)[0] !== 'reserve' || state.stock.get(sku)?.kind === 'secured') return nothing;
      return onward(settings, input, state, { type: 'StockSecured', data: { sku } });
    }
    case 'FundsHeld':
      return isAsked(state, 'WALLET') ? [{ type: 'FundsSecured', data: {} }] : nothing;
    case 'HoldCaptured': {
      const { is } = state.payment;
      if (is !== 'asked' && is !== 'secured') return nothing;
      return onward(settings, input, state, { type: 'FundsCaptured', data: { transactionId: event.id } });
    }
    default:
      return assertNever(event);
  }
}
