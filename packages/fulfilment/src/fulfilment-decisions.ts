// The decisions of a fulfilment on each input. A repeated input leads to no decision.
import {
  assertNever,
  beforeAll,
  OrderId,
  streamId,
  type ProcessInput,
  type RecordedEvent,
} from '@holdfast/kernel';
import { delivered } from '@holdfast/shipping';
import type { FulfilmentEvent, FulfilmentStep } from './fulfilment.events.js';
import { evolve, type Fulfilment, type FulfilmentState } from './fulfilment-state.js';
import {
  answerMs,
  isByHand,
  refundIdOf,
  stepAnswered,
  stepOf,
  stuckAfter,
  waitMs,
  type FulfilmentInput,
  type FulfilmentSettings,
} from './fulfilment-steps.js';

type Input = ProcessInput<FulfilmentInput>;
type Decisions = readonly FulfilmentEvent[];

/** The version of the only definition. */
export const definitionVersion = 1;

const nothing: Decisions = [];

/** The wait before the gateway is asked again, once the reactor's attempts are used up. */
const gatewayWaitMs = 60_000;

export function decide(settings: FulfilmentSettings, input: Input, state: FulfilmentState): Decisions {
  switch (input.kind) {
    case 'event':
      return onEvent(settings, input.event, state);
    case 'attemptFailed': {
      const { step, attempt, error, retryAt } = input;
      return state.phase === 'new' ? nothing : failAttempt(state, step, { attempt, error, retryAt });
    }
    case 'stepFailed':
      return state.phase === 'new' ? nothing : onStepFailed(input, state);
    case 'deadline':
      // A fulfilment has no deadlines: it waits for people and carriers without limit.
      return nothing;
    default:
      return assertNever(input);
  }
}

function onEvent(
  settings: FulfilmentSettings,
  event: RecordedEvent<FulfilmentInput>,
  state: FulfilmentState,
): Decisions {
  if (event.type === 'OrderConfirmed') {
    const orderId = OrderId(streamId(event.stream));
    const { stockKeeper } = event.data;
    const data = { orderId, definitionVersion, ...(stockKeeper !== undefined && { stockKeeper }) };
    return state.phase === 'new' ? [{ type: 'FulfilmentStarted', data }] : nothing;
  }
  if (state.phase === 'new') return nothing;
  const step = stepAnswered(event);
  if (step !== null) return state.todo.has(step) ? done(state, step) : nothing;
  switch (event.type) {
    case 'OrderPacked': {
      const { stock, shippingAddress } = event.data;
      return state.phase === 'queued'
        ? [{ type: 'ParcelPacked', data: { stock, shippingAddress } }]
        : nothing;
    }
    case 'OrderShipped': {
      const { stock } = event.data;
      const isNews = state.phase !== 'shipped' && state.phase !== 'cancelled';
      return isNews ? [{ type: 'ParcelHandedOver', data: { stock } }] : nothing;
    }
    case 'OrderCancelled':
    case 'OrderFailed': {
      const isNews = state.phase !== 'shipped' && state.phase !== 'cancelled';
      return isNews ? [{ type: 'FulfilmentCancelled', data: {} }] : nothing;
    }
    case 'FulfilmentRetryRequested':
    case 'FulfilmentSettlementRequested':
      return onRequest(event, state);
    case 'AllocationCommitAsked':
      return awaitAnswer(settings, stepOf.commit(event.data.sku), event, state);
    case 'AllocationReturnAsked':
      return awaitAnswer(settings, stepOf.restock(event.data.returnId, event.data.sku), event, state);
    case 'LabelGenerated':
    case 'CarrierScanned':
    case 'ShipmentDelivered':
      return onShipment(event, state);
    default:
      return onMoney(event, state);
  }
}

/** A person's request: for a step that is still wanted, and once. */
function onRequest(
  {
    type,
    data,
    position,
    metadata: { actor },
  }: RecordedEvent<
    Extract<FulfilmentInput, { type: 'FulfilmentRetryRequested' | 'FulfilmentSettlementRequested' }>
  >,
  state: Fulfilment,
): Decisions {
  const step = [...state.todo.keys()].find((wanted) => wanted === data.step);
  if (step === undefined || position <= state.askedAt) return nothing;
  const request = { step, actor, reason: data.reason, position };
  if (type === 'FulfilmentRetryRequested') return [{ type: 'FulfilmentStepRetried', data: request }];
  return isByHand(step) ? [{ type: 'FulfilmentStepSettled', data: request }] : nothing;
}

/** Whether an operator can have the step retried. */
export const canBeRetried = (state: FulfilmentState, step: string): boolean =>
  state.phase !== 'new' && [...state.todo.keys()].some((wanted) => wanted === step);

/** Whether an operator can say that the step was done by hand. */
export const canBeSettled = (state: FulfilmentState, step: string): boolean =>
  canBeRetried(state, step) && isByHand(step);

type OfShipment = Extract<
  FulfilmentInput,
  { type: 'LabelGenerated' | 'CarrierScanned' | 'ShipmentDelivered' }
>;

