// How each checkout stands: what it did, what it waits for and since when, and whether a person is needed.
import type { CheckoutEvent, CheckoutStarted, CheckoutStatus, Step, WaitingFor } from '@holdfast/checkout';
import {
  assertNever,
  invariant,
  streamId,
  type Document,
  type Position,
  type Projection,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { Coordination } from '@holdfast/ordering';

/** ABANDONED: compensation began before its answer came, so that whatever it did is undone. */
export type SagaStepStatus = 'RUNNING' | 'RETRYING' | 'DONE' | 'FAILED' | 'ABANDONED';

export type SagaStep = {
  readonly name: string;
  readonly status: SagaStepStatus;
  /** that failed so far */
  readonly attempts: number;
  readonly lastError: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** name of the step that undoes this one, once that was called for */
  readonly compensation: string | null;
};

/** `id` is the order's. */
export type SagaMonitor = Document & {
  readonly orderId: string;
  readonly definition: 'checkout';
  readonly definitionVersion: number;
  readonly coordination: Coordination;
  readonly status: CheckoutStatus;
  /** null once ended; so is `waitingSince`, ISO 8601 */
  readonly waitingFor: WaitingFor | null;
  readonly waitingSince: string | null;
  readonly steps: readonly SagaStep[];
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** position of CheckoutStarted: checkouts are listed by it */
  readonly startedPosition: Position;
};

const handled: ReadonlySet<string> = new Set<CheckoutEvent['type']>([
  'CheckoutStarted',
  'StockSecured',
  'StockDenied',
  'DeadlineSet',
  'FundsRequested',
  'FundsSecured',
  'FundsDenied',
  'FundsCaptured',
  'ReviewRequested',
  'StepAttemptFailed',
  'StepFailed',
  'CompensationStarted',
  'UndoAdded',
  'StepUndone',
  'CompensationCompleted',
  'CheckoutCompleted',
]);

function project(recorded: RecordedEvent, saga: SagaMonitor | null): SagaMonitor {
  const event = recorded as RecordedEvent<CheckoutEvent>;
  if (event.type === 'CheckoutStarted') return started(event);
  invariant(saga !== null, `${event.type} in a checkout that never started`);
  return after(event, saga);
}

function started({ stream, data, metadata: { at }, position }: RecordedEvent<CheckoutStarted>): SagaMonitor {
  const orderId = streamId(stream);
  return {
    id: orderId,
    orderId,
    definition: 'checkout',
    definitionVersion: 1,
    coordination: 'ORCHESTRATION',
    status: 'RUNNING',
    waitingFor: 'stock',
    waitingSince: at,
    steps: data.stock.map(({ sku }) => newStep(`reserve:${sku}`, at)),
    startedAt: at,
    endedAt: null,
    startedPosition: position,
  };
}

function after(
  event: RecordedEvent<Exclude<CheckoutEvent, CheckoutStarted>>,
  saga: SagaMonitor,
): SagaMonitor {
  const { at } = event.metadata;
  const { steps } = saga;
  switch (event.type) {
    case 'StockSecured': {
      const answered = withStep(steps, `reserve:${event.data.sku}`, at, done(at));
      const all = answered.every(({ name, status }) => !name.startsWith('reserve:') || status === 'DONE');
      const on = all && saga.waitingFor === 'stock' ? waiting('RUNNING', 'payment', at) : {};
      return { ...saga, ...on, steps: answered };
    }
    case 'StockDenied': {
      const { sku, available, requested } = event.data;
      const lastError = `${available} available of ${requested}`;
      return { ...saga, steps: withStep(steps, `reserve:${sku}`, at, failed(at, lastError)) };
    }
    case 'DeadlineSet':
      return event.data.deadline === 'reservation' ? { ...saga, ...waiting('WAITING', 'payment', at) } : saga;
    case 'FundsRequested':
      return {
        ...saga,
        ...waiting('RUNNING', 'funds', at),
        steps: [...settled(steps, 'DONE', at), newStep('hold-funds', at)],
      };
    case 'FundsSecured':
      return {
        ...saga,
        ...waiting('RUNNING', 'capture', at),
        steps: [...withStep(steps, 'hold-funds', at, done(at)), newStep('capture-funds', at)],
      };
    case 'FundsDenied':
      return { ...saga, steps: withStep(steps, 'hold-funds', at, failed(at, 'the wallet refused')) };
    case 'FundsCaptured':
      return {
        ...saga,
        ...waiting('RUNNING', 'checks', at),
        steps: settled(steps, 'DONE', at),
      };
    case 'ChecksPassed':
    case 'DeadlineReached':
      return saga;
    case 'ReviewRequested':
      return { ...saga, ...waiting('WAITING', 'review', at) };
    case 'StepAttemptFailed': {
      const { step, attempt, error } = event.data;
      const retrying = { status: 'RETRYING', attempts: attempt, lastError: error } as const;
      return { ...saga, steps: withStep(steps, step, at, retrying) };
    }
    case 'StepFailed': {
      const { step, error } = event.data;
      return compensating({ ...saga, steps: withStep(steps, step, at, failed(at, error)) }, at);
    }
    case 'CompensationStarted': {
      const { undo } = event.data;
      const undoing = settled(steps, 'ABANDONED', at).map((step) => {
        const compensation = undoOf(step.name);
        return compensation !== null && undo.includes(compensation) ? { ...step, compensation } : step;
      });
      return {
        ...saga,
        ...waiting('COMPENSATING', 'compensation', at),
        endedAt: null,
        steps: [...undoing, ...undo.map((step) => newStep(step, at))],
      };
    }
    case 'UndoAdded': {
      const added = event.data.step;
      const undoing = steps
        // What was captured is no longer held.
        .filter(({ name }) => added !== 'refund' || name !== 'release-funds')
        .map((step) => (undoOf(step.name) === added ? { ...step, compensation: added } : step));
      const reopened: SagaMonitor = {
        ...saga,
        ...waiting('COMPENSATING', 'compensation', at),
        endedAt: null,
      };
      return compensating({ ...reopened, steps: [...undoing, newStep(added, at)] }, at);
    }
    case 'StepUndone':
      return compensating({ ...saga, steps: withStep(steps, event.data.step, at, done(at)) }, at);
    case 'CompensationCompleted':
      return { ...saga, ...ended('COMPENSATED', at), steps: settled(steps, 'DONE', at) };
    case 'CheckoutCompleted':
      return { ...saga, ...ended('COMPLETED', at), steps: settled(steps, 'DONE', at) };
    default:
      return assertNever(event);
  }
}

const waiting = (status: CheckoutStatus, waitingFor: WaitingFor, at: string) =>
  ({ status, waitingFor, waitingSince: at }) as const;

const ended = (status: CheckoutStatus, at: string) =>
  ({ status, waitingFor: null, waitingSince: null, endedAt: at }) as const;

/** Once it compensates, a checkout is stuck for as long as one of its undos has failed. */
function compensating(saga: SagaMonitor, at: string): SagaMonitor {
  if (saga.status !== 'COMPENSATING' && saga.status !== 'COMPENSATION_STUCK') return saga;
  const stuck = saga.steps.some(({ name, status }) => status === 'FAILED' && isUndo(name));
  if (stuck === (saga.status === 'COMPENSATION_STUCK')) return saga;
  return stuck
    ? { ...saga, ...waiting('COMPENSATION_STUCK', 'operator', at) }
    : { ...saga, ...waiting('COMPENSATING', 'compensation', at) };
}

const isUndo = (name: string): boolean =>
  name.startsWith('release:') || name === 'release-funds' || name === 'refund' || name === 'end-order';

/** What undoes a step; null when nothing needs to. */
function undoOf(name: string): Step | null {
  if (name.startsWith('reserve:')) return `release:${name.slice('reserve:'.length)}`;
  if (name === 'hold-funds') return 'release-funds';
  return name === 'capture-funds' ? 'refund' : null;
}

const newStep = (name: string, startedAt: string): SagaStep => ({
  name,
  status: 'RUNNING',
  attempts: 0,
  lastError: null,
  startedAt,
  endedAt: null,
  compensation: null,
});

type StepChange = Partial<Pick<SagaStep, 'status' | 'attempts' | 'lastError' | 'endedAt'>>;

const done = (endedAt: string): StepChange => ({ status: 'DONE', endedAt });
const failed = (endedAt: string, lastError: string): StepChange => ({ status: 'FAILED', endedAt, lastError });

/** Steps that go without saying (`mark-reserved`, `confirm`) are listed from their first failure on. */
const withStep = (
  steps: readonly SagaStep[],
  name: string,
  at: string,
  change: StepChange,
): readonly SagaStep[] =>
  steps.some((step) => step.name === name)
    ? steps.map((step) => (step.name === name ? { ...step, ...change } : step))
    : [...steps, { ...newStep(name, at), ...change }];

/** The checkout got beyond what was under way. */
const settled = (
  steps: readonly SagaStep[],
  status: 'DONE' | 'ABANDONED',
  endedAt: string,
): readonly SagaStep[] =>
  steps.map((step) =>
    step.status === 'RUNNING' || step.status === 'RETRYING' ? { ...step, status, endedAt } : step,
  );

export const sagaMonitor: Projection<SagaMonitor> = {
  name: 'saga-monitor',
  version: 1,
  prefixes: ['checkout-'],
  indexes: {
    started: ['startedPosition'],
    status: ['status', 'startedPosition'],
    waitingFor: ['waitingFor', 'waitingSince'],
  },
  key: (event) => (handled.has(event.type) ? streamId(event.stream) : null),
  project: (event, saga) => [{ document: project(event, saga) }],
};
