// The meaning of an event of a card payment for a process manager that takes the money of an order: the same for a
// checkout and for payment's policy. A declined payment may still succeed. A payment that succeeds too late is given
// back.
import { assertNever, type DomainEvent, type Position, type RecordedEvent } from '@holdfast/kernel';
import { isUndoRefund, paymentOfStream, type PaymentEvent } from '@holdfast/payments';
import type { Declined, PaymentAttempt } from './checkout-facts.js';
import { stepOf } from './step-names.js';
import type { Step } from './checkout.events.js';
import { cardDeclined, deadlineEnding, type FailedEnding } from './endings.js';
import { plus } from './step-attempts.js';
import { isOpen, type Undos } from './undos.js';

/** The state of the card payments of an order, for its process manager. */
export type CardView = {
  /** the attempt that the order waits for */
  readonly underWay:
    | ({ readonly is: 'asked'; readonly isRedirected: boolean } & PaymentAttempt)
    | ({ readonly is: 'secured' } & PaymentAttempt)
    | null;
  /** the attempt that the order was paid by, unless the order has ended */
  readonly paidBy: number | null;
  /** the last attempt that ended without money */
  readonly declined: Declined | null;
  readonly undo: Undos;
};

export type EndedAttempt = {
  readonly attempt: number;
  readonly code: string;
  /** the undos of its remaining effects */
  readonly left: readonly Step[];
  /** how the order ends when there is no other attempt */
  readonly ending: FailedEnding;
};

export type CardNews =
  | { readonly is: 'nothing' }
  /** the customer has to pay on the gateway's page */
  | { readonly is: 'redirected'; readonly attempt: number }
  /** `runsOutAt`: a little before the authorization ends, ISO 8601; null when it has no end */
  | { readonly is: 'secured'; readonly runsOutAt: string | null }
  | { readonly is: 'captured'; readonly transactionId: string }
  | ({ readonly is: 'ended' } & EndedAttempt)
  /** a success of an attempt that the order no longer waits for: of this step */
  | { readonly is: 'late'; readonly step: Step }
  /** the undo is done */
  | { readonly is: 'undone'; readonly step: Step }
  /** the gateway did not do what the step asked for */
  | { readonly is: 'setback'; readonly step: Step; readonly error: string };

type CardInput = { readonly event: RecordedEvent; readonly at: string; readonly position: Position };

const nothing: CardNews = { is: 'nothing' };

export function cardNews({ event: given, at, position }: CardInput, view: CardView): CardNews {
  const { attempt } = paymentOfStream(given.stream);
  const event = given as DomainEvent as RecordedEvent<PaymentEvent>;
  const underWay = view.underWay?.attempt === attempt ? view.underWay : null;
  const voiding = stepOf('void-card', attempt);
  switch (event.type) {
    case 'PaymentRedirectOffered':
      return underWay?.is === 'asked' && !underWay.isRedirected ? { is: 'redirected', attempt } : nothing;
    case 'PaymentAuthorized':
      if (underWay === null) return late(view, attempt, position);
      return underWay.is === 'asked'
        ? { is: 'secured', runsOutAt: beforeEnd(at, event.data.expiresAt) }
        : nothing;
    case 'PaymentCaptured':
      if (underWay === null) return late(view, attempt, position);
      return { is: 'captured', transactionId: event.data.transactionId };
    case 'PaymentDeclined': {
      const { code, transactionId } = event.data;
      // The gateway may let the customer try again on its page.
      const left = transactionId === null ? [] : [voiding];
      return underWay === null ? nothing : { is: 'ended', attempt, code, left, ending: cardDeclined };
    }
    case 'PaymentAuthorizationExpired':
      return underWay === null
        ? nothing
        : { is: 'ended', attempt, code: 'expired', left: [], ending: deadlineEnding.authorization };
    case 'PaymentVoided':
      // While the attempt is under way, only a person at the gateway's dashboard can have done this.
      return underWay === null
        ? { is: 'undone', step: voiding }
        : { is: 'ended', attempt, code: 'voided', left: [], ending: cardDeclined };
    case 'PaymentRefunded':
      if (!isOpen(view, voiding)) return nothing;
      // After another refund, the undo's refund has to be less by that amount.
      return isUndoRefund(event.data.refundId)
        ? { is: 'undone', step: voiding }
        : { is: 'setback', step: voiding, error: 'another refund was made' };
    case 'PaymentRefundRefused':
      return { is: 'setback', step: voiding, error: event.data.code };
    case 'PaymentGatewayGivenUp': {
      const { operation, reason } = event.data;
      return { is: 'setback', step: stepOfOperation(operation.kind, attempt), error: reason };
    }
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

/** A success of an attempt that the order no longer waits for. One before the end of the attempt was counted already. */
function late({ paidBy, declined }: CardView, attempt: number, position: Position): CardNews {
  if (paidBy === attempt) return nothing;
  if (declined !== null && attempt <= declined.attempt && position <= declined.position) return nothing;
  return { is: 'late', step: stepOf('authorize-card', attempt) };
}

/** When nine tenths of the time are over: there has to be some left for the void. */
const beforeEnd = (from: string, to: string | null): string | null =>
  to === null ? null : plus(from, Math.floor(0.9 * Math.max(0, Date.parse(to) - Date.parse(from))));
