// A collection of documents in LMDB, with its indexes: one database for the documents, and one for each index.
import type { Document, Indexes } from '@holdfast/kernel';
import type { Database, RootDatabase } from 'lmdb';
import { UnknownIndex } from '../port.js';
import type { Key } from './keys.js';

/** Key under which a collection's database keeps its documents' field names, which the documents are stored without. */
export const shapes = Symbol.for('structures');

export type Index = {
  /** name and fields */
  readonly name: string;
  readonly fields: readonly string[];
  readonly entries: Database<Uint8Array, Key>;
};

export type Collection = {
  readonly indexes: ReadonlyMap<string, Index>;
  readonly documents: Database<Document, string | boolean> & {
    readonly encoder: { encode(document: Document): Uint8Array };
  };
};

/** Opens the databases of a collection, or those of its indexes beside the given `documents`. */
export function openCollection(
  root: RootDatabase,
  name: string,
  indexes: Indexes,
  documents?: Collection['documents'],
): Collection {
  return {
    documents:
      documents ??
      (root.openDB({
        name: JSON.stringify(['documents', name]),
        sharedStructuresKey: shapes,
      }) as Collection['documents']),
    indexes: new Map(
      Object.entries(indexes).map(([index, fields]) => [
        index,
        {
          name: `${index}(${fields.join(',')})`,
          fields,
          entries: root.openDB({
            name: JSON.stringify(['index', name, index, ...fields]),
            encoding: 'binary',
          }),
        },
      ]),
    ),
  };
}

export const databasesOf = ({ documents, indexes }: Collection): readonly Pick<Database, 'drop'>[] => [
  documents,
  ...[...indexes.values()].map(({ entries }) => entries),
];

export const sizeOf = (database: Pick<Database, 'getStats'>): number =>
  (database.getStats() as { readonly entryCount: number }).entryCount;

export function indexNamed(indexes: Collection['indexes'], name: string | undefined): Index | undefined {
  if (name === undefined) return undefined;
  const index = indexes.get(name);
  if (index === undefined) throw new UnknownIndex(name);
  return index;
}
