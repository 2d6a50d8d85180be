// A read store in memory, for simulations, in which the same seed has to give the same run. The caller decides when writes
// take effect and what a crash loses. LMDB can't be used there: it writes on a thread of its own.
import type { Document, Indexes, Position } from '@holdfast/kernel';
import { decodeCursor, encodeCursor, placeIn } from '../cursor.js';
import {
  type Checkpoint,
  type CollectionDefinition,
  type Fence,
  type Find,
  type Lease,
  LeaseLost,
  type Page,
  type ReadStore,
  ReadStoreUnavailable,
  type Scalar,
  UnknownCollection,
  UnknownIndex,
  type Write,
} from '../port.js';

/** Documents are kept as text, so that no caller shares an object with the store. */
type Collection = { readonly indexes: Indexes; readonly documents: ReadonlyMap<string, string> };
type Contents = {
  readonly collections: ReadonlyMap<string, Collection>;
  readonly checkpoints: ReadonlyMap<string, Position>;
  readonly leases: ReadonlyMap<string, Lease>;
};
const nothing: Contents = { collections: new Map(), checkpoints: new Map(), leases: new Map() };

type Commit = (before: Contents) => Contents;

/** The commits of a store, in order. They outlive the stores that are opened on them, like files. */
export class MemoryCommits {
  #settled: Contents = nothing;
  #unsettled: Commit[] = [];
  #now: Contents = nothing;

  get now(): Contents {
    return this.#now;
  }

  add(commit: Commit): void {
    this.#now = commit(this.#now);
    this.#unsettled.push(commit);
  }

  /** After this call, no crash can lose the commits made so far. */
  flush(): void {
    this.#settled = this.#now;
    this.#unsettled = [];
  }

  /** Simulates a loss of power. `keeps` returns how many of the commits since the last flush survive: the oldest ones. */
  crash(keeps: (unflushed: number) => number): void {
    const kept = this.#unsettled.slice(0, keeps(this.#unsettled.length));
    this.#now = kept.reduce((before, commit) => commit(before), this.#settled);
    this.flush();
  }
}

export type MemoryReadStoreOptions = {
  readonly commits?: MemoryCommits;
  /** Awaited before each write takes effect; writes take effect in the order in which they were asked for. */
  readonly beforeWrite?: () => Promise<void>;
};

export const openMemoryReadStore = ({
  commits = new MemoryCommits(),
  beforeWrite = () => Promise.resolve(),
}: MemoryReadStoreOptions = {}): ReadStore => new MemoryReadStore(commits, beforeWrite);

class MemoryReadStore implements ReadStore {
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(
    private readonly commits: MemoryCommits,
    private readonly beforeWrite: () => Promise<void>,
  ) {}

