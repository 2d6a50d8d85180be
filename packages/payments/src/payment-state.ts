// The state of a card payment. It only moves forward: requested, authorized, ended or captured.
import { assertNever, invariant, money, type Money } from '@holdfast/kernel';
import type { GatewayReport } from './gateway-report.js';
import type { GatewayOperation, PaymentEvent } from './payment.events.js';

/** The amount, the card and the gateway that an attempt is bound to; `gateway` null: it is not known. */
export type PaymentFacts = {
  readonly amount: Money;
  readonly card: string | null;
  readonly returnUrl: string | null;
  readonly gateway: string | null;
};

/** The state of a request to the gateway. `given-up`: its outcome is unknown, and it may be asked again. */
type Asking = 'asked' | 'given-up';

/** A refund that was given up may have been made, so its amount stays set aside. */
export type RefundState = {
  readonly refundId: string;
  readonly amount: Money;
  readonly is: Asking | 'made' | 'refused';
};

type Unrequested =
  | { readonly kind: 'new'; readonly kept: GatewayReport | null }
  /** voided before it was requested; `isRefused`: the request came and was declined */
  | { readonly kind: 'barred'; readonly isRefused: boolean };
export type Requested = {
  readonly kind: 'requested';
  readonly payment: PaymentFacts;
  readonly transactionId: string | null;
  readonly redirectUrl: string | null;
  readonly authorization: Asking;
  readonly undo: Asking | null;
};
export type Authorized = {
  readonly kind: 'authorized';
  readonly payment: PaymentFacts;
  readonly transactionId: string;
  readonly amount: Money;
  readonly expiresAt: string | null;
  readonly capture: { readonly amount: Money; readonly is: Asking } | null;
  readonly undo: Asking | null;
};
export type Captured = {
  readonly kind: 'captured';
  readonly payment: PaymentFacts;
  readonly transactionId: string;
  readonly amount: Money;
  readonly refunds: readonly RefundState[];
  /** whether all of the money has to go back */
  readonly isUndone: boolean;
  /** whether PaymentVoided was recorded, since nothing is left to give back */
  readonly isGivenBack: boolean;
};
export type Ended = {
  readonly kind: 'ended';
  readonly payment: PaymentFacts;
  readonly as: 'declined' | 'voided' | 'expired';
  readonly transactionId: string | null;
  readonly undo: Asking | null;
};
export type Known = Requested | Authorized | Captured | Ended;
export type PaymentState = Unrequested | Known;

export const initialState: PaymentState = { kind: 'new', kept: null };

export function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  switch (event.type) {
    case 'PaymentReportKept':
      return { kind: 'new', kept: event.data.report };
    case 'PaymentRequested': {
      const asking = { transactionId: null, redirectUrl: null, authorization: 'asked', undo: null } as const;
      return { kind: 'requested', payment: event.data, ...asking };
    }
    case 'PaymentRedirectOffered': {
      const { transactionId, url } = event.data;
      return { ...requested(state), transactionId, redirectUrl: url };
    }
    case 'PaymentAuthorized': {
      const { payment, undo } = open(state);
      return { kind: 'authorized', payment, undo, capture: null, ...event.data };
    }
    case 'PaymentDeclined':
      return state.kind === 'barred'
        ? { kind: 'barred', isRefused: true }
        : ended(state, 'declined', event.data.transactionId);
    case 'PaymentAuthorizationExpired':
      return ended(state, 'expired', event.data.transactionId);
    case 'PaymentVoidRequested':
      return { ...open(state), undo: 'asked' };
    case 'PaymentVoided':
      if (state.kind === 'captured') return { ...state, isGivenBack: true };
      return state.kind === 'new'
        ? { kind: 'barred', isRefused: false }
        : { ...ended(state, 'voided', event.data.transactionId), undo: null };
    case 'PaymentCaptureRequested':
      return { ...authorized(state), capture: { amount: event.data.amount, is: 'asked' } };
    case 'PaymentCaptured': {
      const { kind, payment, undo } = open(state);
      const isUndone = undo !== null || kind === 'ended';
      return { kind: 'captured', payment, isUndone, isGivenBack: false, refunds: [], ...event.data };
    }
    case 'PaymentRefundRequested': {
      const { refundId, amount } = event.data;
      return withRefund(captured(state), { refundId, amount, is: 'asked' });
    }
    case 'PaymentRefunded': {
      const { refundId, amount } = event.data;
      return withRefund(captured(state), { refundId, amount, is: 'made' });
    }
    case 'PaymentRefundRefused':
      return withRefundBeing(captured(state), event.data.refundId, 'refused');
    case 'PaymentGatewayGivenUp':
      return givenUp(state, event.data.operation);
    default:
      return assertNever(event);
  }
}

type Open = Exclude<Known, Captured>;

function open(state: PaymentState): Open {
  const isOpen = state.kind === 'requested' || state.kind === 'authorized' || state.kind === 'ended';
  invariant(isOpen, `a payment that is ${state.kind} does not move forward`);
  return state;
}

function requested(state: PaymentState): Requested {
  invariant(state.kind === 'requested', 'only a requested payment is redirected');
  return state;
}

function authorized(state: PaymentState): Authorized {
  invariant(state.kind === 'authorized', 'only an authorized payment is captured');
  return state;
}

function captured(state: PaymentState): Captured {
  invariant(state.kind === 'captured', 'only captured money is refunded');
  return state;
}

const ended = (state: PaymentState, as: Ended['as'], transactionId: string | null): Ended => {
  const { payment, undo } = open(state);
  return { kind: 'ended', payment, as, transactionId, undo };
};

function withRefund(state: Captured, refund: RefundState): Captured {
  const isNew = state.refunds.every(({ refundId }) => refundId !== refund.refundId);
  const refunds = isNew
    ? [...state.refunds, refund]
    : state.refunds.map((one) => (one.refundId === refund.refundId ? refund : one));
  return { ...state, refunds };
}

function withRefundBeing(state: Captured, id: string, is: RefundState['is']): Captured {
  const refunds = state.refunds.map((refund) => (refund.refundId === id ? { ...refund, is } : refund));
  return { ...state, refunds };
}

function givenUp(state: PaymentState, operation: GatewayOperation): PaymentState {
  switch (operation.kind) {
    case 'authorize':
      return { ...requested(state), authorization: 'given-up' };
    case 'capture': {
      const { capture } = authorized(state);
      invariant(capture !== null, 'only a requested capture is given up');
      return { ...authorized(state), capture: { ...capture, is: 'given-up' } };
    }
    case 'void':
      return { ...open(state), undo: 'given-up' };
    case 'refund':
      return withRefundBeing(captured(state), operation.refundId, 'given-up');
    default:
      return assertNever(operation);
  }
}

/**
 * Whether a gateway is the one that a payment recorded. Names are `kind` or `kind/account`: a payment of a time when the
 * account was not recorded is at the one account that there was.
 */
export const isRecordedGateway = (recorded: string, name: string): boolean =>
  name === recorded || (!recorded.includes('/') && name.startsWith(`${recorded}/`));

/** The name of the gateway that has the payment; null where none is known. */
export const gatewayOf = (state: PaymentState): string | null =>
  'payment' in state ? state.payment.gateway : null;

/** The money that can still be refunded: captured minus all refunds that were made or may have been made. */
export const left = ({ amount, refunds }: Captured): Money =>
  refunds
    .filter(({ is }) => is !== 'refused')
    .reduce((rest, refund) => money.subtract(rest, refund.amount), amount);
