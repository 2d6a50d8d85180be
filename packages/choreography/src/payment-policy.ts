// Payment's policy: takes the money of an order whose stock is secured, says whether the order is paid, and gives the money
// back when the order has ended otherwise. Its state follows from its own decisions alone.
import {
  doing,
  factsOf,
  insufficientFunds,
  isOpen,
  kindOf,
  paymentTimedOut,
  plus,
  refundId,
  retriesExhausted,
  roundOf,
  stepAnswered,
  stepOf,
  latest,
  undosOf,
  type CheckoutCommand,
  type CheckoutSettings,
  type Ending,
  type Step,
  type StepCommand,
} from '@holdfast/checkout';
import { assertNever, type Process } from '@holdfast/kernel';
import type { PaymentMethod } from '@holdfast/ordering';
import type { PaymentPolicyEvent, PaymentPolicyStarted } from './payment.events.js';
import {
  evolveSteps,
  isGivenUp,
  isPaidFirst,
  noSteps,
  onFailure,
  onLate,
  onPerson,
  onUndone,
  pendingOf,
  retryPolicy,
  routeTo,
  schemaVersions,
  type Armed,
  type EventInput,
  type Input,
  type PolicyInput,
  type StepState,
} from './policy-steps.js';

type Decisions = readonly PaymentPolicyEvent[];

type Started = StepState & { readonly order: PaymentPolicyStarted['data'] } & (
    | { readonly stage: 'waiting' }
    /** `isStocked`: whether the money may be captured */
    | {
        readonly stage: 'paying';
        readonly isHeld: boolean;
        readonly isStocked: boolean;
        readonly dueAt: string | null;
      }
    | { readonly stage: 'completed' }
    /** for good: what was taken goes back */
    | { readonly stage: 'closed' }
  );
export type PaymentPolicyState = { readonly stage: 'new' } | Started;

const initialState: PaymentPolicyState = { stage: 'new' };

function evolve(state: PaymentPolicyState, event: PaymentPolicyEvent): PaymentPolicyState {
  if (event.type === 'PaymentPolicyStarted') return { ...noSteps, order: event.data, stage: 'waiting' };
  if (state.stage === 'new') return state;
  const { order, attempts, undo, askedAt } = state;
  const kept = { order, attempts, undo, askedAt };
  switch (event.type) {
    case 'FundsRequested':
      return { ...kept, stage: 'paying', isHeld: false, isStocked: !isPaidFirst(order), dueAt: null };
    case 'CaptureAllowed':
      return state.stage === 'paying' ? { ...state, isStocked: true } : state;
    case 'DeadlineSet':
      return state.stage === 'paying' ? { ...state, dueAt: event.data.dueAt } : state;
    case 'FundsSecured':
      return state.stage === 'paying' ? { ...state, isHeld: true } : state;
    case 'PaymentCompleted':
      return { ...kept, stage: 'completed' };
    case 'PaymentFailed':
      return { ...kept, stage: 'closed' };
    case 'MoneyReturnStarted':
      return { ...kept, stage: 'closed', undo: undosOf(event.data.undo) };
    // Comes in one decision with PaymentFailed.
    case 'DeadlineReached':
      return state;
    default:
      return evolveSteps(state, event);
  }
}

function commandsOf(state: Started): readonly StepCommand[] {
  const { customerId, orderId, total: amount } = state.order;
  switch (state.stage) {
    case 'waiting':
    case 'completed':
      return [];
    case 'paying':
      if (!state.isHeld)
        return [doing('hold-funds', { type: 'HoldFunds', data: { customerId, orderId, amount } })];
      return state.isStocked
        ? [doing('capture-funds', { type: 'CaptureHold', data: { customerId, orderId } })]
        : [];
    case 'closed':
      return [...state.undo.keys()].filter((step) => isOpen(state, step)).map((step) => undoing(state, step));
    default:
      return assertNever(state);
  }
}

function undoing(state: Started, step: Step): StepCommand {
  const { customerId, orderId } = state.order;
  if (kindOf(step) === 'refund') {
    const data = { customerId, orderId, refundId: refundId(roundOf(state, step)) };
    return doing('refund', { type: 'Refund', data });
  }
  return doing('release-funds', { type: 'ReleaseHold', data: { customerId, orderId } });
}

const armedIn = (state: Started): Armed | null =>
  state.stage === 'paying' && state.dueAt !== null ? { name: 'payment', dueAt: state.dueAt } : null;

type PaymentSettings = Pick<CheckoutSettings, 'paymentTimeoutMs'>;

function decide(settings: PaymentSettings, input: Input, state: PaymentPolicyState): Decisions {
  switch (input.kind) {
    case 'event':
      return onEvent(settings, input, state);
    case 'attemptFailed':
    case 'stepFailed': {
      if (state.stage === 'new') return [];
      const decisions = onFailure(input, state, commandsOf(state));
      return isGivenUp(decisions) ? [...decisions, ...failed(retriesExhausted)] : decisions;
    }
    case 'deadline': {
      const armed = state.stage === 'new' ? null : armedIn(state);
      if (armed?.name !== input.name || armed.dueAt !== input.dueAt) return [];
      return [{ type: 'DeadlineReached', data: { deadline: armed.name } }, ...failed(paymentTimedOut)];
    }
    default:
      return assertNever(input);
  }
}

