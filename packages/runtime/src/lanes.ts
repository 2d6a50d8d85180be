// Commands for one stream wait for each other and share an append, so that a hot stream has no conflicts inside an
// operating-system process.
import type { AnyAggregate, Awaitable, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { isPending } from './awaitable.js';
import type { Fold, Folds } from './fold.js';
import { createAttempt, type Job, type Lane, type Question } from './lane-attempt.js';
import { createLaneMemory } from './lane-memory.js';

export type Lanes = {
  /** The fold in memory; undefined when the stream is known to have further events. */
  known(stream: string): Fold | null;
  /** Applies events of the log, which come in order, to the folds in memory. */
  learn(events: readonly RecordedEvent[]): void;
  ask<T>(aggregate: AnyAggregate, stream: string, question: Question<T>): Awaitable<T>;
};

const maxSharedCommands = 128;

export function createLanes(options: {
  readonly store: EventStore;
  readonly folds: Folds;
  readonly cachedStreams: number;
}): Lanes {
  const { store, folds } = options;
  const lanes = createLaneMemory(options.cachedStreams);
  const attempt = createAttempt({ store, folds, onRemembered: lanes.grow });
  /** whether the store has ever returned a promise */
  let storeIsAsync = false;

  const ask = <T>(aggregate: AnyAggregate, stream: string, question: Question<T>): Awaitable<T> => {
    const lane = lanes.open(aggregate, stream);
    const job: Job = { question, answer: undefined, error: undefined, settle: undefined };
    lane.jobs.push(job);
    if (!lane.busy) start(lane);
    if (job.answer !== undefined || job.error !== undefined) return result<T>(job);
    return new Promise((resolve, reject) => {
      job.settle = () => {
        if (job.error === undefined) resolve(result<T>(job));
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- passed on as it was thrown
        else reject(job.error);
      };
    });
  };

  /** With an asynchronous store, the jobs of one turn of the event loop share an append. Others run at once. */
  const start = (lane: Lane): void => {
    if (!storeIsAsync) {
      work(lane);
      return;
    }
    lanes.begin(lane);
    void Promise.resolve().then(() => {
      lanes.end(lane);
      work(lane);
    });
  };

  /** Runs the lane's jobs until none is left. When the store returns a promise, the rest runs after it. */
  const work = (lane: Lane): void => {
    while (lane.jobs.length > 0) {
      const jobs = lane.jobs.splice(0, maxSharedCommands);
      lane.busy = true;
      const done = attempt(lane, jobs);
      if (isPending(done)) {
        storeIsAsync = true;
        lanes.begin(lane);
        void done.then(() => {
          lanes.end(lane);
          work(lane);
        });
        return;
      }
      lane.busy = false;
    }
    if (lane.fold !== null && lane.aggregate.isSettled?.(lane.fold.state) === true) lanes.forget(lane);
  };

  return { known: lanes.known, learn: lanes.learn, ask };
}

function result<T>(job: Job): T {
  if (job.answer === undefined) throw job.error as Error;
  return job.answer() as T;
}
