// A card payment: one attempt to pay one amount for one order. It is captured at most once, and never refunds more than
// it captured.
import {
  accepted,
  assertNever,
  money,
  rejected,
  type Aggregate,
  type Money,
  type Result,
} from '@holdfast/kernel';
import { eventsOfReport } from './payment-reports.js';
import type {
  CapturePayment,
  PaymentCommand,
  RecordGatewayGivenUp,
  RecordRefundRefused,
  RecordReport,
  RefundPayment,
  RequestPayment,
} from './payment.commands.js';
import type { PaymentEvent } from './payment.events.js';
import { isFurther } from './gateway-report.js';
import { undoRefunds } from './payment-refunds.js';
import { schemaVersions } from './payment.upcasters.js';
import { paymentCategory, paymentStream } from './payment-stream.js';
import {
  evolve,
  gatewayOf,
  isRecordedGateway,
  initialState,
  left,
  type Authorized,
  type Captured,
  type PaymentState,
} from './payment-state.js';

export type PaymentRejection =
  | { readonly code: 'InvalidAmount' | 'PaymentNotRequested' | 'PaymentNotAuthorized' | 'PaymentNotCaptured' }
  /** the attempt is bound to another amount: another amount is another attempt */
  | { readonly code: 'PaymentMismatch'; readonly amount: Money }
  | { readonly code: 'CurrencyMismatch'; readonly currency: string }
  | { readonly code: 'CaptureExceedsAuthorized'; readonly authorized: Money }
  /** another amount is being captured, or was */
  | { readonly code: 'CaptureMismatch'; readonly amount: Money }
  | { readonly code: 'AuthorizationExpired' | 'PaymentEnded' }
  | { readonly code: 'RefundExceedsCaptured'; readonly left: Money }
  /** the refund's id was used for another amount */
  | { readonly code: 'RefundMismatch'; readonly amount: Money }
  | { readonly code: 'RefundNotFound' }
  /** a report about another payment of the gateway than the one that the attempt has */
  | { readonly code: 'TransactionMismatch'; readonly transactionId: string }
  /** a report of another gateway than the one that has the payment */
  | { readonly code: 'GatewayMismatch'; readonly gateway: string };

type Decision = Result<readonly PaymentEvent[], PaymentRejection>;
const nothing: Decision = accepted([]);

/** `gateway`: the one that new payments go to. */
const decideAt =
  (gateway: string | null) =>
  (command: PaymentCommand, state: PaymentState): Decision => {
    switch (command.type) {
      case 'RequestPayment':
        return request(command, state, gateway);
      case 'CapturePayment':
        return capture(command, state);
      case 'VoidPayment':
        return undo(state);
      case 'RefundPayment':
        return refund(command, state);
      case 'RecordReport':
        return report(command, state, gateway);
      case 'RecordRefundRefused':
        return refundRefused(command, state);
      case 'RecordGatewayGivenUp':
        return giveUp(command, state);
      default:
        return assertNever(command);
    }
  };

function request({ data }: RequestPayment, state: PaymentState, gateway: string | null): Decision {
  const { amount, card, returnUrl } = data;
  if (!isPositive(amount)) return rejected({ code: 'InvalidAmount' });
  if (state.kind === 'barred') {
    const declined: PaymentEvent = { type: 'PaymentDeclined', data: { transactionId: null, code: 'voided' } };
    return accepted(state.isRefused ? [] : [declined]);
  }
  if (state.kind !== 'new') {
    const { payment } = state;
    const isSame = isEqual(payment.amount, amount) && payment.card === card;
    if (!isSame) return rejected({ code: 'PaymentMismatch', amount: payment.amount });
    const isGivenUp = state.kind === 'requested' && state.authorization === 'given-up' && state.undo === null;
    return isGivenUp ? accepted([{ type: 'PaymentRequested', data: payment }]) : nothing;
  }
  const requested: PaymentEvent = { type: 'PaymentRequested', data: { amount, card, returnUrl, gateway } };
  if (state.kept === null) return accepted([requested]);
  const told = eventsOfReport(state.kept, evolve(state, requested));
  return told.ok ? accepted([requested, ...told.value]) : told;
}