function onEvent(settings: PaymentSettings, input: EventInput, state: PaymentPolicyState): Decisions {
  const { event, position } = input;
  if (state.stage === 'new') return event.type === 'OrderPlaced' ? start(settings, input, event) : [];
  switch (event.type) {
    case 'AllStockSecured': {
      const { paymentMode, paymentMethod } = state.order;
      if (state.stage === 'paying' && !state.isStocked) return [{ type: 'CaptureAllowed', data: {} }];
      return paymentMode === 'AUTOMATIC' ? request(settings, input, paymentMethod, state) : [];
    }
    case 'OrderPaymentStarted':
      return request(settings, input, event.data.method, state);
    case 'FundsHeld':
      if (state.stage === 'closed') return onLate(state, stepAnswered(event), position);
      return state.stage === 'paying' && !state.isHeld ? [{ type: 'FundsSecured', data: {} }] : [];
    case 'FundsHoldRefused': {
      if (state.stage !== 'paying' || state.isHeld) return [];
      const { reason, message } = insufficientFunds;
      // The refusal is the answer of the one hold there was: there is nothing to release.
      return [{ type: 'PaymentFailed', data: { reason, message } }];
    }
    case 'HoldCaptured':
      if (state.stage === 'closed') return onLate(state, stepAnswered(event), position);
      return state.stage === 'paying'
        ? [{ type: 'PaymentCompleted', data: { transactionId: event.id } }]
        : [];
    case 'HoldReleased':
      return onUndone(state, stepAnswered(event), position);
    case 'FundsRefunded': {
      const isOurs = event.data.refundId === refundId(roundOf(state, stepOf('refund')));
      return isOurs ? onUndone(state, stepAnswered(event), position) : [];
    }
    case 'OrderCancelled':
    case 'OrderFailed':
      return state.stage === 'closed' ? [] : [giveBack(state)];
    case 'StepRetryRequested':
    case 'StepSettlementRequested':
      return onPerson(event, state, commandsOf(state));
    default:
      // `routeTo` lets nothing else through but an order that is known already.
      return [];
  }
}

/** An order that is paid first, and at once, asks for its money when it is placed. */
function start(
  settings: PaymentSettings,
  input: EventInput,
  placed: Extract<EventInput['event'], { type: 'OrderPlaced' }>,
): Decisions {
  const { orderId, customerId, total, paymentMethod, paymentMode } = factsOf(placed);
  const { name: definition, version: definitionVersion } = latest(placed.data.definition ?? 'stock-first');
  const started: PaymentPolicyStarted = {
    type: 'PaymentPolicyStarted',
    data: { definition, definitionVersion, orderId, customerId, total, paymentMethod, paymentMode },
  };
  const isAsked = paymentMode === 'AUTOMATIC' && isPaidFirst(started.data);
  const state = evolve(initialState, started) as Started;
  return [started, ...(isAsked ? request(settings, input, paymentMethod, state) : [])];
}

/** Of an order that costs nothing no wallet is asked for anything. */
function request(
  { paymentTimeoutMs }: PaymentSettings,
  { at }: EventInput,
  method: PaymentMethod,
  state: Started,
): Decisions {
  if (state.stage !== 'waiting') return [];
  if (state.order.total.minor === 0) return [{ type: 'PaymentCompleted', data: { transactionId: null } }];
  return [
    { type: 'FundsRequested', data: { method, attempt: 1, cardToken: null, returnUrl: null } },
    { type: 'DeadlineSet', data: { deadline: 'payment', dueAt: plus(at, paymentTimeoutMs) } },
  ];
}

/** A hold may be there, or on its way; a capture that is on its way replaces its release by a refund. */
const failed = ({ reason, message }: Extract<Ending, { readonly outcome: 'FAILED' }>): Decisions => [
  { type: 'PaymentFailed', data: { reason, message } },
  { type: 'MoneyReturnStarted', data: { undo: [stepOf('release-funds')] } },
];

function giveBack(state: Started): PaymentPolicyEvent {
  switch (state.stage) {
    case 'waiting':
    case 'closed':
      return { type: 'MoneyReturnStarted', data: { undo: [] } };
    case 'paying':
      return { type: 'MoneyReturnStarted', data: { undo: [stepOf('release-funds')] } };
    case 'completed':
      return {
        type: 'MoneyReturnStarted',
        data: { undo: state.order.total.minor === 0 ? [] : [stepOf('refund')] },
      };
    default:
      return assertNever(state);
  }
}

/** The state as anyone may fold it from the stream. */
export const paymentPolicyState = { initialState, evolve };

/** The commands that a state asks for. */
export const paymentCommands = (state: PaymentPolicyState): readonly StepCommand[] =>
  state.stage === 'new' ? [] : commandsOf(state);

const follows = new Set(['AllStockSecured', 'OrderPaymentStarted', 'OrderCancelled', 'OrderFailed']);

export const createPaymentPolicy = (
  settings: PaymentSettings,
): Process<PolicyInput, PaymentPolicyEvent, PaymentPolicyState, CheckoutCommand> => ({
  name: 'paymentpolicy',
  schemaVersions,
  initialState,
  inputPrefixes: ['order-', 'wallet-', 'inventorypolicy-', 'intervention-'],
  route: routeTo(new Set(['hold-funds', 'capture-funds', 'release-funds', 'refund']), follows),
  decide: (input, state) => decide(settings, input, state),
  evolve,
  pending: (state) => (state.stage === 'new' ? [] : pendingOf(state, commandsOf(state), armedIn(state))),
  retryPolicy,
});
