// The parts of a process runner, and the calls between them.
import type {
  DomainCommand,
  DomainEvent,
  Environment,
  Position,
  Process,
  ProcessInput,
  RetryPolicy,
} from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { ReadStore } from '@holdfast/read-store';
import type { CommandHandler } from './commands.js';
import type { Deadlines, ProcessDeadline } from './deadlines.js';
import { createOpenBatches, type OpenBatches } from './open-batches.js';
import type { Parking } from './parking.js';
import { noPast, type PastDecisions } from './past-decisions.js';
import { createPendingWork } from './pending-work.js';
import { createProcessCheckpoints, type ProcessCheckpoints } from './process-checkpoints.js';
import { createProcessDeadlines } from './process-deadlines.js';
import { createDecisions } from './process-decisions.js';
import type { ProcessFeed } from './process-feed.js';
import { createProcessInputs, type ProcessInputs } from './process-inputs.js';
import { createInstances, type Instances } from './process-instance.js';
import { createProcessQueue, type ProcessQueue } from './process-queue.js';
import { createRecording, type Recording, type RecordingOptions } from './process-recording.js';
import { createSetAside, type SetAside } from './set-aside.js';
import { createTimers, type Timers } from './timers.js';
import { createTimestamps } from './timestamps.js';
import { processCheckpoint, liveCollection, belongsTo, type ProcessPartition } from './process-names.js';

export type ProcessRunnerOptions<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand> = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly commands: CommandHandler;
  readonly process: Process<I, E, S, C>;
  readonly environment: Environment;
  /** for steps that the process has no policy for */
  readonly retry?: RetryPolicy;
  /** the partition of the processes that runs here; all of them unless given */
  readonly partition?: ProcessPartition;
  onError(this: void, error: unknown): void;
};

const defaultRetry: RetryPolicy = { baseMs: 100, limitMs: 10_000, attempts: 6 };

/** The progress through the log since the start. */
type Reading<S> = {
  /** whether the end of the log was reached since the start: from then on inputs are new */
  isLive: boolean;
  /** earlier decisions, while inputs from the log's beginning come again */
  past: PastDecisions<S>;
};

/** The parts of one runner. */
export type Parts<I extends DomainEvent, S> = {
  readonly reading: Reading<S>;
  readonly timers: Timers;
  readonly batches: OpenBatches;
  readonly deadlines: Deadlines;
  readonly instances: Instances<I, S>;
  readonly recording: Recording<I, S>;
  readonly queue: ProcessQueue<I, S>;
  readonly inputs: ProcessInputs<I>;
  readonly aside: SetAside;
  readonly checkpoints: ProcessCheckpoints;
  handled(this: void): Position;
};

/** Makes the parts. They call each other, so the code of a part may use one that is made after it. */
export function assemble<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand>(
  options: ProcessRunnerOptions<I, E, S, C>,
  parking: Parking,
  feed: ProcessFeed,
): Parts<I, S> {
  const { process: manager, environment, partition, retry = defaultRetry, onError } = options;
  const isShared = partition !== undefined;
  const reading: Reading<S> = { isLive: false, past: noPast };
  const timestamp = createTimestamps(environment.clock);
  const timers = createTimers(environment);
  const release = (): void => {
    deadlines.release();
  };
  const batches = createOpenBatches(release);
  const instances = createInstances<I, E, S>(options);
  const shared = { parking, isShared, timers, timestamp, instances };
  const inputs: ProcessInputs<I> = createProcessInputs({
    route: manager.route,
    parking,
    isShared,
    isOurs: belongsTo(partition),
    enqueue: (id, ...given) => {
      const { past } = reading;
      if (past === noPast) return queue.enqueue(id, given);
      const rest = given.filter((input) => !isPast(past, id, input) || inputs.wasParked(input));
      if (rest.length > 0) return queue.enqueue(id, rest);
    },
    onError,
  });
  const { recording, queue, aside } = assembleHandling(options, {
    ...shared,
    feed,
    reading,
    release,
    handled: batches.handled,
    wasParked: inputs.wasParked,
    dispatch: (instance) => {
      doPending(instance);
    },
  });
  /** Queues an input behind those that the process is handling. */
  const enqueue = (id: string, input: ProcessInput<I>): void => {
    aside.guarded(id, () => queue.enqueue(id, [input]));
  };
  /** Unrecorded decisions are made again after a crash: the checkpoint stays before their inputs. */
  const handled = (): Position => recording.before(batches.handled());
  const fire = ({ id, name, dueAt }: ProcessDeadline): void => {
    enqueue(id, { kind: 'deadline', name, dueAt, at: timestamp() });
  };
  const deadlines: Deadlines = createProcessDeadlines({ ...options, ...shared, handled, fire });
  const checkpoints = checkpointsOf(options, handled);
  const doPending = createPendingWork({
    ...options,
    ...shared,
    retry,
    deadlines,
    enqueue,
    noteLive: checkpoints.note,
    guarded: aside.guarded,
  });
  const handling = { instances, recording, queue, aside };
  return { ...handling, reading, timers, batches, deadlines, inputs, checkpoints, handled };
}

/** Makes the parts on the way from an input to a recorded decision. */
function assembleHandling<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand>(
  options: ProcessRunnerOptions<I, E, S, C>,
  given: Pick<RecordingOptions<I, S>, 'instances' | 'wasParked' | 'handled' | 'dispatch'> & {
    readonly parking: Parking;
    readonly feed: ProcessFeed;
    readonly reading: Reading<S>;
    timestamp(this: void): string;
    release(this: void): void;
  },
): Pick<Parts<I, S>, 'recording' | 'queue' | 'aside'> {
  const { feed, reading } = given;
  const recording: Recording<I, S> = createRecording({
    ...options,
    ...given,
    conflicted: (instance, inputs, tries) => queue.decideAgain(instance, inputs, tries),
    waitedEnough: (instance) => {
      aside.guarded(instance.id, () => queue.recordNow(instance));
    },
  });
  const queue = createProcessQueue({
    ...given,
    process: options.process,
    recording,
    decide: createDecisions({ ...options, ...given }),
    isLive: () => reading.isLive,
    onSettled: given.release,
    restart: feed.restart,
  });
  const { isStarted, restart } = feed;
  const aside = createSetAside({ ...options, ...given, isStarted, restart, forget: queue.forget });
  return { recording, queue, aside };
}

/** Whether a decision from before the start covers the input. */
const isPast = <S>(past: PastDecisions<S>, id: string, input: ProcessInput): boolean =>
  input.kind === 'event' && past.covers(id, input.position);

function checkpointsOf<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand>(
  options: ProcessRunnerOptions<I, E, S, C>,
  handled: () => Position,
): ProcessCheckpoints {
  const { process: manager, partition } = options;
  return createProcessCheckpoints({
    ...options,
    checkpoint: processCheckpoint(manager.name, partition),
    collection: liveCollection(manager.name, partition),
    saysWhichLog: partition === undefined || partition.index === 0,
    handled,
  });
}
