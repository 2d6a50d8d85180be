// Batches as transactions, for a MongoDB that is a replica set (one node is enough) or sharded.
import { invariant } from '@holdfast/kernel';
import { Binary, type ClientSession, type Db, type MongoClient, WriteConcern } from 'mongodb';
import { isDuplicate, isTransient } from './errors.js';
import { idKey } from './keys.js';
import { byCollection, type Commits, type Decision, read, type Read, type Stored } from './stored.js';

/** Attempts of a transaction that conflicts with others; the driver's own loop would go on for two minutes. */
const attempts = 20;

export class Transactions implements Commits {
  readonly #client: MongoClient;
  readonly #db: Db;
  /** Sessions by lease: all writes of this process under one lease are in one session. */
  readonly #sessions = new Map<string, ClientSession>();
  /** Waits before the next attempt. */
  readonly #backOff: (failures: number) => Promise<void>;

  constructor(client: MongoClient, db: Db, backOff: (failures: number) => Promise<void>) {
    this.#client = client;
    this.#db = db;
    this.#backOff = backOff;
  }

  async commit(decide: (read: Read) => Promise<Decision | null>, lease?: string): Promise<boolean> {
    for (let failures = 0; ;) {
      try {
        return lease === undefined
          ? await this.#client.withSession((session) => this.#attempt(session, decide))
          : await this.#attempt(this.#sessionOf(lease), decide);
      } catch (error) {
        failures += 1;
        // When two writers insert the same id, such as a new checkpoint's, some servers report a duplicate: try again.
        if (failures === attempts || !(isTransient(error) || isDuplicate(error))) throw error;
        await this.#backOff(failures);
      }
    }
  }

  /** The session in which this process writes under a lease, by its id. */
  sessionOf(lease: string): string {
    return sessionId(this.#sessionOf(lease)).toString('base64');
  }

  /** Aborts a session's transaction, also another process's. If that process is alive, it tries again. */
  async end(session: string): Promise<void> {
    const id = new Binary(Buffer.from(session, 'base64'), Binary.SUBTYPE_UUID);
    await this.#db.command({ killSessions: [{ id }] });
  }

  #sessionOf(lease: string): ClientSession {
    let session = this.#sessions.get(lease);
    if (session === undefined) this.#sessions.set(lease, (session = this.#client.startSession()));
    return session;
  }

  async #attempt(session: ClientSession, decide: (read: Read) => Promise<Decision | null>): Promise<boolean> {
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      writeConcern: new WriteConcern('majority', undefined, true),
    });
    try {
      const decision = await decide((collection, id) => read(this.#db, collection, id, session));
      if (decision !== null) await this.#write(session, decision);
      await session.commitTransaction();
      return decision !== null;
    } catch (error) {
      // A transaction that can't be aborted has ended already, or ends with its session.
      if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
      throw error;
    }
  }

  async #write(session: ClientSession, { operations, unchanged }: Decision): Promise<void> {
    for (const [collection, group] of byCollection(operations)) {
      await this.#db.collection<Stored>(collection).bulkWrite(
        group.map(({ id, content }) =>
          content === null
            ? { deleteOne: { filter: { _id: idKey(id) } } }
            : { replaceOne: { filter: { _id: idKey(id) }, replacement: { v: content }, upsert: true } },
        ),
        { session, ordered: false },
      );
    }
    if (unchanged !== undefined) {
      // Only writes conflict: this one makes the transaction fail when the document changed since it was read. It comes
      // last, so that a process that takes the lease need not wait for a whole batch.
      const { collection, id } = unchanged;
      await this.#db
        .collection<Stored>(collection)
        .updateOne({ _id: idKey(id) }, { $inc: { checked: 1 } }, { session });
    }
  }
}

function sessionId(session: ClientSession): Buffer {
  const id = session.id?.id;
  invariant(id !== undefined, 'a session has an id');
  return Buffer.from(id.buffer);
}
