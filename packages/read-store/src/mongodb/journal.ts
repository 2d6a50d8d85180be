// Batches on servers without transactions (a standalone MongoDB, FerretDB). A batch is committed by inserting all of it into
// the journal, with the number after the last one: of several writers one succeeds, on any server. Then its documents are
// written, and its checkpoint last. A process that finds an unfinished batch, because its writer died, finishes it.
//
// A document carries the number of the batch that wrote it, and only a batch with a higher number replaces it. A removed
// document leaves its number. So doing a batch again, or late, changes nothing.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Binary, type Collection, type Db } from 'mongodb';
import { Locks } from '../locks.js';
import { isDuplicate } from './errors.js';
import { idKey } from './keys.js';
import {
  byCollection,
  type Commits,
  type Decision,
  names,
  type Operation,
  read,
  type Read,
  type Stored,
} from './stored.js';

/** `batch` is null once it is done. The last entry is never removed, so no number is used twice. */
type Entry = { readonly _id: number; readonly batch: Binary | null };

const pollMs = 10;
/** Number of times an unfinished batch is read before it counts as abandoned: 3 to 6 s, at random. */
const looks = 300;

/** FerretDB 1 holds one of its 100 connections to SQLite for each document that a call changes, and waits for more. */
const writesPerCall = 50;

const internal = new Set<string>([names.checkpoints, names.leases, names.fences]);

export class Journal implements Commits {
  readonly #db: Db;
  readonly #entries: Collection<Entry>;
  readonly #wait: (ms: number) => Promise<void>;
  readonly #random: () => number;
  readonly #turns = new Locks();
  /** Number of the batch that this process wrote last. When it is unfinished, no other process is finishing it. */
  #own = 0;

  constructor(db: Db, wait: (ms: number) => Promise<void>, random: () => number) {
    this.#db = db;
    this.#entries = db.collection<Entry>(names.journal);
    this.#wait = wait;
    this.#random = random;
  }

  /** Commits one batch at a time: all batches of this process go into one journal. */
  commit(decide: (read: Read) => Promise<Decision | null>): Promise<boolean> {
    return this.#turns.exclusively(['commit'], () => this.#commit(decide));
  }

  async #commit(decide: (read: Read) => Promise<Decision | null>): Promise<boolean> {
    for (;;) {
      const last = await this.settle();
      const decision = await decide((collection, id) => read(this.#db, collection, id));
      if (decision === null) return false;
      const { operations } = decision;
      if (!(await this.#claim(last + 1, operations))) continue; // another batch was first: decide again
      await this.#finish(last + 1, operations);
      return true;
    }
  }

  /** Waits for a batch that is being written, or finishes one that was left behind. Returns the last batch's number. */
  async settle(): Promise<number> {
    const patience = looks * (1 + this.#random());
    let waitingFor = -1;
    for (let seen = 0; ; seen += 1) {
      const last = await this.#last();
      if (last === null) return 0;
      if (last.batch === null) return last._id;
      if (last._id !== waitingFor) {
        waitingFor = last._id;
        seen = 0;
      }
      if (last._id === this.#own || seen >= patience) {
        await this.#finish(last._id, await decoded(last.batch));
        return last._id;
      }
      await this.#wait(pollMs);
    }
  }

  async #last(): Promise<Entry | null> {
    return this.#entries.findOne({}, { sort: { _id: -1 } });
  }

  async #claim(number: number, operations: readonly Operation[]): Promise<boolean> {
    const batch = await encoded(operations);
    try {
      this.#own = number;
      await this.#entries.insertOne({ _id: number, batch });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      this.#own = 0;
      return false;
    }
    const last = await this.#last();
    if (last?._id === number) return true;
    // Other processes have gone further. Either they completed this batch, or its number was free only because finished entries
    // are removed: then no process treats the entry as the last one, and it has no effect.
    const own = await this.#entries.findOne({ _id: number });
    if (own === null || own.batch === null) return true;
    this.#own = 0;
    await this.#entries.deleteOne({ _id: number });
    return false;
  }

  async #finish(number: number, operations: readonly Operation[]): Promise<void> {
    const groups = [...byCollection(operations)];
    for (const isInternal of [false, true]) {
      for (const [collection, group] of groups) {
        if (internal.has(collection) === isInternal) await this.#write(number, collection, group);
      }
    }
    await this.#entries.updateOne({ _id: number }, { $set: { batch: null } });
    await this.#entries.deleteMany({ _id: { $lt: number }, batch: null });
  }

  async #write(number: number, collection: string, group: readonly Operation[]): Promise<void> {
    const writes = group.map(({ id, content }) => ({
      updateOne: {
        filter: { _id: idKey(id) },
        update: { $max: { v: { entry: number, ...content } } },
        upsert: true,
      },
    }));
    const documents = this.#db.collection<Stored>(collection);
    for (let at = 0; at < writes.length;) {
      try {
        await documents.bulkWrite(writes.slice(at, at + writesPerCall), { ordered: false });
        at += writesPerCall;
      } catch (error) {
        // Another process, doing the same batch, inserted one of the ids. Now the document is there, and the numbers compare.
        if (!isDuplicate(error)) throw error;
      }
    }
  }
}

/** A document may have 16 MiB. Compression makes room for several times as much JSON. */
const encoded = async (operations: readonly Operation[]): Promise<Binary> =>
  new Binary(await promisify(gzip)(JSON.stringify(operations), { level: 1 }));

const decoded = async (batch: Binary): Promise<readonly Operation[]> =>
  JSON.parse((await promisify(gunzip)(batch.value())).toString()) as readonly Operation[];