  define(definitions: readonly CollectionDefinition[]): Promise<void> {
    return this.#write(() => {
      this.commits.add((before) => {
        const collections = new Map(before.collections);
        for (const { name, indexes } of definitions)
          collections.set(name, { indexes, documents: collections.get(name)?.documents ?? new Map() });
        return { ...before, collections };
      });
    });
  }

  apply(writes: readonly Write[], { name, position }: Checkpoint, fence?: Fence): Promise<boolean> {
    return this.#write(() => {
      for (const { collection } of writes) this.#collection(collection);
      if (fence !== undefined && this.lease(fence.lease)?.token !== fence.token)
        throw new LeaseLost(`${fence.lease} is no longer held with token ${fence.token}`);
      if ((this.checkpoint(name) ?? -Infinity) >= position) return false;
      const lines = writes.map((write) =>
        'removed' in write
          ? ([write.collection, write.removed, null] as const)
          : ([write.collection, write.document.id, JSON.stringify(write.document)] as const),
      );
      this.commits.add((before) => ({
        ...before,
        collections: changed(before.collections, lines),
        checkpoints: new Map(before.checkpoints).set(name, position),
      }));
      return true;
    });
  }

  getMany<D extends Document>(collection: string, ids: readonly string[]): readonly (D | null)[] {
    const { documents } = this.#collection(collection);
    return ids.map((id) => {
      const text = documents.get(id);
      return text === undefined ? null : (JSON.parse(text) as D);
    });
  }

  find<D extends Document>(collection: string, find: Find): Page<D> {
    const { equals = [], after, limit, order = 'ascending' } = find;
    const { entries, name, fields } = this.#entries<D>(collection, find);
    const from = after === undefined ? null : decodeCursor(after, name, fields.length + 1, equals);
    const sign = order === 'ascending' ? 1 : -1;
    const page = entries
      .filter(({ place }) => from === null || sign * comparePlaces(place, from) > 0)
      .sort((a, b) => sign * comparePlaces(a.place, b.place));
    const items = page
      .slice(0, limit)
      .map(({ document, place }) => ({ document, cursor: encodeCursor(name, place) }));
    return { items, hasMore: page.length > limit };
  }

  count(collection: string, find: Pick<Find, 'index' | 'equals'> = {}): number {
    return this.#entries(collection, find).entries.length;
  }

  checkpoint(name: string): Position | null {
    this.#assertOpen();
    return this.commits.now.checkpoints.get(name) ?? null;
  }

  lease(name: string): Lease | null {
    this.#assertOpen();
    return this.commits.now.leases.get(name) ?? null;
  }

  swapLease(seen: Lease | null, next: Lease): Promise<boolean> {
    return this.#write(() => {
      const stored = this.lease(next.name);
      const isSeen =
        stored?.holder === seen?.holder && stored?.token === seen?.token && stored?.beat === seen?.beat;
      if (isSeen)
        this.commits.add((before) => ({ ...before, leases: new Map(before.leases).set(next.name, next) }));
      return isSeen;
    });
  }

  drop(collections: readonly string[], checkpoints: readonly string[]): Promise<void> {
    return this.#write(() => {
      this.commits.add((before) => ({
        ...before,
        collections: without(before.collections, collections),
        checkpoints: without(before.checkpoints, checkpoints),
      }));
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#last.catch(() => undefined);
    this.#isClosed = true;
    this.commits.flush();
  }

  /** Documents in an index, or all of a collection, with their places. */
  #entries<D extends Document>(collection: string, { index, equals = [] }: Pick<Find, 'index' | 'equals'>) {
    const { indexes, documents } = this.#collection(collection);
    if (index !== undefined && !Object.hasOwn(indexes, index)) throw new UnknownIndex(index);
    const fields = (index === undefined ? undefined : indexes[index]) ?? [];
    const entries: { readonly document: D; readonly place: readonly Scalar[] }[] = [];
    for (const text of documents.values()) {
      const document = JSON.parse(text) as D;
      const place = placeIn(fields, document);
      if (place !== null && equals.every((value, at) => place[at] === value))
        entries.push({ document, place });
    }
    return { entries, fields, name: index === undefined ? '' : `${index}(${fields.join(',')})` };
  }

  #write<T>(run: () => T): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed());
    const done = this.#last.then(async () => {
      await this.beforeWrite();
      return run();
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  #collection(name: string): Collection {
    this.#assertOpen();
    const collection = this.commits.now.collections.get(name);
    if (collection === undefined) throw new UnknownCollection(name);
    return collection;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed();
  }
}

const closed = (): ReadStoreUnavailable => new ReadStoreUnavailable('the read store is closed');

function without<T>(map: ReadonlyMap<string, T>, names: readonly string[]): ReadonlyMap<string, T> {
  const rest = new Map(map);
  for (const name of names) rest.delete(name);
  return rest;
}

type Line = readonly [collection: string, id: string, text: string | null];

function changed(before: Contents['collections'], lines: readonly Line[]): Contents['collections'] {
  const collections = new Map(before);
  const copied = new Map<string, Map<string, string>>();
  for (const [name, id, text] of lines) {
    let documents = copied.get(name);
    if (documents === undefined) {
      const { indexes, documents: old } = collections.get(name) ?? { indexes: {}, documents: new Map() };
      documents = new Map(old);
      copied.set(name, documents);
      collections.set(name, { indexes, documents });
    }
    if (text === null) documents.delete(id);
    else documents.set(id, text);
  }
  return collections;
}

/** Booleans before numbers before strings; strings by their code points. */
function comparePlaces(a: readonly Scalar[], b: readonly Scalar[]): number {
  for (const [at, value] of a.entries()) {
    const compared = compare(value, b[at] as Scalar);
    if (compared !== 0) return compared;
  }
  return 0;
}

function compare(a: Scalar, b: Scalar): number {
  if (a === b) return 0;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === typeof b) return a < b ? -1 : 1;
  return rank(a) - rank(b);
}

const rank = (value: Scalar): number => ['boolean', 'number', 'string'].indexOf(typeof value);
