// Runs a process manager: inputs in log order per process, decisions appended first, then the work that the new state
// asks for. Nothing is kept but the decisions: after a crash the live processes are loaded and their pending work is
// sent again, under the same command ids.
import type {
  Awaitable,
  Cancel,
  DomainCommand,
  DomainEvent,
  Environment,
  EventMetadata,
  NewEvent,
  PendingWork,
  Position,
  Process,
  ProcessInput,
  RecordedEvent,
  RetryPolicy,
} from '@holdfast/kernel';
import { beforeAll, streamName } from '@holdfast/kernel';
import type { Batch, EventStore } from '@holdfast/event-store';
import type { ReadStore } from '@holdfast/read-store';
import { andThen, isPending, recover } from './awaitable.js';
import { Cache } from './cache.js';
import { backoffMs } from './backoff.js';
import { TooManyConflicts } from './command-handler.js';
import type { CommandHandler, CommandOutcome } from './commands.js';
import { createDeadlines } from './deadlines.js';
import { follow } from './follow.js';
import { partitionOf } from './partitions.js';
import { isForeign } from './own-events.js';
import { createOpenBatches } from './open-batches.js';
import type { ParkingConsumer } from './parked-events.js';
import { noPast, readPastDecisions, type PastDecisions } from './past-decisions.js';
import { openParking } from './parking.js';
import { createProcessCheckpoints } from './process-checkpoints.js';
import { createProcessInputs, isOutage } from './process-inputs.js';
import { logCollection } from './same-log.js';
import { asidePosition, brokenEvent } from './set-aside.js';
import { readStreamPages } from './stream-pages.js';
import { createTimers } from './timers.js';
import { createTimestamps } from './timestamps.js';

export type ProcessRunnerOptions<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand> = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly commands: CommandHandler;
  readonly process: Process<I, E, S, C>;
  readonly environment: Environment;
  /** for steps that the process has no policy for */
  readonly retry?: RetryPolicy;
  /** the part of the processes that is run here; all of them unless given */
  readonly partition?: ProcessPartition;
  onError(this: void, error: unknown): void;
};

/** Partition `index` of `of`, by the hash of the process' id. */
export type ProcessPartition = { readonly index: number; readonly of: number };

export type ProcessRunner = {
  readonly consumer: ParkingConsumer;
  /** position up to which every input has had its effect, written but perhaps not synced */
  handled(): Position;
  /** processes with work or a deadline pending */
  live(): number;
  stop(): Promise<void>;
};

/** Name of the checkpoint of a process' inputs, or of those of one partition. */
export const processCheckpoint = (name: string, partition?: ProcessPartition): string =>
  `process:${partitionName(name, partition)}`;

/** Name under which a process parks events, and under which its lag is told. */
export const processConsumer = (name: string): string => `process-${name}`;

const partitionName = (name: string, partition?: ProcessPartition): string =>
  partition === undefined ? name : `${name}-${partition.index}-of-${partition.of}`;

const defaultRetry: RetryPolicy = { baseMs: 100, limitMs: 10_000, attempts: 6 };
const cachedInstances = 20_000;
const loadedAtOnce = 100;
/** A process was read again while it had decisions that are not in its stream. Nothing is lost: its inputs come again. */
class DecisionsLost extends Error {
  override readonly name = 'DecisionsLost';
}

const maxConflicts = 8;
/** how long a decision waits for the next one to share its append */
const recordWithinMs = 500;
/** how long a command that is on its way may keep a deadline that is due from firing */
const answersWithinMs = 5000;
/** inputs whose decisions share an append, far below what one may hold */
const maxTogether = 256;

/** Decisions that are not in the stream yet, the inputs that they were made on, and the state that the stream has. */
type Unrecorded<I extends DomainEvent, S> = {
  readonly recorded: { readonly state: S; readonly lastInput: Position; readonly lastEventId: string };
  readonly events: NewEvent[];
  readonly inputs: ProcessInput<I>[];
  readonly cancel: Cancel;
};

/** The decisions on some inputs. `isUndecided`: whether an earlier decision covers none of one of them. */
type Decided<S> = {
  readonly state: S;
  readonly lastInput: Position;
  readonly lastEventId: string;
  readonly events: readonly NewEvent[];
  readonly isUndecided: boolean;
};

