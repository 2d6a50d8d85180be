// Commands for one stream take turns and share an append, so that a hot stream costs no conflicts inside a process. A
// decision is made on the fold in memory; only a conflict with another process, or an answer that another process may
// have made untrue, reads on.
import type { AnyAggregate, Awaitable, RecordedEvent } from '@holdfast/kernel';
import { EventTooLarge, type EventStore, type RevisionConflict } from '@holdfast/event-store';
import { andThen, isPending } from './awaitable.js';
import { Cache } from './cache.js';
import { whenReadable } from './upcasting.js';
import { draftOf, evolve, type Draft, type Fold, type Folds } from './fold.js';

/** Other processes kept changing the stream between load and append. */
export class TooManyConflicts extends Error {
  override readonly name = 'TooManyConflicts';
}

/** What is asked of a stream. */
export type Question<T> = {
  /** whether the stream most likely has no events yet, so that it need not be read before */
  readonly begins?: boolean;
  /** Called before `decide`, for what can't be known at once; undefined when there is nothing to wait for. */
  prepare?(this: void, fold: Fold): Promise<void> | undefined;
  /** Adds events to the draft; questions that share the append build on them. */
  decide(this: void, fold: Fold, draft: Draft): Verdict<T>;
};

export type Verdict<T> = {
  /** known after the append only, hence a function */
  readonly answer: () => T;
  /** whether the answer holds whatever else is in the stream by now; when it does not, and nothing is appended, the
   * stream is read on first */
  readonly certain: boolean;
};

type Job = {
  readonly question: Question<unknown>;
  answer: (() => unknown) | undefined;
  error: unknown;
  settle: (() => void) | undefined;
};

/** A stream's turn-taking. `fold` is null until loaded. */
export type Lane = {
  readonly stream: string;
  readonly aggregate: AnyAggregate;
  fold: Fold | null;
  /** the last revision that is known to be in the stream; the fold may be behind it, or ahead */
  seen: number;
  jobs: Job[];
  busy: boolean;
};

export type Lanes = {
  /** The fold in memory, unless the stream is known to have gone further. */
  known(stream: string): Fold | null;
  /** Brings folds in memory on with events of the log, which come in order. */
  learn(events: readonly RecordedEvent[]): void;
  ask<T>(aggregate: AnyAggregate, stream: string, question: Question<T>): Awaitable<T>;
};

const maxTries = 8;
const maxSharedCommands = 128;
/** Commands remembered over all streams, some 250 bytes each: 100 MB. */
const rememberedInAll = 400_000;

