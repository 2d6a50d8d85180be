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
import { StoreClosed, StoreUnavailable, type Batch, type EventStore } from '@holdfast/event-store';
import type { ReadStore, Write } from '@holdfast/read-store';
import { andThen, isPending } from './awaitable.js';
import { Cache } from './cache.js';
import { backoffMs } from './backoff.js';
import { TooManyConflicts } from './command-handler.js';
import type { CommandHandler, CommandOutcome } from './contract.js';
import { createDeadlines } from './deadlines.js';
import { follow } from './follow.js';
import { partitionOf } from './leases.js';
import { createOpenBatches } from './open-batches.js';
import type { ParkingConsumer } from './parked-events.js';
import { openParking } from './parking.js';
import { lastSeen, logCollection } from './same-log.js';
import { pageOfEvents, readStreamPages } from './stream-pages.js';
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
  readonly share?: ProcessShare;
  onError(this: void, error: unknown): void;
};

/** Partition `index` of `of`, by the hash of the process' id. */
export type ProcessShare = { readonly index: number; readonly of: number };

export type ProcessRunner = {
  readonly consumer: ParkingConsumer;
  /** every input up to here has had its effect, written if not synced */
  handled(): Position;
  /** processes with work or a deadline pending */
  live(): number;
  stop(): Promise<void>;
};

/** Name of the checkpoint of a process' inputs, or of those of one partition. */
export const processCheckpoint = (name: string, share?: ProcessShare): string =>
  `process:${sharedName(name, share)}`;

const sharedName = (name: string, share?: ProcessShare): string =>
  share === undefined ? name : `${name}-${share.index}-of-${share.of}`;

const defaultRetry: RetryPolicy = { baseMs: 100, limitMs: 10_000, attempts: 6 };
const checkpointEveryMs = 1000;
const cachedInstances = 20_000;
const loadedAtOnce = 100;
const maxConflicts = 8;
/** how long a command that is on its way may keep a deadline that is due from firing */
const answersWithinMs = 5000;
/** inputs whose decisions share an append, far below what one may hold */
const maxTogether = 256;

type Instance<I extends DomainEvent, S> = {
  readonly id: string;
  state: S;
  revision: number;
  /** log position of the last input that a decision covers: inputs up to it are repetitions */
  lastInput: Position;
  /** id of the last decision: what the commands that follow are caused by */
  lastEventId: string;
  /** commands that were sent, by `sendingOf`, so that one runner sends none of them twice */
  readonly sent: Set<string>;
  /** keys of the deadlines that are armed */
  deadlines: readonly string[];
  /** commands that were sent and whose outcome is not known, and when the last of them was sent */
  underWay: number;
  lastSentMs: number;
  readonly inputs: ProcessInput<I>[];
  busy: boolean;
  /** just loaded from its stream: what it has pending may never have been sent */
  unsent: boolean;
  /** until all inputs are handled, when the store answers later */
  working: Promise<void> | undefined;
};

