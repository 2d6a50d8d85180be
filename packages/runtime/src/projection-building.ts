// Builds a generation of a read model beside the served one, a page of the log at a time, and swaps the two once the new
// one has reached the group's position.
import type { Awaitable, Environment, Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { ReadStore } from '@holdfast/read-store';
import { delay } from './follow.js';
import type { Building, GenerationStore } from './generation-store.js';
import { generationOf } from './generations.js';
import type { Mutex } from './mutex.js';
import { projectOnto, type RunningProjection } from './running-projection.js';

export type ProjectionBuildingOptions = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly environment: Environment;
  readonly generations: GenerationStore;
  /** held while the group's position must not move */
  readonly exclusive: Mutex;
  readonly signal: AbortSignal;
  groupPosition(this: void): Position;
  /** Called when written documents can be read; awaited before a replaced generation is dropped. */
  onProgress(this: void): Awaitable<void>;
  onError(this: void, error: unknown): void;
};

const eventsOfPage = 5000;

/** Resolves when the generation is served, or when `signal` aborts. An error is reported and the page tried again. */
export async function build(
  projection: RunningProjection,
  options: ProjectionBuildingOptions,
): Promise<void> {
  const { environment, exclusive, signal } = options;
  for (let failures = 0; projection.building !== null && !signal.aborted;) {
    try {
      await exclusive(async () => {
        const { building } = projection;
        if (building === null) return;
        const hasReachedGroup = !(await buildPage(projection, building, options));
        if (hasReachedGroup) await swap(projection, building, options);
      });
      projection.lastError = null;
      failures = 0;
      await options.onProgress();
      // Other work gets its turn between two pages.
      await new Promise<void>((resolve) => {
        environment.scheduler.soon(resolve);
      });
    } catch (error) {
      failures += 1;
      projection.lastError = String(error);
      options.onError(error);
      await delay(environment, Math.min(100 * 2 ** failures, 5000), signal);
    }
  }
}

/** Returns false when there was nothing to do: the group's position is reached. */
async function buildPage(
  projection: RunningProjection,
  building: Building,
  { store, readStore, generations, groupPosition, onError }: ProjectionBuildingOptions,
): Promise<boolean> {
  const { name: projectionName, parking } = projection;
  const name = generationOf(projectionName, building.model.generation);
  const upTo = groupPosition();
  building.position = await generations.reached(name);
  if (building.position >= upTo) return false;
  const { prefixes } = building.model.projection;
  const filter = prefixes.includes('') ? {} : { filter: { streamPrefixes: prefixes } };
  const page = await store.readAll({ after: building.position, limit: eventsOfPage, ...filter });
  const events = page.filter((event) => event.position <= upTo);
  const isLastPage = page.length < eventsOfPage || events.length < page.length;
  const reached = isLastPage ? upTo : (events.at(-1)?.position ?? upTo);
  try {
    // Parked events are tried again; events that waited behind one follow it.
    const isBlocked = (key: string): boolean => building.blocked.has(key);
    const { writes, refused } = await projectOnto(projection, building.model, events, isBlocked, onError);
    for (const { key } of refused) building.blocked.add(key);
    const stillParked = new Set(refused.map(({ event }) => event.position));
    for (const { position } of events)
      if (parking.isParked(position) && !stillParked.has(position))
        await parking.retried(position, `consumer:${projectionName}`);
    await readStore.apply(writes, { name, position: reached });
  } catch (error) {
    building.model.forget();
    throw error;
  }
  building.position = reached;
  return true;
}

/** Serves the new generation. Runs in a turn of the group's, so that the group's position stands still. */
async function swap(
  projection: RunningProjection,
  { model }: Building,
  { generations, onProgress }: ProjectionBuildingOptions,
): Promise<void> {
  const { generation } = model;
  const { version } = model.projection;
  const old = projection.left ?? projection.model.generation;
  await generations.save({ id: projection.name, version, served: generation, building: null });
  projection.model = model;
  projection.joined = true;
  projection.left = null;
  projection.building = null;
  await onProgress();
  if (old !== generation) await generations.drop(model.projection, [old]);
}
