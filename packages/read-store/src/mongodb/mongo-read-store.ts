// The read store on MongoDB, and on servers with its protocol. Documents, their places in the indexes, the checkpoint and
// the fence are one commit: a transaction, or the journal's where the server has none.
import { type Document, type Environment, invariant, type Position } from '@holdfast/kernel';
import { type Db, type Filter, MongoClient } from 'mongodb';
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
  type Write,
} from '../port.js';
import { type Collection, contentOf, create, documentOf, live, rangeOf } from './collections.js';
import { Definitions } from './definitions.js';
import { asReadStoreError } from './errors.js';
import { Journal } from './journal.js';
import { idKey, placeKey } from './keys.js';
import { type Commits, names, type Operation, read, type Read, record, type Stored } from './stored.js';
import { Transactions } from './transactions.js';

export type MongoDbOptions = {
  /** `mongodb://…` or `mongodb+srv://…`; the database it names, or `holdfast` */
  readonly url: string;
  readonly environment: Pick<Environment, 'scheduler' | 'random'>;
  /** longest time to find a server, and then for each reply; a read is tried twice */
  readonly timeoutMs?: number;
};

const namesDatabase = /:\/\/[^/]+\/[^?]/;

/**
 * The token of a lease, in a document of its own, because writes under the lease depend on nothing else of it. `session` is
 * that of the holder's transactions. A new holder ends it: a transaction of a dead process would lock documents for a minute.
 */
type Held = { readonly token: number; readonly session?: string };

/** Connects when it is first used. A server that can't be reached in time is `ReadStoreUnavailable`. */
export function openMongoReadStore(options: MongoDbOptions): ReadStore {
  return new MongoReadStore(options);
}

class MongoReadStore implements ReadStore {
  readonly #client: MongoClient;
  readonly #db: Db;
  readonly #definitions: Definitions;
  readonly #environment: MongoDbOptions['environment'];
  readonly #locks = new Locks();
  readonly #journal: Journal;
  readonly #transactions: Transactions;
  #connected: Promise<Commits> | null = null;
  /** whether it is closing: calls that have begun are finished, no others begin */
  #is: 'open' | 'closing' | 'closed' = 'open';