export async function startProcess<I extends DomainEvent, E extends DomainEvent, S, C extends DomainCommand>(
  options: ProcessRunnerOptions<I, E, S, C>,
): Promise<ProcessRunner> {
  const { store, readStore, commands, process, environment, retry = defaultRetry } = options;
  const { clock, scheduler, ids, random } = environment;
  const { share } = options;
  const checkpointName = processCheckpoint(process.name, share);
  const liveCollection = `live-${sharedName(process.name, share)}`;
  const isFirst = share === undefined || share.index === 0;
  const isOurs = (id: string): boolean => share === undefined || partitionOf(id, share.of) === share.index;
  const parking = await openParking(store, environment, `process-${process.name}`);
  await readStore.define([{ name: liveCollection, indexes: {} }, logCollection]);
  const stopping = new AbortController();
  const timers = createTimers(environment);

  /** those with inputs to handle; others are kept only for speed */
  const busy = new Map<string, Instance<I, S>>();
  const cache = new Cache<string, Instance<I, S>>(cachedInstances);
  const loading = new Map<string, Promise<Instance<I, S>>>();
  /** ids with work pending, and those of them that the read store knows */
  const live = new Set<string>();
  const saved = new Set<string>();
  /** of which the answer to a write got lost: they may be known or not */
  const unsure = new Set<string>();
  const touched = new Set<string>();
  let savedPosition = beforeAll;
  let restart: ((error: unknown) => void) | null = null;

  const batches = createOpenBatches(() => {
    deadlines.release();
  });
  const { handled } = batches;
  const known = (id: string): Instance<I, S> | undefined => busy.get(id) ?? cache.get(id);
  const isAwaitingAnswers = (id: string): boolean => {
    const { underWay = 0, lastSentMs = 0 } = known(id) ?? {};
    return underWay > 0 && clock.now() < lastSentMs + answersWithinMs;
  };
  const deadlines = createDeadlines({
    store,
    environment,
    timers,
    handled,
    revision: (id) => known(id)?.revision ?? -1,
    mustWait: isAwaitingAnswers,
    fire: ({ id, name, dueAt }) => {
      later(id, { kind: 'deadline', name, dueAt, at: iso() });
    },
    onError: options.onError,
  });

  // --- one process --------------------------------------------------------------------------------------------

  const iso = createTimestamps(clock);

  const load = (id: string): Awaitable<Instance<I, S>> => {
    const there = known(id) ?? loading.get(id);
    if (there !== undefined) return there;
    const fresh: Instance<I, S> = {
      id,
      state: process.initialState,
      revision: -1,
      lastInput: beforeAll,
      lastEventId: id,
      sent: new Set(),
      deadlines: [],
      underWay: 0,
      lastSentMs: 0,
      inputs: [],
      busy: false,
      unsent: true,
      working: undefined,
    };
    const loaded = replay(fresh);
    if (isPending(loaded)) {
      loading.set(id, loaded);
      const settled = (): void => {
        if (loading.get(id) === loaded) loading.delete(id);
      };
      loaded.then(settled, settled);
    }
    return loaded;
  };

  /** Reads on to the stream's end: what was there is kept. */
  const replay = (instance: Instance<I, S>): Awaitable<Instance<I, S>> => {
    const take = (events: readonly RecordedEvent[]): void => {
      for (const stored of events) {
        const event = stored as RecordedEvent<E>;
        instance.state = process.evolve(instance.state, event);
        instance.revision = event.revision;
        instance.lastInput = event.metadata.inputPosition ?? instance.lastInput;
        instance.lastEventId = event.id;
      }
    };
    const stream = streamName(process.name, instance.id);
    const read = readStreamPages({ store, environment }, stream, instance.revision + 1, take);
    return andThen(read, () => {
      cache.set(instance.id, instance);
      return instance;
    });
  };

  const enqueue = (id: string, ...inputs: readonly ProcessInput<I>[]): Awaitable<void> => {
    // After an error the state in memory may be ahead of the stream: it is read again.
    const forget = (error: unknown): never => {
      busy.delete(id);
      cache.delete(id);
      throw error;
    };
    try {
      const done = andThen(load(id), (instance) => {
        instance.inputs.push(...inputs);
        return instance.busy ? instance.working : work(instance);
      });
      return isPending(done) ? done.catch(forget) : done;
    } catch (error) {
      return forget(error);
    }
  };

  /** Handles what is queued for one process, in order: what came together is decided on and appended together. */
  const work = (instance: Instance<I, S>): Awaitable<void> => {
    instance.busy = true;
    busy.set(instance.id, instance);
    while (instance.inputs.length > 0) {
      const done = handleInputs(instance, instance.inputs.splice(0, maxTogether), 1);
      if (isPending(done)) return (instance.working = done.then(() => work(instance)));
    }
    if (instance.unsent && instance.revision >= 0) dispatch(instance);
    if (instance.inputs.length > 0) return work(instance);
    instance.busy = false;
    instance.working = undefined;
    busy.delete(instance.id);
  };

  const handleInputs = (
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    tries: number,
  ): Awaitable<void> => {
    let { state, lastInput, lastEventId } = instance;
    const events: NewEvent<E>[] = [];
    for (const input of inputs) {
      if (input.kind === 'event' && input.position <= lastInput) continue;
      const decisions = process.decide(input, state);
      if (decisions.length === 0) continue;
      state = decisions.reduce(process.evolve, state);
      for (const event of enveloped(instance.id, lastEventId, input, decisions)) {
        events.push(event);
        lastEventId = event.id;
      }
      if (input.kind === 'event') lastInput = input.position;
    }
    if (events.length === 0) return;
    const expected = instance.revision === -1 ? 'no_stream' : instance.revision;
    const appended = store.append(streamName(process.name, instance.id), events, expected);
    return andThen(appended, (answer) => {
      if (!answer.ok) return decideAgain(instance, inputs, tries);
      instance.state = state;
      instance.revision = answer.value.revision;
      instance.lastInput = lastInput;
      instance.lastEventId = lastEventId;
      dispatch(instance);
    });
  };

  /**
   * Another runner, or an earlier life of this one, decided meanwhile. It may be gone before it sent what follows from
   * that, so it is sent from here as well, under the same ids.
   */
  const decideAgain = (
    instance: Instance<I, S>,
    inputs: readonly ProcessInput<I>[],
    tries: number,
  ): Awaitable<void> => {
    instance.unsent = true;
    if (tries === maxConflicts)
      throw new TooManyConflicts(`${process.name} ${instance.id} changed under each of ${tries} tries`);
    return andThen(replay(instance), () => handleInputs(instance, inputs, tries + 1));
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
      actor: `process:${process.name}`,
      at: iso(),
      schemaVersion: 1,
      ...(input.kind === 'event' && { inputPosition: input.position }),
    };
    // The parts one by one: a spread copies several times slower, and this runs for every event.
    return decisions.map(({ type, data }) => ({
      type,
      data,
      id: ids.next(),
      metadata: versioned(metadata, process.schemaVersions?.[type as E['type']]),
    })) as NewEvent<E>[];
  };

  // --- pending work -------------------------------------------------------------------------------------------

  /** Sends what the state asks for and this runner has not sent; arms its deadlines and no others. */
  const dispatch = (instance: Instance<I, S>): void => {
    instance.unsent = false;
    touched.add(instance.id);
    const pending = process.pending(instance.state);
    const armed: string[] = [];
    for (const item of pending) {
      if (item.kind !== 'deadline') continue;
      armed.push(deadlines.arm({ id: instance.id, name: item.name, dueAt: item.dueAt }));
    }
    for (const key of instance.deadlines) if (!armed.includes(key)) deadlines.disarm(key);
    instance.deadlines = armed;
    if (pending.length === 0) {
      live.delete(instance.id);
      cache.delete(instance.id);
      return;
    }
    live.add(instance.id);
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
        guarded(() => andThen(load(instance.id), (present) => sendIfWanted(present, key)));
      };
      timers.arm({ key: `${instance.id} ${key}`, dueMs, fire });
    }
  };

  /** While a command waits for its time, a person may have settled its step, or had it sent at once. */
  const sendIfWanted = (instance: Instance<I, S>, key: string): void => {
    for (const item of process.pending(instance.state))
      if (item.kind === 'command' && sendingOf(item) === key) send(instance, item);
  };

  const send = (instance: Instance<I, S>, item: PendingWork<C> & { readonly kind: 'command' }): void => {
    const context = {
      commandId: `${instance.id}:${item.step}${item.round === undefined ? '' : `:${item.round}`}`,
      correlationId: instance.id,
      causationId: instance.lastEventId,
      actor: `process:${process.name}`,
    };
    try {
      const outcome = commands.handle(item.command, context);
      if (isPending(outcome)) {
        instance.lastSentMs = clock.now();
        instance.underWay += 1;
        const answered = (): void => {
          instance.underWay -= 1;
        };
        outcome.then(answered, answered);
        outcome.then(
          (value) => {
            settle(instance.id, item, value);
          },
          (error: unknown) => {
            failed(instance.id, item, error);
          },
        );
      } else settle(instance.id, item, outcome);
    } catch (error) {
      failed(instance.id, item, error);
    }
  };

  const settle = (id: string, { step }: { readonly step: string }, outcome: CommandOutcome): void => {
    if (outcome.ok) return;
    later(id, { kind: 'stepFailed', step, reason: 'rejected', error: outcome.rejection.code, at: iso() });
  };

  const failed = (
    id: string,
    item: { readonly step: string; readonly failedAttempts: number },
    cause: unknown,
  ): void => {
    options.onError(cause);
    const { step } = item;
    const policy = process.retryPolicy?.(step) ?? retry;
    const attempt = item.failedAttempts + 1;
    const error = String(cause);
    const at = iso();
    if (policy.attempts !== null && attempt >= policy.attempts) {
      later(id, { kind: 'stepFailed', step, reason: 'exhausted', error, at });
      return;
    }
    const retryAt = new Date(clock.now() + backoffMs(policy, attempt, random)).toISOString();
    later(id, { kind: 'attemptFailed', step, attempt, error, retryAt, at });
  };

  /** Queued behind what the process is being asked at this moment. */
  const later = (id: string, input: ProcessInput<I>): void => {
    guarded(() => enqueue(id, input));
  };

  /** A store that fails outside of a batch: start again from the log, which knows everything. */
  const guarded = (run: () => Awaitable<void>): void => {
    // What comes too late is asked again by the next runner: it sends all that is pending.
    if (stopping.signal.aborted) return;
    try {
      const done = run();
      if (isPending(done)) done.catch((error: unknown) => restart?.(error));
    } catch (error) {
      restart?.(error);
    }
  };

  /** Sends the pending work of a process that was loaded from its stream. */
  const resume = (instance: Instance<I, S>): Awaitable<void> => {
    instance.busy = true;
    busy.set(instance.id, instance);
    dispatch(instance);
    return work(instance);
  };

  // --- inputs -------------------------------------------------------------------------------------------------

  const park = (event: RecordedEvent, key: string, error: unknown): Promise<void> => {
    if (error !== null) options.onError(error);
    return parking.park(event, key, error);
  };

  /** One event by itself: parked when it can't be handled. */
  const accept = (id: string, event: RecordedEvent<I>): Awaitable<void> => {
    if (parking.isParked(event.position)) return;
    if (parking.isBlocked(id, event.position)) return park(event, id, null);
    const give = (error: unknown): Promise<void> => {
      if (isOutage(error)) throw error;
      return park(event, id, error);
    };
    try {
      const done = enqueue(id, inputOf(event));
      return isPending(done) ? done.catch(give) : done;
    } catch (error) {
      return give(error);
    }
  };

  /** What came for one process: together, or when that fails one by one, so that only what can't be handled is parked. */
  const acceptAll = (id: string, events: readonly RecordedEvent<I>[]): Awaitable<void> => {
    const oneByOne = (): Awaitable<void> =>
      events.reduce<Awaitable<void>>((before, event) => andThen(before, () => accept(id, event)), undefined);
    const unlessOutage = (error: unknown): Awaitable<void> => {
      if (isOutage(error)) throw error;
      return oneByOne();
    };
    if (events.length === 1 || parking.all().length > 0) return oneByOne();
    try {
      const done = enqueue(id, ...events.map(inputOf));
      return isPending(done) ? done.catch(unlessOutage) : done;
    } catch (error) {
      return unlessOutage(error);
    }
  };

  const handle = (batch: Batch): Awaitable<void> => {
    const close = batches.open(batch.position);
    const waiting: Promise<void>[] = [];
    const byProcess = new Map<string, RecordedEvent<I>[]>();
    for (const stored of batch.events) {
      try {
        const event = stored as RecordedEvent<I>;
        const route = process.route(event);
        if (route.kind === 'ignore' || !isOurs(route.id)) continue;
        const together = byProcess.get(route.id);
        if (together === undefined) byProcess.set(route.id, [event]);
        else together.push(event);
      } catch (error) {
        if (isOurs(stored.stream)) waiting.push(park(stored, stored.stream, error));
      }
    }
    for (const [id, events] of byProcess) {
      const done = acceptAll(id, events);
      if (isPending(done)) waiting.push(done);
    }
    if (waiting.length === 0) {
      close();
      return;
    }
    return Promise.all(waiting).then(close);
  };

  // --- starting, checkpoints ----------------------------------------------------------------------------------

  /** Forgets everything in memory and begins again behind the checkpoint, with the live processes' pending work. */
  const start = async (): Promise<Position> => {
    busy.clear();
    cache.clear();
    loading.clear();
    live.clear();
    saved.clear();
    unsure.clear();
    touched.clear();
    timers.clear();
    deadlines.clear();
    batches.reset((await readStore.checkpoint(checkpointName)) ?? beforeAll);
    for (let after: string | undefined; ;) {
      const page = await readStore.find(liveCollection, {
        limit: pageOfEvents,
        ...(after !== undefined && { after }),
      });
      for (const { document } of page.items) saved.add(document.id);
      after = page.items.at(-1)?.cursor;
      if (!page.hasMore) break;
    }
    const alive = [...saved];
    for (let n = 0; n < alive.length; n += loadedAtOnce) {
      const some = alive.slice(n, n + loadedAtOnce);
      await Promise.all(some.map((id) => andThen(load(id), resume)));
    }
    return handled();
  };

  /**
   * The checkpoint may not overtake the decisions it stands for: they are synced first. Together with it goes the list
   * of live processes, so that a restart loads these and no others.
   */
  const saveCheckpoint = async (): Promise<void> => {
    const position = handled();
    if (position === savedPosition && touched.size === 0) return;
    const ids = [...touched];
    touched.clear();
    const writes: Write[] = [];
    for (const id of ids) {
      if (live.has(id) === saved.has(id) && !unsure.has(id)) continue;
      const isLive = live.has(id);
      writes.push({ collection: liveCollection, ...(isLive ? { document: { id } } : { removed: id }) });
    }
    // When nothing new was handled, or the store is away, it goes with the next checkpoint.
    if (!(await apply(writes, position))) {
      for (const id of ids) {
        touched.add(id);
        unsure.add(id);
      }
      return;
    }
    savedPosition = position;
    unsure.clear();
    for (const write of writes) {
      if ('document' in write) saved.add(write.document.id);
      else saved.delete(write.removed);
    }
  };

  const apply = async (writes: readonly Write[], position: Position): Promise<boolean> => {
    try {
      const { written } = await store.end();
      await store.synced(written);
      // One of the partitions says for all which log this is.
      const seen = isFirst ? await lastSeen(store, written) : [];
      return await readStore.apply([...writes, ...seen], { name: checkpointName, position });
    } catch (error) {
      options.onError(error);
      return false;
    }
  };

  let cancelCheckpoint: Cancel = () => undefined;
  let checkpointing: Promise<void> = Promise.resolve();
  const checkpointLater = (): void => {
    cancelCheckpoint = scheduler.after(checkpointEveryMs, () => {
      checkpointing = saveCheckpoint().then(checkpointLater);
    });
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
        abort();
      };
      const filter = { streamPrefixes: process.inputPrefixes };
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
  checkpointLater();

  return {
    consumer: {
      parking,
      owns: isOurs,
      retry: async (stored, actor) => {
        const event = stored as RecordedEvent<I>;
        const route = process.route(event);
        if (route.kind !== 'ignore') {
          parking.unblock(event.position);
          await enqueue(route.id, inputOf(event));
        }
        await parking.retried(event.position, actor);
      },
    },
    handled,
    live: () => live.size,
    stop: async () => {
      stopping.abort();
      await running;
      timers.clear();
      cancelCheckpoint();
      await checkpointing;
      await saveCheckpoint();
      cancelCheckpoint();
    },
  };
}

const versioned = (metadata: EventMetadata, schemaVersion: number | undefined): EventMetadata =>
  schemaVersion === undefined ? metadata : { ...metadata, schemaVersion };

/** One sending of a command: another attempt, another round, or one that need not wait any more is another sending. */
const sendingOf = (item: PendingWork & { readonly kind: 'command' }): string =>
  `${item.step}#${item.round ?? 1}#${item.failedAttempts}#${item.notBefore ?? ''}`;

const inputOf = <I extends DomainEvent>(event: RecordedEvent<I>): ProcessInput<I> => ({
  kind: 'event',
  event,
  at: event.metadata.at,
  position: event.position,
});

/** The store's trouble or another runner's doing, not the event's: everything waits and is tried again. */
const isOutage = (error: unknown): boolean =>
  error instanceof StoreUnavailable || error instanceof StoreClosed || error instanceof TooManyConflicts;

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
