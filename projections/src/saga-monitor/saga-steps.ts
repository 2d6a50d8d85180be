// The steps in the saga monitor: their status, their undos, and the thing that a saga waits for.
import {
  replacedBy,
  rowOf,
  undoOf,
  type CheckoutStatus,
  type DefinitionName,
  type Step,
  type StepAttemptFailed,
  type StepFailed,
  type StepRetried,
  type StepSettled,
  type StepUndone,
  type UndoAdded,
  type UndoStuck,
  type WaitingFor,
} from '@holdfast/checkout';
import { assertNever, type Document, type Position, type RecordedEvent, type Sku } from '@holdfast/kernel';
import type { Coordination } from '@holdfast/ordering';

/**
 * ABANDONED: compensation began before its answer arrived, so all its effects are undone. STUCK: a person should look
 * at this undo; it is still retried. SETTLED: a person has done it by hand.
 */
export type SagaStepStatus = 'RUNNING' | 'RETRYING' | 'STUCK' | 'DONE' | 'SETTLED' | 'FAILED' | 'ABANDONED';

export type SagaStep = {
  readonly name: Step;
  readonly status: SagaStepStatus;
  /** attempts that failed so far */
  readonly attempts: number;
  readonly lastError: string | null;
  /** time of the next attempt, ISO 8601; null unless it waits for that */
  readonly retryAt: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** name of the step that undoes this one, once the undo is wanted */
  readonly compensation: Step | null;
};

/** `id` is the order's. */
export type SagaMonitor = Document & {
  readonly orderId: string;
  readonly definition: DefinitionName;
  readonly definitionVersion: number;
  readonly coordination: Coordination;
  readonly status: CheckoutStatus;
  /** null once ended; so is `waitingSince`, ISO 8601 */
  readonly waitingFor: WaitingFor | null;
  readonly waitingSince: string | null;
  readonly steps: readonly SagaStep[];
  /** the SKUs and quantities to reserve */
  readonly skus: readonly Sku[];
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** position of its first decision: sagas are listed by it */
  readonly startedPosition: Position;
  /** for a choreographed order: the policies that undo, or have nothing to undo */
  readonly closed?: readonly Policy[];
};

export type Policy = 'inventory' | 'payment' | 'ordering';

type Failing = StepAttemptFailed | StepFailed | UndoStuck | StepRetried;
type Undoing = UndoAdded | StepUndone | StepSettled;
/** Events that every process manager records about its steps. */
export type StepEvent = Failing | Undoing;

export function afterStep(event: RecordedEvent<StepEvent>, saga: SagaMonitor): SagaMonitor {
  switch (event.type) {
    case 'StepAttemptFailed':
    case 'StepFailed':
    case 'UndoStuck':
    case 'StepRetried':
      return failing(event, saga);
    case 'UndoAdded':
    case 'StepUndone':
    case 'StepSettled':
      return undoing(event, saga);
    default:
      return assertNever(event);
  }
}

function failing(event: RecordedEvent<Failing>, saga: SagaMonitor): SagaMonitor {
  const { at } = event.metadata;
  const { steps } = saga;
  const { step } = event.data;
  const isStuck = steps.some(({ name, status }) => name === step && status === 'STUCK');
  switch (event.type) {
    case 'StepAttemptFailed': {
      const { attempt, error, retryAt } = event.data;
      const retrying: StepChange = { attempts: attempt, lastError: error, retryAt, endedAt: null };
      const status = isStuck ? 'STUCK' : 'RETRYING';
      return { ...saga, steps: withStep(steps, step, at, { ...retrying, status }) };
    }
    case 'StepFailed': {
      const { error } = event.data;
      // Old versions gave undos up. Such an undo is stuck, and is retried.
      const change: StepChange = rowOf(step).isUndo
        ? { status: 'STUCK', lastError: error }
        : failed(at, error);
      return compensating({ ...saga, steps: withStep(steps, step, at, change) }, at);
    }
    case 'UndoStuck':
      return compensating({ ...saga, steps: withStep(steps, step, at, { status: 'STUCK' }) }, at);
    case 'StepRetried': {
      const status = isStuck ? 'STUCK' : 'RUNNING';
      return { ...saga, steps: withStep(steps, step, at, { status, retryAt: null }) };
    }
    default:
      return assertNever(event);
  }
}

