// The progress of each checkout: its steps, the thing that it waits for and since when, and whether a person is needed.
import {
  attemptOf,
  definitionOf,
  kindOf,
  stepOf,
  type CardDeclined,
  type CheckoutEvent,
  type CheckoutStarted,
  type Step,
  type StepKind,
} from '@holdfast/checkout';
import {
  assertNever,
  invariant,
  streamId,
  type Projection,
  type RecordedEvent,
  type Sku,
} from '@holdfast/kernel';
import type { PaymentMethod } from '@holdfast/ordering';
import { policyPrefixes, policyTypes, projectPolicy, type PolicyEvent } from './choreographed-saga.js';
import {
  afterStep,
  compensates,
  done,
  ended,
  failed,
  newStep,
  settled,
  waiting,
  withStep,
  withUndos,
  type SagaMonitor,
  type SagaStep,
} from './saga-steps.js';

const handled: ReadonlySet<string> = new Set<CheckoutEvent['type'] | PolicyEvent['type']>([
  ...policyTypes,
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

/** Also for decisions that the policies of choreographed orders share with the checkout. */
export function after(
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
    case 'UndoAdded':
    case 'StepUndone':
    case 'StepSettled':
      return afterStep(event, saga);
    case 'CompensationStarted':
    case 'CompensationCompleted':
      return compensation(event, saga);
    case 'InvoiceRequested':
    case 'InvoiceNumbered':
    case 'ChecksPassed':
    case 'DeadlineReached':
    case 'DeadlineMoved':
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
      // With more time to pay the checkout keeps waiting, since the same time as before.
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

/** The step of the last attempt that asked for the money. */
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

function compensation(
  event: Of<'CompensationStarted' | 'CompensationCompleted'>,
  saga: SagaMonitor,
): SagaMonitor {
  const { at } = event.metadata;
  switch (event.type) {
    case 'CompensationStarted':
      return withUndos(compensates(saga, at), event.data.undo, at);
    case 'CompensationCompleted':
      return { ...saga, ...ended('COMPENSATED', at) };
    default:
      return assertNever(event);
  }
}

const isOf = (kind: StepKind, step: Step): boolean => kindOf(step) === kind;

const isOfPolicy = ({ stream }: RecordedEvent): boolean =>
  policyPrefixes.some((prefix) => stream.startsWith(prefix));

export const sagaMonitor: Projection<SagaMonitor> = {
  name: 'saga-monitor',
  version: 4,
  prefixes: ['checkout-', ...policyPrefixes],
  indexes: {
    started: ['startedPosition'],
    status: ['status', 'startedPosition'],
    waitingFor: ['waitingFor', 'waitingSince'],
  },
  key: (event) => (handled.has(event.type) ? streamId(event.stream) : null),
  project: (event, saga) => [
    { document: isOfPolicy(event) ? projectPolicy(event, saga, after) : project(event, saga) },
  ],
};
