// The processes in memory. Each is folded from its own stream of decisions, and has a queue of inputs.
import type {
  Awaitable,
  Cancel,
  DomainCommand,
  DomainEvent,
  Environment,
  NewEvent,
  Position,
  Process,
  ProcessInput,
  RecordedEvent,
} from '@holdfast/kernel';
import { beforeAll, streamName } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { andThen, isPending } from './awaitable.js';
import { Cache } from './cache.js';
import { isForeign } from './own-events.js';
import type { FoldedProcess } from './past-decisions.js';
import { readStreamPages } from './stream-pages.js';

/** Decisions that are not in the stream yet, with their inputs, and the state as of the stream's end. */
export type Unrecorded<I extends DomainEvent, S> = {
  readonly recorded: { readonly state: S; readonly lastInput: Position; readonly lastEventId: string };
  readonly events: NewEvent[];
  readonly inputs: ProcessInput<I>[];
  readonly cancel: Cancel;
};

/** One process in memory. */
export type Instance<I extends DomainEvent, S> = {
  readonly id: string;
  state: S;
  revision: number;
  /** log position of its first input; it sent nothing before that. Null until there is one. */
  since: Position | null;
  /** log position of the last input that a decision covers: inputs up to it are repetitions */
  lastInput: Position;
  /** id of the last decision, which is the cause of the commands that follow */
  lastEventId: string;
  /** commands that were sent, so that one runner sends none of them twice; the keys are those of pending-work.ts */
  readonly sent: Set<string>;
  /** keys of the deadlines that are armed */
  deadlines: readonly string[];
  /** commands that were sent and have no outcome yet, and the time of the last one */
  underWay: number;
  lastSentMs: number;
  readonly inputs: ProcessInput<I>[];
  /** whether the stream was read to its end after the next inputs had come */
  isFresh: boolean;
  busy: boolean;
  /** whether it was just loaded from its stream, so that its pending work may never have been sent */
  unsent: boolean;
  /** decisions that `state` has and the stream does not */
  unrecorded: Unrecorded<I, S> | null;
  /** the number of the runner's start after which it was loaded */
  readonly life: number;
  /** whether these decisions have waited long enough */
  mustRecord: boolean;
  /** resolves when all inputs are handled; undefined while nothing is pending */
  working: Promise<void> | undefined;
};

/** The runner's processes by id. */
export type Instances<I extends DomainEvent, S> = {
  known(this: void, id: string): Instance<I, S> | undefined;
  /** Returns the process when it is known or is being loaded. */
  loadedOrLoading(this: void, id: string): Awaitable<Instance<I, S>> | undefined;
  load(this: void, id: string): Awaitable<Instance<I, S>>;
  /** Reads on from the instance's revision to the stream's end. */
  replay(this: void, instance: Instance<I, S>): Awaitable<Instance<I, S>>;
  /** Adds a process as if it had no stream. */
  begin(this: void, id: string): Instance<I, S>;
  /** Adds a process that was folded elsewhere. */
  add(this: void, id: string, folded: FoldedProcess<S>): void;
  /** Keeps the process in memory until `release`; others are kept only for speed. */
  hold(this: void, instance: Instance<I, S>): void;
  release(this: void, instance: Instance<I, S>): void;
  isHeld(this: void, instance: Instance<I, S>): boolean;
  /** Drops a process that has no pending work, unless it is held. */
  drop(this: void, id: string): void;
  /** Drops a process whose state may be ahead of its stream, and returns it: it is read again when it is needed. */
  forget(this: void, id: string): Instance<I, S> | undefined;
  /** Forgets all of them. An instance of an earlier start does nothing more: all of its inputs come again. */
  restart(this: void): void;
  isOver(this: void, instance: Instance<I, S>): boolean;
};

export type InstancesOptions<E extends DomainEvent, S> = {
  readonly store: EventStore;
  readonly environment: Environment;
  readonly process: Pick<Process<never, E, S, DomainCommand>, 'name' | 'initialState' | 'evolve'>;
};

const cachedInstances = 20_000;

export function createInstances<I extends DomainEvent, E extends DomainEvent, S>(
  options: InstancesOptions<E, S>,
): Instances<I, S> {
  const { initialState } = options.process;
  const held = new Map<string, Instance<I, S>>();
  const cache = new Cache<string, Instance<I, S>>(cachedInstances);
  const loading = new Map<string, Promise<Instance<I, S>>>();
  /** counts the starts */
  let life = 0;

  const known = (id: string): Instance<I, S> | undefined => held.get(id) ?? cache.get(id);
  const isOver = (instance: Instance<I, S>): boolean => instance.life !== life;
  const loadedOrLoading = (id: string): Awaitable<Instance<I, S>> | undefined => known(id) ?? loading.get(id);

  const replay = (instance: Instance<I, S>): Awaitable<Instance<I, S>> =>
    andThen(readOn(options, instance), () => {
      if (!isOver(instance)) cache.set(instance.id, instance);
      return instance;
    });

  const load = (id: string): Awaitable<Instance<I, S>> => {
    const there = loadedOrLoading(id);
    if (there !== undefined) return there;
    const loaded = replay(emptyInstance(id, initialState, life));
    if (isPending(loaded)) {
      loading.set(id, loaded);
      const settled = (): void => {
        if (loading.get(id) === loaded) loading.delete(id);
      };
      loaded.then(settled, settled);
    }
    return loaded;
  };

  return {
    known,
    loadedOrLoading,
    load,
    replay,
    begin: (id) => {
      const instance = emptyInstance<I, S>(id, initialState, life);
      cache.set(id, instance);
      return instance;
    },
    add: (id, folded) => {
      cache.set(id, { ...emptyInstance<I, S>(id, initialState, life), ...folded });
    },
    hold: (instance) => void held.set(instance.id, instance),
    release: (instance) => {
      if (held.get(instance.id) === instance) held.delete(instance.id);
    },
    isHeld: (instance) => held.get(instance.id) === instance,
    drop: (id) => {
      cache.delete(id);
    },
    forget: (id) => {
      const instance = known(id);
      held.delete(id);
      cache.delete(id);
      return instance;
    },
    restart: () => {
      held.clear();
      cache.clear();
      loading.clear();
      life += 1;
    },
    isOver,
  };
}

/** Folds the instance's stream from its revision on. Events that another program wrote into it are left out. */
function readOn<I extends DomainEvent, E extends DomainEvent, S>(
  { store, environment, process: manager }: InstancesOptions<E, S>,
  instance: Instance<I, S>,
): Awaitable<void> {
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
  return readStreamPages({ store, environment }, stream, instance.revision + 1, take);
}

const emptyInstance = <I extends DomainEvent, S>(id: string, state: S, life: number): Instance<I, S> => ({
  id,
  state,
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
