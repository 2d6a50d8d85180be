// One generation of one read model: which documents it has, and how a batch of events changes them. A batch costs one
// look-up and one write per document, however many of its events touch it.
import type { Awaitable, Change, Document, Position, Projection, RecordedEvent } from '@holdfast/kernel';
import { invariant, streamCategory } from '@holdfast/kernel';
import type { CollectionDefinition, ReadStore, Write } from '@holdfast/read-store';
import { LRUCache } from 'lru-cache';
import { andThen } from './awaitable.js';

/** `order-summary@3`: generations of a collection live side by side under the read store's one namespace. */
export const generationOf = (collection: string, generation: number): string => `${collection}@${generation}`;

export const definitionsOf = (projection: Projection, generation: number): readonly CollectionDefinition[] =>
  Object.entries({ [projection.name]: projection.indexes, ...projection.collections }).map(
    ([name, indexes]) => ({
      name: generationOf(name, generation),
      indexes,
    }),
  );

/** An event that the projection threw on, or that waits behind one (`error` null). */
export type Refused = { readonly event: RecordedEvent; readonly key: string; readonly error: unknown };

export type Projected = { readonly writes: readonly Write[]; readonly refused: readonly Refused[] };

export type ReadModel = {
  readonly projection: Projection;
  readonly generation: number;
  wants(stream: string): boolean;
  /** What `events` change. The caller applies the writes, or calls `forget` when it can't. */
  project(
    events: readonly RecordedEvent[],
    isBlocked: (key: string, position: Position) => boolean,
  ): Awaitable<Projected>;
  /** Drops what is kept in memory: the store did not take the last writes. */
  forget(): void;
};

const cachedDocuments = 5000;
const none = Symbol('no document');

export function createReadModel(readStore: ReadStore, projection: Projection, generation: number): ReadModel {
  for (const prefix of projection.prefixes) {
    invariant(
      prefix === '' || /^[^-]+-$/.test(prefix),
      `${projection.name}: a prefix is '' or a category with its hyphen`,
    );
  }
  const categories = new Set(projection.prefixes.map((prefix) => prefix.slice(0, -1)));
  const everything = projection.prefixes.includes('');
  const main = generationOf(projection.name, generation);
  const cache = new LRUCache<string, Document | typeof none>({ max: cachedDocuments });

  const wants = (stream: string): boolean => everything || categories.has(streamCategory(stream));

  const project = (
    events: readonly RecordedEvent[],
    isBlocked: (key: string, position: Position) => boolean,
  ): Awaitable<Projected> => {
    const refused: Refused[] = [];
    const work: { readonly event: RecordedEvent; readonly key: string }[] = [];
    const documents = new Map<string, Document | null>();
    const missing: string[] = [];
    for (const event of events) {
      if (!wants(event.stream)) continue;
      const key = keyOf(event, refused);
      if (key === null) continue;
      work.push({ event, key });
      if (documents.has(key)) continue;
      const cached = cache.get(key);
      documents.set(key, cached === undefined || cached === none ? null : cached);
      if (cached === undefined) missing.push(key);
    }
    if (work.length === 0) return { writes: [], refused };
    if (missing.length === 0) return change(work, documents, refused, isBlocked);
    return andThen(readStore.getMany(main, missing), (found) => {
      missing.forEach((key, n) => documents.set(key, found[n] ?? null));
      return change(work, documents, refused, isBlocked);
    });
  };

  const keyOf = (event: RecordedEvent, refused: Refused[]): string | null => {
    try {
      return projection.key(event);
    } catch (error) {
      refused.push({ event, key: event.stream, error });
      return null;
    }
  };

  const change = (
    work: readonly { readonly event: RecordedEvent; readonly key: string }[],
    documents: Map<string, Document | null>,
    refused: Refused[],
    isBlocked: (key: string, position: Position) => boolean,
  ): Projected => {
    const writes: Write[] = [];
    const changed = new Set<string>();
    const blockedHere = new Set<string>();
    for (const { event, key } of work) {
      if (blockedHere.has(key) || isBlocked(key, event.position)) {
        refused.push({ event, key, error: null });
        continue;
      }
      try {
        for (const one of projection.project(event, documents.get(key) ?? null)) {
          if (one.collection === undefined || one.collection === projection.name) {
            documents.set(key, mainDocument(one, key));
            changed.add(key);
          } else {
            writes.push({ ...one, collection: generationOf(one.collection, generation) });
          }
        }
      } catch (error) {
        refused.push({ event, key, error });
        blockedHere.add(key);
      }
    }
    for (const key of changed) {
      const document = documents.get(key) ?? null;
      cache.set(key, document ?? none);
      writes.push(document === null ? { collection: main, removed: key } : { collection: main, document });
    }
    return { writes, refused };
  };

  const mainDocument = (one: Change, key: string): Document | null => {
    const id = 'removed' in one ? one.removed : one.document.id;
    invariant(id === key, `${projection.name} changed ${id} under the key ${key}`);
    return 'removed' in one ? null : one.document;
  };

  return {
    projection,
    generation,
    wants,
    project,
    forget: () => {
      cache.clear();
    },
  };
}
