// The form of documents in MongoDB. A document is stored as the text of one field: none of its keys becomes a field name,
// none of its values an operator, and any JSON comes back equal.
import type { ClientSession, Db } from 'mongodb';
import { idKey } from './keys.js';

/** A document's JSON, and its place in each index that it is in, by the index's name and fields. */
export type Content = { readonly json: string; readonly keys: Readonly<Record<string, string>> };

/**
 * Without `json` it marks a removed document, for stores that write batches through the journal. `entry`: number of the
 * batch that wrote it. It comes first in `v`, so that of two versions the one with the higher number compares as
 * greater.
 */
export type Stored = { readonly _id: string; readonly v: { readonly entry?: number } & Partial<Content> };

/** Stores a document, or removes it (`content` null). */
export type Operation = {
  readonly collection: string;
  readonly id: string;
  readonly content: Content | null;
};

/** Reads a document that a batch depends on: a checkpoint, a lease. */
export type Read = <T>(collection: string, id: string) => Promise<T | null>;

/** `unchanged`: a document that the batch does not write, and that must not have changed since it was read. */
export type Decision = {
  readonly operations: readonly Operation[];
  readonly unchanged?: { readonly collection: string; readonly id: string };
};

/** Stores batches whole. */
export type Commits = {
  /**
   * Stores the operations that `decide` returns, all or none. When a document that `decide` read has changed by then, `decide`
   * is called again. Returns false when `decide` returns null. `lease`: the lease under which it is written.
   */
  commit(decide: (read: Read) => Promise<Decision | null>, lease?: string): Promise<boolean>;
};

export const names = {
  definitions: 'holdfast.definitions',
  checkpoints: 'holdfast.checkpoints',
  leases: 'holdfast.leases',
  fences: 'holdfast.fences',
  journal: 'holdfast.journal',
} as const;

export async function read<T>(
  db: Db,
  collection: string,
  id: string,
  session?: ClientSession,
): Promise<T | null> {
  const found = await db
    .collection<Stored>(collection)
    .findOne({ _id: idKey(id) }, session === undefined ? {} : { session });
  return found?.v.json === undefined ? null : (JSON.parse(found.v.json) as T);
}

export const record = (collection: string, id: string, value: unknown): Operation => ({
  collection,
  id,
  content: { json: JSON.stringify(value), keys: {} },
});

export function byCollection(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const groups = new Map<string, Operation[]>();
  for (const operation of operations) {
    const group = groups.get(operation.collection);
    if (group === undefined) groups.set(operation.collection, [operation]);
    else group.push(operation);
  }
  return groups;
}
