// How each checkout stands: what it did, what it waits for and since when, and whether a person is needed.
import {
  attemptOf,
  definitionOf,
  kindOf,
  replacedBy,
  rowOf,
  stepOf,
  undoOf,
  type CardDeclined,
  type CheckoutEvent,
  type CheckoutStarted,
  type CheckoutStatus,
  type DefinitionName,
  type Step,
  type StepKind,
  type WaitingFor,
} from '@holdfast/checkout';
import {
  assertNever,
  invariant,
  streamId,
  type Document,
  type Position,
  type Projection,
  type RecordedEvent,
  type Sku,
} from '@holdfast/kernel';
import type { Coordination, PaymentMethod } from '@holdfast/ordering';

/**
 * ABANDONED: compensation began before its answer came, so that all it did is undone. STUCK: an undo that a person should
 * look at, and that goes on being tried. SETTLED: a person has done it by hand.
 */
export type SagaStepStatus = 'RUNNING' | 'RETRYING' | 'STUCK' | 'DONE' | 'SETTLED' | 'FAILED' | 'ABANDONED';

export type SagaStep = {
  readonly name: Step;
  readonly status: SagaStepStatus;
  /** that failed so far */
  readonly attempts: number;
  readonly lastError: string | null;
  /** when it is tried again, ISO 8601; null unless it waits for that */
  readonly retryAt: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** name of the step that undoes this one, once that was called for */
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
  /** what is to be reserved */
  readonly skus: readonly Sku[];
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
  'CustomerRedirected',
  'CardDeclined',
  'FundsSecured',
  'FundsDenied',
  'FundsCaptured',
  'PaymentSkipped',
  'ReviewRequested',
  'StepAttemptFailed',
  'StepFailed',
  'StepRetried',
  'StepSettled',
  'UndoStuck',
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
  const { definition, definitionVersion, coordination } = data;
  const skus = data.stock.map(({ sku }) => sku);
  const begins = definitionOf(data).stages[0]?.[0];
  return {
    id: orderId,
    orderId,
    definition,
    definitionVersion,
    coordination,
    status: 'RUNNING',
    waitingFor: begins === 'reserve' ? 'stock' : 'payment',
    waitingSince: at,
    steps: begins === 'reserve' ? reserving(skus, at) : [],
    skus,
    startedAt: at,
    endedAt: null,
    startedPosition: position,
  };
}

function after(
  event: RecordedEvent<Exclude<CheckoutEvent, CheckoutStarted>>,
  saga: SagaMonitor,
): SagaMonitor {
  switch (event.type) {
    case 'StockSecured':
    case 'StockDenied':
    case 'DeadlineSet':
    case 'FundsRequested':
    case 'CustomerRedirected':
    case 'CardDeclined':
    case 'FundsSecured':
    case 'FundsDenied':
    case 'FundsCaptured':
    case 'PaymentSkipped':
    case 'ReviewRequested':
    case 'CheckoutCompleted':
      return goneOn(event, saga);
    case 'StepAttemptFailed':
    case 'StepFailed':
    case 'UndoStuck':
    case 'StepRetried':
      return failing(event, saga);
    case 'CompensationStarted':
    case 'UndoAdded':
    case 'StepUndone':
    case 'StepSettled':
    case 'CompensationCompleted':
      return undoing(event, saga);
    case 'InvoiceRequested':
    case 'InvoiceNumbered':
    case 'ChecksPassed':
    case 'DeadlineReached':
      return saga;
    default:
      return assertNever(event);
  }
}

type Of<Type extends CheckoutEvent['type']> = RecordedEvent<Extract<CheckoutEvent, { readonly type: Type }>>;

