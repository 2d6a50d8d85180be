// The state of a fulfilment, folded from its own decisions alone: the progress of the parcel, and the remaining work.
import { assertNever, beforeAll, type OrderId, type Position } from '@holdfast/kernel';
import type { Refunding, StockKeeper, Units } from '@holdfast/ordering';
import type { FulfilmentEvent, FulfilmentStep } from './fulfilment.events.js';
import { refundIdOf, stepOf, type FulfilmentCommand } from './fulfilment-steps.js';

/** Failures of a step so far. */
export type Attempt = {
  readonly failed: number;
  readonly retryAt: string;
  readonly isStuck: boolean;
  /** whether a person has the step tried before `retryAt` */
  readonly isAsked: boolean;
  /** position of the last question to the outside keeper of the stock; absent: there was none */
  readonly toldAt?: Position;
};

export type Fulfilment = {
  readonly phase: 'queued' | 'packed' | 'labelled' | 'shipped' | 'cancelled';
  readonly orderId: OrderId;
  readonly stockKeeper: StockKeeper;
  /** the carrier's reports about the parcel, also those from before the hand-over was recorded */
  readonly journey: 'none' | 'moved' | 'arrived';
  readonly isCompleted: boolean;
  /** wanted commands, in the order in which they must be carried out */
  readonly todo: ReadonlyMap<FulfilmentStep, FulfilmentCommand>;
  readonly attempts: ReadonlyMap<FulfilmentStep, Attempt>;
  /** ids of all refunds and returns so far */
  readonly known: ReadonlySet<string>;
  /** position of the last request of a person that had an effect */
  readonly askedAt: Position;
};

export type FulfilmentState = { readonly phase: 'new' } | Fulfilment;

export const initialState: FulfilmentState = { phase: 'new' };

type Work = readonly (readonly [FulfilmentStep, FulfilmentCommand])[];

export function evolve(state: FulfilmentState, event: FulfilmentEvent): FulfilmentState {
  if (event.type === 'FulfilmentStarted') {
    const { orderId, stockKeeper = 'OWN' } = event.data;
    const started: Fulfilment = {
      ...{ phase: 'queued', orderId, stockKeeper, journey: 'none', isCompleted: false },
      ...{ todo: new Map(), attempts: new Map(), known: new Set<string>(), askedAt: beforeAll },
    };
    return adding(started, ['create-shipment', { type: 'CreateShipment', data: { orderId } }]);
  }
  if (state.phase === 'new') return state;
  const { orderId } = state;
  switch (event.type) {
    case 'ParcelPacked': {
      const data = { orderId, ...event.data };
      return adding({ ...state, phase: 'packed' }, ['record-packed', { type: 'RecordPacked', data }]);
    }
    case 'LabelReceived': {
      const data = { orderId, ...event.data };
      return adding({ ...state, phase: 'labelled' }, ['assign-tracking', { type: 'AssignTracking', data }]);
    }
    case 'ParcelHandedOver':
    case 'ParcelMoved':
    case 'ParcelArrived':
      return underWay(state, event);
    case 'FulfilmentCancelled': {
      const kept = [...state.todo].filter(([, { type }]) => isMoney(type));
      const cancelled: Fulfilment = { ...state, phase: 'cancelled', todo: new Map(kept) };
      return adding(cancelled, ['cancel-shipment', { type: 'CancelShipment', data: { orderId } }]);
    }
    case 'FulfilmentCompleted':
      return { ...state, isCompleted: true };
    case 'ReturnStarted':
    case 'RefundStarted':
    case 'RefundConfirmed':
    case 'RefundDenied':
      return givingBack(state, event);
    case 'FulfilmentStepDone':
      return without(state, event.data.step);
    case 'FulfilmentAttemptFailed': {
      const { step, attempt: failed, retryAt } = event.data;
      const { isStuck = false, toldAt } = state.attempts.get(step) ?? {};
      const told = toldAt === undefined ? {} : { toldAt };
      const attempt: Attempt = { failed, retryAt, isStuck, isAsked: false, ...told };
      return { ...state, attempts: new Map(state.attempts).set(step, attempt) };
    }
    case 'FulfilmentAnswerAwaited': {
      const { step, attempt: failed, retryAt, position: toldAt } = event.data;
      const isStuck = state.attempts.get(step)?.isStuck ?? false;
      const attempt: Attempt = { failed, retryAt, isStuck, isAsked: false, toldAt };
      return { ...state, attempts: new Map(state.attempts).set(step, attempt) };
    }
    case 'FulfilmentStuck': {
      const { step } = event.data;
      const attempt = state.attempts.get(step);
      return attempt === undefined
        ? state
        : { ...state, attempts: new Map(state.attempts).set(step, { ...attempt, isStuck: true }) };
    }
    case 'FulfilmentStepRetried':
    case 'FulfilmentStepSettled':
      return byPerson(state, event);
    default:
      return assertNever(event);
  }
}

