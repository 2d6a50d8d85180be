// Bulk retries of parked events, as an aggregate: the events of each run, its progress, and its end. All runs share one
// stream, so that the program finds the runs that a restart interrupted.
import {
  accepted,
  assertNever,
  rejected,
  streamName,
  type Aggregate,
  type BulkRetryEvent,
  type DomainCommand,
  type Result,
} from '@holdfast/kernel';

export type BulkState = 'RUNNING' | 'COMPLETED' | 'STOPPED';

export type BulkRun = {
  readonly id: string;
  readonly state: BulkState;
  /** ids of parked events, in the order in which they are tried */
  readonly ids: readonly string[];
  readonly canary: number;
  /** null: as fast as they can be handled */
  readonly perSecond: number | null;
  readonly done: number;
  readonly failed: number;
  readonly actor: string;
  readonly reason?: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
};

/** The newest runs. Older ones are only in the log. */
export type BulkRuns = { readonly runs: ReadonlyMap<string, BulkRun> };

type StartBulkRetry = DomainCommand<
  'StartBulkRetry',
  Pick<BulkRun, 'ids' | 'canary' | 'perSecond' | 'actor' | 'reason'> & {
    readonly runId: string;
    readonly at: string;
  }
>;
/** `tried`: number of events that were tried before. It lets only one of two processes record a step. */
type RecordBulkStep = DomainCommand<
  'RecordBulkStep',
  {
    readonly runId: string;
    readonly tried: number;
    readonly done: number;
    readonly failed: number;
    readonly at: string;
  }
>;
export type BulkCommand = StartBulkRetry | RecordBulkStep;

export type BulkRejection = { readonly code: 'UnknownRun' | 'StepRecorded' };

export const bulkRunsCategory = 'bulkruns';
export const bulkRunsStream = streamName(bulkRunsCategory, 'parked');

const remembered = 200;

function evolve({ runs }: BulkRuns, event: BulkRetryEvent): BulkRuns {
  switch (event.type) {
    case 'BulkRetryStarted': {
      const { runId: id, at: startedAt, ...given } = event.data;
      const run: BulkRun = { id, startedAt, ...given, state: 'RUNNING', done: 0, failed: 0, endedAt: null };
      return { runs: new Map([...[...runs].slice(1 - remembered), [id, run]]) };
    }
    case 'BulkRetryStepped': {
      const run = runs.get(event.data.runId);
      if (run === undefined) return { runs };
      const done = run.done + event.data.done;
      const failed = run.failed + event.data.failed;
      return { runs: new Map([...runs, [run.id, { ...run, done, failed }]]) };
    }
    case 'BulkRetryEnded': {
      const run = runs.get(event.data.runId);
      if (run === undefined) return { runs };
      const { state, at: endedAt } = event.data;
      return { runs: new Map([...runs, [run.id, { ...run, state, endedAt }]]) };
    }
    default:
      return assertNever(event);
  }
}

function decide(command: BulkCommand, { runs }: BulkRuns): Result<readonly BulkRetryEvent[], BulkRejection> {
  switch (command.type) {
    case 'StartBulkRetry':
      return accepted(runs.has(command.data.runId) ? [] : [{ type: 'BulkRetryStarted', data: command.data }]);
    case 'RecordBulkStep': {
      const run = runs.get(command.data.runId);
      if (run === undefined) return rejected({ code: 'UnknownRun' });
      const { runId, tried, done, failed, at } = command.data;
      if (run.state !== 'RUNNING' || tried !== run.done + run.failed)
        return rejected({ code: 'StepRecorded' });
      const stepped: BulkRetryEvent = { type: 'BulkRetryStepped', data: { runId, done, failed } };
      const isOver = tried + done + failed >= run.ids.length;
      if (failed === 0 && !isOver) return accepted([stepped]);
      const state = failed > 0 ? 'STOPPED' : 'COMPLETED';
      return accepted([stepped, { type: 'BulkRetryEnded', data: { runId, state, at } }]);
    }
    default:
      return assertNever(command);
  }
}

export const bulkRuns: Aggregate<BulkCommand, BulkRetryEvent, BulkRuns, BulkRejection> = {
  category: bulkRunsCategory,
  commandTypes: ['StartBulkRetry', 'RecordBulkStep'],
  stream: () => bulkRunsStream,
  initialState: { runs: new Map() },
  evolve,
  decide,
};

const secondStep = 10;
const largestStep = 100;

/** The next events of a run: some canaries, then ten, then the rest in steps that keep to its rate. */
export function nextStep({ ids, canary, perSecond, done, failed }: BulkRun): readonly string[] {
  const tried = done + failed;
  const most = Math.min(perSecond ?? largestStep, largestStep);
  const size = tried === 0 ? canary : tried <= canary ? secondStep : most;
  return ids.slice(tried, tried + Math.max(Math.min(size, tried === 0 ? size : most), 1));
}
