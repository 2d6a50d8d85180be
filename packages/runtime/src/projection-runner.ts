// Runs all projections on one subscription: one pass over the log, one write per batch, one checkpoint in that write.
// A read model that is built anew catches up beside the others and joins them at a batch's end.
import type { Awaitable, Environment, Position, Projection, RecordedEvent } from '@holdfast/kernel';
import { beforeAll, streamCategory } from '@holdfast/kernel';
import type { Batch, EventStore } from '@holdfast/event-store';
import type { ReadStore, Write } from '@holdfast/read-store';
import type { Projections, ProjectionState, ProjectionStatus } from './contract.js';
import { delay, follow } from './follow.js';
import {
  generationOf,
  generationsCollection,
  groupCheckpoint,
  planFor,
  type Generation,
} from './generations.js';
import { createMutex } from './mutex.js';
import type { ParkingConsumer } from './parked-events.js';
import { lagBehind } from './lag.js';
import { ForeignEvent } from './own-events.js';
import { openParking, type Parking } from './parking.js';
import { openProjectionReader } from './projection-reader.js';
import { createReadModel, definitionsOf, type Projected, type ReadModel } from './read-model.js';

export type ProjectionsOptions = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly projections: readonly Projection[];
  readonly environment: Environment;
  onError(this: void, error: unknown): void;
  /** Told of each batch before it is projected; what it answers is called once the batch is stored. */
  onBatch?(this: void, events: readonly RecordedEvent[]): () => void;
};

export type ProjectionRunner = Pick<Projections, 'status' | 'rebuild' | 'stop'> & {
  readonly consumers: readonly ParkingConsumer[];
  /** Somebody waits for a position: until it is reached, no write is put off. */
  hurry(this: void, position: Position): void;
};

export type ProjectionRunnerOptions = ProjectionsOptions & {
  /** Called when what was written can be read; waited for before a generation goes that another has replaced. */
  onProgress(this: void): Awaitable<void>;
};

export class UnknownProjection extends Error {
  override readonly name = 'UnknownProjection';
}

const generations = generationsCollection.name;
/**
 * Without anyone waiting, this much time passes between two writes: longer than most orders take, so that what changes
 * with each of their steps is written once.
 */
const paceMs = 100;
/** Under load a document is written once for all of its events in a batch, so large batches cost less per event. */
const batchEvents = 5000;
const rebuildPage = 5000;

type Building = { readonly model: ReadModel; readonly blocked: Set<string>; position: Position };

/** One read model as it runs. `building` catches up by itself and then takes the place of `model`. */
type Runner = {
  readonly name: string;
  readonly parking: Parking;
  model: ReadModel;
  /** whether `model` takes part in the group; false while it is being built for the first time, or anew for a version */
  joined: boolean;
  /** Generation of an older version, served until `building` has caught up. */
  left: number | null;
  /** Whether a newer process has made what is served, so that this one leaves it as it is. */
  readonly replaced: boolean;
  building: Building | null;
  lastError: string | null;
};

/** Runs all projections in this thread, beside their readers. */
export async function startProjections(
  options: ProjectionsOptions,
): Promise<Projections & { readonly consumers: readonly ParkingConsumer[] }> {
  let refresh = (): Promise<void> => Promise.resolve();
  const runner = await runProjections({ ...options, onProgress: () => refresh() });
  const reader = await openProjectionReader({ ...options, hurry: runner.hurry });
  refresh = reader.refresh;
  return { ...reader, ...runner };
}

