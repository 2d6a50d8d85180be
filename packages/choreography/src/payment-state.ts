// The state of payment's policy, folded from its own decisions alone, and the commands and the deadline that it asks for.
import {
  attemptOf,
  doing,
  isOpen,
  kindOf,
  refundId,
  roundOf,
  undosOf,
  type Declined,
  type PaymentAttempt,
  type Step,
  type StepCommand,
} from '@holdfast/checkout';
import { assertNever } from '@holdfast/kernel';
import type { PaymentPolicyEvent, PaymentPolicyStarted } from './payment.events.js';
import { evolveSteps, isPaidFirst, noSteps, type Armed, type StepState } from './policy-steps.js';

type Known = StepState & {
  readonly order: PaymentPolicyStarted['data'];
  /** the last attempt of a card that ended without money */
  readonly declined: Declined | null;
};
/** The attempt that the order waits for. `isStocked`: whether the money may be captured. */
export type Paying = Known & {
  readonly stage: 'paying';
  readonly payment: PaymentAttempt;
  /** the customer is on the gateway's page */
  readonly isRedirected: boolean;
  /** held by the wallet, or authorized by the gateway */
  readonly isHeld: boolean;
  readonly isStocked: boolean;
  /** of a capture outside the program, before the stock was secured; null for none */
  readonly transactionId: string | null;
  readonly deadline: Armed | null;
};
export type Started =
  | (Known & { readonly stage: 'waiting' })
  | Paying
  /** `payment` is null when there was nothing to pay */
  | (Known & { readonly stage: 'completed'; readonly payment: PaymentAttempt | null })
  /** final: all money that was taken goes back */
  | (Known & { readonly stage: 'closed' });
export type PaymentPolicyState = { readonly stage: 'new' } | Started;

export const initialState: PaymentPolicyState = { stage: 'new' };

export function evolve(state: PaymentPolicyState, event: PaymentPolicyEvent): PaymentPolicyState {
  if (event.type === 'PaymentPolicyStarted')
    return { ...noSteps, order: event.data, declined: null, stage: 'waiting' };
  if (state.stage === 'new') return state;
  switch (event.type) {
    case 'FundsRequested':
      return {
        ...knownOf(state),
        stage: 'paying',
        payment: event.data,
        isRedirected: false,
        isHeld: false,
        isStocked: !isPaidFirst(state.order),
        transactionId: null,
        deadline: null,
      };
    case 'CaptureAllowed':
    case 'DeadlineSet':
    case 'DeadlineMoved':
    case 'CustomerRedirected':
    case 'FundsSecured':
    case 'FundsCaptured':
      return state.stage === 'paying' ? paying(state, event) : state;
    case 'CardDeclined':
      return { ...knownOf(state), stage: 'waiting', declined: event.data };
    case 'PaymentCompleted': {
      const payment = state.stage === 'paying' ? state.payment : null;
      return { ...knownOf(state), stage: 'completed', payment };
    }
    case 'PaymentFailed':
      return { ...knownOf(state), stage: 'closed' };
    case 'MoneyReturnStarted': {
      const undo = new Map([...state.undo, ...undosOf(event.data.undo)]);
      return { ...knownOf(state), stage: 'closed', undo };
    }
    // Each comes in one decision with the event that moves the state on.
    case 'DeadlineReached':
    case 'AnotherAttemptAllowed':
      return state;
    default:
      return evolveSteps(state, event);
  }
}

type OfPaying = Extract<
  PaymentPolicyEvent,
  {
    type:
      | 'CaptureAllowed'
      | 'DeadlineSet'
      | 'DeadlineMoved'
      | 'CustomerRedirected'
      | 'FundsSecured'
      | 'FundsCaptured';
  }
>;

function paying(state: Paying, event: OfPaying): Paying {
  switch (event.type) {
    case 'CaptureAllowed':
      return { ...state, isStocked: true };
    case 'DeadlineSet': {
      const { deadline: name, dueAt } = event.data;
      return { ...state, deadline: { name, dueAt } };
    }
    case 'DeadlineMoved': {
      const { deadline: name, dueAt, position } = event.data;
      return { ...state, deadline: { name, dueAt }, askedAt: position };
    }
    case 'CustomerRedirected':
      return { ...state, isRedirected: true };
    case 'FundsSecured':
      return { ...state, isHeld: true };
    case 'FundsCaptured':
      return { ...state, transactionId: event.data.transactionId, deadline: null };
    default:
      return assertNever(event);
  }
}

const knownOf = ({ order, declined, attempts, undo, askedAt }: Started): Known => ({
  order,
  declined,
  attempts,
  undo,
  askedAt,
});

/** The commands that a state asks for: those of the attempt under way, and the undos that are not done. */
export function commandsOf(state: Started): readonly StepCommand[] {
  const undos = [...state.undo.keys()]
    .filter((step) => isOpen(state, step))
    .map((step) => undoing(state, step));
  return state.stage === 'paying' ? [...forward(state), ...undos] : undos;
}

function forward(state: Paying): readonly StepCommand[] {
  const { customerId, orderId, total: amount } = state.order;
  const { method, attempt, cardToken: card, returnUrl } = state.payment;
  if (state.isHeld && (!state.isStocked || state.transactionId !== null)) return [];
  switch (method) {
    case 'WALLET':
      return state.isHeld
        ? [doing('capture-funds', { type: 'CaptureHold', data: { customerId, orderId } })]
        : [doing('hold-funds', { type: 'HoldFunds', data: { customerId, orderId, amount } })];
    case 'CARD': {
      const data = { orderId, attempt, amount };
      return state.isHeld
        ? [doing('capture-card', { type: 'CapturePayment', data }, attempt)]
        : [doing('authorize-card', { type: 'RequestPayment', data: { ...data, card, returnUrl } }, attempt)];
    }
    default:
      return assertNever(method);
  }
}

function undoing(state: Started, step: Step): StepCommand {
  const { customerId, orderId } = state.order;
  switch (kindOf(step)) {
    case 'refund': {
      const data = { customerId, orderId, refundId: refundId(roundOf(state, step)) };
      return doing('refund', { type: 'Refund', data });
    }
    case 'void-card': {
      const attempt = attemptOf(step);
      return doing('void-card', { type: 'VoidPayment', data: { orderId, attempt } }, attempt);
    }
    default:
      return doing('release-funds', { type: 'ReleaseHold', data: { customerId, orderId } });
  }
}

export const armedIn = (state: Started): Armed | null => (state.stage === 'paying' ? state.deadline : null);

/** The state folded from the stream, for any reader. */
export const paymentPolicyState = { initialState, evolve };

/** The commands that a state asks for. */
export const paymentCommands = (state: PaymentPolicyState): readonly StepCommand[] =>
  state.stage === 'new' ? [] : commandsOf(state);