export function createLanes(options: {
  readonly store: EventStore;
  readonly folds: Folds;
  readonly cachedStreams: number;
}): Lanes {
  const { store, folds } = options;
  const lanes = new Cache<string, Lane>(options.cachedStreams);
  /** lanes at work, so that a lane evicted meanwhile is not opened twice */
  const working = new Map<string, Lane>();
  /** commands that are remembered, or a few more: folds that were forgotten are counted until the next recount */
  let remembered = 0;
  /** whether the store has answered with a promise */
  let answersLater = false;

  const known = (stream: string): Fold | null => {
    const lane = lanes.get(stream) ?? working.get(stream);
    const fold = lane?.fold ?? null;
    return lane !== undefined && fold !== null && fold.revision >= lane.seen ? fold : null;
  };

  const learn = (events: readonly RecordedEvent[]): void => {
    for (const event of events) {
      const lane = lanes.peek(event.stream) ?? working.get(event.stream);
      if (lane === undefined || event.revision <= lane.seen) continue;
      lane.seen = event.revision;
      if (lane.fold === null || lane.busy || event.revision !== lane.fold.revision + 1) continue;
      // An event that can't be read fails the next command, which reads on; others must not suffer for it.
      whenReadable(() => {
        if (lane.fold !== null) evolve(lane.fold, event);
      });
    }
  };

  const laneOf = (aggregate: AnyAggregate, stream: string): Lane => {
    const found = lanes.get(stream) ?? working.get(stream);
    if (found !== undefined) return found;
    const lane: Lane = { stream, aggregate, fold: null, seen: -1, jobs: [], busy: false };
    lanes.set(stream, lane);
    return lane;
  };

  const ask = <T>(aggregate: AnyAggregate, stream: string, question: Question<T>): Awaitable<T> => {
    const lane = laneOf(aggregate, stream);
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

  /** What is asked in one go shares an append. A store that answers at once gains nothing by that. */
  const start = (lane: Lane): void => {
    if (!answersLater) {
      work(lane);
      return;
    }
    lane.busy = true;
    working.set(lane.stream, lane);
    void Promise.resolve().then(() => {
      lane.busy = false;
      working.delete(lane.stream);
      work(lane);
    });
  };

  /** Runs the lane's jobs until none is left; goes on by itself when a store answers later. */
  const work = (lane: Lane): void => {
    while (lane.jobs.length > 0) {
      const jobs = lane.jobs.splice(0, maxSharedCommands);
      lane.busy = true;
      const done = attempt(lane, jobs);
      if (isPending(done)) {
        answersLater = true;
        working.set(lane.stream, lane);
        void done.then(() => {
          lane.busy = false;
          working.delete(lane.stream);
          work(lane);
        });
        return;
      }
      lane.busy = false;
    }
    if (lane.fold !== null && lane.aggregate.isSettled?.(lane.fold.state) === true) lanes.delete(lane.stream);
  };

  /** Settles every job; never rejects. */
  const attempt = (lane: Lane, jobs: readonly Job[]): Awaitable<void> => {
    const onError = (error: unknown): Awaitable<void> => fail(lane, jobs, error);
    try {
      const decided = loadAndDecide(lane, jobs, 1);
      return isPending(decided) ? decided.catch(onError) : decided;
    } catch (error) {
      return onError(error);
    }
  };

  const loadAndDecide = (lane: Lane, jobs: readonly Job[], tries: number): Awaitable<void> => {
    if (lane.fold !== null) return prepare(lane, lane.fold, jobs, tries, false);
    if (tries === 1 && jobs[0]?.question.begins === true) {
      lane.fold = folds.empty(lane.aggregate, lane.stream);
      return prepare(lane, lane.fold, jobs, tries, false);
    }
    return andThen(folds.load(lane.aggregate, lane.stream), (loaded) => {
      lane.fold = loaded;
      grow(loaded.recent.size);
      return prepare(lane, loaded, jobs, tries, true);
    });
  };

  /** `fresh`: whether the fold was read on to the stream's end after the jobs were asked. */
  const prepare = (
    lane: Lane,
    fold: Fold,
    jobs: readonly Job[],
    tries: number,
    fresh: boolean,
  ): Awaitable<void> => {
    const waiting: Promise<void>[] = [];
    for (const { question } of jobs) {
      const prepared = question.prepare?.(fold);
      if (prepared !== undefined) waiting.push(prepared);
    }
    if (waiting.length === 0) return decide(lane, fold, jobs, tries, fresh);
    return Promise.all(waiting).then(() => decide(lane, fold, jobs, tries, fresh));
  };

  const decide = (
    lane: Lane,
    fold: Fold,
    jobs: readonly Job[],
    tries: number,
    fresh: boolean,
  ): Awaitable<void> => {
    const draft = draftOf(fold);
    const verdicts = jobs.map(({ question }) => question.decide(fold, draft));
    if (draft.events.length === 0) {
      if (fresh || verdicts.every(({ certain }) => certain)) {
        settle(jobs, verdicts);
        return;
      }
      const { revision } = fold;
      return andThen(folds.readOn(fold), () => {
        if (fold.revision === revision) settle(jobs, verdicts);
        else return decide(lane, fold, jobs, tries, true);
      });
    }
    const expected = fold.revision === -1 ? 'no_stream' : fold.revision;
    const appended = store.append(lane.stream, draft.events, expected);
    return andThen(appended, (answer) => {
      if (!answer.ok) return conflict(lane, fold, jobs, tries, answer.rejection);
      folds.accept(fold, draft, answer.value);
      settle(jobs, verdicts);
      if (draft.commands !== null) grow(draft.commands.size);
    });
  };

  /** Another process was faster. What is known stays known: the fold is read on from there, and all is decided again. */
  const conflict = (
    lane: Lane,
    fold: Fold,
    jobs: readonly Job[],
    tries: number,
    { stream, actual }: RevisionConflict,
  ): Awaitable<void> => {
    if (tries === maxTries) throw new TooManyConflicts(`${stream} changed under each of ${maxTries} tries`);
    if (fold.revision === -1 || actual < fold.revision) {
      // Of a stream that was only assumed to be new there may be a snapshot; one that is shorter now is another one.
      lane.fold = null;
      return loadAndDecide(lane, jobs, tries + 1);
    }
    return andThen(folds.readOn(fold), () => prepare(lane, fold, jobs, tries + 1, true));
  };

  const fail = (lane: Lane, jobs: readonly Job[], error: unknown): Awaitable<void> => {
    if (error instanceof EventTooLarge && jobs.length > 1) {
      // Sharing an append made it too large, or one of them is: each by itself.
      return jobs.reduce<Awaitable<void>>(
        (before, job) => andThen(before, () => attempt(lane, [job])),
        undefined,
      );
    }
    for (const job of jobs) {
      job.error = error ?? new Error('command failed');
      job.settle?.();
    }
  };

  /** Forgets the folds that were not used lately, and when that is not enough all of them. */
  const grow = (commands: number): void => {
    remembered += commands;
    if (remembered <= rememberedInAll) return;
    lanes.age();
    remembered = 0;
    for (const { fold } of lanes.values()) remembered += fold?.recent.size ?? 0;
    if (remembered <= rememberedInAll / 2) return;
    lanes.clear();
    remembered = 0;
  };

  return { known, learn, ask };
}

function result<T>(job: Job): T {
  if (job.answer === undefined) throw job.error as Error;
  return job.answer() as T;
}

function settle(jobs: readonly Job[], verdicts: readonly Verdict<unknown>[]): void {
  jobs.forEach((job, n) => {
    job.answer = verdicts[n]?.answer;
    job.settle?.();
  });
}
