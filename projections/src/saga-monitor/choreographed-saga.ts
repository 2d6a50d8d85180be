// The progress of a choreographed order: the reactions of its policies, in one document like that of a checkout.
import { definitionOf, kindOf, rowOf, stepOf, type CheckoutEvent, type Step } from '@holdfast/checkout';
import type { InventoryPolicyEvent, OrderingPolicyEvent, PaymentPolicyEvent } from '@holdfast/choreography';
import { invariant, streamId, type RecordedEvent } from '@holdfast/kernel';
import {
  afterStep,
  compensates,
  done,
  ended,
  failed,
  isCompensated,
  isUnderWay,
  newStep,
  settled,
  waiting,
  withStep,
  withUndos,
  type Policy,
  type SagaMonitor,
} from './saga-steps.js';

export type PolicyEvent = InventoryPolicyEvent | PaymentPolicyEvent | OrderingPolicyEvent;
type Shared = Extract<PolicyEvent, CheckoutEvent>;

export const policyPrefixes = ['inventorypolicy-', 'paymentpolicy-', 'orderingpolicy-'] as const;

const policyOf = ({ stream }: RecordedEvent): Policy => {
  if (stream.startsWith('inventorypolicy-')) return 'inventory';
  return stream.startsWith('paymentpolicy-') ? 'payment' : 'ordering';
};

/**
 * The first decision of any policy begins the document. `shared` is the effect of a decision that a checkout takes as
 * well.
 */
export function projectPolicy(
  recorded: RecordedEvent,
  saga: SagaMonitor | null,
  shared: (event: RecordedEvent<Shared>, saga: SagaMonitor) => SagaMonitor,
): SagaMonitor {
  const event = recorded as RecordedEvent<PolicyEvent>;
  switch (event.type) {
    case 'InventoryPolicyStarted': {
      const begun = saga ?? beginning(event);
      const skus = event.data.stock.map(({ sku }) => sku);
      // For an order that is paid first, only once the money is set aside.
      const steps = begun.waitingFor === 'stock' ? reserving(skus, event.metadata.at) : [];
      return { ...begun, skus, steps: [...begun.steps, ...steps] };
    }
    case 'PaymentPolicyStarted':
    case 'OrderingPolicyStarted':
      return saga ?? beginning(event);
    default:
      invariant(saga !== null, `${event.type} in an order whose policies never started`);
      return withEnd(after(event, saga, shared), event);
  }
}

function beginning({
  stream,
  data,
  metadata: { at },
  position,
}: RecordedEvent<
  Extract<PolicyEvent, { type: 'InventoryPolicyStarted' | 'PaymentPolicyStarted' | 'OrderingPolicyStarted' }>
>): SagaMonitor {
  const orderId = streamId(stream);
  const { definition, definitionVersion } = data;
  const begins = definitionOf(data).stages[0]?.[0];
  return {
    id: orderId,
    orderId,
    definition,
    definitionVersion,
    coordination: 'CHOREOGRAPHY',
    ...waiting('RUNNING', begins === 'reserve' ? 'stock' : 'payment', at),
    steps: [],
    skus: [],
    startedAt: at,
    endedAt: null,
    startedPosition: position,
    closed: [],
  };
}

type Later = Exclude<
  PolicyEvent,
  { type: 'InventoryPolicyStarted' | 'PaymentPolicyStarted' | 'OrderingPolicyStarted' }
>;