function undoing(event: RecordedEvent<Undoing>, saga: SagaMonitor): SagaMonitor {
  const { at } = event.metadata;
  const { steps } = saga;
  switch (event.type) {
    case 'UndoAdded': {
      const added = event.data.step;
      const replaced = replacedBy(added);
      const kept = steps
        .filter(({ name }) => name !== replaced && name !== added)
        .map((step) => (undoOf(step.name) === added ? { ...step, compensation: added } : step));
      const undoing = { ...saga, steps: [...kept, newStep(added, at)] };
      // A card that was charged for an earlier attempt gets its money back while the order continues.
      if (!isCompensated(saga)) return undoing;
      return compensating({ ...undoing, ...waiting('COMPENSATING', 'compensation', at), endedAt: null }, at);
    }
    case 'StepUndone':
      return compensating({ ...saga, steps: withStep(steps, event.data.step, at, done(at)) }, at);
    case 'StepSettled': {
      const change: StepChange = { ...done(at), status: 'SETTLED' };
      return compensating({ ...saga, steps: withStep(steps, event.data.step, at, change) }, at);
    }
    default:
      return assertNever(event);
  }
}

export const waiting = (status: CheckoutStatus, waitingFor: WaitingFor, at: string) =>
  ({ status, waitingFor, waitingSince: at }) as const;

export const ended = (status: CheckoutStatus, at: string) =>
  ({ status, waitingFor: null, waitingSince: null, endedAt: at }) as const;

export const isCompensated = ({ status }: SagaMonitor): boolean =>
  status === 'COMPENSATING' || status === 'COMPENSATION_STUCK' || status === 'COMPENSATED';

/** From now on the saga undoes its steps. */
export const compensates = (saga: SagaMonitor, at: string): SagaMonitor => ({
  ...saga,
  ...waiting('COMPENSATING', 'compensation', at),
  endedAt: null,
});

/** Adds the undos of the begun steps, and abandons the steps that are under way. */
export function withUndos(
  saga: SagaMonitor,
  undo: readonly Step[],
  at: string,
  isGivenUp: (step: Step) => boolean = () => true,
): SagaMonitor {
  const undone = settled(saga.steps, 'ABANDONED', at, isGivenUp).map((step) => {
    const compensation = undoOf(step.name);
    return compensation !== null && undo.includes(compensation) ? { ...step, compensation } : step;
  });
  return { ...saga, steps: [...undone, ...undo.map((step) => newStep(step, at))] };
}

/** A compensating checkout is stuck as long as one of its undos is stuck. */
function compensating(saga: SagaMonitor, at: string): SagaMonitor {
  if (saga.status !== 'COMPENSATING' && saga.status !== 'COMPENSATION_STUCK') return saga;
  const stuck = saga.steps.some(({ status }) => status === 'STUCK');
  if (stuck === (saga.status === 'COMPENSATION_STUCK')) return saga;
  return stuck
    ? { ...saga, ...waiting('COMPENSATION_STUCK', 'operator', at) }
    : { ...saga, ...waiting('COMPENSATING', 'compensation', at) };
}

export const newStep = (name: Step, startedAt: string): SagaStep => ({
  name,
  status: 'RUNNING',
  attempts: 0,
  lastError: null,
  retryAt: null,
  startedAt,
  endedAt: null,
  compensation: null,
});

export type StepChange = Partial<Pick<SagaStep, 'status' | 'attempts' | 'lastError' | 'retryAt' | 'endedAt'>>;

export const done = (endedAt: string): StepChange => ({ status: 'DONE', retryAt: null, endedAt });
export const failed = (endedAt: string, lastError: string): StepChange => ({
  status: 'FAILED',
  retryAt: null,
  endedAt,
  lastError,
});

/** Trivial steps (`mark-reserved`, `confirm`) are listed from their first failure on. */
export const withStep = (
  steps: readonly SagaStep[],
  name: Step,
  at: string,
  change: StepChange,
): readonly SagaStep[] =>
  steps.some((step) => step.name === name)
    ? steps.map((step) => (step.name === name ? { ...step, ...change } : step))
    : [...steps, { ...newStep(name, at), ...change }];

export const isUnderWay = ({ status }: SagaStep): boolean => status === 'RUNNING' || status === 'RETRYING';

/** The checkout has passed the steps that were under way. Undos end by their own events. */
export const settled = (
  steps: readonly SagaStep[],
  status: 'DONE' | 'ABANDONED',
  endedAt: string,
  isMeant: (step: Step) => boolean = () => true,
): readonly SagaStep[] =>
  steps.map((step) =>
    isUnderWay(step) && !rowOf(step.name).isUndo && isMeant(step.name)
      ? { ...step, status, retryAt: null, endedAt }
      : step,
  );
