// How documents lie in MongoDB. What a projection or a customer wrote is only ever the text of one field: no key of it
// becomes a field name, no value an operator, and it comes back equal, whatever JSON it is.
import type { ClientSession, Db } from 'mongodb';
import { idKey } from './keys.js';

/** A document's JSON, and its place in each index that it is in, by the index's name and fields. */
export type Content = { readonly json: string; readonly keys: Readonly<Record<string, string>> };

/**
 * Without `json` it is what a removed document leaves where batches go through the journal: `entry` is the journal's
 * number of the batch that wrote it, and comes first in `v`, so that the higher of two compares as the greater.
 */
export type Stored = { readonly _id: string; readonly v: { readonly entry?: number } & Partial<Content> };

/** Stores a document, or removes it (`content` null). */
export type Operation = {
  readonly collection: string;
  readonly id: string;
  readonly content: Content | null;
};

/** Reads what a batch depends on: a checkpoint, a lease. */
export type Read = <T>(collection: string, id: string) => Promise<T | null>;

/** `unchanged`: what has to be still as it was read, although it is not written. */
export type Decision = {
  readonly operations: readonly Operation[];
  readonly unchanged?: { readonly collection: string; readonly id: string };
};

/** Stores batches whole. */
export type Commits = {
  /**
   * Stores what `decide` answers, all or nothing, and only if nothing that it read has changed by then; otherwise it is
   * asked again. False when it answered null. `lease`: under which it is written.
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