function capture({ data }: CapturePayment, state: PaymentState): Decision {
  switch (state.kind) {
    case 'new':
    case 'barred':
      return rejected({ code: 'PaymentNotRequested' });
    case 'requested':
      return rejected({ code: 'PaymentNotAuthorized' });
    case 'authorized':
      return captureAuthorized(data.amount ?? state.amount, state);
    case 'captured': {
      const isDone = data.amount === undefined || isEqual(data.amount, state.amount);
      return isDone ? nothing : rejected({ code: 'CaptureMismatch', amount: state.amount });
    }
    case 'ended':
      return rejected({ code: state.as === 'expired' ? 'AuthorizationExpired' : 'PaymentEnded' });
    default:
      return assertNever(state);
  }
}

function captureAuthorized(amount: Money, state: Authorized): Decision {
  const { transactionId, amount: authorized } = state;
  if (state.undo !== null) return rejected({ code: 'PaymentEnded' });
  if (!isPositive(amount)) return rejected({ code: 'InvalidAmount' });
  if (amount.currency !== authorized.currency)
    return rejected({ code: 'CurrencyMismatch', currency: authorized.currency });
  if (!money.atLeast(authorized, amount)) return rejected({ code: 'CaptureExceedsAuthorized', authorized });
  if (state.capture !== null && !isEqual(state.capture.amount, amount))
    return rejected({ code: 'CaptureMismatch', amount: state.capture.amount });
  return state.capture?.is === 'asked'
    ? nothing
    : accepted([{ type: 'PaymentCaptureRequested', data: { transactionId, amount } }]);
}

/** A void that arrives before its request is recorded, so that the later request is declined. */
function undo(state: PaymentState): Decision {
  switch (state.kind) {
    case 'new':
      return state.kept === null
        ? accepted([{ type: 'PaymentVoided', data: { transactionId: null } }])
        : rejected({ code: 'PaymentNotRequested' });
    case 'barred':
      return nothing;
    case 'requested':
    case 'authorized':
      return state.undo === 'asked' ? nothing : accepted([voidRequest(state)]);
    case 'captured':
      return undoCaptured(state);
    case 'ended': {
      const { as, transactionId } = state;
      if (as === 'voided' || state.undo === 'asked') return nothing;
      // The customer may still be able to pay a declined payment at the gateway, but not an expired one.
      return accepted([
        as === 'expired' ? { type: 'PaymentVoided', data: { transactionId } } : voidRequest(state),
      ]);
    }
    default:
      return assertNever(state);
  }
}

/** When nothing is left to refund, PaymentVoided completes the undo. */
function undoCaptured(state: Captured): Decision {
  const refunds = undoRefunds(state);
  if (refunds.length > 0) return accepted(refunds);
  const isUnderWay = state.refunds.some(({ is }) => is === 'asked');
  const { transactionId } = state;
  return isUnderWay || state.isGivenBack
    ? nothing
    : accepted([{ type: 'PaymentVoided', data: { transactionId } }]);
}

const voidRequest = ({
  transactionId,
  payment: { amount },
}: Exclude<PaymentState, { kind: 'new' | 'barred' }>): PaymentEvent => ({
  type: 'PaymentVoidRequested',
  data: { transactionId, amount },
});

function refund({ data }: RefundPayment, state: PaymentState): Decision {
  if (state.kind !== 'captured') return rejected({ code: 'PaymentNotCaptured' });
  const { transactionId } = state;
  const { refundId } = data;
  const known = state.refunds.find((one) => one.refundId === refundId);
  if (known !== undefined) {
    if (data.amount !== undefined && !isEqual(data.amount, known.amount))
      return rejected({ code: 'RefundMismatch', amount: known.amount });
    const { amount } = known;
    return known.is === 'given-up'
      ? accepted([{ type: 'PaymentRefundRequested', data: { transactionId, refundId, amount } }])
      : nothing;
  }
  const rest = left(state);
  const amount = data.amount ?? rest;
  if (!isPositive(amount)) return rejected({ code: 'InvalidAmount' });
  if (amount.currency !== rest.currency)
    return rejected({ code: 'CurrencyMismatch', currency: rest.currency });
  return money.atLeast(rest, amount)
    ? accepted([{ type: 'PaymentRefundRequested', data: { transactionId, refundId, amount } }])
    : rejected({ code: 'RefundExceedsCaptured', left: rest });
}

