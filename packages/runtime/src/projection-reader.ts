// Read models for readers: documents of the generation that is served, its position, and waiting for a position. A reader
// writes nothing, so it may be beside the runner, in another thread or in another operating-system process.
import type { Environment, Position, Projection } from '@holdfast/kernel';
import { beforeAll, invariant } from '@holdfast/kernel';
import { ReadStoreUnavailable, UnknownCollection, UnknownIndex, type ReadStore } from '@holdfast/read-store';
import type { ReadModels } from './projections.js';
import { generationOf, readServed, type Served } from './generations.js';

export type ProjectionReaderOptions = {
  readonly readStore: ReadStore;
  readonly projections: readonly Pick<Projection, 'name' | 'version' | 'collections'>[];
  readonly environment: Environment;
  /** Called when a reader waits for a position: the runner should not pause until it is reached. */
  hurry(this: void, position: Position): void;
};

export type ProjectionReader = ReadModels & {
  /** Reads the runner's position, and resolves the waits for positions up to it. */
  refresh(this: void): Promise<void>;
};

/**
 * The served generation has another version than this process reads: a newer one, or an older one without the collection or
 * index that is read. It is temporary: either the newer version gets built, or this process gets replaced.
 */
export class OtherGeneration extends ReadStoreUnavailable {}

type Waiter = {
  readonly projection: string;
  readonly position: Position;
  readonly settle: (reached: boolean) => void;
};

/** Number of attempts to read without a write in between. */
const maxLooks = 100;

export async function openProjectionReader(options: ProjectionReaderOptions): Promise<ProjectionReader> {
  const { readStore } = options;
  const owners = ownersOf(options);
  const waiters = new Set<Waiter>();
  const view = createServedView(options);

  const ownerOf = (collection: string): string => {
    const owner = owners.get(collection);
    invariant(owner !== undefined, `no read model has a collection ${collection}`);
    return owner;
  };

  const position = (collection: string): Position => view.served(ownerOf(collection))?.position ?? beforeAll;

  const refresh = async (): Promise<void> => {
    await view.look();
    for (const waiter of waiters) if (position(waiter.projection) >= waiter.position) waiter.settle(true);
  };

  const getMany: ReadModels['getMany'] = (collection, ids) =>
    view.read(
      ownerOf(collection),
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
      view.read(
        ownerOf(collection),
        collection,
        { items: [], hasMore: false },
        (name) => readStore.find(name, find) as never,
      ),
    count: (collection, find) =>
      view.read(ownerOf(collection), collection, 0, (name) => readStore.count(name, find)),
    getAtPosition: async (collection, ids) => {
      for (let looks = 1; looks <= maxLooks; looks++) {
        await view.look();
        const before = position(collection);
        const documents = await getMany(collection, ids);
        await view.look();
        if (position(collection) === before) return { position: before, documents: documents as never };
      }
      throw new Error(`${collection} was written at each of ${maxLooks} looks at it`);
    },
    reached: (projection, target, timeoutMs) =>
      position(projection) >= target
        ? Promise.resolve(true)
        : waitFor(options, waiters, { projection, position: target }, timeoutMs),
  };
}

/** Projections by the collections that they write. */
const ownersOf = ({
  projections,
}: Pick<ProjectionReaderOptions, 'projections'>): ReadonlyMap<string, string> =>
  new Map(
    projections.flatMap(({ name, collections = {} }) =>
      [name, ...Object.keys(collections)].map((collection) => [collection, name] as const),
    ),
  );

type ServedView = {
  /** Returns the generation that the last `look` found; null before a runner has begun the read model. */
  served(this: void, projection: string): Served | null;
  /** Reads from the store which generations are served, and their positions. */
  look(this: void): Promise<void>;
  /**
   * Returns the result of `run` for the collection's name in the served generation; `none` when there is no generation.
   * @throws OtherGeneration
   */
  read<T>(
    this: void,
    projection: string,
    collection: string,
    none: T,
    run: (name: string) => T | Promise<T>,
  ): Promise<T>;
};

function createServedView({
  readStore,
  projections,
}: Pick<ProjectionReaderOptions, 'readStore' | 'projections'>): ServedView {
  const names = projections.map(({ name }) => name);
  const versions = new Map(projections.map(({ name, version }) => [name, version]));
  let served: ReadonlyMap<string, Served | null> = new Map();

  const look = async (): Promise<void> => {
    try {
      const found = await readServed(readStore, names);
      served = new Map(names.map((name, n) => [name, found[n] ?? null]));
    } catch (error) {
      // The collection of generations is missing as long as no runner has ever started.
      if (!(error instanceof UnknownCollection)) throw error;
    }
  };

  const read: ServedView['read'] = async (projection, collection, none, run) => {
    const version = versions.get(projection) ?? 0;
    for (let looks = 1; ; looks++) {
      const known = served.get(projection);
      if (known === null || known === undefined) return none;
      if (known.version > version)
        throw new OtherGeneration(
          `${projection} is served in version ${known.version}; this process reads ${version}`,
        );
      try {
        return await run(generationOf(collection, known.generation));
      } catch (error) {
        const isMissing = error instanceof UnknownCollection || error instanceof UnknownIndex;
        if (!isMissing || looks === maxLooks) throw error;
        // The next generation may just have replaced this one.
        await look();
        const isSame = served.get(projection)?.generation === known.generation;
        if (isSame && known.version < version)
          throw new OtherGeneration(
            `${collection} can't be read like this until version ${version} is built`,
          );
        if (error instanceof UnknownIndex && isSame) throw error;
      }
    }
  };

  return { served: (projection) => served.get(projection) ?? null, look, read };
}

/** Resolves false when the position is not reached in time. */
function waitFor(
  { environment, hurry }: Pick<ProjectionReaderOptions, 'environment' | 'hurry'>,
  waiters: Set<Waiter>,
  target: Pick<Waiter, 'projection' | 'position'>,
  timeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = environment.scheduler.after(timeoutMs, () => {
      waiter.settle(false);
    });
    const waiter: Waiter = {
      ...target,
      settle: (isReached) => {
        cancel();
        waiters.delete(waiter);
        resolve(isReached);
      },
    };
    waiters.add(waiter);
    hurry(target.position);
  });
}
