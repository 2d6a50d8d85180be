// One projection inside a runner: the read model that it feeds, the generation that it builds beside that one, and the
// events that it has parked.
import type { Environment, Position, Projection, RecordedEvent } from '@holdfast/kernel';
import { beforeAll } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { ReadStore } from '@holdfast/read-store';
import type { Building, GenerationStore } from './generation-store.js';
import { generationOf, planFor, type Generation } from './generations.js';
import { ForeignEvent } from './own-events.js';
import { openParking, type Parking } from './parking.js';
import { createReadModel, definitionsOf, type Projected, type ReadModel } from './read-model.js';

/** `building` catches up by itself and then replaces `model`. */
export type RunningProjection = {
  readonly name: string;
  readonly parking: Parking;
  model: ReadModel;
  /** Whether the group feeds `model`; false while it is built for the first time, or anew for another version. */
  joined: boolean;
  /** Generation of an older version, served until `building` has caught up. */
  left: number | null;
  /** Whether a newer process built the served generation, so that this process leaves it alone. */
  readonly replaced: boolean;
  building: Building | null;
  lastError: string | null;
};

export type OpenProjectionOptions = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly environment: Environment;
  readonly generations: GenerationStore;
  /** position of the checkpoint that all joined read models share */
  readonly groupPosition: Position;
};

/** Continues a projection from the state that earlier runners left (ADR 0016). */
export async function openProjection(
  projection: Projection,
  { store, readStore, environment, generations, groupPosition }: OpenProjectionOptions,
): Promise<RunningProjection> {
  const { name } = projection;
  const parking = await openParking(store, environment, name);
  const known = await generations.read(name);
  const own = known === null ? beforeAll : await generations.reached(generationOf(name, known.served));
  const plan = planFor(known, projection, { group: groupPosition, own });
  const { kind, document, catchUpFrom, drops } = plan;
  const { served } = document;
  if (catchUpFrom !== undefined)
    await readStore.apply([], { name: generationOf(name, served), position: catchUpFrom });
  if (document !== known) await generations.save(document);
  await generations.drop(projection, drops);
  const { hold = null } = document;
  if (hold !== null && kind === 'build') await beginAgain(projection, document, generations);

  const opened = { name, parking, left: null, joined: false, building: null, lastError: null };
  if (kind === 'standBy') {
    const lastError = `version ${document.version} of it was built by a newer process`;
    return { ...opened, model: createReadModel(readStore, projection, served), replaced: true, lastError };
  }
  if (document.version < projection.version && document.building !== null) {
    const building = await generations.openBuilding(projection, document.building, null);
    return { ...opened, model: building.model, replaced: false, left: served, building };
  }
  await readStore.define(definitionsOf(projection, served));
  const model = createReadModel(readStore, projection, served);
  const building =
    document.building === null
      ? null
      : await generations.openBuilding(projection, document.building, model, hold !== null);
  return { ...opened, model, replaced: false, joined: building?.model !== model, building };
}

/** A held rebuild keeps in memory which events it refused, so a restart builds it from the first event again. */
async function beginAgain(
  projection: Projection,
  document: Generation,
  generations: GenerationStore,
): Promise<void> {
  if (document.building === null) return;
  await generations.drop(projection, [document.building]);
  await generations.save({ ...document, hold: 'building' });
}

/** Projects `events` onto `model`, the served or the building one, and parks the events that it refuses. */
export async function projectOnto(
  { parking }: RunningProjection,
  model: ReadModel,
  events: readonly RecordedEvent[],
  isBlocked: (key: string, position: Position) => boolean,
  onError: (error: unknown) => void,
): Promise<Projected> {
  const projected = await model.project(parking.withoutDiscarded(events), isBlocked);
  for (const { error } of projected.refused)
    if (error !== null && !(error instanceof ForeignEvent)) onError(error);
  await parking.parkAll(projected.refused);
  return projected;
}

/** Projects one parked event again. @throws the error with which the projection refuses it */
export async function retryParked(
  { name, joined, model, parking }: RunningProjection,
  readStore: ReadStore,
  event: RecordedEvent,
  { actor, reason }: { readonly actor: string; readonly reason?: string },
): Promise<void> {
  if (!joined) throw new Error(`${name} is being built; the build tries its parked events again`);
  parking.unblock(event.position);
  const { writes, refused } = await model.project([event], () => false);
  if (refused[0] !== undefined) throw refused[0].error;
  const checkpoint = `retried:${generationOf(name, model.generation)}:${event.position}`;
  let applied = false;
  try {
    applied = await readStore.apply(writes, { name: checkpoint, position: event.position });
  } finally {
    if (!applied) model.forget();
  }
  await parking.retried(event.position, actor, reason);
}
