// The puts and removals that a batch of writes makes in LMDB.
import type { Document } from '@holdfast/kernel';
import { asBinary, type Database } from 'lmdb';
import { placeIn } from '../cursor.js';
import type { Collection } from './collections.js';
import { type Key, keyOf, keyPart, sameFields } from './keys.js';

export const nothing = new Uint8Array(0);

/** A document or an index entry to put, encoded, or to remove (`bytes` null). */
export type LmdbWrite = {
  readonly database: Database<never, never>;
  readonly key: string | Key;
  readonly bytes: Uint8Array | null;
};

/**
 * Adds the puts and removals that turn the present document into the changed one. The document comes before its entries,
 * since every entry must have its document. All reading and encoding happens here: so the writes can't fail half-way, and
 * the names of new fields are stored before the batch, not between two of its puts.
 */
export function prepare(
  writes: LmdbWrite[],
  { documents, indexes }: Collection,
  id: string,
  document: Document | null,
  replaces: Document | null | undefined,
): void {
  const key = keyPart(id);
  const before = indexes.size === 0 ? null : replaces === undefined ? (documents.get(key) ?? null) : replaces;
  const bytes = document && documents.encoder.encode(document);
  writes.push({ database: documents as unknown as LmdbWrite['database'], key, bytes });
  for (const { fields, entries } of indexes.values()) {
    if (before !== null && document !== null && sameFields(fields, before, document)) continue;
    const database = entries as unknown as LmdbWrite['database'];
    const from = before && placeIn(fields, before);
    if (from !== null) writes.push({ database, key: keyOf(from), bytes: null });
    const to = document && placeIn(fields, document);
    if (to !== null) writes.push({ database, key: keyOf(to), bytes: nothing });
  }
}

export function queue({ database, key, bytes }: LmdbWrite): void {
  void (bytes === null
    ? database.remove(key as never)
    : database.put(key as never, asBinary(bytes) as never));
}
