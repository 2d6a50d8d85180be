// Inventory's policy: reserves the stock of a placed order, states whether it has all of it, and releases it when the
// order has ended or can't be paid. Its state is folded from its own decisions alone. Stock that an outside service
// keeps is asked for in the same steps, and each question has a deadline (stock-questions.ts).
import {
  doing,
  isOpen,
  outOfStock,
  retriesExhausted,
  skuAnswered,
  skuOf,
  stepAnswered,
  stepOf,
  type CheckoutCommand,
  type Ending,
  type Step,
  type StepCommand,
  type StockAnswer,
  type StockDenied,
  type StockSecured,
  undosOf,
  factsOf,
  latest,
  onDeadlineMove,
} from '@holdfast/checkout';
import { assertNever, PersistentMap, type Process, type Sku } from '@holdfast/kernel';
import type { InventoryPolicyEvent, InventoryPolicyStarted } from './inventory.events.js';
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
  type EventInput,
  type Input,
  type PolicyInput,
  type Armed,
  type StepState,
} from './policy-steps.js';
import {
  armedIn,
  askedAgain,
  asking,
  stockEnding,
  toRelease,
  toReserve,
  type StockQuestionSettings,
} from './stock-questions.js';

type Decisions = readonly InventoryPolicyEvent[];

type Started = StepState & {
  readonly order: InventoryPolicyStarted['data'];
  readonly answers: PersistentMap<Sku, StockAnswer>;
  /**
   * waiting: for the money, which comes first. reserving: waits for the answer of every SKU. releasing: final, since
   * the order no longer needs the stock.
   */
  readonly stage: 'waiting' | 'reserving' | 'secured' | 'releasing';
  /** until when an outside service has to answer; null when nothing is asked */
  readonly deadline: Armed | null;
};
export type InventoryPolicyState = { readonly stage: 'new' } | Started;

const initialState: InventoryPolicyState = { stage: 'new' };

function evolve(state: InventoryPolicyState, event: InventoryPolicyEvent): InventoryPolicyState {
  if (event.type === 'InventoryPolicyStarted')
    return {
      ...noSteps,
      order: event.data,
      answers: PersistentMap.empty(),
      stage: isPaidFirst(event.data) ? 'waiting' : 'reserving',
      deadline: null,
    };
  if (state.stage === 'new') return state;
  switch (event.type) {
    case 'FundsNoted':
      return { ...state, stage: 'reserving' };
    case 'StockSecured':
      return { ...state, answers: state.answers.set(event.data.sku, { kind: 'secured' }) };
    case 'StockDenied': {
      const { sku, requested, available } = event.data;
      return { ...state, answers: state.answers.set(sku, { kind: 'denied', requested, available }) };
    }
    case 'AllStockSecured':
      return { ...state, stage: 'secured', deadline: null };
    case 'DeadlineSet': {
      const { deadline: name, dueAt } = event.data;
      return { ...state, deadline: { name, dueAt } };
    }
    case 'DeadlineMoved': {
      const { deadline: name, dueAt, position } = event.data;
      return { ...state, deadline: { name, dueAt }, askedAt: position };
    }
    case 'DeadlineReached':
      return { ...state, deadline: null };
    // Appended together with StockReleaseStarted.
    case 'StockUnavailable':
      return state;
    case 'StockReleaseStarted':
      return { ...state, stage: 'releasing', undo: undosOf(event.data.undo) };
    default:
      return evolveSteps(state, event);
  }
}

function commandsOf(state: Started): readonly StepCommand[] {
  const { order } = state;
  switch (state.stage) {
    case 'reserving':
      return order.stock
        .filter(({ sku }) => !state.answers.has(sku))
        .map(({ sku, quantity }) => doing('reserve', toReserve(order, sku, quantity), sku));
    case 'waiting':
    case 'secured':
      return [];
    case 'releasing':
      return [...state.undo.keys()]
        .filter((step) => isOpen(state, step))
        .map((step) => {
          const sku = skuOf(step);
          return doing('release', toRelease(order, sku), sku);
        });
    default:
      return assertNever(state.stage);
  }
}

function decide(settings: StockQuestionSettings, input: Input, state: InventoryPolicyState): Decisions {
  switch (input.kind) {
    case 'event':
      return onEvent(settings, input, state);
    case 'attemptFailed':
    case 'stepFailed': {
      if (state.stage === 'new') return [];
      const decisions = onFailure(input, state, commandsOf(state));
      return isGivenUp(decisions)
        ? [...decisions, ...unavailable(settings, state, retriesExhausted, input.at)]
        : decisions;
    }
    case 'deadline': {
      const armed = state.stage === 'new' ? null : armedIn(state);
      if (state.stage === 'new' || armed?.name !== input.name || armed.dueAt !== input.dueAt) return [];
      const reached: InventoryPolicyEvent = { type: 'DeadlineReached', data: { deadline: armed.name } };
      return state.stage === 'releasing'
        ? [reached, ...askedAgain(settings, state, commandsOf(state), input.at)]
        : [reached, ...unavailable(settings, state, stockEnding, input.at)];
    }
    default:
      return assertNever(input);
  }
}

