// The decisions of a checkout about card payments: each attempt is a payment of its own.
import { assertNever } from '@holdfast/kernel';
import { cardNews, type CardView, type EndedAttempt } from './card-news.js';
import { awaitCustomer, onward, type CheckoutSettings, type EventInput } from './checkout-forward.js';
import { compensate, nothing, onLateSuccess, undone, type Decisions } from './checkout-compensation.js';
import { definitionOf } from './checkout-definitions.js';
import { onSetback } from './checkout-failures.js';
import type { CheckoutState, Running, RunningState } from './checkout-facts.js';
import type { CheckoutEvent } from './checkout.events.js';
import { plus } from './step-attempts.js';

export function onCardEvent(settings: CheckoutSettings, input: EventInput, state: CheckoutState): Decisions {
  if (state.phase === 'new') return nothing;
  const news = cardNews(input, cardView(state));
  switch (news.is) {
    case 'nothing':
      return nothing;
    case 'late':
      return onLateSuccess(state, news.step, input.position);
    case 'undone':
      return undone(state, news.step, input.position);
    case 'setback':
      return onSetback(news.step, news.error, input, state);
    case 'redirected':
    case 'secured':
    case 'captured':
    case 'ended':
      // Counts only for an attempt under way.
      return state.phase === 'running' ? goOn(settings, input, state, news) : nothing;
    default:
      return assertNever(news);
  }
}

type OfUnderWay = Extract<
  ReturnType<typeof cardNews>,
  { readonly is: 'redirected' | 'secured' | 'captured' | 'ended' }
>;

function goOn(settings: CheckoutSettings, input: EventInput, state: Running, news: OfUnderWay): Decisions {
  switch (news.is) {
    case 'redirected':
      return [{ type: 'CustomerRedirected', data: { attempt: news.attempt } }];
    case 'secured':
      return authorized(news.runsOutAt, state);
    case 'captured': {
      const { transactionId } = news;
      return onward(settings, input, state, { type: 'FundsCaptured', data: { transactionId } });
    }
    case 'ended':
      return attemptEnded(settings, input, state, news);
    default:
      return assertNever(news);
  }
}

function cardView(state: RunningState): CardView {
  const { phase, payment, declined, undo } = state;
  const isKept = (phase === 'running' || phase === 'completed') && 'attempt' in payment;
  const isUnderWay = phase === 'running' && (payment.is === 'asked' || payment.is === 'secured');
  return {
    underWay: isUnderWay ? payment : null,
    paidBy: isKept ? payment.attempt : null,
    declined,
    undo,
  };
}

/** The capture follows at once. An authorization that ends before the payment's deadline replaces that deadline. */
function authorized(dueAt: string | null, { deadline }: Running): Decisions {
  const secured: CheckoutEvent = { type: 'FundsSecured', data: {} };
  const isFirst = dueAt !== null && (deadline === null || dueAt < deadline.dueAt);
  return isFirst ? [secured, { type: 'DeadlineSet', data: { deadline: 'authorization', dueAt } }] : [secured];
}

/** The order waits for another attempt while it has attempts left, its reservation runs, and its stock is kept. */
function attemptEnded(
  { paymentAttempts = 1, reservationTtlMs }: CheckoutSettings,
  { at, position }: EventInput,
  state: Running,
  { attempt, code, left, ending }: EndedAttempt,
): Decisions {
  const declined: CheckoutEvent = { type: 'CardDeclined', data: { attempt, code, position } };
  const dueAt = state.expiresAt ?? plus(at, reservationTtlMs);
  const isWaited = definitionOf(state.order).stages.some((kinds) => kinds.includes('mark-declined'));
  if (!isWaited || attempt >= paymentAttempts || dueAt <= at)
    return [declined, compensate(state, ending, left)];
  const undos = left.map((step): CheckoutEvent => ({ type: 'UndoAdded', data: { step, position } }));
  return [declined, ...undos, awaitCustomer(dueAt)];
}