function goneOn(
  event: Of<
    | 'StockSecured'
    | 'StockDenied'
    | 'DeadlineSet'
    | 'FundsRequested'
    | 'CustomerRedirected'
    | 'CardDeclined'
    | 'FundsSecured'
    | 'FundsDenied'
    | 'FundsCaptured'
    | 'PaymentSkipped'
    | 'ReviewRequested'
    | 'CheckoutCompleted'
  >,
  saga: SagaMonitor,
): SagaMonitor {
  const { at } = event.metadata;
  const { steps } = saga;
  switch (event.type) {
    case 'StockSecured': {
      const answered = withStep(steps, stepOf('reserve', event.data.sku), at, done(at));
      const all = answered.every(({ name, status }) => !isOf('reserve', name) || status === 'DONE');
      const onward = { ...saga, steps: answered };
      if (!all || saga.waitingFor !== 'stock') return onward;
      const isPaidNext = stageAfter('reserve', saga).includes('capture-funds');
      return isPaidNext ? capturing(onward, at) : { ...onward, ...waiting('RUNNING', 'payment', at) };
    }
    case 'StockDenied': {
      const { sku, available, requested } = event.data;
      const lastError = `${available} available of ${requested}`;
      return { ...saga, steps: withStep(steps, stepOf('reserve', sku), at, failed(at, lastError)) };
    }
    case 'DeadlineSet':
      // With more time to pay the checkout waits on, since when it did.
      return event.data.deadline === 'reservation' && saga.status !== 'WAITING'
        ? { ...saga, ...waiting('WAITING', 'payment', at) }
        : saga;
    case 'FundsRequested':
      return {
        ...saga,
        ...waiting('RUNNING', 'funds', at),
        steps: [...settled(steps, 'DONE', at), newStep(askingOf(event.data), at)],
      };
    case 'CustomerRedirected':
      return { ...saga, ...waiting('WAITING', 'customer', at) };
    case 'CardDeclined':
      return withDecline(event.data, { ...saga, ...waiting('RUNNING', 'payment', at) }, at);
    case 'FundsSecured': {
      const asked = askedLast(saga);
      const onward = { ...saga, steps: withStep(steps, asked, at, done(at)) };
      if (stageAfter(kindOf(asked), saga).includes('capture-funds')) return capturing(onward, at);
      const reserved = [...onward.steps, ...reserving(saga.skus, at)];
      return { ...onward, ...waiting('RUNNING', 'stock', at), steps: reserved };
    }
    case 'FundsDenied':
      return { ...saga, steps: withStep(steps, stepOf('hold-funds'), at, failed(at, 'the wallet refused')) };
    case 'FundsCaptured':
    case 'PaymentSkipped':
      return { ...saga, ...waiting('RUNNING', 'checks', at), steps: settled(steps, 'DONE', at) };
    case 'ReviewRequested':
      return { ...saga, ...waiting('WAITING', 'review', at) };
    case 'CheckoutCompleted':
      return { ...saga, ...ended('COMPLETED', at), steps: settled(steps, 'DONE', at) };
    default:
      return assertNever(event);
  }
}

/** A decline is the error of the step that waited for the gateway. */
function withDecline({ attempt, code }: CardDeclined['data'], saga: SagaMonitor, at: string): SagaMonitor {
  const capture = stepOf('capture-card', attempt);
  const isAuthorized = saga.steps.some(({ name }) => name === capture);
  const step = isAuthorized ? capture : stepOf('authorize-card', attempt);
  return { ...saga, steps: withStep(saga.steps, step, at, failed(at, code)) };
}

const askingOf = ({ method, attempt }: { readonly method: PaymentMethod; readonly attempt: number }): Step =>
  method === 'CARD' ? stepOf('authorize-card', attempt) : stepOf('hold-funds');

/** The step that asked for the money, of the last attempt. */
const askedLast = ({ steps }: SagaMonitor): Step =>
  steps.findLast(({ name }) => isOf('authorize-card', name) || isOf('hold-funds', name))?.name ??
  stepOf('hold-funds');

function capturing(saga: SagaMonitor, at: string): SagaMonitor {
  const asked = askedLast(saga);
  const capture = isOf('authorize-card', asked)
    ? stepOf('capture-card', attemptOf(asked))
    : stepOf('capture-funds');
  return { ...saga, ...waiting('RUNNING', 'capture', at), steps: [...saga.steps, newStep(capture, at)] };
}

const reserving = (skus: readonly Sku[], at: string): readonly SagaStep[] =>
  skus.map((sku) => newStep(stepOf('reserve', sku), at));

/** The steps that wait for a step of that kind. */
const stageAfter = (kind: StepKind, saga: SagaMonitor): readonly StepKind[] => {
  const { stages } = definitionOf(saga);
  const at = stages.findIndex((kinds) => (kinds as readonly StepKind[]).includes(kind));
  return stages[at + 1] ?? [];
};

