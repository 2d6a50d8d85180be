// The read store on LMDB: one database per collection and one per index, all in one environment, so that documents,
// their index entries and the checkpoint are one transaction. An entry is a key without a value; the document determines its
// entries. README.md tells when writes reach the disk, and on which thread.
import { chmod, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { invariant, type Document, type Indexes, type Position } from '@holdfast/kernel';
import { open, type Database, type RootDatabase } from 'lmdb';
import { decodeCursor, encodeCursor, placeIn } from '../cursor.js';
import { checkpointLock, collectionLock, leaseLock, Locks } from '../locks.js';
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
  UnknownCollection,
  type Write,
} from '../port.js';
import {
  type Collection,
  databasesOf,
  type Index,
  indexNamed,
  openCollection,
  shapes,
  sizeOf,
} from './collections.js';
import { keyOf, keyPart } from './keys.js';
import { nothing, type LmdbWrite, prepare, queue } from './lmdb-writes.js';
import { beforeAllIds, idRange, keyRange } from './ranges.js';

/** Fixed size of LMDB's table of databases: one for each collection and each index, of all generations together. */
const maxDatabases = 512;

/** Documents that one transaction indexes while an index is built. This bounds its memory, and the wait of other writes. */
const buildBatch = 1_000;

/** Changes of a batch to one collection, by document id: the last write of each, and the document that the first replaced. */
type Changes = Map<string, Change>;
type Change = { document: Document | null; readonly replaces: Document | null | undefined };

/** LMDB's option for the mode of files that it makes; lmdb's types leave it out. */
const ownersAlone = { permissionsMode: 0o600 };

/**
 * The folder is written by one process at a time: the lock on the log's folder guards this one too. Only the owner may
 * read it, as with the log: it holds customers' addresses. A folder that was there before gets the same permissions.
 */
export async function openEmbeddedReadStore({
  directory,
}: {
  readonly directory: string;
}): Promise<ReadStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  for (const file of await readdir(directory)) await chmod(path.join(directory, file), 0o600);
  return new EmbeddedReadStore(
    open({ path: directory, noSubdir: false, maxDbs: maxDatabases, overlappingSync: true, ...ownersAlone }),
  );
}

class EmbeddedReadStore implements ReadStore {
  readonly #root: RootDatabase;
  readonly #definitions: Database<Indexes, string>;
  readonly #checkpoints: Database<Position, string>;
  readonly #leases: Database<Lease, string>;
  readonly #collections = new Map<string, Collection>();
  readonly #locks = new Locks();
  /** whether it is closing: calls that have begun are finished, no others begin */
  #is: 'open' | 'closing' | 'closed' = 'open';

  constructor(root: RootDatabase) {
    this.#root = root;
    this.#definitions = root.openDB({ name: 'definitions' });
    this.#checkpoints = root.openDB({ name: 'checkpoints' });
    this.#leases = root.openDB({ name: 'leases' });
    for (const { key, value } of this.#definitions.getRange()) {
      this.#collections.set(key, openCollection(this.#root, key, value));
    }
  }

  async define(definitions: readonly CollectionDefinition[]): Promise<void> {
    for (const { name, indexes } of definitions) {
      await this.#exclusively([collectionLock(name)], () => this.#define(name, indexes));
    }
  }