/** A report that arrives before the payment is requested is kept, and counts from the request on. */
function report({ data }: RecordReport, state: PaymentState, gateway: string | null): Decision {
  const expected = state.kind === 'new' ? gateway : gatewayOf(state);
  if (expected !== null && data.gateway !== undefined && !isRecordedGateway(expected, data.gateway))
    return rejected({ code: 'GatewayMismatch', gateway: expected });
  if (state.kind === 'barred') return rejected({ code: 'PaymentNotRequested' });
  if (state.kind !== 'new') return eventsOfReport(data.report, state);
  const tellsMore = state.kept === null || isFurther(data.report, state.kept);
  return tellsMore ? accepted([{ type: 'PaymentReportKept', data: { report: data.report } }]) : nothing;
}

function refundRefused({ data: { refundId, code } }: RecordRefundRefused, state: PaymentState): Decision {
  const refund = state.kind === 'captured' ? refundOf(state, refundId) : undefined;
  if (refund === undefined) return rejected({ code: 'RefundNotFound' });
  const isOpen = refund.is === 'asked' || refund.is === 'given-up';
  return isOpen ? accepted([{ type: 'PaymentRefundRefused', data: { refundId, code } }]) : nothing;
}

const refundOf = ({ refunds }: Captured, refundId: string) =>
  refunds.find((one) => one.refundId === refundId);

/** Only an operation whose outcome is still awaited is given up: a webhook may have brought the outcome meanwhile. */
function giveUp({ data: { operation, reason } }: RecordGatewayGivenUp, state: PaymentState): Decision {
  const isAwaited = (): boolean => {
    switch (operation.kind) {
      case 'authorize':
        return state.kind === 'requested' && state.redirectUrl === null && state.authorization === 'asked';
      case 'capture':
        return state.kind === 'authorized' && state.capture?.is === 'asked';
      case 'void':
        return 'undo' in state && state.undo === 'asked';
      case 'refund':
        return state.kind === 'captured' && refundOf(state, operation.refundId)?.is === 'asked';
      default:
        return assertNever(operation);
    }
  };
  return isAwaited() ? accepted([{ type: 'PaymentGatewayGivenUp', data: { operation, reason } }]) : nothing;
}

const isEqual = (a: Money, b: Money): boolean => a.minor === b.minor && a.currency === b.currency;
const isPositive = ({ minor, currency }: Money): boolean =>
  money.isMinor(minor) && minor > 0 && money.isCurrency(currency);

const commandTypes: Record<PaymentCommand['type'], true> = {
  RequestPayment: true,
  CapturePayment: true,
  VoidPayment: true,
  RefundPayment: true,
  RecordReport: true,
  RecordRefundRefused: true,
  RecordGatewayGivenUp: true,
};

/** The payments of a shop. New ones record this gateway; null: none is recorded. */
export function paymentAt(
  gateway: string | null,
): Aggregate<PaymentCommand, PaymentEvent, PaymentState, PaymentRejection> {
  return {
    category: paymentCategory,
    commandTypes: Object.keys(commandTypes) as PaymentCommand['type'][],
    schemaVersions,
    stream: (command) => paymentStream(command.data),
    isSettled: (state) => state.kind === 'ended',
    initialState,
    evolve,
    decide: decideAt(gateway),
  };
}

export const payment = paymentAt(null);

/** The name that is recorded in place of a gateway when a service outside this program takes the money. */
export const outsideService = 'outside';
