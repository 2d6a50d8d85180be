// The decisions of a checkout about card payments: each attempt is a payment of its own. A payment that was declined may
// still succeed, and one that succeeds after its time goes back, whatever became of the order.
import { assertNever, type DomainEvent, type RecordedEvent } from '@holdfast/kernel';
import { isUndoRefund, paymentOfStream, type PaymentEvent } from '@holdfast/payments';
import { awaitCustomer, onward, type CheckoutSettings, type EventInput } from './checkout-forward.js';
import { compensate, nothing, onLateSuccess, undone, type Decisions } from './checkout-compensation.js';
import { definitionOf } from './checkout-definitions.js';
import { onSetback } from './checkout-failures.js';
import type { CheckoutState, Running } from './checkout-facts.js';
import { stepOf } from './checkout-steps.js';
import type { CheckoutEvent, DeadlineName, Step } from './checkout.events.js';
import { cardDeclined, deadlineEnding, type FailedEnding } from './endings.js';
import { plus } from './step-attempts.js';
import { isOpen } from './undos.js';

export function onCardEvent(settings: CheckoutSettings, input: EventInput, state: CheckoutState): Decisions {
  if (state.phase === 'new') return nothing;
  const { attempt } = paymentOfStream(input.event.stream);
  const event = input.event as DomainEvent as RecordedEvent<PaymentEvent>;
  const voiding = stepOf('void-card', attempt);
  switch (event.type) {
    case 'PaymentRedirectOffered':
      return isUnderWay(state, attempt) && state.payment.is === 'asked' && !state.payment.isRedirected
        ? [{ type: 'CustomerRedirected', data: { attempt } }]
        : nothing;
    case 'PaymentAuthorized':
      if (!isUnderWay(state, attempt)) return late(state, attempt, input);
      return state.payment.is === 'asked' ? authorized(event.data.expiresAt, input, state) : nothing;
    case 'PaymentCaptured': {
      if (!isUnderWay(state, attempt)) return late(state, attempt, input);
      const { transactionId } = event.data;
      return onward(settings, input, state, { type: 'FundsCaptured', data: { transactionId } });
    }
    case 'PaymentDeclined': {
      if (!isUnderWay(state, attempt)) return nothing;
      const { code, transactionId } = event.data;
      // The gateway may let the customer try again on its page.
      const left = transactionId === null ? [] : [voiding];
      return attemptEnded(settings, input, state, { attempt, code, left, ending: cardDeclined });
    }
    case 'PaymentAuthorizationExpired':
      if (!isUnderWay(state, attempt)) return nothing;
      return attemptEnded(settings, input, state, {
        ...{ attempt, code: 'expired', left: [], ending: deadlineEnding.authorization },
      });
    case 'PaymentVoided':
      // Not by the checkout while the attempt is under way, but at the gateway's own dashboard.
      return isUnderWay(state, attempt)
        ? attemptEnded(settings, input, state, { attempt, code: 'voided', left: [], ending: cardDeclined })
        : undone(state, voiding, input.position);
    case 'PaymentRefunded':
      if (!isOpen(state, voiding)) return nothing;
      // Of another refund than the undo's, the undo had to leave out the amount.
      return isUndoRefund(event.data.refundId)
        ? undone(state, voiding, input.position)
        : onSetback(voiding, 'another refund was made', input, state);
    case 'PaymentRefundRefused':
      return onSetback(voiding, event.data.code, input, state);
    case 'PaymentGatewayGivenUp':
      return onSetback(stepOfOperation(event.data.operation.kind, attempt), event.data.reason, input, state);
    case 'PaymentRequested':
    case 'PaymentCaptureRequested':
    case 'PaymentVoidRequested':
    case 'PaymentRefundRequested':
    case 'PaymentReportKept':
      return nothing;
    default:
      return assertNever(event);
  }
}

function stepOfOperation(kind: 'authorize' | 'capture' | 'void' | 'refund', attempt: number): Step {
  switch (kind) {
    case 'authorize':
      return stepOf('authorize-card', attempt);
    case 'capture':
      return stepOf('capture-card', attempt);
    case 'void':
    case 'refund':
      return stepOf('void-card', attempt);
    default:
      return assertNever(kind);
  }
}

/** Whether the attempt is the one that the order waits for. */
function isUnderWay(state: CheckoutState, attempt: number): state is Running {
  if (state.phase !== 'running') return false;
  const { payment } = state;
  return (payment.is === 'asked' || payment.is === 'secured') && payment.attempt === attempt;
}

/** A success of an attempt that nobody waits for. One before the end of that attempt was counted when it came. */
function late(
  state: Exclude<CheckoutState, { readonly phase: 'new' }>,
  attempt: number,
  { position }: EventInput,
): Decisions {
  const { payment, declined } = state;
  const isPaidBy = 'attempt' in payment && payment.attempt === attempt;
  if ((state.phase === 'running' || state.phase === 'completed') && isPaidBy) return nothing;
  if (declined !== null && attempt <= declined.attempt && position <= declined.position) return nothing;
  return onLateSuccess(state, stepOf('authorize-card', attempt), position);
}

/** The capture follows at once; an authorization that runs out before the payment's deadline is a deadline itself. */
function authorized(expiresAt: string | null, { at }: EventInput, { deadline }: Running): Decisions {
  const secured: CheckoutEvent = { type: 'FundsSecured', data: {} };
  const name: DeadlineName = 'authorization';
  const dueAt = expiresAt === null ? null : beforeEnd(at, expiresAt);
  const isFirst = dueAt !== null && (deadline === null || dueAt < deadline.dueAt);
  return isFirst ? [secured, { type: 'DeadlineSet', data: { deadline: name, dueAt } }] : [secured];
}

/** When nine tenths of the time are over: there has to be some left for the void. */
const beforeEnd = (from: string, to: string): string =>
  plus(from, Math.floor(0.9 * Math.max(0, Date.parse(to) - Date.parse(from))));

type EndedAttempt = {
  readonly attempt: number;
  readonly code: string;
  /** undos of what may be left of it */
  readonly left: readonly Step[];
  readonly ending: FailedEnding;
};

/** The order waits for another attempt while there is one, and time, and stock that is kept for it. */
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
