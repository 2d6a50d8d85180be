// One attempt at the commands of a lane: load the fold, decide, append. A conflict with another process reads on and decides
// again, and so does an answer that another process may have made untrue.
import type { AnyAggregate, Awaitable } from '@holdfast/kernel';
import { EventTooLarge, type EventStore, type RevisionConflict } from '@holdfast/event-store';
import { andThen, recover } from './awaitable.js';
import { draftOf, type Draft, type Fold, type Folds } from './fold.js';

/** Other processes appended to the stream between load and append, in every attempt. */
export class TooManyConflicts extends Error {
  override readonly name = 'TooManyConflicts';
}

/** A question to a stream: a command, or a look at its state. */
export type Question<T> = {
  /** whether the stream most likely has no events yet, so that it need not be read before */
  readonly begins?: boolean;
  /** Called before `decide`, to read its data; returns undefined when there is nothing to wait for. */
  prepare?(this: void, fold: Fold): Promise<void> | undefined;
  /** Adds events to the draft; questions that share the append build on them. */
  decide(this: void, fold: Fold, draft: Draft): Verdict<T>;
};

export type Verdict<T> = {
  /** Called after the append, because parts of the answer are known only then. */
  readonly answer: () => T;
  /**
   * Whether the answer is right even if the stream has further events. When it is not, and no event is appended, the
   * stream is read to its end first.
   */
  readonly certain: boolean;
};

/** `answer` or `error` is set once the job is done. */
export type Job = {
  readonly question: Question<unknown>;
  answer: (() => unknown) | undefined;
  error: unknown;
  settle: (() => void) | undefined;
};

/** One stream's queue of jobs. `fold` is null until it is loaded. */
export type Lane = {
  readonly stream: string;
  readonly aggregate: AnyAggregate;
  fold: Fold | null;
  /** the last revision that is known to be in the stream; the fold may be behind it, or ahead */
  seen: number;
  jobs: Job[];
  busy: boolean;
};

export type AttemptOptions = {
  readonly store: EventStore;
  readonly folds: Folds;
  /** Called with the number of commands that folds in memory remember in addition. */
  onRemembered(this: void, commands: number): void;
};

const maxTries = 8;

/** Returns a function that settles every job; its result never rejects. */
export function createAttempt(
  options: AttemptOptions,
): (lane: Lane, jobs: readonly Job[]) => Awaitable<void> {
  const decideOn = (lane: Lane, jobs: readonly Job[]): Awaitable<void> =>
    loadAndDecide(options, lane, jobs, 1);
  const fail = (error: unknown, lane: Lane, jobs: readonly Job[]): Awaitable<void> => {
    if (error instanceof EventTooLarge && jobs.length > 1) {
      // The shared append was too large. Each command is tried by itself, so that only a command that is too large fails.
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
  const attempt = (lane: Lane, jobs: readonly Job[]): Awaitable<void> => recover(decideOn, fail, lane, jobs);
  return attempt;
}

function loadAndDecide(
  options: AttemptOptions,
  lane: Lane,
  jobs: readonly Job[],
  tries: number,
): Awaitable<void> {
  const { folds, onRemembered } = options;
  if (lane.fold !== null) return prepare(options, lane, lane.fold, jobs, tries, false);
  if (tries === 1 && jobs[0]?.question.begins === true) {
    lane.fold = folds.empty(lane.aggregate, lane.stream);
    return prepare(options, lane, lane.fold, jobs, tries, false);
  }
  return andThen(folds.load(lane.aggregate, lane.stream), (loaded) => {
    lane.fold = loaded;
    onRemembered(loaded.recent.size);
    return prepare(options, lane, loaded, jobs, tries, true);
  });
}

/** `fresh`: whether the fold was read to the stream's end after the jobs were asked. */
function prepare(
  options: AttemptOptions,
  lane: Lane,
  fold: Fold,
  jobs: readonly Job[],
  tries: number,
  fresh: boolean,
): Awaitable<void> {
  const waiting: Promise<void>[] = [];
  for (const { question } of jobs) {
    const prepared = question.prepare?.(fold);
    if (prepared !== undefined) waiting.push(prepared);
  }
  if (waiting.length === 0) return decide(options, lane, fold, jobs, tries, fresh);
  return Promise.all(waiting).then(() => decide(options, lane, fold, jobs, tries, fresh));
}

function decide(
  options: AttemptOptions,
  lane: Lane,
  fold: Fold,
  jobs: readonly Job[],
  tries: number,
  fresh: boolean,
): Awaitable<void> {
  const { store, folds, onRemembered } = options;
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
      else return decide(options, lane, fold, jobs, tries, true);
    });
  }
  const expected = fold.revision === -1 ? 'no_stream' : fold.revision;
  const appended = store.append(lane.stream, draft.events, expected);
  return andThen(appended, (answer) => {
    if (!answer.ok) return conflict(options, lane, fold, jobs, tries, answer.rejection);
    folds.accept(fold, draft, answer.value);
    settle(jobs, verdicts);
    if (draft.commands !== null) onRemembered(draft.commands.size);
  });
}

/** Another process appended first. Reads the rest of the stream into the fold, and decides all jobs again. */
function conflict(
  options: AttemptOptions,
  lane: Lane,
  fold: Fold,
  jobs: readonly Job[],
  tries: number,
  { stream, actual }: RevisionConflict,
): Awaitable<void> {
  if (tries === maxTries) throw new TooManyConflicts(`${stream} changed under each of ${maxTries} tries`);
  if (fold.revision === -1 || actual < fold.revision) {
    // A stream that was only assumed to be new may have a snapshot; a stream that got shorter was replaced by another one.
    lane.fold = null;
    return loadAndDecide(options, lane, jobs, tries + 1);
  }
  return andThen(options.folds.readOn(fold), () => prepare(options, lane, fold, jobs, tries + 1, true));
}

function settle(jobs: readonly Job[], verdicts: readonly Verdict<unknown>[]): void {
  jobs.forEach((job, n) => {
    job.answer = verdicts[n]?.answer;
    job.settle?.();
  });
}
