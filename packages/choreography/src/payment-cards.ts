// The decisions of payment's policy about card payments: each attempt is a payment of its own.
import {
  cardNews,
  definitionOf,
  type CardNews,
  type CardView,
  type CheckoutSettings,
  type EndedAttempt,
} from '@holdfast/checkout';
import { assertNever } from '@holdfast/kernel';
import { failed, givenUp, type PaymentDecisions } from './payment-endings.js';
import { commandsOf, type Paying, type Started } from './payment-state.js';
import type { PaymentPolicyEvent } from './payment.events.js';
import { onLate, onSetback, onUndone, type EventInput } from './policy-steps.js';

type Settings = Pick<CheckoutSettings, 'paymentAttempts'>;

export function onCardEvent(settings: Settings, input: EventInput, state: Started): PaymentDecisions {
  const news = cardNews(input, cardView(state));
  switch (news.is) {
    case 'nothing':
      return [];
    case 'late':
      return onLate(state, news.step, input.position);
    case 'undone':
      return onUndone(state, news.step, input.position);
    case 'setback':
      return givenUp(onSetback(news, input, state, commandsOf(state)), state);
    case 'redirected':
    case 'secured':
    case 'captured':
    case 'ended':
      // Counts only for an attempt under way.
      return state.stage === 'paying' ? goOn(settings, input, state, news) : [];
    default:
      return assertNever(news);
  }
}

function cardView(state: Started): CardView {
  const { declined, undo } = state;
  const payment = state.stage === 'paying' || state.stage === 'completed' ? state.payment : null;
  return {
    underWay: state.stage === 'paying' ? attemptUnderWay(state) : null,
    paidBy: payment?.attempt ?? null,
    declined,
    undo,
  };
}

const attemptUnderWay = ({ payment, isHeld, isRedirected, transactionId }: Paying): CardView['underWay'] => {
  if (transactionId !== null) return null;
  return isHeld ? { ...payment, is: 'secured' } : { ...payment, is: 'asked', isRedirected };
};

type OfUnderWay = Extract<CardNews, { readonly is: 'redirected' | 'secured' | 'captured' | 'ended' }>;

function goOn(
  settings: Settings,
  input: EventInput,
  state: Paying,
  news: OfUnderWay,
): readonly PaymentPolicyEvent[] {
  switch (news.is) {
    case 'redirected':
      return [{ type: 'CustomerRedirected', data: { attempt: news.attempt } }];
    case 'secured':
      return authorized(news.runsOutAt, state);
    case 'captured': {
      const { transactionId } = news;
      if (state.isStocked) return [{ type: 'PaymentCompleted', data: { transactionId } }];
      // Captured outside the program: the policy states that the money is there, so that inventory reserves.
      const held: PaymentDecisions = state.isHeld ? [] : [{ type: 'FundsSecured', data: {} }];
      return [...held, { type: 'FundsCaptured', data: { transactionId } }];
    }
    case 'ended':
      return attemptEnded(settings, input, state, news);
    default:
      return assertNever(news);
  }
}

/** An authorization that runs out before the payment's deadline is a deadline itself. */
function authorized(dueAt: string | null, { deadline }: Paying): PaymentDecisions {
  const secured: PaymentPolicyEvent = { type: 'FundsSecured', data: {} };
  const isFirst = dueAt !== null && (deadline === null || dueAt < deadline.dueAt);
  return isFirst ? [secured, { type: 'DeadlineSet', data: { deadline: 'authorization', dueAt } }] : [secured];
}

/** Ordering's policy decides whether there is time for another attempt, because it has the end of the reservation. */
function attemptEnded(
  { paymentAttempts = 1 }: Settings,
  { position }: EventInput,
  { order }: Paying,
  { attempt, code, left, ending: { reason, message } }: EndedAttempt,
): PaymentDecisions {
  const declined: PaymentPolicyEvent = { type: 'CardDeclined', data: { attempt, code, position } };
  const isWaited = definitionOf(order).stages.some((kinds) => kinds.includes('mark-declined'));
  if (!isWaited || attempt >= paymentAttempts)
    return [declined, ...failed({ outcome: 'FAILED', reason, message }, left)];
  const undos = left.map((step): PaymentPolicyEvent => ({ type: 'UndoAdded', data: { step, position } }));
  return [declined, ...undos, { type: 'AnotherAttemptAllowed', data: { attempt, code, reason, message } }];
}
