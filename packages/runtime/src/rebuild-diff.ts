// The difference between two generations of a read model, by a bounded sample of their documents: what an operator sees of
// a rebuild before it takes the place of the served generation.
import { isDeepStrictEqual } from 'node:util';
import type { Document, Position, Projection } from '@holdfast/kernel';
import type { ReadStore } from '@holdfast/read-store';
import { generationOf } from './generations.js';

/** A document that differs; null where a generation has no such document. */
export type RebuildSample = {
  readonly collection: string;
  readonly id: string;
  readonly served: Document | null;
  readonly rebuilt: Document | null;
};

export type GenerationsDiff = {
  /** number of documents in all collections of each generation */
  readonly servedCount: number;
  readonly rebuiltCount: number;
  /** number of ids that were looked up in both generations; the four counts below add up to it */
  readonly compared: number;
  readonly same: number;
  readonly changed: number;
  readonly onlyServed: number;
  readonly onlyRebuilt: number;
  /** The first documents that differ. */
  readonly samples: readonly RebuildSample[];
};

/** `position` and `rebuiltPosition` are the same unless the log moved at each attempt to read both at once. */
export type RebuildDiff = GenerationsDiff & {
  readonly name: string;
  readonly position: Position;
  readonly rebuiltPosition: Position;
};

/** From each end of each generation, so that old and new documents of a collection are among at most 1000 ids. */
const idsFromEachEnd = 250;
const maxSamples = 20;

/** All collections of the projection are compared, each by its own sample. */
export async function diffGenerations(
  readStore: ReadStore,
  { name, collections = {} }: Pick<Projection, 'name' | 'collections'>,
  { served, rebuilt }: { readonly served: number; readonly rebuilt: number },
): Promise<GenerationsDiff> {
  const diff = { servedCount: 0, rebuiltCount: 0, compared: 0 };
  const counts = { same: 0, changed: 0, onlyServed: 0, onlyRebuilt: 0 };
  const samples: RebuildSample[] = [];
  for (const collection of [name, ...Object.keys(collections)]) {
    const [old, young] = [generationOf(collection, served), generationOf(collection, rebuilt)];
    diff.servedCount += await readStore.count(old);
    diff.rebuiltCount += await readStore.count(young);
    const ids = await sampledIds(readStore, [old, young]);
    diff.compared += ids.length;
    const [before, after] = [await readStore.getMany(old, ids), await readStore.getMany(young, ids)];
    ids.forEach((id, n) => {
      const sample = { collection, id, served: before[n] ?? null, rebuilt: after[n] ?? null };
      const kind = kindOf(sample);
      counts[kind] += 1;
      if (kind !== 'same' && samples.length < maxSamples) samples.push(sample);
    });
  }
  return { ...diff, ...counts, samples };
}

async function sampledIds(readStore: ReadStore, collections: readonly string[]): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const collection of collections)
    for (const order of ['ascending', 'descending'] as const) {
      const { items } = await readStore.find(collection, { limit: idsFromEachEnd, order });
      for (const { document } of items) ids.add(document.id);
    }
  return [...ids].sort();
}

function kindOf({ served, rebuilt }: RebuildSample): 'same' | 'changed' | 'onlyServed' | 'onlyRebuilt' {
  if (served === null) return 'onlyRebuilt';
  if (rebuilt === null) return 'onlyServed';
  return isDeepStrictEqual(served, rebuilt) ? 'same' : 'changed';
}
