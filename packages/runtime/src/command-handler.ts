// Command handling: load, decide, append. Commands for one stream take turns and share an append, so that a hot
// stream costs no conflicts inside a process; a conflict with another process means reload and decide again. What is
// answered without an append is first read on to the stream's end, for another process may have gone further.
import type {
  AnyAggregate,
  Awaitable,
  DomainCommand,
  DomainEvent,
  Environment,
  EventMetadata,
  Json,
  NewEvent,
  Position,
  RecordedEvent,
  Rejection,
} from '@holdfast/kernel';
import { invariant } from '@holdfast/kernel';
import { EventTooLarge, type Appended, type EventStore, type RevisionConflict } from '@holdfast/event-store';
import { andThen, isPending } from './awaitable.js';
import { Cache } from './cache.js';
import type { CommandContext, CommandHandler, CommandOutcome, Loaded } from './contract.js';
import type { Snapshots } from './snapshots.js';
import { createTimestamps } from './timestamps.js';

export type CommandHandlerOptions = {
  readonly store: EventStore;
  readonly aggregates: readonly AnyAggregate[];
  readonly snapshots?: Snapshots;
  readonly environment: Environment;
  /** folds kept in memory */
  readonly cachedStreams?: number;
};

/** Other processes kept changing the stream between load and append. */
export class TooManyConflicts extends Error {
  override readonly name = 'TooManyConflicts';
}

/** How long a command id is recognised at least; short streams remember for ever. */
const rememberMs = 24 * 60 * 60 * 1000;
const rememberAtLeast = 1000;
const maxTries = 8;
const maxSharedCommands = 128;
const pageOfEvents = 1000;

type Remembered = {
  readonly fingerprint: string;
  readonly revision: number;
  readonly position: Position;
  readonly at: string;
};

type Fold = {
  readonly stream: string;
  readonly aggregate: AnyAggregate;
  state: unknown;
  revision: number;
  position: Position;
  /** revision of the last snapshot; -1 without one */
  snapshotRevision: number;
  readonly recent: Map<string, Remembered>;
};

/** What is asked of a stream. */
type Job = {
  /**
   * Adds events to `events` and evolves the fold as if they were appended: later jobs build on them. The answer is
   * known after the append only, hence a function.
   */
  decide(this: void, fold: Fold, events: NewEvent[]): () => unknown;
  answer: (() => unknown) | undefined;
  error: unknown;
  settle: (() => void) | undefined;
};

/** A stream's turn-taking. `fold` is null until loaded, and again after a conflict or an error. */
type Lane = {
  readonly stream: string;
  readonly aggregate: AnyAggregate;
  fold: Fold | null;
  jobs: Job[];
  busy: boolean;
};

