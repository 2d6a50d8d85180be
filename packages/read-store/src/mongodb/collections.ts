// A collection of documents in MongoDB: each document has its place in every index in a field of its own.
import { type Document, type Indexes, invariant } from '@holdfast/kernel';
import { type Collection as Documents, type Db, MongoServerError } from 'mongodb';
import { placeIn } from '../cursor.js';
import type { Find } from '../port.js';
import { keysWith, placeKey } from './keys.js';
import type { Content, Stored } from './stored.js';

/** Documents that one write indexes while an index is built. */
const buildBatch = 1_000;
/** Names become field and collection names: they come from projections, never from data. */
const soundName = /^[\w-]+$/;
const soundCollection = /^(?!holdfast\.|system\.)[\w.@-]{1,100}$/;
const namespaceExists = 48;

export type Index = {
  /** name and fields */
  readonly name: string;
  readonly fields: readonly string[];
  /** the field in which documents have their place in the index */
  readonly path: string;
};

export type Collection = {
  readonly documents: Documents<Stored>;
  readonly indexes: ReadonlyMap<string, Index>;
};

/** Filters out the marks of removed documents. */
export const live = { 'v.json': { $exists: true } };

/** @throws InvariantViolation unless a collection can have this name */
export const mustBeSound = (name: string): void => {
  invariant(soundCollection.test(name), `${name} can't be the name of a collection`);
};

/** The collection under a name, whether or not the server has it. */
export function openCollection(db: Db, name: string, indexes: Indexes): Collection {
  return {
    documents: db.collection<Stored>(name),
    indexes: new Map(
      Object.entries(indexes).map(([index, fields]) => {
        for (const part of [index, ...fields]) invariant(soundName.test(part), `${part} can't be indexed`);
        const named = `${index}(${fields.join(',')})`;
        return [index, { name: named, fields, path: `v.keys.${named}` }];
      }),
    ),
  };
}

type Range = { $gte?: string; $gt?: string; $lt?: string };

export function rangeOf(
  index: Index | undefined,
  equals: NonNullable<Find['equals']>,
): { path: string; range: Range } {
  if (index === undefined) return { path: '_id', range: { $gte: '' } };
  const { from, before } = keysWith(equals);
  return { path: index.path, range: { $gte: from, $lt: before } };
}

export const documentOf = <D extends Document>({ v }: Stored): D | null =>
  v.json === undefined ? null : (JSON.parse(v.json) as D);

export function contentOf(document: Document, indexes: Iterable<Index>): Content {
  const keys: Record<string, string> = {};
  for (const { name, fields } of indexes) {
    const place = placeIn(fields, document);
    if (place !== null) keys[name] = placeKey(place);
  }
  return { json: JSON.stringify(document), keys };
}

/** Gives existing documents their places in new indexes. They must not be written meanwhile. */
export async function build(documents: Documents<Stored>, indexes: readonly Index[]): Promise<void> {
  for (let after = ''; ;) {
    const batch = await documents
      .find({ ...live, _id: { $gte: after } })
      .sort({ _id: 1 })
      .limit(buildBatch)
      .toArray();
    const writes = batch.flatMap((stored) => {
      const document = documentOf(stored);
      const places = document === null ? [] : Object.entries(contentOf(document, indexes).keys);
      if (places.length === 0) return [];
      const $set = Object.fromEntries(places.map(([name, key]) => [`v.keys.${name}`, key]));
      return [{ updateOne: { filter: { _id: stored._id }, update: { $set } } }];
    });
    if (writes.length > 0) await documents.bulkWrite(writes, { ordered: false });
    const end = batch.at(-1);
    if (end === undefined || batch.length < buildBatch) return;
    after = `${end._id}\0`;
  }
}

/** Creates the collection unless it exists. */
export async function create(db: Db, collection: string): Promise<void> {
  try {
    await db.createCollection(collection);
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== namespaceExists) throw error;
  }
}