function failing(
  event: Of<'StepAttemptFailed' | 'StepFailed' | 'UndoStuck' | 'StepRetried'>,
  saga: SagaMonitor,
): SagaMonitor {
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
      // Undos were given up once; they are stuck, and tried again.
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

function undoing(
  event: Of<'CompensationStarted' | 'UndoAdded' | 'StepUndone' | 'StepSettled' | 'CompensationCompleted'>,
  saga: SagaMonitor,
): SagaMonitor {
  const { at } = event.metadata;
  const { steps } = saga;
  switch (event.type) {
    case 'CompensationStarted': {
      const { undo } = event.data;
      const undone = settled(steps, 'ABANDONED', at).map((step) => {
        const compensation = undoOf(step.name);
        return compensation !== null && undo.includes(compensation) ? { ...step, compensation } : step;
      });
      return {
        ...saga,
        ...waiting('COMPENSATING', 'compensation', at),
        endedAt: null,
        steps: [...undone, ...undo.map((step) => newStep(step, at))],
      };
    }
    case 'UndoAdded': {
      const added = event.data.step;
      const replaced = replacedBy(added);
      const kept = steps
        .filter(({ name }) => name !== replaced && name !== added)
        .map((step) => (undoOf(step.name) === added ? { ...step, compensation: added } : step));
      const undoing = { ...saga, steps: [...kept, newStep(added, at)] };
      // A card that was charged for an earlier attempt gets its money back while the order goes on.
      if (!isCompensated(saga)) return undoing;
      return compensating({ ...undoing, ...waiting('COMPENSATING', 'compensation', at), endedAt: null }, at);
    }
    case 'StepUndone':
      return compensating({ ...saga, steps: withStep(steps, event.data.step, at, done(at)) }, at);
    case 'StepSettled': {
      const change: StepChange = { ...done(at), status: 'SETTLED' };
      return compensating({ ...saga, steps: withStep(steps, event.data.step, at, change) }, at);
    }
    case 'CompensationCompleted':
      return { ...saga, ...ended('COMPENSATED', at) };
    default:
      return assertNever(event);
  }
}

const waiting = (status: CheckoutStatus, waitingFor: WaitingFor, at: string) =>
  ({ status, waitingFor, waitingSince: at }) as const;

const ended = (status: CheckoutStatus, at: string) =>
  ({ status, waitingFor: null, waitingSince: null, endedAt: at }) as const;

const isCompensated = ({ status }: SagaMonitor): boolean =>
  status === 'COMPENSATING' || status === 'COMPENSATION_STUCK' || status === 'COMPENSATED';

/** Once it compensates, a checkout is stuck for as long as one of its undos is. */
function compensating(saga: SagaMonitor, at: string): SagaMonitor {
  if (saga.status !== 'COMPENSATING' && saga.status !== 'COMPENSATION_STUCK') return saga;
  const stuck = saga.steps.some(({ status }) => status === 'STUCK');
  if (stuck === (saga.status === 'COMPENSATION_STUCK')) return saga;
  return stuck
    ? { ...saga, ...waiting('COMPENSATION_STUCK', 'operator', at) }
    : { ...saga, ...waiting('COMPENSATING', 'compensation', at) };
}

const isOf = (kind: StepKind, step: Step): boolean => kindOf(step) === kind;

const newStep = (name: Step, startedAt: string): SagaStep => ({
  name,
  status: 'RUNNING',
  attempts: 0,
  lastError: null,
  retryAt: null,
  startedAt,
  endedAt: null,
  compensation: null,
});

type StepChange = Partial<Pick<SagaStep, 'status' | 'attempts' | 'lastError' | 'retryAt' | 'endedAt'>>;

const done = (endedAt: string): StepChange => ({ status: 'DONE', retryAt: null, endedAt });
const failed = (endedAt: string, lastError: string): StepChange => ({
  status: 'FAILED',
  retryAt: null,
  endedAt,
  lastError,
});

/** Steps that go without saying (`mark-reserved`, `confirm`) are listed from their first failure on. */
const withStep = (
  steps: readonly SagaStep[],
  name: Step,
  at: string,
  change: StepChange,
): readonly SagaStep[] =>
  steps.some((step) => step.name === name)
    ? steps.map((step) => (step.name === name ? { ...step, ...change } : step))
    : [...steps, { ...newStep(name, at), ...change }];

/** The checkout got beyond what was under way. An undo has an end of its own. */
const settled = (
  steps: readonly SagaStep[],
  status: 'DONE' | 'ABANDONED',
  endedAt: string,
): readonly SagaStep[] =>
  steps.map((step) =>
    (step.status === 'RUNNING' || step.status === 'RETRYING') && !rowOf(step.name).isUndo
      ? { ...step, status, retryAt: null, endedAt }
      : step,
  );

export const sagaMonitor: Projection<SagaMonitor> = {
  name: 'saga-monitor',
  version: 3,
  prefixes: ['checkout-'],
  indexes: {
    started: ['startedPosition'],
    status: ['status', 'startedPosition'],
    waitingFor: ['waitingFor', 'waitingSince'],
  },
  key: (event) => (handled.has(event.type) ? streamId(event.stream) : null),
  project: (event, saga) => [{ document: project(event, saga) }],
};