function onEvent(settings: StockQuestionSettings, input: EventInput, state: InventoryPolicyState): Decisions {
  const { event, position, at } = input;
  if (state.stage === 'new') return event.type === 'OrderPlaced' ? start(settings, input, event) : [];
  switch (event.type) {
    case 'StockReserved':
    case 'AllocationReserved': {
      if (state.stage === 'releasing') {
        const added = onLate(state, stepAnswered(event), position);
        return added.length === 0 ? [] : [...added, ...asking(settings, state.order, at)];
      }
      const sku = skuAnswered(event);
      if (state.stage !== 'reserving' || state.answers.get(sku)?.kind === 'secured') return [];
      return answered(settings, state, { type: 'StockSecured', data: { sku } }, at);
    }
    case 'StockReservationRefused':
    case 'AllocationRefused': {
      const sku = skuAnswered(event);
      if (state.stage !== 'reserving' || state.answers.has(sku)) return [];
      const { requested, available } = event.data;
      return answered(settings, state, { type: 'StockDenied', data: { sku, requested, available } }, at);
    }
    case 'StockReleased':
    case 'AllocationReleased':
      return onUndone(state, stepAnswered(event), position);
    case 'FundsSecured':
    case 'PaymentCompleted':
      return state.stage === 'waiting'
        ? [{ type: 'FundsNoted', data: {} }, ...asking(settings, state.order, at)]
        : [];
    case 'PaymentFailed':
    case 'OrderCancelled':
    case 'OrderFailed':
      return state.stage === 'releasing' ? [] : release(settings, state, at);
    case 'StepRetryRequested':
    case 'StepSettlementRequested':
      return onPerson(event, state, commandsOf(state));
    case 'DeadlineMoveRequested':
      return onDeadlineMove(event, armedIn(state), state.askedAt);
    default:
      // `routeTo` passes nothing else on, except events of an order that is known already.
      return [];
  }
}

function start(
  settings: StockQuestionSettings,
  { at }: EventInput,
  placed: Extract<EventInput['event'], { type: 'OrderPlaced' }>,
): Decisions {
  const { orderId, stock } = factsOf(placed);
  const { definition: asked = 'stock-first', stockKeeper } = placed.data;
  const { name: definition, version: definitionVersion } = latest(asked);
  const kept = { orderId, stock, ...(stockKeeper !== undefined && { stockKeeper }) };
  const started: InventoryPolicyStarted = {
    type: 'InventoryPolicyStarted',
    data: { definition, definitionVersion, ...kept },
  };
  return [started, ...(isPaidFirst(started.data) ? [] : asking(settings, started.data, at))];
}

/** After the answer of the last SKU, the policy states the result for all SKUs of the order. */
function answered(
  settings: StockQuestionSettings,
  state: Started,
  answer: StockSecured | StockDenied,
  at: string,
): Decisions {
  const after = evolve(state, answer) as Started;
  const { answers, order } = after;
  if (answers.size < order.stock.length) return [answer];
  return [...answers.entries()].every(([, { kind }]) => kind === 'secured')
    ? [answer, { type: 'AllStockSecured', data: {} }]
    : [answer, ...unavailable(settings, after, outOfStock(answers.entries()), at)];
}

/** The order can't be completed without all its stock, so all of it is released. */
const unavailable = (
  settings: StockQuestionSettings,
  state: Started,
  { reason, message }: Extract<Ending, { readonly outcome: 'FAILED' }>,
  at: string,
): Decisions => [{ type: 'StockUnavailable', data: { reason, message } }, ...release(settings, state, at)];

/** Also releases a SKU that has not answered: its reservation may still arrive. */
function release(settings: StockQuestionSettings, { order, answers, stage }: Started, at: string): Decisions {
  if (stage === 'waiting') return [{ type: 'StockReleaseStarted', data: { undo: [] } }];
  const undo: readonly Step[] = order.stock
    .filter(({ sku }) => answers.get(sku)?.kind !== 'denied')
    .map(({ sku }) => stepOf('release', sku));
  const asked = undo.length === 0 ? [] : asking(settings, order, at);
  return [{ type: 'StockReleaseStarted', data: { undo } }, ...asked];
}

/** The state folded from the stream, for any reader. */
export const inventoryPolicyState = { initialState, evolve };

/** The commands that a state asks for. */
export const inventoryCommands = (state: InventoryPolicyState): readonly StepCommand[] =>
  state.stage === 'new' ? [] : commandsOf(state);

const follows = new Set([
  'DeadlineMoveRequested',
  'FundsSecured',
  'PaymentCompleted',
  'PaymentFailed',
  'OrderCancelled',
  'OrderFailed',
]);

export const createInventoryPolicy = (
  settings: StockQuestionSettings = {},
): Process<PolicyInput, InventoryPolicyEvent, InventoryPolicyState, CheckoutCommand> => ({
  name: 'inventorypolicy',
  schemaVersions,
  initialState,
  inputPrefixes: ['order-', 'stock-', 'allocation-', 'paymentpolicy-', 'intervention-'],
  route: routeTo(new Set(['reserve', 'release']), follows),
  decide: (input, state) => decide(settings, input, state),
  evolve,
  pending: (state) => (state.stage === 'new' ? [] : pendingOf(state, commandsOf(state), armedIn(state))),
  retryPolicy,
});