  constructor({ url, environment, timeoutMs = 5_000 }: MongoDbOptions) {
    this.#environment = environment;
    this.#client = new MongoClient(url, {
      serverSelectionTimeoutMS: timeoutMs,
      connectTimeoutMS: timeoutMs,
      socketTimeoutMS: timeoutMs,
      waitQueueTimeoutMS: timeoutMs,
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
      readPreference: 'primary',
    });
    this.#db = this.#client.db(namesDatabase.test(url) ? undefined : 'holdfast');
    this.#definitions = new Definitions(this.#db);
    this.#transactions = new Transactions(this.#client, this.#db, (failures) =>
      this.#wait(environment.random.next() * Math.min(500, 5 * 2 ** failures)),
    );
    this.#journal = new Journal(this.#db, this.#wait, () => environment.random.next());
  }

  async define(definitions: readonly CollectionDefinition[]): Promise<void> {
    for (const { name, indexes } of definitions) {
      await this.#exclusively([collectionLock(name)], () => this.#definitions.define(name, indexes));
    }
  }

  async apply(writes: readonly Write[], checkpoint: Checkpoint, fence?: Fence): Promise<boolean> {
    const operations = new Map<string, Operation>();
    const touched = new Set(writes.map(({ collection }) => collection));
    const locks = [checkpointLock(checkpoint.name), ...[...touched].map(collectionLock)];
    // One session has one transaction at a time.
    if (fence !== undefined) locks.push(`under ${fence.lease}`);
    return this.#exclusively(locks, async (commits) => {
      const collections = new Map<string, Collection>();
      for (const name of touched) collections.set(name, await this.#definitions.collection(name));
      for (const write of writes) {
        const { collection } = write;
        const id = 'removed' in write ? write.removed : write.document.id;
        const { indexes } = collections.get(collection) ?? noIndexes;
        const content = 'removed' in write ? null : contentOf(write.document, indexes.values());
        // The last write to a document counts.
        operations.set(JSON.stringify([collection, idKey(id)]), { collection, id, content });
      }
      return commits.commit(async (read) => {
        if (fence !== undefined) {
          const held = await read<Held>(names.fences, fence.lease);
          if (held?.token !== fence.token) {
            throw new LeaseLost(`${fence.lease} is no longer held with token ${fence.token}`);
          }
        }
        const stored = await read<Checkpoint>(names.checkpoints, checkpoint.name);
        if (stored !== null && stored.position >= checkpoint.position) return null;
        return {
          operations: [...operations.values(), record(names.checkpoints, checkpoint.name, checkpoint)],
          ...(fence !== undefined && { unchanged: { collection: names.fences, id: fence.lease } }),
        };
      }, fence?.lease);
    });
  }

  async getMany<D extends Document>(
    collection: string,
    ids: readonly string[],
  ): Promise<readonly (D | null)[]> {
    return this.#reach(async () => {
      const { documents } = await this.#definitions.collection(collection);
      const keys = ids.map(idKey);
      const [only, ...more] = new Set(keys);
      if (only === undefined) return [];
      const filter: Filter<Stored> = more.length === 0 ? { _id: only } : { _id: { $in: [only, ...more] } };
      const found = await documents.find(filter, { projection: { 'v.json': 1 } }).toArray();
      const byKey = new Map(found.map((stored) => [stored._id, documentOf<D>(stored)]));
      if (byKey.size === 0) await this.#definitions.assertDefined(collection);
      return keys.map((key) => byKey.get(key) ?? null);
    });
  }

  async find<D extends Document>(collection: string, find: Find): Promise<Page<D>> {
    return this.#reach(async () => {
      const { equals = [], after, limit, order = 'ascending' } = find;
      const { documents } = await this.#definitions.collection(collection);
      const index = await this.#definitions.index(collection, find.index);
      const { name, fields } = index ?? byId;
      invariant(
        equals.length <= fields.length,
        `${equals.length} values for the ${fields.length} fields of ${name}`,
      );
      const place = after === undefined ? null : decodeCursor(after, name, fields.length + 1, equals);

      const { path, range } = rangeOf(index, equals);
      if (place !== null) {
        const at = index === undefined ? idKey(String(place[0])) : placeKey(place);
        if (order === 'ascending') {
          range.$gt = at;
          delete range.$gte;
        } else range.$lt = at;
      }
      const found = await documents
        .find({ ...live, [path]: range }, { projection: { 'v.json': 1 } })
        .sort({ [path]: order === 'ascending' ? 1 : -1 })
        .limit(limit + 1)
        .toArray();
      if (found.length === 0) await this.#definitions.assertDefined(collection);
      const items = found.slice(0, limit).map((stored) => {
        const document = documentOf<D>(stored);
        const at = document && placeIn(fields, document);
        invariant(document !== null && at !== null, `${collection} ${name}: ${stored._id} is not in it`);
        return { document, cursor: encodeCursor(name, at) };
      });
      return { items, hasMore: found.length > limit };
    });
  }

  async count(collection: string, find: Pick<Find, 'index' | 'equals'> = {}): Promise<number> {
    return this.#reach(async () => {
      const { documents } = await this.#definitions.collection(collection);
      const { path, range } = rangeOf(
        await this.#definitions.index(collection, find.index),
        find.equals ?? [],
      );
      const count = await documents.countDocuments({ ...live, [path]: range });
      if (count === 0) await this.#definitions.assertDefined(collection);
      return count;
    });
  }

  async checkpoint(name: string): Promise<Position | null> {
    return this.#reach(async () => {
      return (await read<Checkpoint>(this.#db, names.checkpoints, name))?.position ?? null;
    });
  }

  async lease(name: string): Promise<Lease | null> {
    return this.#reach(() => read<Lease>(this.#db, names.leases, name));
  }

  async swapLease(seen: Lease | null, next: Lease): Promise<boolean> {
    const { name, token } = next;
    if (seen?.token === token) return this.#reach(() => this.#renew(seen, next));
    const isAsSeen = async (read: Read): Promise<boolean> => {
      const stored = await read<Lease>(names.leases, name);
      return (stored && leaseJson(stored)) === (seen && leaseJson(seen));
    };
    const readNow: Read = (collection, id) => read(this.#db, collection, id);
    return this.#exclusively([leaseLock(name)], async (commits) => {
      const sessions = commits === this.#transactions ? this.#transactions : null;
      if (sessions !== null && (await isAsSeen(readNow))) {
        const before = await readNow<Held>(names.fences, name);
        if (before?.session !== undefined) await sessions.end(before.session);
      }
      return commits.commit(async (read) => {
        if (!(await isAsSeen(read))) return null;
        const held: Held = { token, ...(sessions && { session: sessions.sessionOf(name) }) };
        return {
          operations: [
            { collection: names.leases, id: name, content: { json: leaseJson(next), keys: {} } },
            record(names.fences, name, held),
          ],
        };
      });
    });
  }

  /** Renews the lease. It does not wait for a batch under the same token, and causes no retry of one. */
  async #renew(seen: Lease, next: Lease): Promise<boolean> {
    const renewed = await this.#db
      .collection<Stored>(names.leases)
      .updateOne(
        { _id: idKey(next.name), 'v.json': leaseJson(seen) },
        { $set: { 'v.json': leaseJson(next) } },
      );
    return renewed.matchedCount === 1;
  }

  async drop(collections: readonly string[], checkpoints: readonly string[]): Promise<void> {
    const locks = [...collections.map(collectionLock), ...checkpoints.map(checkpointLock)];
    await this.#exclusively(locks, async (commits) => {
      const forgotten = checkpoints.map((id) => ({ collection: names.checkpoints, id, content: null }));
      await commits.commit(() => Promise.resolve({ operations: forgotten }));
      for (const name of collections) await this.#definitions.drop(name);
    });
  }

  async close(): Promise<void> {
    if (this.#is !== 'open') return;
    this.#is = 'closing';
    await this.#locks.idle();
    this.#is = 'closed';
    await this.#client.close();
  }

  async #exclusively<T>(locks: readonly string[], run: (commits: Commits) => Promise<T>): Promise<T> {
    if (this.#is !== 'open') throw closed();
    return this.#locks.exclusively(locks, () => this.#reach(run));
  }

  async #reach<T>(run: (commits: Commits) => Promise<T>): Promise<T> {
    if (this.#is === 'closed') throw closed(); // otherwise the driver would connect again
    try {
      this.#connected ??= this.#connect();
      return await run(await this.#connected);
    } catch (error) {
      const known = asReadStoreError(error);
      // A batch may be partly written: nothing is read before it is complete.
      if (known instanceof ReadStoreUnavailable) this.#connected = null;
      throw known;
    }
  }

  /** Finds out whether the server has transactions, and completes a batch that is half written. */
  async #connect(): Promise<Commits> {
    try {
      const admin = this.#db.admin();
      const hello = await admin.command({ hello: 1 });
      const build = await admin.command({ buildInfo: 1 });
      const hasMembers = typeof hello['setName'] === 'string' || hello['msg'] === 'isdbgrid';
      const isFerretDb = Object.keys(build).some((key) => key.startsWith('ferretdb'));
      for (const name of Object.values(names)) await create(this.#db, name);
      await this.#journal.settle();
      if (!hasMembers || isFerretDb) return this.#journal;
      return this.#transactions;
    } catch (error) {
      this.#connected = null;
      throw error;
    }
  }

  readonly #wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      this.#environment.scheduler.after(ms, resolve);
    });
}

const closed = (): ReadStoreUnavailable => new ReadStoreUnavailable('the read store is closed');

const byId = { name: '', fields: [] };
const noIndexes: Pick<Collection, 'indexes'> = { indexes: new Map() };

const leaseJson = ({ name, holder, token, beat }: Lease): string =>
  JSON.stringify({ name, holder, token, beat });
