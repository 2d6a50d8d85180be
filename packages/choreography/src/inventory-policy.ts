// Inventory's policy: reserves the stock of a placed order, states whether it has all of it, and releases it when the
// order has ended or can't be paid. Its state is folded from its own decisions alone.
import {
  doing,
  isOpen,
  outOfStock,
  retriesExhausted,
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
} from '@holdfast/checkout';
import { assertNever, PersistentMap, Sku, streamId, type Process } from '@holdfast/kernel';
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
  type StepState,
} from './policy-steps.js';

type Decisions = readonly InventoryPolicyEvent[];

type Started = StepState & {
  readonly order: InventoryPolicyStarted['data'];
  readonly answers: PersistentMap<Sku, StockAnswer>;
  /**
   * waiting: for the money, which comes first. reserving: waits for the answer of every SKU. releasing: final, since
   * the order no longer needs the stock.
   */
  readonly stage: 'waiting' | 'reserving' | 'secured' | 'releasing';
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
      return { ...state, stage: 'secured' };
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
  const { orderId, stock } = state.order;
  switch (state.stage) {
    case 'reserving':
      return stock
        .filter(({ sku }) => !state.answers.has(sku))
        .map(({ sku, quantity }) =>
          doing('reserve', { type: 'ReserveStock', data: { sku, orderId, quantity } }, sku),
        );
    case 'waiting':
    case 'secured':
      return [];
    case 'releasing':
      return [...state.undo.keys()]
        .filter((step) => isOpen(state, step))
        .map((step) => {
          const sku = skuOf(step);
          return doing('release', { type: 'ReleaseStock', data: { sku, orderId } }, sku);
        });
    default:
      return assertNever(state.stage);
  }
}

function decide(input: Input, state: InventoryPolicyState): Decisions {
  switch (input.kind) {
    case 'event':
      return onEvent(input, state);
    case 'attemptFailed':
    case 'stepFailed': {
      if (state.stage === 'new') return [];
      const decisions = onFailure(input, state, commandsOf(state));
      return isGivenUp(decisions) ? [...decisions, ...unavailable(state, retriesExhausted)] : decisions;
    }
    case 'deadline':
      return [];
    default:
      return assertNever(input);
  }
}

function onEvent({ event, position }: EventInput, state: InventoryPolicyState): Decisions {
  if (state.stage === 'new') return event.type === 'OrderPlaced' ? [start(event)] : [];
  switch (event.type) {
    case 'StockReserved': {
      if (state.stage === 'releasing') return onLate(state, stepAnswered(event), position);
      const sku = Sku(streamId(event.stream));
      if (state.stage !== 'reserving' || state.answers.get(sku)?.kind === 'secured') return [];
      return answered(state, { type: 'StockSecured', data: { sku } });
    }
    case 'StockReservationRefused': {
      const sku = Sku(streamId(event.stream));
      if (state.stage !== 'reserving' || state.answers.has(sku)) return [];
      const { requested, available } = event.data;
      return answered(state, { type: 'StockDenied', data: { sku, requested, available } });
    }
    case 'StockReleased':
      return onUndone(state, stepAnswered(event), position);
    case 'FundsSecured':
    case 'PaymentCompleted':
      return state.stage === 'waiting' ? [{ type: 'FundsNoted', data: {} }] : [];
    case 'PaymentFailed':
    case 'OrderCancelled':
    case 'OrderFailed':
      return state.stage === 'releasing' ? [] : [release(state)];
    case 'StepRetryRequested':
    case 'StepSettlementRequested':
      return onPerson(event, state, commandsOf(state));
    default:
      // `routeTo` passes nothing else on, except events of an order that is known already.
      return [];
  }
}

function start(placed: Extract<EventInput['event'], { type: 'OrderPlaced' }>): InventoryPolicyStarted {
  const { orderId, stock } = factsOf(placed);
  const { name: definition, version: definitionVersion } = latest(placed.data.definition ?? 'stock-first');
  return { type: 'InventoryPolicyStarted', data: { definition, definitionVersion, orderId, stock } };
}

/** After the answer of the last SKU, the policy states the result for all SKUs of the order. */
function answered(state: Started, answer: StockSecured | StockDenied): Decisions {
  const after = evolve(state, answer) as Started;
  const { answers, order } = after;
  if (answers.size < order.stock.length) return [answer];
  return [...answers.entries()].every(([, { kind }]) => kind === 'secured')
    ? [answer, { type: 'AllStockSecured', data: {} }]
    : [answer, ...unavailable(after, outOfStock(answers.entries()))];
}

/** The order can't be completed without all its stock, so all of it is released. */
const unavailable = (
  state: Started,
  { reason, message }: Extract<Ending, { readonly outcome: 'FAILED' }>,
): Decisions => [{ type: 'StockUnavailable', data: { reason, message } }, release(state)];

/** Also releases a SKU that has not answered: its reservation may still arrive. */
function release({ order, answers, stage }: Started): InventoryPolicyEvent {
  if (stage === 'waiting') return { type: 'StockReleaseStarted', data: { undo: [] } };
  const undo: readonly Step[] = order.stock
    .filter(({ sku }) => answers.get(sku)?.kind !== 'denied')
    .map(({ sku }) => stepOf('release', sku));
  return { type: 'StockReleaseStarted', data: { undo } };
}

/** The state folded from the stream, for any reader. */
export const inventoryPolicyState = { initialState, evolve };

/** The commands that a state asks for. */
export const inventoryCommands = (state: InventoryPolicyState): readonly StepCommand[] =>
  state.stage === 'new' ? [] : commandsOf(state);

const follows = new Set([
  'FundsSecured',
  'PaymentCompleted',
  'PaymentFailed',
  'OrderCancelled',
  'OrderFailed',
]);

export const createInventoryPolicy = (): Process<
  PolicyInput,
  InventoryPolicyEvent,
  InventoryPolicyState,
  CheckoutCommand
> => ({
  name: 'inventorypolicy',
  schemaVersions,
  initialState,
  inputPrefixes: ['order-', 'stock-', 'paymentpolicy-', 'intervention-'],
  route: routeTo(new Set(['reserve', 'release']), follows),
  decide,
  evolve,
  pending: (state) => (state.stage === 'new' ? [] : pendingOf(state, commandsOf(state))),
  retryPolicy,
});