type Instance<I extends DomainEvent, S> = {
  readonly id: string;
  state: S;
  revision: number;
  /** log position of its first input; it sent nothing before that. Null until there is one. */
  since: Position | null;
  /** log position of the last input that a decision covers: inputs up to it are repetitions */
  lastInput: Position;
  /** id of the last decision, which is the cause of the commands that follow */
  lastEventId: string;
  /** commands that were sent, by `sendingOf`, so that one runner sends none of them twice */
  readonly sent: Set<string>;
  /** keys of the deadlines that are armed */
  deadlines: readonly string[];
  /** commands that were sent and have no outcome yet, and the time of the last one */
  underWay: number;
  lastSentMs: number;
  readonly inputs: ProcessInput<I>[];
  /** read to its stream's end after the inputs came that are handled next */
  isFresh: boolean;
  busy: boolean;
  /** just loaded from its stream: its pending work may never have been sent */
  unsent: boolean;
  /** decisions that `state` has and the stream does not */
  unrecorded: Unrecorded<I, S> | null;
  /** the start of the runner that it was loaded after */
  readonly life: number;
  /** whether these decisions have waited long enough */
  mustRecord: boolean;
  /** resolves when all inputs are handled; undefined while nothing is pending */
  working: Promise<void> | undefined;
};

