// One generation of one read model: its documents, and the changes that a batch of events makes to them. A batch costs one
// look-up and one write per document, however many of its events change it.
import type { Awaitable, Change, Document, Position, Projection, RecordedEvent } from '@holdfast/kernel';
import { invariant } from '@holdfast/kernel';
import type { CollectionDefinition, ReadStore, Write } from '@holdfast/read-store';
import { andThen } from './awaitable.js';
import { Cache } from './cache.js';
import { generationOf } from './generations.js';
import { asForeign, isForeign } from './own-events.js';
import type { Refused } from './parking.js';

export const definitionsOf = (projection: Projection, generation: number): readonly CollectionDefinition[] =>
  Object.entries({ [projection.name]: projection.indexes, ...projection.collections }).map(
    ([name, indexes]) => ({
      name: generationOf(name, generation),
      indexes,
    }),
  );

export type Projected = { readonly writes: readonly Write[]; readonly refused: readonly Refused[] };

export type ReadModel = {
  readonly projection: Projection;
  readonly generation: number;
  /** whether it projects events of a category */
  wants(category: string): boolean;
  /** `events` are of categories that it wants. The caller applies the writes, or calls `forget` when they fail. */
  project(
    events: readonly RecordedEvent[],
    isBlocked: (key: string, position: Position) => boolean,
  ): Awaitable<Projected>;
  /** Drops the documents in memory: the store did not take the last writes. */
  forget(): void;
};

/** Documents kept in memory: only those that a batch has read from the store. A new document is rarely needed again. */
const cachedDocuments = 5000;

/** A document: as it is stored, and as it is after the events of the batch so far. */
type Entry = { readonly stored: Document | null; now: Document | null };

type Task = { readonly event: RecordedEvent; readonly key: string };

export function createReadModel(readStore: ReadStore, projection: Projection, generation: number): ReadModel {
  checkPrefixes(projection);
  const categories = new Set(projection.prefixes.map((prefix) => prefix.slice(0, -1)));
  const everything = projection.prefixes.includes('');
  const main = generationOf(projection.name, generation);
  const added = addedCollections(projection, generation);
  const cache = new Cache<string, Document | null>(cachedDocuments);
  /** documents of the last batch, which may not be stored yet */
  let last: ReadonlyMap<string, Entry> = new Map();

  const project = (
    events: readonly RecordedEvent[],
    isBlocked: (key: string, position: Position) => boolean,
  ): Awaitable<Projected> => {
    const refused: Refused[] = [];
    const tasks: Task[] = [];
    const entries = new Map<string, Entry>();
    const missing = new Set<string>();
    for (const event of events) {
      const key = keyOf(projection, event, refused);
      if (key === null) continue;
      tasks.push({ event, key });
      if (entries.has(key) || missing.has(key)) continue;
      const stored = cache.get(key) ?? last.get(key)?.now;
      if (stored === undefined) missing.add(key);
      else entries.set(key, { stored, now: stored });
    }
    if (missing.size === 0) return change(tasks, entries, refused, isBlocked);
    const keys = [...missing];
    return andThen(readStore.getMany(main, keys), (found) => {
      keys.forEach((key, n) => {
        const stored = found[n] ?? null;
        entries.set(key, { stored, now: stored });
      });
      return change(tasks, entries, refused, isBlocked);
    });
  };

  const change = (
    tasks: readonly Task[],
    entries: ReadonlyMap<string, Entry>,
    refused: Refused[],
    isBlocked: (key: string, position: Position) => boolean,
  ): Projected => {
    const writes: Write[] = [];
    projectAll(projection, added, tasks, entries, { writes, refused }, isBlocked);
    last = entries;
    for (const [key, { stored, now }] of entries) {
      if (stored !== null) cache.set(key, now);
      if (now === stored) continue;
      writes.push(
        now === null
          ? { collection: main, removed: key }
          : { collection: main, document: now, replaces: stored },
      );
    }
    return { writes, refused };
  };

  return {
    projection,
    generation,
    wants: (category) => everything || categories.has(category),
    project,
    forget: () => {
      cache.clear();
      last = new Map();
    },
  };
}

function checkPrefixes({ name, prefixes }: Projection): void {
  for (const prefix of prefixes)
    invariant(
      prefix === '' || /^[^-]+-$/.test(prefix),
      `${name}: a prefix is '' or a category with its hyphen`,
    );
}

/** Null for an event without a key. A foreign event, or one on which `key` throws, has none and goes to `refused`. */
function keyOf(projection: Projection, event: RecordedEvent, refused: Refused[]): string | null {
  if (isForeign(event)) {
    refused.push(asForeign(event));
    return null;
  }
  try {
    return projection.key(event);
  } catch (error) {
    refused.push({ event, key: event.stream, error });
    return null;
  }
}

/** Projects each event onto its entry; writes to added collections and refused events go to `result`. */
function projectAll(
  projection: Projection,
  added: ReadonlyMap<string, string>,
  tasks: readonly Task[],
  entries: ReadonlyMap<string, Entry>,
  { writes, refused }: { readonly writes: Write[]; readonly refused: Refused[] },
  isBlocked: (key: string, position: Position) => boolean,
): void {
  const blockedHere = new Set<string>();
  for (const { event, key } of tasks) {
    if (blockedHere.has(key) || isBlocked(key, event.position)) {
      refused.push({ event, key, error: null });
      continue;
    }
    try {
      const entry = entries.get(key);
      invariant(entry !== undefined, `${key} was neither remembered nor read`);
      for (const one of projection.project(event, entry.now)) {
        if (one.collection === undefined || one.collection === projection.name) {
          entry.now = mainDocument(projection, one, key);
        } else {
          writes.push(addition(projection, added, one, one.collection));
        }
      }
    } catch (error) {
      refused.push({ event, key, error });
      blockedHere.add(key);
    }
  }
}

/** Returns a write to an added collection. An id there may be used only once, or the collection's indexes would break. */
function addition(
  projection: Projection,
  added: ReadonlyMap<string, string>,
  one: Change,
  name: string,
): Write {
  const collection = added.get(name);
  invariant(collection !== undefined, `${projection.name} declares no collection ${name}`);
  invariant('document' in one, `${projection.name} only adds to ${name}`);
  return { collection, document: one.document, replaces: null };
}

function mainDocument({ name }: Projection, one: Change, key: string): Document | null {
  const id = 'removed' in one ? one.removed : one.document.id;
  invariant(id === key, `${name} changed ${id} under the key ${key}`);
  return 'removed' in one ? null : one.document;
}

/** Names of the generation's added collections, by the projection's own names. */
const addedCollections = (projection: Projection, generation: number): ReadonlyMap<string, string> =>
  new Map(Object.keys(projection.collections ?? {}).map((name) => [name, generationOf(name, generation)]));
