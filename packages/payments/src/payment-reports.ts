// The events that follow from a report of the gateway. A payment only moves forward: an older report adds nothing.
// Money that arrives after the end of the payment is refunded.
import { accepted, assertNever, money, rejected, type Money, type Result } from '@holdfast/kernel';
import type { GatewayReport } from './gateway-report.js';
import type { PaymentEvent } from './payment.events.js';
import { undoRefunds } from './payment-refunds.js';
import { evolve, type Known, type PaymentState } from './payment-state.js';

export type ReportRejection =
  | { readonly code: 'TransactionMismatch'; readonly transactionId: string }
  | { readonly code: 'RefundExceedsCaptured'; readonly left: Money };

type Of<Status extends GatewayReport['status']> = Extract<GatewayReport, { readonly status: Status }>;
type Events = readonly PaymentEvent[];
const none: Events = [];

export function eventsOfReport(report: GatewayReport, known: PaymentState): Result<Events, ReportRejection> {
  const state = known as Known;
  const { transactionId } = state;
  if (transactionId !== null && transactionId !== report.transactionId)
    return rejected({ code: 'TransactionMismatch', transactionId });
  switch (report.status) {
    case 'pending':
      return accepted(onPending(report, state));
    case 'authorized':
      return accepted(onAuthorized(report, state));
    case 'captured':
      return onCaptured(report, state);
    case 'declined':
      return accepted(onDeclined(report, state));
    case 'voided':
      return accepted(onVoided(report, state));
    case 'expired':
      return accepted(onExpired(report, state));
    default:
      return assertNever(report);
  }
}

function onPending({ transactionId, redirectUrl: url }: Of<'pending'>, state: Known): Events {
  if (url === null || state.kind !== 'requested' || state.redirectUrl !== null) return none;
  return [{ type: 'PaymentRedirectOffered', data: { transactionId, url } }];
}

function onAuthorized({ transactionId, amount, expiresAt }: Of<'authorized'>, state: Known): Events {
  const authorized: PaymentEvent = {
    type: 'PaymentAuthorized',
    data: { transactionId, amount, expiresAt },
  };
  const undo: PaymentEvent = {
    type: 'PaymentVoidRequested',
    data: { transactionId, amount: state.payment.amount },
  };
  switch (state.kind) {
    case 'requested':
      if (isBound(amount, state)) return [authorized];
      return state.undo === 'asked' ? [mismatch(transactionId)] : [mismatch(transactionId), undo];
    case 'authorized':
    case 'captured':
      return none;
    case 'ended':
      // An end reported by the gateway is final, so this report is older. A decline is not final where the customer may try
      // again.
      return state.as === 'declined' && state.undo !== 'asked' ? [authorized, undo] : none;
    default:
      return assertNever(state);
  }
}

function onDeclined({ transactionId, code }: Of<'declined'>, state: Known): Events {
  return state.kind === 'requested' ? [{ type: 'PaymentDeclined', data: { transactionId, code } }] : none;
}

function onVoided({ transactionId }: Of<'voided'>, state: Known): Events {
  const isOver = state.kind === 'captured' || (state.kind === 'ended' && state.undo === null);
  return isOver ? none : [{ type: 'PaymentVoided', data: { transactionId } }];
}

/** An expired authorization holds no money, so a requested void is answered with PaymentVoided. */
function onExpired({ transactionId }: Of<'expired'>, state: Known): Events {
  const expired: PaymentEvent = { type: 'PaymentAuthorizationExpired', data: { transactionId } };
  const voided: PaymentEvent = { type: 'PaymentVoided', data: { transactionId } };
  if (state.kind === 'captured') return none;
  const isNews = state.kind !== 'ended';
  return [...(isNews ? [expired] : []), ...(state.undo === null ? [] : [voided])];
}

function onCaptured(report: Of<'captured'>, state: Known): Result<Events, ReportRejection> {
  const arrival = capturing(report, state);
  const arrived = arrival.reduce<PaymentState>(evolve, state);
  if (arrived.kind !== 'captured') return accepted(none);
  const refunds = report.refunds.filter(
    ({ refundId }) => !arrived.refunds.some((one) => one.refundId === refundId && one.is === 'made'),
  );
  const made: Events = refunds.map((data) => ({ type: 'PaymentRefunded', data }));
  const after = made.reduce<PaymentState>(evolve, arrived);
  if (after.kind !== 'captured') return accepted(none);
  const back = after.refunds.filter(({ is }) => is === 'made').map(({ amount }) => amount);
  const before = money.sum(
    arrived.refunds.filter(({ is }) => is === 'made').map(({ amount }) => amount),
    arrived.amount.currency,
  );
  if (!money.atLeast(arrived.amount, money.sum(back, arrived.amount.currency)))
    return rejected({ code: 'RefundExceedsCaptured', left: money.subtract(arrived.amount, before) });
  // Only for a capture that was not known before: refunds of a known capture were asked for already.
  const undo = arrival.length > 0 && after.isUndone ? undoRefunds(after) : none;
  return accepted([...arrival, ...made, ...undo]);
}

/** The events that lead to the capture: a process reads every stage, also a stage whose report was lost. */
function capturing({ transactionId, amount, captured }: Of<'captured'>, state: Known): Events {
  const capture: PaymentEvent = { type: 'PaymentCaptured', data: { transactionId, amount: captured } };
  switch (state.kind) {
    case 'requested':
      return isBound(amount, state)
        ? [{ type: 'PaymentAuthorized', data: { transactionId, amount, expiresAt: null } }, capture]
        : [mismatch(transactionId), capture];
    case 'authorized':
    case 'ended':
      return [capture];
    case 'captured':
      return none;
    default:
      return assertNever(state);
  }
}

/** A payment of another amount than the attempt's does not count as its payment. */
const isBound = (amount: Money, { payment }: Known): boolean =>
  amount.minor === payment.amount.minor && amount.currency === payment.amount.currency;

const mismatch = (transactionId: string): PaymentEvent => ({
  type: 'PaymentDeclined',
  data: { transactionId, code: 'amount_mismatch' },
});
