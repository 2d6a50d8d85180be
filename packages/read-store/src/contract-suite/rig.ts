// The store of the running test, with the documents and the calls that all capabilities share.
import { afterEach, beforeEach, expect } from '@jest/globals';
import type { Document } from '@holdfast/kernel';
import type { CollectionDefinition, Find, Page, ReadStore, Write } from '../port.js';

export type ReadStoreUnderTest = {
  readonly store: ReadStore;
  /** Closes the store unless it is closed, and opens it again. */
  reopen(): Promise<ReadStore>;
  /** Closes the store and removes all of it. */
  dispose(): Promise<void>;
};

export type Item = Document & { readonly [field: string]: unknown };

export const item = (id: string, fields: Readonly<Record<string, unknown>> = {}): Item => ({ ...fields, id });
export const put = (document: Item, collection = 'items'): Write => ({ collection, document });
export const removed = (id: string, collection = 'items'): Write => ({ collection, removed: id });
export const idsOf = (page: Page<Document>): string[] => page.items.map(({ document }) => document.id);

export const items: CollectionDefinition = {
  name: 'items',
  indexes: { byOwner: ['owner', 'rank'], byRank: ['rank'], byOwnerAndState: ['owner', 'open', 'rank'] },
};

/** A string longer than the keys of any store may be. */
const long = (end: string): string => 'x'.repeat(5_000) + end;

/** Ids, values and names that a careless store would treat as operators, paths, prototypes or ends of keys. */
export const oddStrings = [
  '$gt',
  '$where: 1',
  'a.b',
  '.',
  '__proto__',
  'constructor',
  '{"$ne":null}',
  'nul\0inside',
  '\0',
  ' ',
  'ü € \u{1F600}',
  '\uFFFF',
  ...['\0', '\x01', '\x04', '\x1f'].map((control) => `${'c'.repeat(70)}${control}end`),
  long('1'),
  long('2'),
  '\u{1F600}'.repeat(1_000),
];

export type Rig = {
  readonly store: ReadStore;
  /** the position of the last batch that `write` stored */
  readonly position: number;
  /** Opens the store again. `store` is the opened one afterwards. */
  reopen(): Promise<void>;
  /** Stores a batch at the next position of the checkpoint `writer`. */
  write(this: void, ...writes: readonly Write[]): Promise<void>;
  get(this: void, id: string, collection?: string): Promise<Document | null>;
  /** Finds in the collection `items`. */
  find(this: void, options: Find): Promise<Page<Item>>;
  /** Returns the ids of a find. Its limit is 100 unless `options` has one. */
  found(this: void, options: Partial<Find>): Promise<string[]>;
  /** Returns the ids of each page of a find, up to the last page. Calls `between` before each page but the first. */
  pages(this: void, options: Find, between?: () => Promise<void>): Promise<string[][]>;
};

/** Opens a store with the collection `items` before each test of the block around it, and disposes of it afterwards. */
export function createRig(open: () => Promise<ReadStoreUnderTest>): Rig {
  let underTest: ReadStoreUnderTest;
  let store: ReadStore;
  let position: number;
  beforeEach(async () => {
    underTest = await open();
    store = underTest.store;
    position = 0;
    await store.define([items]);
  });
  afterEach(() => underTest.dispose());

  const write = async (...writes: readonly Write[]): Promise<void> => {
    position += 1;
    expect(await store.apply(writes, { name: 'writer', position })).toBe(true);
  };
  const get = async (id: string, collection = 'items'): Promise<Document | null> =>
    (await store.getMany(collection, [id]))[0] ?? null;
  const find = async (options: Find): Promise<Page<Item>> => store.find<Item>('items', options);
  const found = async (options: Partial<Find>): Promise<string[]> =>
    idsOf(await find({ limit: 100, ...options }));
  const pages = async (options: Find, between: () => Promise<void> = async () => {}): Promise<string[][]> => {
    const all: string[][] = [];
    let after: string | undefined;
    for (;;) {
      const page: Page<Item> = await find({ ...options, ...(after !== undefined && { after }) });
      all.push(idsOf(page));
      if (!page.hasMore) return all;
      after = page.items.at(-1)?.cursor;
      await between();
    }
  };

  return {
    get store() {
      return store;
    },
    get position() {
      return position;
    },
    reopen: async () => {
      store = await underTest.reopen();
    },
    write,
    get,
    find,
    found,
    pages,
  };
}