function onShipment(event: OfShipment, { phase, journey }: Fulfilment): Decisions {
  if (phase === 'cancelled') return nothing;
  switch (event.type) {
    case 'LabelGenerated': {
      const { trackingNumber } = event.data;
      return phase === 'packed' ? [{ type: 'LabelReceived', data: { trackingNumber } }] : nothing;
    }
    case 'CarrierScanned':
      return journey === 'none' && event.data.code !== delivered
        ? [{ type: 'ParcelMoved', data: {} }]
        : nothing;
    case 'ShipmentDelivered':
      return journey === 'arrived' ? nothing : [{ type: 'ParcelArrived', data: {} }];
    default:
      return assertNever(event);
  }
}

/** A question went to the outside keeper of the stock. It counts as an attempt until it is answered. */
function awaitAnswer(
  settings: FulfilmentSettings,
  step: FulfilmentStep,
  { position, metadata: { at } }: RecordedEvent<FulfilmentInput>,
  { todo, attempts }: Fulfilment,
): Decisions {
  const { failed = 0, isStuck = false, toldAt = beforeAll } = attempts.get(step) ?? {};
  if (!todo.has(step) || position <= toldAt) return nothing;
  const attempt = failed + 1;
  const retryAt = later(at, answerMs(settings, attempt));
  const awaited = { type: 'FulfilmentAnswerAwaited', data: { step, attempt, retryAt, position } } as const;
  const error = 'the outside service has not answered';
  return attempt >= stuckAfter && !isStuck
    ? [awaited, { type: 'FulfilmentStuck', data: { step, attempts: attempt, error } }]
    : [awaited];
}

/** Returns and refunds, and the payment's outcome of a refund. */
function onMoney(event: RecordedEvent<FulfilmentInput>, state: Fulfilment): Decisions {
  const isWanted = (refundId: string): boolean => state.todo.has(stepOf.refund(refundId));
  switch (event.type) {
    case 'OrderReturned': {
      const { returnId, stock, refund } = event.data;
      return state.known.has(returnId)
        ? nothing
        : [{ type: 'ReturnStarted', data: { returnId, stock, refund } }];
    }
    case 'OrderRefundRequested': {
      const { refundId, amount, customerId, method, attempt } = event.data;
      return state.known.has(refundId)
        ? nothing
        : [{ type: 'RefundStarted', data: { refundId, amount, customerId, method, attempt } }];
    }
    case 'FundsRefunded':
    case 'PaymentRefunded': {
      const { refundId } = event.data;
      return isWanted(refundId) ? [{ type: 'RefundConfirmed', data: { refundId } }] : nothing;
    }
    case 'PaymentRefundRefused': {
      const { refundId, code } = event.data;
      return isWanted(refundId) ? [{ type: 'RefundDenied', data: { refundId, code } }] : nothing;
    }
    case 'PaymentGatewayGivenUp': {
      const { operation, reason } = event.data;
      if (operation.kind !== 'refund') return nothing;
      const step = stepOf.refund(operation.refundId);
      const attempt = state.attempts.get(step);
      // The outcome of the refund is unknown: the same command asks the gateway again, under the same key.
      const retryAt = later(event.metadata.at, gatewayWaitMs);
      const isKnown = attempt !== undefined && attempt.retryAt >= retryAt;
      return isKnown
        ? nothing
        : failAttempt(state, step, { attempt: (attempt?.failed ?? 0) + 1, error: reason, retryAt });
    }
    default:
      // `route` passes nothing else on; the other events of these streams do not matter to the fulfilment.
      return nothing;
  }
}

/** Ends one step, and the fulfilment too when this was the last step of a delivered parcel. */
function done(state: Fulfilment, step: FulfilmentStep): Decisions {
  const stepDone = { type: 'FulfilmentStepDone', data: { step } } as const;
  const after = evolve(state, stepDone) as Fulfilment;
  const isLast = after.phase === 'shipped' && after.journey === 'arrived' && after.todo.size === 0;
  return isLast && !after.isCompleted ? [stepDone, { type: 'FulfilmentCompleted', data: {} }] : [stepDone];
}

function onStepFailed(
  { step, reason, error, at }: Extract<Input, { kind: 'stepFailed' }>,
  state: Fulfilment,
): Decisions {
  const refundId = refundIdOf(step);
  // A payment knows how much money is left, so no later event can explain its refusal.
  if (refundId !== null && reason === 'rejected')
    return state.todo.has(stepOf.refund(refundId))
      ? [{ type: 'RefundDenied', data: { refundId, code: error } }]
      : nothing;
  return againLater(state, step, error, at);
}

function againLater(state: Fulfilment, step: string, error: string, at: string): Decisions {
  const attempt = (state.attempts.get(step as FulfilmentStep)?.failed ?? 0) + 1;
  return failAttempt(state, step, { attempt, error, retryAt: later(at, waitMs(attempt)) });
}

/** ISO 8601 */
const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

function failAttempt(
  state: Fulfilment,
  name: string,
  { attempt, error, retryAt }: { readonly attempt: number; readonly error: string; readonly retryAt: string },
): Decisions {
  const step = [...state.todo.keys()].find((wanted) => wanted === name);
  if (step === undefined) return nothing;
  const { failed = 0, isStuck = false } = state.attempts.get(step) ?? {};
  if (attempt <= failed) return nothing;
  const attemptFailed = {
    type: 'FulfilmentAttemptFailed',
    data: { step, attempt, error, retryAt },
  } as const;
  return attempt >= stuckAfter && !isStuck
    ? [attemptFailed, { type: 'FulfilmentStuck', data: { step, attempts: attempt, error } }]
    : [attemptFailed];
}
