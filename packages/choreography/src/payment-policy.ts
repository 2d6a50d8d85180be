// Payment's policy: takes the money of an order whose stock is secured, states whether the order is paid, and gives the
// money back when the order ends without a confirmation. Its state is folded from its own decisions alone.
import {
  deadlineEnding,
  factsOf,
  insufficientFunds,
  latest,
  plus,
  refundId,
  roundOf,
  stepAnswered,
  stepOf,
  type CheckoutCommand,
  type CheckoutSettings,
  onDeadlineMove,
} from '@holdfast/checkout';
import { assertNever, type Process } from '@holdfast/kernel';
import type { OrderPaymentStarted } from '@holdfast/ordering';
import { onCardEvent } from './payment-cards.js';
import { failed, giveBack, givenUp, undoOf, type PaymentDecisions } from './payment-endings.js';
import {
  armedIn,
  commandsOf,
  evolve,
  initialState,
  type PaymentPolicyState,
  type Started,
} from './payment-state.js';
import type { PaymentPolicyEvent, PaymentPolicyStarted } from './payment.events.js';
import {
  isPaidFirst,
  onFailure,
  onLate,
  onPerson,
  onUndone,
  pendingOf,
  retryPolicy,
  routeTo,
  schemaVersions,
  type EventInput,
  type Input,
  type PolicyInput,
} from './policy-steps.js';

type PaymentSettings = Pick<CheckoutSettings, 'paymentTimeoutMs' | 'paymentAttempts'>;

function decide(settings: PaymentSettings, input: Input, state: PaymentPolicyState): PaymentDecisions {
  switch (input.kind) {
    case 'event':
      return onEvent(settings, input, state);
    case 'attemptFailed':
    case 'stepFailed':
      return state.stage === 'new' ? [] : givenUp(onFailure(input, state, commandsOf(state)), state);
    case 'deadline': {
      if (state.stage === 'new') return [];
      const armed = armedIn(state);
      if (armed?.name !== input.name || armed.dueAt !== input.dueAt) return [];
      const { name } = armed;
      // The reservation's deadline is ordering's.
      if (name === 'reservation') return [];
      const reached: PaymentPolicyEvent = { type: 'DeadlineReached', data: { deadline: name } };
      return [reached, ...failed(deadlineEnding[name], undoOf(state))];
    }
    default:
      return assertNever(input);
  }
}

function onEvent(settings: PaymentSettings, input: EventInput, state: PaymentPolicyState): PaymentDecisions {
  const { event, position } = input;
  if (state.stage === 'new') return event.type === 'OrderPlaced' ? start(settings, input, event) : [];
  switch (event.type) {
    case 'AllStockSecured':
      return stocked(settings, input, state);
    case 'OrderPaymentStarted':
      return request(settings, input, event.data, state);
    case 'FundsHeld':
    case 'HoldCaptured':
      return state.stage === 'closed'
        ? onLate(state, stepAnswered(event), position)
        : onSuccess(event.type, event.id, state);
    case 'FundsHoldRefused':
      // The only hold was refused, so there is nothing to release.
      return isByWallet(state) && !state.isHeld ? failed(insufficientFunds, []) : [];
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
    case 'DeadlineMoveRequested':
      return onDeadlineMove(event, armedIn(state), state.askedAt);
    case 'OrderPlaced':
      return [];
    default:
      // `routeTo` lets nothing else through but card payments.
      return onCardEvent(settings, input, state);
  }
}

const isByWallet = (state: Started): state is Extract<Started, { readonly stage: 'paying' }> =>
  state.stage === 'paying' && state.payment.method === 'WALLET';

function onSuccess(
  type: 'FundsHeld' | 'HoldCaptured',
  transactionId: string,
  state: Started,
): PaymentDecisions {
  if (!isByWallet(state)) return [];
  if (type === 'HoldCaptured') return [{ type: 'PaymentCompleted', data: { transactionId } }];
  return state.isHeld ? [] : [{ type: 'FundsSecured', data: {} }];
}

/** An order that is paid first and automatically starts its payment when it is placed. */
function start(
  settings: PaymentSettings,
  input: EventInput,
  placed: Extract<EventInput['event'], { type: 'OrderPlaced' }>,
): PaymentDecisions {
  const { orderId, customerId, total, paymentMethod, paymentMode } = factsOf(placed);
  const { name: definition, version: definitionVersion } = latest(placed.data.definition ?? 'stock-first');
  const started: PaymentPolicyStarted = {
    type: 'PaymentPolicyStarted',
    data: { definition, definitionVersion, orderId, customerId, total, paymentMethod, paymentMode },
  };
  const state = evolve(initialState, started) as Started;
  return isPaidFirst(started.data) ? [started, ...requestAtOnce(settings, input, state)] : [started];
}

/** All stock is secured: the money of an order that is paid first can be captured, that of another one is asked for. */
function stocked(settings: PaymentSettings, input: EventInput, state: Started): PaymentDecisions {
  if (state.stage !== 'paying') return requestAtOnce(settings, input, state);
  if (state.isStocked) return [];
  const { transactionId } = state;
  const allowed: PaymentPolicyEvent = { type: 'CaptureAllowed', data: {} };
  return transactionId === null
    ? [allowed]
    : [allowed, { type: 'PaymentCompleted', data: { transactionId } }];
}

/** The card is known only once the order has recorded that its payment has begun. */
function requestAtOnce(settings: PaymentSettings, input: EventInput, state: Started): PaymentDecisions {
  const { paymentMode, paymentMethod: method, total } = state.order;
  const isNeeded = method === 'WALLET' || total.minor === 0;
  return paymentMode === 'AUTOMATIC' && isNeeded && state.declined === null
    ? request(settings, input, { method, attempt: 1, cardToken: null, returnUrl: null }, state)
    : [];
}

/** Requests the money; for an order that costs nothing there is no request. */
function request(
  { paymentTimeoutMs }: PaymentSettings,
  { at }: EventInput,
  { method, attempt, cardToken, returnUrl }: OrderPaymentStarted['data'],
  state: Started,
): PaymentDecisions {
  if (state.stage !== 'waiting' || attempt <= (state.declined?.attempt ?? 0)) return [];
  if (state.order.total.minor === 0) return [{ type: 'PaymentCompleted', data: { transactionId: null } }];
  return [
    { type: 'FundsRequested', data: { method, attempt, cardToken, returnUrl } },
    { type: 'DeadlineSet', data: { deadline: 'payment', dueAt: plus(at, paymentTimeoutMs) } },
  ];
}

const kinds = [
  'hold-funds',
  'capture-funds',
  'release-funds',
  'refund',
  'authorize-card',
  'capture-card',
  'void-card',
] as const;
const follows = new Set([
  'AllStockSecured',
  'OrderPaymentStarted',
  'OrderCancelled',
  'OrderFailed',
  'DeadlineMoveRequested',
]);

export const createPaymentPolicy = (
  settings: PaymentSettings,
): Process<PolicyInput, PaymentPolicyEvent, PaymentPolicyState, CheckoutCommand> => ({
  name: 'paymentpolicy',
  schemaVersions,
  initialState,
  inputPrefixes: ['order-', 'wallet-', 'payment-', 'inventorypolicy-', 'intervention-'],
  route: routeTo(new Set(kinds), follows),
  decide: (input, state) => decide(settings, input, state),
  evolve,
  pending: (state) => (state.stage === 'new' ? [] : pendingOf(state, commandsOf(state), armedIn(state))),
  retryPolicy,
});