export async function runProjections(options: ProjectionRunnerOptions): Promise<ProjectionRunner> {
  const { store, readStore, environment } = options;
  const exclusive = createMutex();
  const stopping = new AbortController();
  /** the last position that somebody waits for */
  let awaited = beforeAll;
  let wake: (() => void) | null = null;
  /** Asked of the store whenever a write may have failed: it may have been taken, and only its answer lost. */
  const reachedBy = async (checkpoint: string): Promise<Position> =>
    (await readStore.checkpoint(checkpoint)) ?? beforeAll;
  let position = await reachedBy(groupCheckpoint);
  /** of the last batch, or of the one before the batch that is being projected */
  let writing: Promise<void> = Promise.resolve();
  let caughtUp = false;
  let faulted: string | null = null;

  await readStore.define([generationsCollection]);
  const runners: Runner[] = [];
  for (const projection of options.projections) runners.push(await open(projection));
  const byName = new Map(runners.map((runner) => [runner.name, runner]));

  async function open(projection: Projection): Promise<Runner> {
    const { name } = projection;
    const parking = await openParking(store, environment, name);
    const [known = null] = await readStore.getMany<Generation>(generations, [name]);
    const own = known === null ? beforeAll : await reachedBy(generationOf(name, known.served));
    const { kind, document, catchUpFrom, drops } = planFor(known, projection, { group: position, own });
    const { served } = document;
    if (catchUpFrom !== undefined) {
      await readStore.apply([], { name: generationOf(name, served), position: catchUpFrom });
    }
    if (document !== known) await saveGeneration(document);
    await dropGenerations(projection, drops);
    const runner = { name, parking, left: null, joined: false, building: null, lastError: null };
    if (kind === 'standBy') {
      const lastError = `version ${document.version} of it was built by a newer process`;
      return { ...runner, model: createReadModel(readStore, projection, served), replaced: true, lastError };
    }
    if (document.version < projection.version && document.building !== null) {
      const building = await openBuilding(projection, document.building, null);
      return { ...runner, model: building.model, replaced: false, left: served, building };
    }
    await readStore.define(definitionsOf(projection, served));
    const model = createReadModel(readStore, projection, served);
    const building =
      document.building === null ? null : await openBuilding(projection, document.building, model);
    return { ...runner, model, replaced: false, joined: building?.model !== model, building };
  }

  async function openBuilding(
    projection: Projection,
    generation: number,
    served: ReadModel | null,
  ): Promise<Building> {
    await readStore.define(definitionsOf(projection, generation));
    const model =
      served?.generation === generation ? served : createReadModel(readStore, projection, generation);
    const reached = await reachedBy(generationOf(projection.name, generation));
    return { model, blocked: new Set(), position: reached };
  }

  async function saveGeneration(document: Generation): Promise<void> {
    const name = `${generations}:${document.id}`;
    const step = (await reachedBy(name)) + 1;
    await readStore.apply([{ collection: generations, document }], { name, position: step });
  }

  async function dropGenerations(projection: Projection, numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    const collections = numbers.flatMap((n) => definitionsOf(projection, n).map(({ name }) => name));
    await readStore.drop(
      collections,
      numbers.map((n) => generationOf(projection.name, n)),
    );
  }

  /** Projects `events` onto `models`; parks what they refuse. */
  async function project(
    runner: Runner,
    model: ReadModel,
    events: readonly RecordedEvent[],
    isBlocked: (key: string, position: Position) => boolean,
  ): Promise<Projected> {
    const projected = await model.project(runner.parking.withoutDiscarded(events), isBlocked);
    for (const { error } of projected.refused)
      if (error !== null && !(error instanceof ForeignEvent)) options.onError(error);
    await runner.parking.parkAll(projected.refused);
    return projected;
  }

  /** In one pass, the events of each read model's categories. */
  function share(events: readonly RecordedEvent[]): ReadonlyMap<Runner, readonly RecordedEvent[]> {
    const shares = new Map<Runner, RecordedEvent[]>();
    const byCategory = new Map<string, RecordedEvent[][]>();
    for (const runner of runners) if (runner.joined) shares.set(runner, []);
    for (const event of events) {
      const category = streamCategory(event.stream);
      let interested = byCategory.get(category);
      if (interested === undefined) {
        const wanting = [...shares].filter(([{ model }]) => model.wants(category));
        byCategory.set(category, (interested = wanting.map(([, wanted]) => wanted)));
      }
      for (const wanted of interested) wanted.push(event);
    }
    return shares;
  }

  const handle = (batch: Batch): Promise<void> =>
    exclusive(async () => {
      const { events } = batch;
      const stored = options.onBatch?.(events);
      const writes: Write[] = [];
      try {
        for (const [runner, wanted] of share(events)) {
          const projected = await project(runner, runner.model, wanted, blockedIn(runner));
          for (const write of projected.writes) writes.push(write);
        }
        await written();
        writing = write(batch, writes).then(stored);
        writing.catch(() => undefined); // the next batch meets it
        // More is there already: it is projected while this is written.
        if (batch.caughtUp || runners.some(({ building }) => building !== null)) await written();
      } catch (error) {
        for (const { model } of runners) model.forget();
        throw error;
      }
    }).then(() => pace(batch));

  /** Waits for the write that is under way. Who meets its failure has to have the subscription taken up again. */
  const written = async (): Promise<void> => {
    const last = writing;
    writing = Promise.resolve();
    await last;
  };

  const write = async (batch: Batch, writes: readonly Write[]): Promise<void> => {
    await readStore.apply(writes, { name: groupCheckpoint, position: batch.position });
    position = batch.position;
    caughtUp = batch.caughtUp;
    faulted = null;
    await options.onProgress();
  };

  const pace = async (batch: Batch): Promise<void> => {
    if (awaited > position || !batch.caughtUp || stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const cancel = environment.scheduler.after(paceMs, done);
      function done(): void {
        cancel();
        wake = null;
        resolve();
      }
      wake = done;
    });
  };

  const blockedIn =
    ({ parking }: Runner) =>
    (key: string, at: Position): boolean =>
      parking.isBlocked(key, at);

  // --- building anew ------------------------------------------------------------------------------------------

  /** One page of a rebuild; false when it has reached the group. */
  async function buildPage(runner: Runner, upTo: Position): Promise<boolean> {
    const { building } = runner;
    if (building === null) return false;
    const name = generationOf(runner.name, building.model.generation);
    building.position = await reachedBy(name);
    if (building.position >= upTo) return false;
    const { prefixes } = building.model.projection;
    const filter = prefixes.includes('') ? {} : { filter: { streamPrefixes: prefixes } };
    const page = await store.readAll({ after: building.position, limit: rebuildPage, ...filter });
    const events = page.filter((event) => event.position <= upTo);
    const reached =
      page.length < rebuildPage || events.length < page.length ? upTo : (events.at(-1)?.position ?? upTo);
    const { parking } = runner;
    try {
      // What is parked is tried again; what waited behind it follows it.
      const { writes, refused } = await project(runner, building.model, events, (key) =>
        building.blocked.has(key),
      );
      for (const { key } of refused) building.blocked.add(key);
      const still = new Set(refused.map(({ event }) => event.position));
      const handled = events.filter(({ position: at }) => parking.isParked(at) && !still.has(at));
      for (const event of handled) await parking.retried(event.position, `consumer:${runner.name}`);
      await readStore.apply(writes, { name, position: reached });
    } catch (error) {
      building.model.forget();
      throw error;
    }
    building.position = reached;
    return true;
  }

  async function build(runner: Runner): Promise<void> {
    for (let failures = 0; runner.building !== null && !stopping.signal.aborted;) {
      try {
        await exclusive(async () => {
          if (!(await buildPage(runner, position))) await join(runner);
        });
        runner.lastError = null;
        failures = 0;
        await options.onProgress();
        // Other work gets its turn between two pages.
        await new Promise<void>((resolve) => {
          environment.scheduler.soon(resolve);
        });
      } catch (error) {
        failures += 1;
        runner.lastError = String(error);
        options.onError(error);
        await delay(environment, Math.min(100 * 2 ** failures, 5000), stopping.signal);
      }
    }
  }

  /** The swap, in a turn of the group's, so that its position stands still. */
  async function join(runner: Runner): Promise<void> {
    const { building } = runner;
    if (building === null) return;
    const { projection, generation } = building.model;
    const old = runner.left ?? runner.model.generation;
    await saveGeneration({
      id: runner.name,
      version: projection.version,
      served: generation,
      building: null,
    });
    runner.model = building.model;
    runner.joined = true;
    runner.left = null;
    runner.building = null;
    await options.onProgress();
    if (old !== generation) await dropGenerations(projection, [old]);
  }

  // --- status -------------------------------------------------------------------------------------------------

  const stateOf = (runner: Runner): ProjectionState => {
    if (stopping.signal.aborted || runner.replaced) return 'STOPPED';
    if (runner.building !== null) return 'REBUILDING';
    if (faulted !== null) return 'FAULTED';
    return caughtUp ? 'RUNNING' : 'CATCHING_UP';
  };

  const positionOf = (runner: Runner): Position =>
    runner.joined ? position : (runner.building?.position ?? position);

  const statusOf = async (runner: Runner): Promise<ProjectionStatus> => {
    const at = positionOf(runner);
    const { synced: end } = await store.end();
    return {
      name: runner.name,
      version: runner.model.projection.version,
      position: at,
      ...(await lagBehind({ store, environment }, at)),
      state: stateOf(runner),
      progress: runner.building === null ? null : end < 0 ? 1 : (runner.building.position + 1) / (end + 1),
      lastError: runner.lastError ?? faulted,
    };
  };

  const rebuild = async (name: string): Promise<ProjectionStatus> => {
    const runner = byName.get(name);
    if (runner === undefined) throw new UnknownProjection(`there is no projection ${name}`);
    await exclusive(async () => {
      await writing;
      if (runner.building !== null || runner.replaced) return;
      const { projection, generation: served } = runner.model;
      const building = served + 1;
      await dropGenerations(projection, [building]);
      await saveGeneration({ id: name, version: projection.version, served, building });
      runner.building = await openBuilding(projection, building, runner.model);
      builds.push(build(runner));
    });
    return statusOf(runner);
  };

  const builds: Promise<void>[] = runners.filter(({ building }) => building !== null).map(build);
  const following = follow({
    store,
    environment,
    upTo: 'synced',
    maxEvents: batchEvents,
    signal: stopping.signal,
    start: () =>
      exclusive(async () => {
        for (const { model } of runners) model.forget();
        await written();
        position = await reachedBy(groupCheckpoint);
        await options.onProgress();
        return position;
      }),
    handle,
    onError: (error) => {
      faulted = String(error);
      options.onError(error);
    },
  });

  return {
    hurry: (target) => {
      awaited = Math.max(awaited, target);
      wake?.();
    },
    status: () => Promise.all(runners.map(statusOf)),
    rebuild,
    stop: async () => {
      stopping.abort();
      wake?.();
      await Promise.all([following, ...builds]);
      await writing.catch(() => undefined);
    },
    consumers: runners.map((runner) => ({
      parking: runner.parking,
      retry: (event, actor) =>
        exclusive(async () => {
          await writing;
          const { model, parking } = runner;
          if (!runner.joined)
            throw new Error(`${runner.name} is being built, which tries what is parked again`);
          parking.unblock(event.position);
          const { writes, refused } = await model.project([event], () => false);
          if (refused[0] !== undefined) throw refused[0].error;
          const name = `retried:${generationOf(runner.name, model.generation)}:${event.position}`;
          let applied = false;
          try {
            applied = await readStore.apply(writes, { name, position: event.position });
          } finally {
            if (!applied) model.forget();
          }
          await parking.retried(event.position, actor);
        }),
    })),
  };
}
