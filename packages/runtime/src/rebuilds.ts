// Rebuilds that operators ask for. A held rebuild stays beside the served generation once it has caught up, until it is
// switched to or abandoned.
import { invariant } from '@holdfast/kernel';
import type { ReadStore } from '@holdfast/read-store';
import type { ProjectionStatus } from './projections.js';
import type { Building } from './generation-store.js';
import { build, catchUp, swap, type ProjectionBuildingOptions } from './projection-building.js';
import { diffGenerations, type RebuildDiff } from './rebuild-diff.js';
import type { RunningProjection } from './running-projection.js';

export type Rebuilds = {
  /** `hold`: the new generation waits for `switchOver` or `abandon`. @throws UnknownProjection */
  rebuild(this: void, name: string, hold?: boolean): Promise<ProjectionStatus>;
  /** Serves the new generation. @throws UnknownProjection, NothingHeld before the held rebuild has caught up */
  switchOver(this: void, name: string): Promise<ProjectionStatus>;
  /** Drops the new generation, also before it has caught up. @throws UnknownProjection, NothingHeld */
  abandon(this: void, name: string): Promise<ProjectionStatus>;
  /** Compares both generations at one position. @throws UnknownProjection, NothingHeld as `switchOver` does */
  diff(this: void, name: string): Promise<RebuildDiff>;
};

export class UnknownProjection extends Error {
  override readonly name = 'UnknownProjection';
}

/** No held rebuild is there, or it has not caught up yet. */
export class NothingHeld extends Error {
  override readonly name = 'NothingHeld';
}

export type RebuildsOptions = ProjectionBuildingOptions & {
  readonly readStore: ReadStore;
  readonly running: readonly RunningProjection[];
  /** Waits for the group's write that is under way. */
  written(this: void): Promise<void>;
  status(this: void, projection: RunningProjection): Promise<ProjectionStatus>;
  /** Called with the work of each rebuild that begins. */
  began(this: void, work: Promise<void>): void;
};

export function createRebuilds(options: RebuildsOptions): Rebuilds {
  const { running, generations, exclusive, written, status } = options;

  const known = (name: string): RunningProjection => {
    const projection = running.find((one) => one.name === name);
    if (projection === undefined) throw new UnknownProjection(`there is no projection ${name}`);
    return projection;
  };
  /** Runs `act` while the group stands still. */
  const whileHeld = <T>(projection: RunningProjection, act: (building: Building) => Promise<T>): Promise<T> =>
    exclusive(async () => {
      await written();
      const { name, building } = projection;
      if (building?.hold !== true)
        throw new NothingHeld(`${name} has no held rebuild: rebuildProjection with hold begins one`);
      return act(building);
    });
  const reachGroup = async (projection: RunningProjection, building: Building): Promise<void> => {
    if (!building.caughtUp) throw new NothingHeld(`the rebuild of ${projection.name} has not caught up yet`);
    await catchUp(projection, building, options);
  };

  return {
    rebuild: async (name, hold = false) => {
      const projection = known(name);
      await exclusive(async () => {
        await written();
        if (projection.building !== null || projection.replaced) return;
        const { projection: definition, generation: served } = projection.model;
        const next = served + 1;
        await generations.drop(definition, [next]);
        const document = { id: name, version: definition.version, served, building: next };
        await generations.save({ ...document, ...(hold && { hold: 'building' }) });
        projection.building = await generations.openBuilding(definition, next, projection.model, hold);
        options.began(build(projection, options));
      });
      return status(projection);
    },
    switchOver: async (name) => {
      const projection = known(name);
      await whileHeld(projection, async (building) => {
        await reachGroup(projection, building);
        await swap(projection, building, options);
      });
      return status(projection);
    },
    abandon: async (name) => {
      const projection = known(name);
      await whileHeld(projection, async ({ model: { projection: definition, generation } }) => {
        const served = projection.model.generation;
        invariant(generation !== served, `${name} would lose its served generation`);
        await generations.save({ id: name, version: definition.version, served, building: null });
        projection.building = null;
        projection.lastError = null;
        await generations.drop(definition, [generation]);
      });
      return status(projection);
    },
    diff: async (name) => {
      const projection = known(name);
      return whileHeld(projection, async (building) => {
        await reachGroup(projection, building);
        const { projection: definition, generation: rebuilt } = building.model;
        const { generation: served } = projection.model;
        const { readStore, environment } = options;
        const found = await diffGenerations(readStore, definition, { served, rebuilt }, environment.random);
        return { name, position: options.groupPosition(), rebuiltPosition: building.position, ...found };
      });
    },
  };
}

/** The same checks on a status, for callers in another thread or process than the runner. */
export function heldIn(
  statuses: readonly ProjectionStatus[],
  name: string,
  needs: 'held' | 'rebuilt',
): ProjectionStatus {
  const status = statuses.find((one) => one.name === name);
  if (status === undefined) throw new UnknownProjection(`there is no projection ${name}`);
  if (!status.held)
    throw new NothingHeld(`${name} has no held rebuild: rebuildProjection with hold begins one`);
  if (needs === 'rebuilt' && status.state !== 'REBUILT')
    throw new NothingHeld(`the rebuild of ${name} has not caught up yet`);
  return status;
}