function after(
  event: RecordedEvent<Later>,
  saga: SagaMonitor,
  shared: (event: RecordedEvent<Shared>, saga: SagaMonitor) => SagaMonitor,
): SagaMonitor {
  const { at } = event.metadata;
  switch (event.type) {
    case 'StepAttemptFailed':
    case 'StepFailed':
    case 'UndoStuck':
    case 'StepRetried':
    case 'UndoAdded':
    case 'StepUndone':
    case 'StepSettled':
      return afterStep(event, saga);
    case 'StockUnavailable':
    case 'OrderEndDecided':
      return ending(event, saga);
    case 'StockReleaseStarted':
      return givingBack(saga, 'inventory', event.data.undo, at, isOfStock);
    case 'MoneyReturnStarted':
      return givingBack(saga, 'payment', event.data.undo, at, isOfMoney);
    case 'PaymentFailed': {
      const refused = saga.steps.map((step) =>
        isOfPayment(step.name) && isUnderWay(step) ? { ...step, ...failed(at, event.data.message) } : step,
      );
      return closed(compensates({ ...saga, steps: refused }, at), 'payment');
    }
    case 'PaymentCompleted': {
      const paid = { ...saga, steps: settled(saga.steps, 'DONE', at, isOfMoney) };
      if (isCompensated(saga)) return paid;
      // For an order with a total of 0 that is paid first, the stock comes next.
      if (saga.waitingFor !== 'payment' || !isSkipped(event))
        return { ...paid, ...waiting('RUNNING', 'checks', at) };
      const next = { ...paid, ...waiting('RUNNING', 'stock', at) };
      return { ...next, steps: [...paid.steps, ...reserving(saga.skus, at)] };
    }
    // Captured outside the program, before the stock was secured.
    case 'FundsCaptured':
      return { ...saga, steps: settled(saga.steps, 'DONE', at, isOfMoney) };
    case 'OrderEndNoted':
      return closed(compensates(saga, at), 'ordering');
    case 'OrderKept':
      return { ...saga, ...ended('COMPLETED', at), steps: keptSteps(saga, at) };
    case 'AllStockSecured':
    case 'FundsNoted':
    case 'CaptureAllowed':
    case 'StockNoted':
    case 'PaymentStartNoted':
    case 'AnotherAttemptAllowed':
    case 'DeclineNoted':
    case 'PaymentNoted':
      return saga;
    default:
      return isCompensated(saga) ? saga : shared(event, saga);
  }
}

function ending(
  event: RecordedEvent<Extract<Later, { type: 'StockUnavailable' | 'OrderEndDecided' }>>,
  saga: SagaMonitor,
): SagaMonitor {
  const { at } = event.metadata;
  const undoing = isCompensated(saga) ? saga : compensates(saga, at);
  return event.type === 'OrderEndDecided'
    ? withUndos(undoing, [stepOf('end-order')], at, (step) => rowOf(step).to === 'order')
    : undoing;
}

/** The order was confirmed after all, so the step that ends it is no longer needed. */
const keptSteps = ({ steps }: SagaMonitor, at: string): SagaMonitor['steps'] => {
  const kept = settled(steps, 'DONE', at);
  const end = stepOf('end-order');
  return kept.some(({ name }) => name === end)
    ? withStep(kept, end, at, { ...done(at), status: 'ABANDONED' })
    : kept;
};

const isSkipped = ({ data }: { readonly data: { readonly transactionId: string | null } }): boolean =>
  data.transactionId === null;

const reserving = (skus: SagaMonitor['skus'], at: string): SagaMonitor['steps'] =>
  skus.map((sku) => newStep(stepOf('reserve', sku), at));

const isOfStock = (step: Step): boolean => rowOf(step).to === 'stock';
const isOfPayment = (step: Step): boolean =>
  ['hold-funds', 'authorize-card', 'capture-card'].includes(kindOf(step));
const isOfMoney = (step: Step): boolean => rowOf(step).to === 'wallet' || rowOf(step).to === 'payment';

function givingBack(
  saga: SagaMonitor,
  policy: Policy,
  undo: readonly Step[],
  at: string,
  isOfPolicy: (step: Step) => boolean,
): SagaMonitor {
  const undoing = isCompensated(saga) ? saga : compensates(saga, at);
  return closed(withUndos(undoing, undo, at, isOfPolicy), policy);
}

const closed = (saga: SagaMonitor, policy: Policy): SagaMonitor => ({
  ...saga,
  closed: [...(saga.closed ?? []).filter((other) => other !== policy), policy],
});

/** The saga has ended once every policy has begun to undo and none has an undo left. */
function withEnd(saga: SagaMonitor, event: RecordedEvent<Later>): SagaMonitor {
  const isEnd = event.type === 'StepUndone' && policyOf(event) === 'ordering';
  const now = isEnd ? closed(saga, 'ordering') : saga;
  const isOpen = now.steps.some(
    (step) => rowOf(step.name).isUndo && (isUnderWay(step) || step.status === 'STUCK'),
  );
  const isOver = isCompensated(now) && now.status !== 'COMPENSATED' && now.closed?.length === 3 && !isOpen;
  return isOver ? { ...now, ...ended('COMPENSATED', event.metadata.at) } : now;
}

/** Types of the policies' own decisions. */
export const policyTypes: readonly PolicyEvent['type'][] = [
  'InventoryPolicyStarted',
  'StockUnavailable',
  'StockReleaseStarted',
  'PaymentPolicyStarted',
  'PaymentCompleted',
  'PaymentFailed',
  'MoneyReturnStarted',
  'OrderingPolicyStarted',
  'OrderEndDecided',
  'OrderEndNoted',
  'OrderKept',
];
