// The definitions of collections. They are stored in the database, because other processes define and drop them, too.
import type { Indexes } from '@holdfast/kernel';
import type { Collection as Documents, Db } from 'mongodb';
import { UnknownCollection, UnknownIndex } from '../port.js';
import { build, type Collection, create, type Index, mustBeSound, openCollection } from './collections.js';
import { names } from './stored.js';

/** `dropping`: the collection is being removed, and counts as missing */
type Definition = { readonly _id: string; readonly indexes: string; readonly dropping?: boolean };

export class Definitions {
  readonly #stored: Documents<Definition>;
  /** as last read */
  readonly #known = new Map<string, Collection>();

  constructor(private readonly db: Db) {
    this.#stored = db.collection<Definition>(names.definitions);
  }

  async define(name: string, indexes: Indexes): Promise<void> {
    mustBeSound(name);
    const wanted = openCollection(this.db, name, indexes);
    const definition = await this.#stored.findOne({ _id: name });
    // A crash interrupted the removal of the collection.
    if (definition?.dropping === true) await this.db.dropCollection(name);
    const present = definition === null || definition.dropping === true ? null : definition;
    const known = new Set(
      present === null
        ? []
        : [...openCollection(this.db, name, parsed(present)).indexes.values()].map(nameOf),
    );
    const added = [...wanted.indexes.values()].filter((index) => !known.has(index.name));

    await create(this.db, name);
    for (const { name: indexName, path } of added) {
      await wanted.documents.createIndex({ [path]: 1 }, { name: indexName }, {});
    }
    if (present !== null && added.length > 0) await build(wanted.documents, added);
    if (present === null || added.length > 0 || known.size > wanted.indexes.size) {
      const stored = { indexes: JSON.stringify(indexes) };
      await this.#stored.replaceOne({ _id: name }, stored, { upsert: true });
    }
    this.#known.set(name, wanted);
    const kept = new Set([...wanted.indexes.values()].map(nameOf));
    for (const old of known) if (!kept.has(old)) await wanted.documents.dropIndex(old);
  }

  async collection(name: string): Promise<Collection> {
    return this.#known.get(name) ?? this.assertDefined(name);
  }

  async index(collection: string, name: string | undefined): Promise<Index | undefined> {
    if (name === undefined) return undefined;
    const index =
      (await this.collection(collection)).indexes.get(name) ??
      (await this.assertDefined(collection)).indexes.get(name);
    if (index === undefined) throw new UnknownIndex(name);
    return index;
  }

  /** Reads the definition again, because another process may have dropped or changed it. @throws UnknownCollection */
  async assertDefined(name: string): Promise<Collection> {
    const definition = await this.#stored.findOne({ _id: name });
    if (definition === null || definition.dropping === true) {
      this.#known.delete(name);
      throw new UnknownCollection(name);
    }
    const collection = openCollection(this.db, name, parsed(definition));
    this.#known.set(name, collection);
    return collection;
  }

  async drop(name: string): Promise<void> {
    this.#known.delete(name);
    const known = await this.#stored.updateOne({ _id: name }, { $set: { dropping: true } });
    if (known.matchedCount === 0) return;
    await this.db.dropCollection(name);
    await this.#stored.deleteOne({ _id: name });
  }
}

const nameOf = ({ name }: Index): string => name;
const parsed = ({ indexes }: Definition): Indexes => JSON.parse(indexes) as Indexes;
