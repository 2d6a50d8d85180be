// Compares two generations of a read model by a bounded sample of their documents, for an operator who decides whether a
// rebuild may replace the served generation.
import { isDeepStrictEqual } from 'node:util';
import type { Document, Position, Projection, Random } from '@holdfast/kernel';
import { cursorBehind, type ReadStore } from '@holdfast/read-store';
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

/** From each end of each generation, so that the oldest and newest documents are among the sample where ids grow. */
const idsFromEachEnd = 250;
/** Between the ends of each generation: the sample of a collection has at most 1500 ids. */
const idsFromBetween = 250;
const maxSamples = 20;

/** All collections of the projection are compared, each by its own sample. */
export async function diffGenerations(
  readStore: ReadStore,
  { name, collections = {} }: Pick<Projection, 'name' | 'collections'>,
  { served, rebuilt }: { readonly served: number; readonly rebuilt: number },
  random: Random,
): Promise<GenerationsDiff> {
  const diff = { servedCount: 0, rebuiltCount: 0, compared: 0 };
  const counts = { same: 0, changed: 0, onlyServed: 0, onlyRebuilt: 0 };
  const samples: RebuildSample[] = [];
  for (const collection of [name, ...Object.keys(collections)]) {
    const [old, young] = [generationOf(collection, served), generationOf(collection, rebuilt)];
    diff.servedCount += await readStore.count(old);
    diff.rebuiltCount += await readStore.count(young);
    const ids = await sampledIds(readStore, [old, young], random);
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

async function sampledIds(
  readStore: ReadStore,
  collections: readonly string[],
  random: Random,
): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const collection of collections) {
    const ends = await endsOf(readStore, collection);
    for (const id of [...ends.first, ...ends.last]) ids.add(id);
    // A collection without more documents than these is in the sample as a whole.
    if (ends.hasMore) for (const id of await between(readStore, collection, ends, random)) ids.add(id);
  }
  return [...ids].sort();
}

type Ends = {
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly hasMore: boolean;
};

async function endsOf(readStore: ReadStore, collection: string): Promise<Ends> {
  const end = async (order: 'ascending' | 'descending') => {
    const { items, hasMore } = await readStore.find(collection, { limit: idsFromEachEnd, order });
    return { ids: items.map(({ document }) => document.id), hasMore };
  };
  const [first, last] = [await end('ascending'), await end('descending')];
  return { first: first.ids, last: last.ids, hasMore: first.hasMore };
}

/** Returns the ids that follow random places between the ends. The cost does not grow with the collection. */
async function between(
  readStore: ReadStore,
  collection: string,
  { first, last }: Ends,
  random: Random,
): Promise<readonly string[]> {
  const found: string[] = [];
  const place = placesBetween(first.at(-1) ?? '', last.at(-1) ?? '', [...first, ...last], random);
  for (let n = 0; n < idsFromBetween; n += 1) {
    const { items } = await readStore.find(collection, { limit: 1, after: cursorBehind(place()) });
    for (const { document } of items) found.push(document.id);
  }
  return found;
}

/** Number of random letters in a place: more than enough for the largest collection. */
const randomLetters = 12;

/** Returns random places between `from` and `to`, made of letters that ids have, so that most are near an id. */
export function placesBetween(
  from: string,
  to: string,
  known: readonly string[],
  random: Random,
): () => string {
  const letters = [...new Set(known.join(''))].sort();
  const any = (): string => letters[Math.floor(random.next() * letters.length)] ?? '';
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared += 1;
  const attempts = 100;
  return () => {
    for (let n = 0; n < attempts; n += 1) {
      const place = from.slice(0, shared) + Array.from({ length: randomLetters }, any).join('');
      if (place > from && place < to) return place;
    }
    return from;
  };
}

function kindOf({ served, rebuilt }: RebuildSample): 'same' | 'changed' | 'onlyServed' | 'onlyRebuilt' {
  if (served === null) return 'onlyRebuilt';
  if (rebuilt === null) return 'onlyServed';
  return isDeepStrictEqual(served, rebuilt) ? 'same' : 'changed';
}