function byPerson(
  state: Fulfilment,
  { type, data: { step, position: askedAt } }: Of<'FulfilmentStepRetried' | 'FulfilmentStepSettled'>,
): Fulfilment {
  if (type === 'FulfilmentStepRetried') {
    const attempt = state.attempts.get(step);
    const attempts = new Map(state.attempts);
    if (attempt !== undefined) attempts.set(step, { ...attempt, isAsked: true });
    return { ...state, attempts, askedAt };
  }
  const refundId = refundIdOf(step);
  const settled = { ...without(state, step), askedAt };
  // The refund was made by hand, and the order records it like any other.
  const record: FulfilmentCommand | null =
    refundId === null ? null : { type: 'RecordRefund', data: { orderId: state.orderId, refundId } };
  return record === null || refundId === null
    ? settled
    : adding(settled, [stepOf.recordRefund(refundId), record]);
}

type Of<Type extends FulfilmentEvent['type']> = Extract<FulfilmentEvent, { readonly type: Type }>;

function underWay(
  state: Fulfilment,
  event: Of<'ParcelHandedOver' | 'ParcelMoved' | 'ParcelArrived'>,
): Fulfilment {
  switch (event.type) {
    case 'ParcelHandedOver':
      return followed(adding({ ...state, phase: 'shipped' }, ...commits(state, event.data.stock)));
    case 'ParcelMoved':
      return followed({ ...state, journey: 'moved' });
    case 'ParcelArrived':
      return followed(without({ ...state, journey: 'arrived' }, 'mark-in-transit'));
    default:
      return assertNever(event);
  }
}

/** The order follows the carrier once it is shipped. */
function followed(state: Fulfilment): Fulfilment {
  const { orderId, journey, phase } = state;
  if (phase !== 'shipped' || journey === 'none') return state;
  return journey === 'moved'
    ? adding(state, ['mark-in-transit', { type: 'MarkInTransit', data: { orderId } }])
    : adding(state, ['mark-delivered', { type: 'MarkDelivered', data: { orderId } }]);
}

const commits = ({ orderId, stockKeeper }: Fulfilment, stock: readonly Units[]): Work =>
  stock.map(({ sku }) => [
    stepOf.commit(sku),
    { type: stockKeeper === 'OUTSIDE' ? 'AskToCommit' : 'CommitStock', data: { sku, orderId } },
  ]);

function givingBack(
  state: Fulfilment,
  event: Of<'ReturnStarted' | 'RefundStarted' | 'RefundConfirmed' | 'RefundDenied'>,
): Fulfilment {
  const { orderId, stockKeeper } = state;
  switch (event.type) {
    case 'ReturnStarted': {
      const { returnId, stock, refund } = event.data;
      const restocks: Work = stock.map(({ sku, quantity }) => [
        stepOf.restock(returnId, sku),
        {
          type: stockKeeper === 'OUTSIDE' ? 'AskToReturn' : 'ReturnStock',
          data: { sku, orderId, quantity, returnId },
        },
      ]);
      const refunds: Work = refund === null ? [] : [refunding(orderId, refund)];
      return adding(knowing(state, returnId), ...restocks, ...refunds);
    }
    case 'RefundStarted':
      return adding(knowing(state, event.data.refundId), refunding(orderId, event.data));
    case 'RefundConfirmed': {
      const { refundId } = event.data;
      const record = { type: 'RecordRefund', data: { orderId, refundId } } as const;
      return adding(without(state, stepOf.refund(refundId)), [stepOf.recordRefund(refundId), record]);
    }
    case 'RefundDenied': {
      const { refundId, code } = event.data;
      const refuse = { type: 'RefuseRefund', data: { orderId, refundId, code } } as const;
      return adding(without(state, stepOf.refund(refundId)), [stepOf.refuseRefund(refundId), refuse]);
    }
    default:
      return assertNever(event);
  }
}

function refunding(
  orderId: OrderId,
  { refundId, amount, customerId, method, attempt }: Refunding,
): Work[number] {
  const step = stepOf.refund(refundId);
  switch (method) {
    case 'WALLET':
      return [step, { type: 'Refund', data: { customerId, orderId, refundId, amount } }];
    case 'CARD':
      return [step, { type: 'RefundPayment', data: { orderId, attempt, refundId, amount } }];
    default:
      return assertNever(method);
  }
}

/** Whether a command refunds money: such a command stays wanted when the order ends. */
const isMoney = (type: FulfilmentCommand['type']): boolean =>
  ['Refund', 'RefundPayment', 'RecordRefund', 'RefuseRefund'].includes(type);

const adding = (state: Fulfilment, ...work: Work): Fulfilment => ({
  ...state,
  todo: new Map([...state.todo, ...work]),
});

function without(state: Fulfilment, step: FulfilmentStep): Fulfilment {
  const [todo, attempts] = [new Map(state.todo), new Map(state.attempts)];
  todo.delete(step);
  attempts.delete(step);
  return { ...state, todo, attempts };
}

const knowing = (state: Fulfilment, id: string): Fulfilment => ({
  ...state,
  known: new Set([...state.known, id]),
});
