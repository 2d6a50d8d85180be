// Builds a generation of a read model beside the served one, a page of the log at a time, and swaps the two once the new
// one has reached the group's position. A held generation is not swapped in: it follows the group until it is switched to.
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
  /** Called when new documents are stored; awaited before a replaced generation is dropped. */
  onProgress(this: void): Awaitable<void>;
  onError(this: void, error: unknown): void;
};

const eventsOfPage = 5000;
/** Pause of a held generation that has caught up, before it looks for new events. */
const heldPauseMs = 250;

/**
 * Resolves when the generation is served or abandoned, or when `signal` aborts. An error is reported and the page tried
 * again.
 */
export async function build(
  projection: RunningProjection,
  options: ProjectionBuildingOptions,
): Promise<void> {
  const { environment, exclusive, signal } = options;
  const { building } = projection;
  if (building === null) return;
  for (let failures = 0; projection.building === building && !signal.aborted;) {
    try {
      const waits = await exclusive(() => advance(projection, building, options));
      projection.lastError = null;
      failures = 0;
      await options.onProgress();
      if (waits) await delay(environment, heldPauseMs, signal);
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

/** Builds one page, or swaps after the last one. Returns whether the generation has caught up and waits for an operator. */
async function advance(
  projection: RunningProjection,
  building: Building,
  options: ProjectionBuildingOptions,
): Promise<boolean> {
  if (projection.building !== building) return false;
  const hasReachedGroup = !(await buildPage(projection, building, options));
  if (!hasReachedGroup) return false;
  if (!building.hold) {
    await swap(projection, building, options);
    return false;
  }
  if (!building.caughtUp) {
    const { version } = building.model.projection;
    const [served, next] = [projection.model.generation, building.model.generation];
    const document = { id: projection.name, version, served, building: next, hold: 'ready' } as const;
    await options.generations.save(document);
    building.caughtUp = true;
  }
  return true;
}

/** Brings the generation to the group's position. Call it while the group stands still (`exclusive`). */
export async function catchUp(
  projection: RunningProjection,
  building: Building,
  options: ProjectionBuildingOptions,
): Promise<void> {
  for (let more = true; more;) more = await buildPage(projection, building, options);
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
    const { writes, refused } = building.hold
      ? await building.model.project(parking.withoutDiscarded(events), isBlocked)
      : await projectOnto(projection, building.model, events, isBlocked, onError);
    for (const { key } of refused) building.blocked.add(key);
    const stillParked = new Set(refused.map(({ event }) => event.position));
    const handled = events
      .map(({ position }) => position)
      .filter((position) => parking.isParked(position) && !stillParked.has(position));
    if (building.hold) {
      for (const one of refused) building.refused.set(one.event.position, one);
      for (const position of handled) building.handled.add(position);
    } else {
      for (const position of handled) await parking.retried(position, `consumer:${projectionName}`);
    }
    await readStore.apply(writes, { name, position: reached });
  } catch (error) {
    building.model.forget();
    throw error;
  }
  building.position = reached;
  return true;
}

/** Serves the new generation. Call it while the group stands still (`exclusive`). */
export async function swap(
  projection: RunningProjection,
  { model, refused, handled }: Building,
  { generations, onProgress }: ProjectionBuildingOptions,
): Promise<void> {
  const { generation } = model;
  const { version } = model.projection;
  const { parking } = projection;
  await parking.parkAll([...refused.values()].filter(({ event }) => !parking.isDiscarded(event.position)));
  for (const position of handled)
    if (parking.isParked(position)) await parking.retried(position, `consumer:${projection.name}`);
  const old = projection.left ?? projection.model.generation;
  await generations.save({ id: projection.name, version, served: generation, building: null });
  projection.model = model;
  projection.joined = true;
  projection.left = null;
  projection.building = null;
  await onProgress();
  if (old !== generation) await generations.drop(model.projection, [old]);
}