export async function startProcess<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand>(
  options: ProcessRunnerOptions<I, E, S, C>,
): Promise<ProcessRunner> {
  const { store, readStore, commands, process: manager, environment, retry = defaultRetry } = options;
  const { clock, ids, random } = environment;
  const { partition } = options;
  const liveCollection = `live-${partitionName(manager.name, partition)}`;
  const isOurs = (id: string): boolean =>
    partition === undefined || partitionOf(id, partition.of) === partition.index;
  const parking = await openParking(store, environment, processConsumer(manager.name));
  await readStore.define([{ name: liveCollection, indexes: {} }, logCollection]);
  const stopping = new AbortController();
  const timers = createTimers(environment);

  /** instances with inputs to handle; others are kept only for speed */
  const busy = new Map<string, Instance<I, S>>();
  const cache = new Cache<string, Instance<I, S>>(cachedInstances);
  const loading = new Map<string, Promise<Instance<I, S>>>();
  let restart: ((error: unknown) => void) | null = null;
  /** whether the end of the log was reached since the start: from then on inputs are new */
  let isLive = false;
  /** earlier decisions, while inputs from the log's beginning come again */
  let past: PastDecisions<S> = noPast;
  const isPast = (id: string, input: ProcessInput<I>): boolean =>
    input.kind === 'event' && past.covers(id, input.position) && !inputs.wasParked(input);
  /** whether the store has ever returned a promise */
  let storeIsAsync = false;
  /** Counts the starts. An instance of an earlier one does nothing more: all of its inputs come again. */
  let life = 0;
  const isOver = (instance: Instance<I, S>): boolean => instance.life !== life;
  /** False from an error until the next start: what comes in between comes again after it. */
  let isStarted = false;

  const batches = createOpenBatches(() => {
    deadlines.release();
  });
  /** instances with unrecorded decisions, and the position that was handled before the first of their inputs */
  const held = new Map<Instance<I, S>, Position>();
  /** Unrecorded decisions are made again after a crash: the checkpoint stays before their inputs. */
  const handled = (): Position => {
    let position = batches.handled();
    for (const before of held.values()) position = Math.min(position, before);
    return position;
  };
  const checkpoints = createProcessCheckpoints({
    store,
    readStore,
    environment,
    checkpoint: processCheckpoint(manager.name, partition),
    collection: liveCollection,
    saysWhichLog: partition === undefined || partition.index === 0,
    handled,
    onError: options.onError,
  });
  const inputs = createProcessInputs<I>({
    route: manager.route,
    parking,
    isShared: partition !== undefined,
    isOurs,
    enqueue: (id, ...given) => {
      if (past === noPast) return enqueue(id, ...given);
      const rest = given.filter((input) => !isPast(id, input));
      if (rest.length > 0) return enqueue(id, ...rest);
    },
    onError: options.onError,
  });
  const known = (id: string): Instance<I, S> | undefined => busy.get(id) ?? cache.get(id);
  const isAwaitingAnswers = (id: string): boolean => {
    const { underWay = 0, lastSentMs = 0 } = known(id) ?? {};
    return underWay > 0 && clock.now() < lastSentMs + answersWithinMs;
  };
  let refreshing = false;
  /** Looks what the runners of other partitions did about parked events, for the next time that it is asked. */
  const isBlocked = (id: string): boolean => {
    if (parking.blocker([id], Infinity) === null) return false;
    if (partition !== undefined && !refreshing) {
      refreshing = true;
      const done = (): void => void (refreshing = false);
      parking.refresh().catch(options.onError).then(done, done);
    }
    return true;
  };
  const deadlines = createDeadlines({
    store,
    environment,
    timers,
    handled,
    // Counts decisions whether they are recorded or not.
    revision: (id) => (known(id)?.revision ?? -1) + (known(id)?.unrecorded?.events.length ?? 0),
    mustWait: (id) => isBlocked(id) || isAwaitingAnswers(id),
    fire: ({ id, name, dueAt }) => {
      enqueueSafely(id, { kind: 'deadline', name, dueAt, at: iso() });
    },
    onError: options.onError,
  });

  // --- one process --------------------------------------------------------------------------------------------

  const iso = createTimestamps(clock);

  const empty = (id: string): Instance<I, S> => ({
    id,
    state: manager.initialState,
    revision: -1,
    since: null,
    lastInput: beforeAll,
    lastEventId: id,
    sent: new Set(),
    deadlines: [],
    underWay: 0,
    lastSentMs: 0,
    inputs: [],
    isFresh: false,
    busy: false,
    unsent: true,
    unrecorded: null,
    life,
    mustRecord: false,
    working: undefined,
  });

  const load = (id: string): Awaitable<Instance<I, S>> => {
    const there = known(id) ?? loading.get(id);
    if (there !== undefined) return there;
    const loaded = replay(empty(id));
    if (isPending(loaded)) {
      loading.set(id, loaded);
      const settled = (): void => {
        if (loading.get(id) === loaded) loading.delete(id);
      };
      loaded.then(settled, settled);
    }
    return loaded;
  };

  /** Reads on from the instance's revision to the stream's end. */
  const replay = (instance: Instance<I, S>): Awaitable<Instance<I, S>> => {
    const take = (events: readonly RecordedEvent[]): void => {
      for (const stored of events) {
        instance.revision = stored.revision;
        if (isForeign(stored)) continue;
        const event = stored as RecordedEvent<E>;
        instance.since ??= event.metadata.inputPosition ?? event.position;
        instance.state = manager.evolve(instance.state, event);
        instance.lastInput = Math.max(instance.lastInput, event.metadata.inputPosition ?? beforeAll);
        instance.lastEventId = event.id;
      }
    };
    const stream = streamName(manager.name, instance.id);
    const read = readStreamPages({ store, environment }, stream, instance.revision + 1, take);
    return andThen(read, () => {
      if (!isOver(instance)) cache.set(instance.id, instance);
      return instance;
    });
  };

  /** After an error the state in memory may be ahead of the stream: it is read again. */
  const forget = (id: string): void => {
    const instance = known(id);
    busy.delete(id);
    cache.delete(id);
    // Its decisions that are not recorded are made again, on the events behind the checkpoint.
    if (instance !== undefined && held.has(instance)) restart?.(new DecisionsLost(`${manager.name} ${id}`));
  };

  /** A process that a new event starts has no stream yet as a rule; if it has one, the append conflicts. */
  const begin = (id: string): Instance<I, S> => {
    const instance = empty(id);
    cache.set(id, instance);
    return instance;
  };
  const begins = (input: ProcessInput<I> | undefined): boolean =>
    isLive && input?.kind === 'event' && manager.route(input.event).kind === 'start';

  const enqueue = (id: string, ...inputs: readonly ProcessInput<I>[]): Awaitable<void> =>
    recover(queueAndWork, forgetAndThrow, id, inputs);

  const queueAndWork = (id: string, inputs: readonly ProcessInput<I>[]): Awaitable<void> => {
    const there = known(id) ?? loading.get(id) ?? (begins(inputs[0]) ? begin(id) : undefined);
    return andThen(there ?? load(id), (instance) => {
      if (there === undefined) instance.isFresh = true;
      instance.inputs.push(...inputs);
      return instance.busy ? instance.working : work(instance);
    });
  };

  const forgetAndThrow = (error: unknown, id: string): never => {
    forget(id);
    throw error;
  };

  /** Handles one process' queued inputs in order: inputs that came together are decided on and appended together. */
  const work = (instance: Instance<I, S>): Awaitable<void> => {
    if (isOver(instance)) return;
    instance.busy = true;
    busy.set(instance.id, instance);
    while (instance.inputs.length > 0 || instance.mustRecord) {
      const done = handleInputs(instance, instance.inputs.splice(0, maxTogether), 1);
      if (isPending(done)) return (instance.working = done.then(() => work(instance)));
    }
    if (instance.unsent && instance.revision >= 0) dispatch(instance);
    if (instance.inputs.length > 0) return work(instance);
    instance.busy = false;
    instance.working = undefined;
    if (instance.unrecorded !== null) return;
    if (busy.get(instance.id) === instance) busy.delete(instance.id);
    if (held.delete(instance)) deadlines.release();
  };

  const handleInputs = (
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    tries: number,
  ): Awaitable<void> => {
    if (isOver(instance)) return;
    const { isFresh } = instance;
    instance.isFresh = false;
    const decided = decideOn(instance, inputs);
    if (decided.events.length === 0) {
      if (instance.unrecorded === null)
        return decided.isUndecided && !isFresh ? readOn(instance, inputs, tries) : undefined;
      if (!decided.isUndecided && !instance.mustRecord) return;
    } else if (tries === 1 && !instance.mustRecord && mayWait(inputs, decided.state)) {
      recordLater(instance, inputs, decided);
      return;
    }
    return record(instance, inputs, decided, tries);
  };

  const decideOn = (instance: Instance<I, S>, inputs: readonly ProcessInput<I>[]): Decided<S> => {
    let { state, lastInput, lastEventId } = instance;
    const events: NewEvent[] = [];
    let isUndecided = false;
    for (const input of inputs) {
      if (isCovered(input, lastInput)) continue;
      isUndecided = true;
      const decisions = manager.decide(input, state);
      if (decisions.length === 0) continue;
      if (input.kind === 'event') instance.since ??= input.position;
      state = decisions.reduce(manager.evolve, state);
      for (const event of enveloped(instance.id, lastEventId, input, decisions)) {
        events.push(event);
        lastEventId = event.id;
      }
      if (input.kind === 'event') lastInput = Math.max(lastInput, input.position);
    }
    return { state, lastInput, lastEventId, events, isUndecided };
  };

  /** Appends the decisions, with earlier ones that waited for them. */
  const record = (
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    decided: Decided<S>,
    tries: number,
  ): Awaitable<void> => {
    const { unrecorded } = instance;
    const events = unrecorded === null ? decided.events : [...unrecorded.events, ...decided.events];
    const expected = instance.revision === -1 ? 'no_stream' : instance.revision;
    const appended = store.append(streamName(manager.name, instance.id), events, expected);
    storeIsAsync ||= isPending(appended);
    return andThen(appended, (answer) => {
      if (isOver(instance)) return;
      unrecorded?.cancel();
      instance.unrecorded = null;
      // Time may have run out while the append was under way.
      instance.mustRecord = false;
      if (!answer.ok) {
        if (unrecorded === null) return decideAgain(instance, inputs, tries);
        Object.assign(instance, unrecorded.recorded);
        return decideAgain(instance, [...unrecorded.inputs, ...inputs], tries);
      }
      const { state, lastInput, lastEventId } = decided;
      Object.assign(instance, { state, lastInput, lastEventId });
      instance.revision = answer.value.revision;
      dispatch(instance);
    });
  };

  /**
   * A decision on events alone need not be in the stream before its commands are sent: after a crash the events come
   * again, the decision is the same, and so are the ids of its commands. Where an append is a round trip, it waits for the
   * next decision, as long as commands that never failed are to bring one.
   */
  const mayWait = (given: readonly ProcessInput<I>[], state: S): boolean => {
    if (!storeIsAsync || given.some((input) => input.kind !== 'event' || inputs.wasParked(input)))
      return false;
    const sendings = manager.pending(state).filter((item) => item.kind === 'command');
    return (
      sendings.length > 0 &&
      sendings.every(({ failedAttempts, notBefore }) => failedAttempts === 0 && notBefore === undefined)
    );
  };

  const recordNow = (instance: Instance<I, S>): Awaitable<void> => {
    instance.mustRecord = instance.unrecorded !== null;
    return instance.busy ? instance.working : work(instance);
  };

  const recordLater = (
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    { state, lastInput, lastEventId, events }: Decided<S>,
  ): void => {
    const { id } = instance;
    instance.unrecorded ??= {
      recorded: { state: instance.state, lastInput: instance.lastInput, lastEventId: instance.lastEventId },
      events: [],
      inputs: [],
      cancel: environment.scheduler.after(recordWithinMs, () => {
        if (busy.get(id) === instance) guarded(id, () => recordNow(instance));
      }),
    };
    if (!held.has(instance)) held.set(instance, batches.handled());
    busy.set(id, instance);
    instance.unrecorded.events.push(...events);
    instance.unrecorded.inputs.push(...inputs);
    Object.assign(instance, { state, lastInput, lastEventId });
    dispatch(instance);
  };

  /**
   * Another runner, or an earlier run of this one, decided meanwhile. It may have ended before it sent the commands that
   * follow, so they are sent from here as well, under the same ids.
   */
  const decideAgain = (
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    tries: number,
  ): Awaitable<void> => {
    instance.unsent = true;
    if (tries === maxConflicts)
      throw new TooManyConflicts(`${manager.name} ${instance.id} changed under each of ${tries} tries`);
    return andThen(replay(instance), () => handleInputs(instance, inputs, tries + 1));
  };

  /** A decision covers the input already. One that was parked is covered by none, however far the process has gone. */
  const isCovered = (input: ProcessInput<I>, lastInput: Position): boolean =>
    input.kind === 'event' && input.position <= lastInput && !inputs.wasParked(input);

  /**
   * Nothing was decided, so no append has shown whether the state is that of the stream's end. Where another runner has
   * gone further, all is decided again.
   */
  const readOn = (
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    tries: number,
  ): Awaitable<void> => {
    const { revision } = instance;
    return andThen(replay(instance), () => {
      if (instance.revision === revision) return;
      instance.unsent = true;
      instance.isFresh = true;
      return handleInputs(instance, inputs, tries);
    });
  };

  const enveloped = (
    id: string,
    lastEventId: string,
    input: ProcessInput<I>,
    decisions: readonly E[],
  ): NewEvent<E>[] => {
    const metadata: EventMetadata = {
      correlationId: id,
      causationId: input.kind === 'event' ? input.event.id : lastEventId,
      commandId: input.kind === 'event' ? input.event.id : `${id}:${causeName(input)}`,
      actor: `process:${manager.name}`,
      at: iso(),
      schemaVersion: 1,
      ...(input.kind === 'event' && { inputPosition: input.position }),
    };
    // Copies field by field: a spread is several times slower, and this runs for every event.
    return decisions.map(({ type, data }) => ({
      type,
      data,
      id: ids.next(),
      metadata: versioned(metadata, manager.schemaVersions?.[type as E['type']]),
    })) as NewEvent<E>[];
  };

  // --- pending work -------------------------------------------------------------------------------------------

  /** Sends the state's commands that this runner has not sent; arms the state's deadlines and no others. */
  const dispatch = (instance: Instance<I, S>): void => {
    instance.unsent = false;
    const pending = manager.pending(instance.state);
    checkpoints.note(instance.id, pending.length > 0);
    const armed: string[] = [];
    for (const item of pending) {
      if (item.kind !== 'deadline') continue;
      armed.push(deadlines.arm({ id: instance.id, name: item.name, dueAt: item.dueAt }));
    }
    for (const key of instance.deadlines) if (!armed.includes(key)) deadlines.disarm(key);
    instance.deadlines = armed;
    if (pending.length === 0) {
      cache.delete(instance.id);
      return;
    }
    for (const item of pending) if (item.kind === 'command') sendOnce(instance, item);
  };

  const sendOnce = (instance: Instance<I, S>, item: PendingWork<C> & { readonly kind: 'command' }): void => {
    const key = sendingOf(item);
    if (instance.sent.has(key)) return;
    instance.sent.add(key);
    const dueMs = item.notBefore === undefined ? 0 : Date.parse(item.notBefore);
    if (dueMs <= clock.now()) send(instance, item);
    else {
      const fire = (): void => {
        guarded(instance.id, () => andThen(load(instance.id), (present) => sendIfWanted(present, key)));
      };
      timers.arm({ key: `${instance.id} ${key}`, dueMs, fire });
    }
  };

  /** While a command waits for its time, a person may have settled its step, or had it sent at once. */
  const sendIfWanted = (instance: Instance<I, S>, key: string): void => {
    for (const item of manager.pending(instance.state))
      if (item.kind === 'command' && sendingOf(item) === key) send(instance, item);
  };

  const send = (instance: Instance<I, S>, item: PendingWork<C> & { readonly kind: 'command' }): void => {
    const context = {
      commandId: `${instance.id}:${item.step}${item.round === undefined ? '' : `:${item.round}`}`,
      correlationId: instance.id,
      causationId: instance.lastEventId,
      actor: `process:${manager.name}`,
      since: item.since ?? instance.since ?? beforeAll,
    };
    const { id } = instance;
    void recover(
      () => {
        const outcome = commands.handle(item.command, context);
        if (isPending(outcome)) countUntilKnown(instance, outcome);
        return andThen(outcome, (value) => {
          settle(id, item, value);
        });
      },
      (error) => {
        failed(id, item, error);
      },
    );
  };

  /** The command counts as under way until its outcome is known. */
  const countUntilKnown = (instance: Instance<I, S>, outcome: Promise<unknown>): void => {
    instance.lastSentMs = clock.now();
    instance.underWay += 1;
    const isKnown = (): void => {
      instance.underWay -= 1;
    };
    outcome.then(isKnown, isKnown);
  };

  const settle = (id: string, { step }: { readonly step: string }, outcome: CommandOutcome): void => {
    if (outcome.ok) return;
    enqueueSafely(id, {
      kind: 'stepFailed',
      step,
      reason: 'rejected',
      error: outcome.rejection.code,
      at: iso(),
    });
  };

  const failed = (
    id: string,
    item: { readonly step: string; readonly failedAttempts: number },
    cause: unknown,
  ): void => {
    options.onError(cause);
    const { step } = item;
    const policy = manager.retryPolicy?.(step) ?? retry;
    const attempt = item.failedAttempts + 1;
    const error = String(cause);
    const at = iso();
    if (policy.attempts !== null && attempt >= policy.attempts) {
      enqueueSafely(id, { kind: 'stepFailed', step, reason: 'exhausted', error, at });
      return;
    }
    const retryAt = new Date(clock.now() + backoffMs(policy, attempt, random)).toISOString();
    enqueueSafely(id, { kind: 'attemptFailed', step, attempt, error, retryAt, at });
  };

  /** Queues an input behind those that the process is handling. A failure restarts the runner or sets the process aside. */
  const enqueueSafely = (id: string, input: ProcessInput<I>): void => {
    guarded(id, () => enqueue(id, input));
  };

  /** The store failed outside of a batch: start again from the log, which has everything. */
  const guarded = (id: string, run: () => Awaitable<void>): void => {
    // An outcome that arrives too late is dropped. The next runner sends all pending work again.
    if (stopping.signal.aborted || !isStarted) return;
    void recover(run, (error) => {
      if (isOutage(error)) restart?.(error);
      else setAside(id, error).catch((failure: unknown) => restart?.(failure));
    });
  };

  /** Sends the pending work of a process that was loaded from its stream. */
  const resume = (instance: Instance<I, S>): Awaitable<void> => {
    instance.busy = true;
    busy.set(instance.id, instance);
    dispatch(instance);
    return work(instance);
  };

  /** A process that can't be loaded, or can't go on, waits for a person; the others don't wait for it. */
  const setAside = async (id: string, error: unknown): Promise<void> => {
    options.onError(error);
    forget(id);
    const position = asidePosition(id);
    if (parking.isParked(position) || parking.isDiscarded(position)) return;
    const stream = streamName(manager.name, id);
    parking.foresee({ stream, position }, id);
    await parking.park({ ...(await brokenEvent(store, manager, stream)), position }, id, error);
  };

  const resumeIfReadable = async (id: string): Promise<void> => {
    if (parking.isParked(asidePosition(id))) return;
    try {
      await andThen(load(id), resume);
    } catch (error) {
      if (isOutage(error)) throw error;
      await setAside(id, error);
    }
  };

  // --- inputs -------------------------------------------------------------------------------------------------

  const handle = (batch: Batch): Awaitable<void> => {
    if (!isStarted) return;
    const close = batches.open(batch.position);
    return andThen(inputs.handle(batch), () => {
      isLive ||= batch.caughtUp;
      if (batch.caughtUp) past = noPast;
      close();
    });
  };

  // --- starting, checkpoints ----------------------------------------------------------------------------------

  /** Forgets everything in memory and begins again behind the checkpoint, with the live processes' pending work. */
  const start = async (): Promise<Position> => {
    busy.clear();
    cache.clear();
    loading.clear();
    timers.clear();
    deadlines.clear();
    isLive = false;
    isStarted = false;
    life += 1;
    const { position, live } = await checkpoints.load();
    // This comes last: a checkpoint saved before must stay before the lost decisions.
    held.clear();
    batches.reset(position);
    past = position === beforeAll ? await readPastDecisions({ store, environment }, manager, isOurs) : noPast;
    for (const [id, folded] of past.live) if (folded !== null) cache.set(id, { ...empty(id), ...folded });
    isStarted = true;
    const known = [...new Set([...live, ...past.live.keys()])];
    for (let n = 0; n < known.length; n += loadedAtOnce)
      await Promise.all(known.slice(n, n + loadedAtOnce).map(resumeIfReadable));
    return position;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const attempt = new AbortController();
      const abort = (): void => {
        attempt.abort();
      };
      stopping.signal.addEventListener('abort', abort, { once: true });
      restart = (error) => {
        options.onError(error);
        isStarted = false;
        abort();
      };
      const filter = { streamPrefixes: manager.inputPrefixes };
      const { onError } = options;
      await follow({
        store,
        environment,
        filter,
        upTo: 'written',
        signal: attempt.signal,
        start,
        handle,
        onError,
      });
      stopping.signal.removeEventListener('abort', abort);
    }
  };
  const running = run();
  checkpoints.start();

  return {
    consumer: {
      parking,
      owns: isOurs,
      retry: async (event, actor, reason) => {
        await inputs.handleAgain(event);
        await parking.retried(event.position, actor, reason);
      },
      reload: async ({ key, position }, actor, reason) => {
        parking.unblock(position);
        forget(key);
        await resume(await load(key));
        await parking.retried(position, actor, reason);
      },
    },
    handled,
    live: checkpoints.live,
    stop: async () => {
      stopping.abort();
      await running;
      await Promise.all([...held.keys()].map(recordNow)).catch(options.onError);
      timers.clear();
      await checkpoints.stop();
    },
  };
}

const versioned = (metadata: EventMetadata, schemaVersion: number | undefined): EventMetadata =>
  schemaVersion === undefined ? metadata : { ...metadata, schemaVersion };

/** One sending of a command: another attempt, another round, or one that need not wait any more is another sending. */
const sendingOf = (item: PendingWork & { readonly kind: 'command' }): string =>
  `${item.step}#${item.round ?? 1}#${item.failedAttempts}#${item.notBefore ?? ''}`;

const causeName = (input: ProcessInput): string => {
  switch (input.kind) {
    case 'event':
      return input.event.id;
    case 'deadline':
      return `deadline-${input.name}`;
    case 'attemptFailed':
      return `${input.step}-attempt-${input.attempt}`;
    case 'stepFailed':
      return `${input.step}-failed`;
  }
};
