// Read models for those who read: the generation that is served, how far it is, and waiting until it is further. It
// writes nothing, so it stands anywhere: beside the runner, in another thread, in another process.
import type { Environment, Position, Projection } from '@holdfast/kernel';
import { beforeAll, invariant } from '@holdfast/kernel';
import { ReadStoreUnavailable, UnknownCollection, UnknownIndex, type ReadStore } from '@holdfast/read-store';
import type { ReadModels } from './contract.js';
import { generationOf, readServed, type Served } from './generations.js';

export type ProjectionReaderOptions = {
  readonly readStore: ReadStore;
  readonly projections: readonly Pick<Projection, 'name' | 'version' | 'collections'>[];
  readonly environment: Environment;
  /** somebody waits for a position: the runner shall not take its time */
  hurry(this: void, position: Position): void;
};

export type ProjectionReader = ReadModels & {
  /** Looks how far the runner is, and answers those who waited for that. */
  refresh(this: void): Promise<void>;
};

/**
 * The generation that is served has another version than this process reads: an older one that has not got what is asked
 * for, or a newer one. It passes: the newer one is built, or this process is replaced.
 */
export class OtherGeneration extends ReadStoreUnavailable {}

type Waiter = {
  readonly projection: string;
  readonly position: Position;
  readonly settle: (reached: boolean) => void;
};

/** How often a moment is looked for in which the runner writes nothing. */
const maxLooks = 100;

export async function openProjectionReader(options: ProjectionReaderOptions): Promise<ProjectionReader> {
  const { readStore, projections, environment, hurry } = options;
  const names = projections.map(({ name }) => name);
  const versions = new Map(projections.map(({ name, version }) => [name, version]));
  const owners = new Map<string, string>();
  for (const { name, collections = {} } of projections)
    for (const collection of [name, ...Object.keys(collections)]) owners.set(collection, name);
  const waiters = new Set<Waiter>();
  let served: ReadonlyMap<string, Served | null> = new Map();

  const ownerOf = (collection: string): string => {
    const owner = owners.get(collection);
    invariant(owner !== undefined, `no read model has a collection ${collection}`);
    return owner;
  };

  const position = (collection: string): Position => served.get(ownerOf(collection))?.position ?? beforeAll;

  const look = async (): Promise<void> => {
    try {
      const found = await readServed(readStore, names);
      served = new Map(names.map((name, n) => [name, found[n] ?? null]));
    } catch (error) {
      // No runner has ever been here.
      if (!(error instanceof UnknownCollection)) throw error;
    }
  };

  const refresh = async (): Promise<void> => {
    await look();
    for (const waiter of waiters) if (position(waiter.projection) >= waiter.position) waiter.settle(true);
  };

  /** `read` on the generation that is served; `none` while there is no generation at all. @throws OtherGeneration */
  const on = async <T>(collection: string, none: T, read: (name: string) => T | Promise<T>): Promise<T> => {
    const owner = ownerOf(collection);
    const version = versions.get(owner) ?? 0;
    for (let looks = 1; ; looks++) {
      const known = served.get(owner);
      if (known === null || known === undefined) return none;
      if (known.version > version) {
        throw new OtherGeneration(
          `${owner} is served in version ${known.version}; this process reads ${version}`,
        );
      }
      try {
        return await read(generationOf(collection, known.generation));
      } catch (error) {
        const isMissing = error instanceof UnknownCollection || error instanceof UnknownIndex;
        if (!isMissing || looks === maxLooks) throw error;
        // The generation may have given way to the next one a moment ago.
        await look();
        const isSame = served.get(owner)?.generation === known.generation;
        if (isSame && known.version < version) {
          throw new OtherGeneration(
            `${collection} can't be read like this until version ${version} is built`,
          );
        }
        if (error instanceof UnknownIndex && isSame) throw error;
      }
    }
  };

  const getMany: ReadModels['getMany'] = (collection, ids) =>
    on(
      collection,
      ids.map(() => null),
      (name) => readStore.getMany(name, ids) as never,
    );

  await refresh();

  return {
    refresh,
    position,
    getMany,
    get: async (collection, id) => ((await getMany(collection, [id]))[0] ?? null) as never,
    find: (collection, find) =>
      on(collection, { items: [], hasMore: false }, (name) => readStore.find(name, find) as never),
    count: (collection, find) => on(collection, 0, (name) => readStore.count(name, find)),
    getStanding: async (collection, ids) => {
      for (let looks = 1; looks <= maxLooks; looks++) {
        await look();
        const before = position(collection);
        const documents = await getMany(collection, ids);
        await look();
        if (position(collection) === before) return { position: before, documents: documents as never };
      }
      throw new Error(`${collection} was written at each of ${maxLooks} looks at it`);
    },
    reached: (projection, target, timeoutMs) => {
      if (position(projection) >= target) return Promise.resolve(true);
      return new Promise((resolve) => {
        const cancel = environment.scheduler.after(timeoutMs, () => {
          waiter.settle(false);
        });
        const waiter: Waiter = {
          projection,
          position: target,
          settle: (isReached) => {
            cancel();
            waiters.delete(waiter);
            resolve(isReached);
          },
        };
        waiters.add(waiter);
        hurry(target);
      });
    },
  };
}