export function createCommandHandler(options: CommandHandlerOptions): CommandHandler {
  const { store, environment, snapshots } = options;
  const byCommandType = new Map<string, AnyAggregate>();
  for (const aggregate of options.aggregates) {
    for (const type of aggregate.commandTypes as readonly string[]) {
      invariant(!byCommandType.has(type), `two aggregates take ${type}`);
      byCommandType.set(type, aggregate);
    }
  }
  const timestamp = createTimestamps(environment.clock);
  const lanes = new Cache<string, Lane>(options.cachedStreams ?? 20_000);
  /** lanes at work, so that a lane evicted meanwhile is not opened twice */
  const working = new Map<string, Lane>();

  const laneOf = (aggregate: AnyAggregate, stream: string): Lane => {
    const known = lanes.get(stream) ?? working.get(stream);
    if (known !== undefined) return known;
    const lane: Lane = { stream, aggregate, fold: null, jobs: [], busy: false };
    lanes.set(stream, lane);
    return lane;
  };

  const ask = <T>(lane: Lane, decide: (fold: Fold, events: NewEvent[]) => () => T): Awaitable<T> => {
    const job: Job = { decide, answer: undefined, error: undefined, settle: undefined };
    lane.jobs.push(job);
    if (!lane.busy) work(lane);
    if (job.answer !== undefined || job.error !== undefined) return result<T>(job);
    return new Promise((resolve, reject) => {
      job.settle = () => {
        if (job.error === undefined) resolve(result<T>(job));
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- passed on as it was thrown
        else reject(job.error);
      };
    });
  };

  /** Runs the lane's jobs until none is left; goes on by itself when a store answers later. */
  const work = (lane: Lane): void => {
    while (lane.jobs.length > 0) {
      const jobs = lane.jobs.splice(0, maxSharedCommands);
      lane.busy = true;
      const done = attempt(lane, jobs, 1);
      if (isPending(done)) {
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
  const attempt = (lane: Lane, jobs: readonly Job[], tries: number): Awaitable<void> => {
    try {
      const known = lane.fold;
      const decided =
        known === null
          ? andThen(load(lane.aggregate, lane.stream), (loaded) =>
              decideAndAppend(lane, (lane.fold = loaded), jobs, tries, true),
            )
          : decideAndAppend(lane, known, jobs, tries, false);
      return isPending(decided) ? decided.catch((error: unknown) => fail(lane, jobs, error)) : decided;
    } catch (error) {
      return fail(lane, jobs, error);
    }
  };

  /** `fresh`: whether the fold was read on to the stream's end after the jobs were asked. */
  const decideAndAppend = (
    lane: Lane,
    fold: Fold,
    jobs: readonly Job[],
    tries: number,
    fresh: boolean,
  ): Awaitable<void> => {
    const expected = fold.revision;
    const events: NewEvent[] = [];
    const answers: (() => unknown)[] = [];
    for (const job of jobs) answers.push(job.decide(fold, events));
    if (events.length === 0) {
      if (fresh) settle(jobs, answers);
      else return readOn(lane, fold, jobs, answers, tries);
      return;
    }
    const appended = store.append(lane.stream, events, expected === -1 ? 'no_stream' : expected);
    const finish = (answer: Awaited<typeof appended>): Awaitable<void> => {
      if (!answer.ok) return conflict(lane, jobs, tries, answer.rejection);
      remember(fold, events, answer.value);
      settle(jobs, answers);
      takeSnapshot(fold);
    };
    return andThen(appended, finish);
  };

  /** Nothing is to be appended, which would have shown whether the fold is behind. When it is, all is decided again. */
  const readOn = (
    lane: Lane,
    fold: Fold,
    jobs: readonly Job[],
    answers: readonly (() => unknown)[],
    tries: number,
  ): Awaitable<void> => {
    const { revision } = fold;
    return andThen(replay(fold), () => {
      if (fold.revision === revision) settle(jobs, answers);
      else return decideAndAppend(lane, fold, jobs, tries, true);
    });
  };

  /** The outcome's position is that of the whole append: who waits for that has waited for every command in it. */
  const decide = (
    fold: Fold,
    command: DomainCommand,
    context: CommandContext,
    events: NewEvent[],
  ): (() => CommandOutcome) => {
    const earlier = fold.recent.get(context.commandId);
    if (earlier !== undefined && context.fingerprint !== undefined) {
      if (earlier.fingerprint !== context.fingerprint) {
        return () => ({ ok: false, rejection: { code: 'IdempotencyConflict' } });
      }
      // When the first of the two rides in this very append, its position is not known yet.
      return () => {
        const { revision, position } = fold.recent.get(context.commandId) ?? earlier;
        return { ok: true, stream: fold.stream, revision, position, repeated: true };
      };
    }
    const decision = fold.aggregate.decide(command, fold.state);
    if (!decision.ok) return () => ({ ok: false, rejection: decision.rejection as Rejection });
    const decided = decision.value as readonly DomainEvent[];
    if (decided.length === 0) {
      const { revision } = fold;
      return () => ({ ok: true, stream: fold.stream, revision, position: fold.position, repeated: true });
    }
    const at = timestamp();
    const { commandId, correlationId, causationId, actor, fingerprint } = context;
    for (const event of decided) {
      fold.state = fold.aggregate.evolve(fold.state, event);
      const schemaVersion = versionOf(fold.aggregate, event);
      // The parts one by one: a spread copies several times slower, and this runs for every event.
      const metadata: EventMetadata =
        fingerprint === undefined
          ? { commandId, correlationId, causationId, actor, at, schemaVersion }
          : { commandId, correlationId, causationId, actor, at, schemaVersion, fingerprint };
      events.push({ id: environment.ids.next(), type: event.type, data: event.data, metadata });
    }
    fold.revision += decided.length;
    if (fingerprint !== undefined) {
      fold.recent.set(commandId, {
        fingerprint,
        revision: fold.revision,
        position: -1,
        at,
      });
    }
    const { revision } = fold;
    return () => ({ ok: true, stream: fold.stream, revision, position: fold.position, repeated: false });
  };

  const remember = (fold: Fold, events: readonly NewEvent[], appended: Appended): void => {
    fold.position = appended.position;
    let revision = appended.revision - events.length;
    for (const event of events) {
      revision += 1;
      recall(fold, event.metadata, revision, appended.position);
    }
    forgetOld(fold, environment.clock.now());
  };

  const conflict = (
    lane: Lane,
    jobs: readonly Job[],
    tries: number,
    rejection: RevisionConflict,
  ): Awaitable<void> => {
    lane.fold = null;
    if (tries < maxTries) return attempt(lane, jobs, tries + 1);
    return fail(
      lane,
      jobs,
      new TooManyConflicts(`${rejection.stream} changed under each of ${maxTries} tries`),
    );
  };

  /** The fold may be ahead of the stream now, or behind it: it is loaded again when needed. */
  const fail = (lane: Lane, jobs: readonly Job[], error: unknown): Awaitable<void> => {
    lane.fold = null;
    if (error instanceof EventTooLarge && jobs.length > 1) {
      // Sharing an append made it too large, or one of them is: each by itself.
      return jobs.reduce<Awaitable<void>>(
        (before, job) => andThen(before, () => attempt(lane, [job], 1)),
        undefined,
      );
    }
    for (const job of jobs) {
      job.error = error ?? new Error('command failed');
      job.settle?.();
    }
  };

  const load = (aggregate: AnyAggregate, stream: string): Awaitable<Fold> => {
    const fresh: Fold = {
      stream,
      aggregate,
      state: aggregate.initialState,
      revision: -1,
      position: -1,
      snapshotRevision: -1,
      recent: new Map(),
    };
    if (snapshots === undefined || aggregate.snapshot === undefined) return replay(fresh);
    const codec = aggregate.snapshot;
    return andThen(snapshots.read(stream, codec.version), (snapshot) => {
      if (snapshot === null) return replay(fresh);
      return replay({
        ...fresh,
        state: codec.read(snapshot.state),
        revision: snapshot.revision,
        position: snapshot.logPosition,
        snapshotRevision: snapshot.revision,
        recent: new Map(snapshot.recent as unknown as [string, Remembered][]),
      });
    });
  };

  const replay = (fold: Fold): Awaitable<Fold> => {
    const page = store.readStream(fold.stream, { from: fold.revision + 1, limit: pageOfEvents });
    return andThen(page, (events) => {
      for (const event of events) evolve(fold, event);
      return events.length < pageOfEvents ? fold : replay(fold);
    });
  };

  const evolve = (fold: Fold, event: RecordedEvent): void => {
    fold.state = fold.aggregate.evolve(fold.state, event);
    fold.revision = event.revision;
    fold.position = event.position;
    recall(fold, event.metadata, event.revision, event.position);
  };

  /** Snapshots at doubling lengths: their total cost stays linear, and at most half a stream is read again. */
  const takeSnapshot = (fold: Fold): void => {
    const codec = fold.aggregate.snapshot;
    if (snapshots === undefined || codec === undefined) return;
    if (fold.revision - fold.snapshotRevision < Math.max(pageOfEvents, fold.snapshotRevision)) return;
    fold.snapshotRevision = fold.revision;
    const recent = [...fold.recent] as unknown as Json;
    const { stream, revision, position } = fold;
    snapshots.write({
      stream,
      version: codec.version,
      revision,
      logPosition: position,
      state: codec.write(fold.state),
      recent,
    });
  };

  return {
    handle(command, context) {
      const aggregate = byCommandType.get(command.type);
      invariant(aggregate !== undefined, `no aggregate takes ${command.type}`);
      return ask(laneOf(aggregate, aggregate.stream(command)), (fold, events) =>
        decide(fold, command, context, events),
      );
    },
    load<S>(aggregate: AnyAggregate & { readonly initialState: S }, stream: string): Awaitable<Loaded<S>> {
      // The answer is made when all is appended that shared this turn: the fold is not ahead of the stream.
      return ask(laneOf(aggregate, stream), (fold) => () => ({
        state: fold.state as S,
        revision: fold.revision,
      }));
    },
  };
}

function result<T>(job: Job): T {
  if (job.answer === undefined) throw job.error as Error;
  return job.answer() as T;
}

function settle(jobs: readonly Job[], answers: readonly (() => unknown)[]): void {
  jobs.forEach((job, n) => {
    job.answer = answers[n];
    job.settle?.();
  });
}

function recall(fold: Fold, metadata: EventMetadata, revision: number, position: Position): void {
  const { commandId, fingerprint, at } = metadata;
  if (fingerprint === undefined) return;
  fold.recent.set(commandId, { fingerprint, revision, position, at });
}

function forgetOld(fold: Fold, now: number): void {
  if (fold.recent.size <= rememberAtLeast) return;
  for (const [commandId, { at }] of fold.recent) {
    if (fold.recent.size <= rememberAtLeast || Date.parse(at) > now - rememberMs) return;
    fold.recent.delete(commandId);
  }
}

const versionOf = (aggregate: AnyAggregate, event: DomainEvent): number =>
  (aggregate.schemaVersions as Readonly<Record<string, number>> | undefined)?.[event.type] ?? 1;