  async apply(writes: readonly Write[], checkpoint: Checkpoint, fence?: Fence): Promise<boolean> {
    const changes = new Map<string, Changes>();
    for (const write of writes) {
      let ofCollection = changes.get(write.collection);
      if (ofCollection === undefined) {
        this.#collection(write.collection);
        changes.set(write.collection, (ofCollection = new Map<string, Change>()));
      }
      const removal = 'removed' in write;
      const id = removal ? write.removed : write.document.id;
      const document = removal ? null : write.document;
      const before = ofCollection.get(id);
      if (before !== undefined) before.document = document;
      else ofCollection.set(id, { document, replaces: removal ? undefined : write.replaces });
    }
    const locks = [checkpointLock(checkpoint.name), ...[...changes.keys()].map(collectionLock)];
    if (fence !== undefined) locks.push(leaseLock(fence.lease));
    return this.#exclusively(locks, async () => {
      if (fence !== undefined && this.lease(fence.lease)?.token !== fence.token) {
        throw new LeaseLost(`${fence.lease} is no longer held with token ${fence.token}`);
      }
      const stored = this.checkpoint(checkpoint.name);
      if (stored !== null && stored >= checkpoint.position) return false;
      const writes: LmdbWrite[] = [];
      for (const [name, ofCollection] of changes) {
        const collection = this.#collection(name);
        for (const [id, { document, replaces }] of ofCollection) {
          prepare(writes, collection, id, document, replaces);
        }
      }
      await this.#commit(() => {
        writes.forEach(queue);
        void this.#checkpoints.put(keyPart(checkpoint.name), checkpoint.position);
      });
      return true;
    });
  }

  getMany<D extends Document>(collection: string, ids: readonly string[]): readonly (D | null)[] {
    const { documents } = this.#collection(collection);
    return ids.map((id) => (documents.get(keyPart(id)) as D | undefined) ?? null);
  }

  find<D extends Document>(collection: string, find: Find): Page<D> {
    const { equals = [], after, limit, order = 'ascending' } = find;
    const { documents, indexes } = this.#collection(collection);
    const index = indexNamed(indexes, find.index);
    const { name, fields } = index ?? { name: '', fields: [] };
    invariant(
      equals.length <= fields.length,
      `${equals.length} values for the ${fields.length} fields of ${name}`,
    );
    const place = after === undefined ? null : decodeCursor(after, name, fields.length + 1, equals);

    const ids =
      index === undefined
        ? documents.getKeys({ ...idRange(place, order), limit: limit + 1 })
        : index.entries
            .getKeys({ ...keyRange(equals, place, order), limit: limit + 1 })
            .map((key) => key.at(-1));
    const items: { document: D; cursor: string }[] = [];
    for (const id of ids) {
      if (items.length === limit) return { items, hasMore: true };
      const document = documents.get(id as string) as D | undefined;
      const at = document === undefined ? null : placeIn(fields, document);
      invariant(
        document !== undefined && at !== null,
        `an entry of ${collection} ${name} without its document`,
      );
      items.push({ document, cursor: encodeCursor(name, at) });
    }
    return { items, hasMore: false };
  }

  count(collection: string, find: Pick<Find, 'index' | 'equals'> = {}): number {
    const { documents, indexes } = this.#collection(collection);
    const { equals = [] } = find;
    const index = indexNamed(indexes, find.index);
    if (index === undefined) return sizeOf(documents) - (documents.getBinary(shapes as never) ? 1 : 0);
    return equals.length === 0
      ? sizeOf(index.entries)
      : index.entries.getKeysCount(keyRange(equals, null, 'ascending'));
  }

  /** Also lets all reads of this turn see the present state, since another thread may have written meanwhile. */
  checkpoint(name: string): Position | null {
    this.#assertOpen();
    this.#checkpoints.resetReadTxn();
    return this.#checkpoints.get(keyPart(name)) ?? null;
  }

  lease(name: string): Lease | null {
    this.#assertOpen();
    return this.#leases.get(keyPart(name)) ?? null;
  }

  async swapLease(seen: Lease | null, next: Lease): Promise<boolean> {
    return this.#exclusively([leaseLock(next.name)], async () => {
      if (!isSame(this.lease(next.name), seen)) return false;
      await this.#commit(() => void this.#leases.put(keyPart(next.name), next));
      return true;
    });
  }

  async drop(collections: readonly string[], checkpoints: readonly string[]): Promise<void> {
    const locks = [...collections.map(collectionLock), ...checkpoints.map(checkpointLock)];
    await this.#exclusively(locks, async () => {
      // The definition goes first: a database that a crash leaves behind is emptied when its name is defined again.
      await this.#commit(() => {
        for (const name of collections) void this.#definitions.remove(name);
        for (const name of checkpoints) void this.#checkpoints.remove(keyPart(name));
      });
      for (const name of collections) {
        const collection = this.#collections.get(name);
        this.#collections.delete(name);
        for (const database of collection === undefined ? [] : databasesOf(collection)) await database.drop();
      }
    });
  }

  async close(): Promise<void> {
    if (this.#is !== 'open') return;
    this.#is = 'closing';
    await this.#locks.idle();
    this.#is = 'closed';
    await this.#root.flushed;
    await this.#root.close();
  }

  async #define(name: string, indexes: Indexes): Promise<void> {
    const present = this.#collections.get(name);
    const wanted = openCollection(this.#root, name, indexes, present?.documents);
    const known = new Set([...(present?.indexes.values() ?? [])].map((index) => index.name));
    const added = [...wanted.indexes.values()].filter((index) => !known.has(index.name));
    if (present !== undefined && added.length === 0 && known.size === wanted.indexes.size) return;

    // A crash while an index was built, or after its collection was dropped, leaves entries of no document.
    for (const { entries } of added) entries.clearSync();
    if (present === undefined) wanted.documents.clearSync();
    await this.#build(wanted.documents, added);
    await this.#commit(() => void this.#definitions.put(name, indexes));
    this.#collections.set(name, wanted);
    const kept = new Set([...wanted.indexes.values()].map((index) => index.name));
    for (const index of present?.indexes.values() ?? []) {
      if (!kept.has(index.name)) await index.entries.drop();
    }
  }

  async #build(documents: Collection['documents'], indexes: readonly Index[]): Promise<void> {
    let start: string | boolean = beforeAllIds;
    for (;;) {
      const batch: { key: string | boolean; value: Document }[] = [
        ...documents.getRange({ start, exclusiveStart: true, limit: buildBatch }),
      ];
      const end = batch.at(-1);
      if (end === undefined) return;
      await this.#commit(() => {
        for (const { entries, fields } of indexes) {
          for (const { value } of batch) {
            const place = placeIn(fields, value);
            if (place !== null) void entries.put(keyOf(place), nothing);
          }
        }
      });
      start = end.key;
    }
  }

  /** Stores all puts and removals that `write` queues, or none. */
  async #commit(write: () => void): Promise<void> {
    try {
      await this.#root.batch(write);
    } catch (error) {
      throw new ReadStoreUnavailable('the read store could not write', { cause: error });
    }
  }

  async #exclusively<T>(locks: readonly string[], run: () => Promise<T>): Promise<T> {
    if (this.#is !== 'open') throw closed();
    return this.#locks.exclusively(locks, run);
  }

  #collection(name: string): Collection {
    this.#assertOpen();
    const known = this.#collections.get(name);
    if (known !== undefined) return known;
    // Another thread may have defined it.
    const indexes = this.#definitions.get(name);
    if (indexes === undefined) throw new UnknownCollection(name);
    const collection = openCollection(this.#root, name, indexes);
    this.#collections.set(name, collection);
    return collection;
  }

  #assertOpen(): void {
    if (this.#is === 'closed') throw closed();
  }
}

const isSame = (a: Lease | null, b: Lease | null): boolean =>
  a?.holder === b?.holder && a?.token === b?.token && a?.beat === b?.beat;

const closed = (): ReadStoreUnavailable => new ReadStoreUnavailable('the read store is closed');
