// The contract suite of the read store. An adapter's spec calls it once; there are no options per adapter.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Document } from '@holdfast/kernel';
import {
  type CollectionDefinition,
  type Find,
  InvalidCursor,
  type Lease,
  LeaseLost,
  type Page,
  type ReadStore,
  UnknownCollection,
  UnknownIndex,
  type Write,
} from './port.js';

export type ReadStoreUnderTest = {
  readonly store: ReadStore;
  /** Closes the store unless it is closed, and opens it again. */
  reopen(): Promise<ReadStore>;
  /** Closes the store and removes all of it. */
  dispose(): Promise<void>;
};

type Item = Document & { readonly [field: string]: unknown };

const item = (id: string, fields: Readonly<Record<string, unknown>> = {}): Item => ({ ...fields, id });
const put = (document: Item, collection = 'items'): Write => ({ collection, document });
const removed = (id: string, collection = 'items'): Write => ({ collection, removed: id });
const idsOf = (page: Page<Document>): string[] => page.items.map(({ document }) => document.id);

const items: CollectionDefinition = {
  name: 'items',
  indexes: { byOwner: ['owner', 'rank'], byRank: ['rank'], byOwnerAndState: ['owner', 'open', 'rank'] },
};

/** Longer than any store's keys. */
const long = (end: string): string => 'x'.repeat(5_000) + end;

const oddStrings = [
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

/** False for a field name that msgpackr, of the embedded store, refuses, to protect prototypes. */
const isField = (text: string): boolean => text !== '__proto__';

/** Runs the contract against stores that `open` makes, an empty one for each test. */
export function describeReadStore(name: string, open: () => Promise<ReadStoreUnderTest>): void {
  describe(`read store contract: ${name}`, () => {
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
    const pages = async (
      options: Find,
      between: () => Promise<void> = async () => {},
    ): Promise<string[][]> => {
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

    describe('apply', () => {
      test('stores documents and the checkpoint together', async () => {
        await store.apply([put(item('a', { n: 1 })), put(item('b', { deep: { list: [1, null, 'x'] } }))], {
          name: 'writer',
          position: 7,
        });
        expect(await store.getMany('items', ['b', 'missing', 'a'])).toEqual([
          { id: 'b', deep: { list: [1, null, 'x'] } },
          null,
          { id: 'a', n: 1 },
        ]);
        expect(await store.checkpoint('writer')).toBe(7);
        expect(await store.checkpoint('another')).toBeNull();
      });

      test.each([
        ['the same position', 5],
        ['an older position', 4],
      ])('a batch with %s does nothing and returns false', async (_, again) => {
        await store.apply([put(item('a', { n: 1 }))], { name: 'writer', position: 5 });
        expect(
          await store.apply([put(item('a', { n: 2 })), removed('a')], { name: 'writer', position: again }),
        ).toBe(false);
        expect(await get('a')).toEqual({ id: 'a', n: 1 });
        expect(await store.checkpoint('writer')).toBe(5);
      });

      test('checkpoints under other names do not matter', async () => {
        await store.apply([], { name: 'one', position: 5 });
        expect(await store.apply([put(item('a'))], { name: 'two', position: 0 })).toBe(true);
        expect([await store.checkpoint('one'), await store.checkpoint('two')]).toEqual([5, 0]);
      });

      test('an unknown collection in a batch fails all of it', async () => {
        const batch = async (): Promise<boolean> =>
          store.apply([put(item('a')), put(item('b'), 'nowhere')], { name: 'writer', position: 1 });
        await expect(batch()).rejects.toThrow(UnknownCollection);
        expect(await get('a')).toBeNull();
        expect(await store.checkpoint('writer')).toBeNull();
      });

      test('the last of several writes to one document counts', async () => {
        await write(
          put(item('a', { rank: 1 })),
          put(item('a', { rank: 2 })),
          removed('b'),
          put(item('b')),
          removed('b'),
        );
        expect(await store.getMany('items', ['a', 'b'])).toEqual([{ id: 'a', rank: 2 }, null]);
        expect(await found({ index: 'byRank' })).toEqual(['a']);
      });

      test('batches that are applied without waiting take effect in their order', async () => {
        const batches = Array.from({ length: 50 }, (_, n) =>
          store.apply([put(item('a', { rank: n })), put(item(`b${n}`, { rank: -1 }))], {
            name: 'writer',
            position: n,
          }),
        );
        expect(await Promise.all(batches)).toEqual(batches.map(() => true));
        expect(await get('a')).toEqual({ id: 'a', rank: 49 });
        expect(await store.count('items', { index: 'byRank' })).toBe(51);
        expect(await found({ index: 'byRank', equals: [49] })).toEqual(['a']);
        expect(await store.checkpoint('writer')).toBe(49);
      });
    });

    describe('find', () => {
      beforeEach(() =>
        write(
          put(item('e', { owner: 'ann', rank: 10, open: true })),
          put(item('d', { owner: 'ann', rank: 9, open: false })),
          put(item('c', { owner: 'ann', rank: -3, open: true })),
          put(item('b', { owner: 'anna', rank: 2, open: true })),
          put(item('a', { owner: 'an', rank: 5_000_000_000, open: true })),
          put(item('z')),
        ),
      );

      test('without an index lists all documents by id, either way', async () => {
        expect(await found({})).toEqual(['a', 'b', 'c', 'd', 'e', 'z']);
        expect(await found({ order: 'descending' })).toEqual(['z', 'e', 'd', 'c', 'b', 'a']);
      });

      test('lists an index in the order of its fields, either way, without documents that lack one', async () => {
        expect(await found({ index: 'byRank' })).toEqual(['c', 'b', 'd', 'e', 'a']);
        expect(await found({ index: 'byRank', order: 'descending' })).toEqual(['a', 'e', 'd', 'b', 'c']);
      });

      test('fixes the first fields to whole values, never to their beginnings', async () => {
        expect(await found({ index: 'byOwner', equals: ['ann'] })).toEqual(['c', 'd', 'e']);
        expect(await found({ index: 'byOwner', equals: ['ann'], order: 'descending' })).toEqual([
          'e',
          'd',
          'c',
        ]);
        expect(await found({ index: 'byOwnerAndState', equals: ['ann', true] })).toEqual(['c', 'e']);
        expect(await found({ index: 'byOwner', equals: ['ann', 9] })).toEqual(['d']);
        expect(await found({ index: 'byOwner', equals: ['nobody'] })).toEqual([]);
      });

      test('tells apart values that look alike', async () => {
        await write(put(item('text', { rank: '9' })), put(item('yes', { rank: true })));
        expect(await found({ index: 'byRank', equals: [9] })).toEqual(['d']);
        expect(await found({ index: 'byRank', equals: ['9'] })).toEqual(['text']);
        expect(await found({ index: 'byRank', equals: [true] })).toEqual(['yes']);
        expect(await found({ index: 'byRank', equals: ['true'] })).toEqual([]);
      });

      test('orders equal values by id', async () => {
        await write(...['k3', 'k1', 'k2'].map((id) => put(item(id, { rank: 7 }))));
        expect(await found({ index: 'byRank', equals: [7] })).toEqual(['k1', 'k2', 'k3']);
        expect(await found({ index: 'byRank', equals: [7], order: 'descending' })).toEqual([
          'k3',
          'k2',
          'k1',
        ]);
      });

      test('pages to the end without a gap or a repeat, and says when there is no more', async () => {
        expect(await pages({ limit: 2 })).toEqual([
          ['a', 'b'],
          ['c', 'd'],
          ['e', 'z'],
        ]);
        expect(await pages({ index: 'byRank', limit: 2, order: 'descending' })).toEqual([
          ['a', 'e'],
          ['d', 'b'],
          ['c'],
        ]);
        expect(await pages({ index: 'byOwner', equals: ['ann'], limit: 1 })).toEqual([['c'], ['d'], ['e']]);
      });

      test('a cursor keeps its place while documents come and go around it', async () => {
        let n = 100;
        const listed = await pages({ index: 'byRank', limit: 2, order: 'descending' }, () => {
          n += 1;
          return write(put(item(`new${n}`, { rank: 6_000_000_000 + n })), removed(n === 101 ? 'e' : 'd'));
        });
        expect(listed).toEqual([['a', 'e'], ['d', 'b'], ['c']]);
        expect(await found({ index: 'byRank' })).toEqual(['c', 'b', 'a', 'new101', 'new102']);
      });

      test('counts what it would list', async () => {
        expect(await store.count('items')).toBe(6);
        expect(await store.count('items', { index: 'byRank' })).toBe(5);
        expect(await store.count('items', { index: 'byOwner', equals: ['ann'] })).toBe(3);
        expect(await store.count('items', { index: 'byOwner', equals: ['nobody'] })).toBe(0);
        await write(removed('d'), removed('z'));
        expect(await store.count('items')).toBe(4);
        expect(await store.count('items', { index: 'byOwner', equals: ['ann'] })).toBe(2);
      });

      test('a document moves in an index with its field, and leaves it with the field or itself', async () => {
        await write(
          put(item('e', { owner: 'anna', rank: 1 })),
          put(item('d', { owner: 'ann', rank: null })),
          removed('c'),
        );
        expect(await found({ index: 'byOwner', equals: ['ann'] })).toEqual([]);
        expect(await found({ index: 'byOwner', equals: ['anna'] })).toEqual(['e', 'b']);
        expect(await found({ index: 'byRank' })).toEqual(['e', 'b', 'a']);
        expect(await found({})).toEqual(['a', 'b', 'd', 'e', 'z']);
      });

      test('a document moves likewise when its writer says what it replaces', async () => {
        const e = item('e', { owner: 'ann', rank: 10, open: true });
        await write(
          { ...put(item('e', { owner: 'anna', rank: 10 })), replaces: e },
          put(item('e', { owner: 'bob', rank: 10 })),
          { ...put(item('new', { owner: 'bob', rank: 11 })), replaces: null },
        );
        expect(await found({ index: 'byOwner', equals: ['ann'] })).toEqual(['c', 'd']);
        expect(await found({ index: 'byOwner', equals: ['anna'] })).toEqual(['b']);
        expect(await found({ index: 'byOwner', equals: ['bob'] })).toEqual(['e', 'new']);
        expect(await found({ index: 'byRank' })).toEqual(['c', 'b', 'd', 'e', 'new', 'a']);
        expect(await found({ index: 'byOwnerAndState', equals: ['ann', true] })).toEqual(['c']);
      });

      test('refuses names that were not declared', async () => {
        await expect(async () => store.find('nowhere', { limit: 1 })).rejects.toThrow(UnknownCollection);
        await expect(async () => store.getMany('nowhere', ['a'])).rejects.toThrow(UnknownCollection);
        await expect(async () => store.count('nowhere')).rejects.toThrow(UnknownCollection);
        await expect(async () => store.find('items', { index: 'byHeart', limit: 1 })).rejects.toThrow(
          UnknownIndex,
        );
        await expect(async () => store.count('items', { index: 'constructor' })).rejects.toThrow(
          UnknownIndex,
        );
      });

      test('refuses cursors that are malformed, forged, or made elsewhere', async () => {
        const cursorOf = async (options: Partial<Find>): Promise<string> =>
          (await find({ limit: 1, ...options })).items[0]?.cursor ?? '';
        const byRank = await cursorOf({ index: 'byRank' });
        const byOwner = await cursorOf({ index: 'byOwner', equals: ['ann'] });
        const byId = await cursorOf({});
        const forged = (text: string): string => Buffer.from(text).toString('base64url');
        const refused: readonly (readonly [string, Partial<Find>])[] = [
          ['', { index: 'byRank' }],
          ['not a cursor', { index: 'byRank' }],
          [`${byRank}=`, { index: 'byRank' }],
          [byRank.slice(0, -2), { index: 'byRank' }],
          [forged('null'), { index: 'byRank' }],
          [forged('["byRank"]'), { index: 'byRank' }],
          [forged('{"$gt":""}'), { index: 'byRank' }],
          [byOwner, { index: 'byRank' }],
          [byId, { index: 'byRank' }],
          [byRank, {}],
          [byOwner, { index: 'byOwner', equals: ['anna'] }],
        ];
        for (const [after, options] of refused) {
          await expect(find({ limit: 1, ...options, after })).rejects.toThrow(InvalidCursor);
        }
      });
    });

    test('strings of any content and length are stored, found, paged and removed', async () => {
      await write(...oddStrings.map((text) => put(item(text, { owner: text, rank: 1 }))));
      expect(await store.getMany('items', oddStrings)).toEqual(
        oddStrings.map((text) => ({ id: text, owner: text, rank: 1 })),
      );
      for (const text of oddStrings) {
        expect(await found({ index: 'byOwner', equals: [text] })).toEqual([text]);
        expect(await store.count('items', { index: 'byOwner', equals: [text] })).toBe(1);
      }
      expect((await pages({ index: 'byOwner', limit: 1 })).flat().sort()).toEqual([...oddStrings].sort());
      expect((await pages({ limit: 2, order: 'descending' })).flat().sort()).toEqual([...oddStrings].sort());

      await write(...oddStrings.map((text) => put(item(text, { owner: 'nobody', rank: 1 }))));
      for (const text of oddStrings) expect(await found({ index: 'byOwner', equals: [text] })).toEqual([]);
      await write(...oddStrings.map((text) => removed(text)));
      expect(await store.count('items')).toBe(0);
      expect(await store.count('items', { index: 'byOwner' })).toBe(0);
    });

    test('strings are listed in the order of their code points', async () => {
      const ordered = ['', 'A', 'a', 'a\0', 'a b', 'aa', 'b', 'ü', '\uFFFD', '\u{1F600}'];
      await write(...ordered.map((owner, n) => put(item(`${99 - n}`, { owner, rank: 1 }))));
      const page = await find({ index: 'byOwner', limit: 100 });
      expect(page.items.map(({ document }) => document['owner'])).toEqual(ordered);
    });

    test('values of different types are listed booleans first, then numbers, then strings', async () => {
      const ordered = [
        ...[false, true],
        ...[-1e300, -5_000_000_000, -2, -1.5, -1e-9, 0, 1e-9, 0.5, 1, 2, 10, 2 ** 53 - 1, 1e300],
        ...['', '-1', '0', '10', '2', 'false', 'n'],
      ];
      await write(...ordered.map((rank, n) => put(item(`${99 - n}`, { rank }))));
      for (const order of ['ascending', 'descending'] as const) {
        const listed = await pages({ index: 'byRank', limit: 3, order });
        const expected = ordered.map((_, n) => `${99 - n}`);
        expect(listed.flat()).toEqual(order === 'ascending' ? expected : expected.reverse());
      }
      for (const [n, rank] of ordered.entries()) {
        expect(await found({ index: 'byRank', equals: [rank] })).toEqual([`${99 - n}`]);
      }
    });

    test('a document of any JSON comes back equal', async () => {
      const document: Item = {
        id: 'a',
        ...Object.fromEntries(oddStrings.filter(isField).map((text) => [text, { [text]: [text] }])),
        numbers: [0, -1, 0.1, 1e300, 2 ** 53 - 1, -(2 ** 31), 2 ** 31],
        nested: [[[], {}], [[null, true, { $set: { 'a.b': 1 } }]]],
        json: '{"id":"b"}',
        keys: { rank: 1 },
        _id: 'b',
        v: { entry: 1e9 },
      };
      await write(put(document));
      expect(await get('a')).toEqual(document);
      expect((await find({ limit: 1 })).items[0]?.document).toEqual(document);
    });

    describe('define', () => {
      test('again with the same indexes changes nothing', async () => {
        await write(put(item('a', { rank: 1 })));
        await store.define([items]);
        expect(await get('a')).toEqual({ id: 'a', rank: 1 });
        expect(await found({ index: 'byRank' })).toEqual(['a']);
      });

      test('with changed indexes builds them from the documents that are there', async () => {
        const documents = Array.from({ length: 1_200 }, (_, n) => item(`i${n}`, { rank: n, group: n % 5 }));
        await write(...documents.map((document) => put(document)));
        await store.define([{ name: 'items', indexes: { byRank: ['group', 'rank'], byGroup: ['group'] } }]);
        expect(await store.count('items', { index: 'byGroup', equals: [3] })).toBe(240);
        expect(idsOf(await find({ index: 'byRank', equals: [4], limit: 2 }))).toEqual(['i4', 'i9']);
        await expect(found({ index: 'byOwner' })).rejects.toThrow(UnknownIndex);

        await write(put(item('i4', { rank: 4, group: 3 })), removed('i9'));
        expect(idsOf(await find({ index: 'byRank', equals: [4], limit: 2 }))).toEqual(['i14', 'i19']);
        expect(await store.count('items', { index: 'byGroup' })).toBe(1_199);

        await store.define([items]);
        expect(idsOf(await find({ index: 'byRank', limit: 3, order: 'descending' }))).toEqual([
          'i1199',
          'i1198',
          'i1197',
        ]);
        expect(await store.count('items', { index: 'byRank' })).toBe(1_199);
      });
    });

    describe('leases', () => {
      const first: Lease = { name: 'work', holder: 'one', token: 1, beat: 0 };
      const renewed: Lease = { ...first, beat: 1 };
      const taken: Lease = { name: 'work', holder: 'two', token: 2, beat: 0 };

      test('a lease that was never taken is null, and a taken one is stored as it was given', async () => {
        expect(await store.lease('work')).toBeNull();
        expect(await store.swapLease(null, first)).toBe(true);
        expect(await store.lease('work')).toEqual(first);
        expect(await store.lease('other')).toBeNull();
      });

      test('a swap succeeds against the present lease, and fails against an earlier one', async () => {
        await store.swapLease(null, first);
        expect(await store.swapLease(null, taken)).toBe(false);
        expect(await store.swapLease(first, renewed)).toBe(true);
        expect(await store.swapLease(first, taken)).toBe(false);
        expect(await store.lease('work')).toEqual(renewed);

        const givenUp: Lease = { ...renewed, holder: null };
        expect(await store.swapLease(renewed, givenUp)).toBe(true);
        expect(await store.swapLease(renewed, taken)).toBe(false);
        expect(await store.swapLease(givenUp, taken)).toBe(true);
        expect(await store.lease('work')).toEqual(taken);
      });

      test.each([
        ['a free lease', null],
        ['a lease whose holder went silent', first],
      ])('of many that reach for %s at once, one gets it', async (_, seen) => {
        if (seen !== null) await store.swapLease(null, seen);
        const contenders = Array.from({ length: 10 }, (_, n) => ({ ...taken, holder: `contender ${n}` }));
        const got = await Promise.all(contenders.map((next) => store.swapLease(seen, next)));
        expect(got.filter(Boolean)).toHaveLength(1);
        expect(await store.lease('work')).toEqual(contenders[got.indexOf(true)]);
      });

      test('names of any content are names like any other', async () => {
        for (const name of oddStrings) {
          expect(await store.swapLease(null, { ...first, name, holder: name })).toBe(true);
        }
        for (const name of oddStrings)
          expect(await store.lease(name)).toEqual({ ...first, name, holder: name });
      });

      test('a batch under the token of the lease is applied, also after it was renewed', async () => {
        const fence = { lease: 'work', token: 1 };
        await store.swapLease(null, first);
        expect(await store.apply([put(item('a'))], { name: 'writer', position: 1 }, fence)).toBe(true);
        await store.swapLease(first, renewed);
        expect(await store.apply([put(item('b'))], { name: 'writer', position: 2 }, fence)).toBe(true);
        expect(await store.apply([removed('b')], { name: 'writer', position: 2 }, fence)).toBe(false);
        expect(await found({})).toEqual(['a', 'b']);
      });

      test.each<[string, readonly Lease[]]>([
        ['has another holder by now', [first, taken]],
        ['was never taken', []],
      ])('a batch under the token of a lease that %s fails, and nothing of it is stored', async (_, held) => {
        await write(put(item('a')));
        let seen: Lease | null = null;
        for (const next of held) {
          await store.swapLease(seen, next);
          seen = next;
        }
        const fence = { lease: 'work', token: 1 };
        for (const at of [position + 1, position]) {
          const batch = async (): Promise<boolean> =>
            store.apply([put(item('b')), removed('a')], { name: 'writer', position: at }, fence);
          await expect(batch()).rejects.toThrow(LeaseLost);
        }
        expect(await found({})).toEqual(['a']);
        expect(await store.checkpoint('writer')).toBe(position);
      });

      test('a batch that races the next holder is stored whole or not at all', async () => {
        await store.swapLease(null, first);
        const documents = Array.from({ length: 50 }, (_, n) => item(`i${n}`, { rank: n }));
        const [applied, swapped] = await Promise.allSettled([
          store.apply(
            documents.map((document) => put(document)),
            { name: 'writer', position: 1 },
            {
              lease: 'work',
              token: 1,
            },
          ),
          store.swapLease(first, taken),
        ]);
        expect(swapped).toEqual({ status: 'fulfilled', value: true });
        const whole = applied.status === 'fulfilled';
        expect(applied).toMatchObject(whole ? { value: true } : { reason: expect.any(LeaseLost) });
        expect(await store.count('items')).toBe(whole ? documents.length : 0);
        expect(await store.checkpoint('writer')).toBe(whole ? 1 : null);
      });

      test('it is kept when the store is opened again, and when collections are dropped', async () => {
        await store.swapLease(null, first);
        await store.drop(['items'], ['work']);
        store = await underTest.reopen();
        expect(await store.lease('work')).toEqual(first);
      });
    });

    test('drop forgets collections and checkpoints, and the names can be used again', async () => {
      await store.define([{ name: 'kept', indexes: {} }]);
      await write(put(item('a', { rank: 1, gone: true })), put(item('a'), 'kept'));
      await store.drop(['items', 'never-defined'], ['writer']);
      await expect(get('a')).rejects.toThrow(UnknownCollection);
      expect(await store.checkpoint('writer')).toBeNull();
      expect(await get('a', 'kept')).toEqual({ id: 'a' });

      await store.define([items]);
      expect(await store.count('items')).toBe(0);
      expect(await found({ index: 'byRank' })).toEqual([]);
      await store.apply([put(item('b', { rank: 2, fresh: 'shape' }))], { name: 'writer', position: 0 });
      expect(await get('b')).toEqual({ id: 'b', rank: 2, fresh: 'shape' });
      expect(await found({ index: 'byRank' })).toEqual(['b']);
    });

    test('everything is there after it is opened again', async () => {
      const documents = Array.from({ length: 100 }, (_, n) =>
        item(`i${n}`, { rank: n, [`field${n % 40}`]: { [`inner${n % 50}`]: n } }),
      );
      await write(...documents.map((document) => put(document)));
      const { cursor = '' } = (await find({ index: 'byRank', limit: 10 })).items.at(-1) ?? {};

      store = await underTest.reopen();
      expect(await store.checkpoint('writer')).toBe(position);
      expect(
        await store.getMany(
          'items',
          documents.map(({ id }) => id),
        ),
      ).toEqual(documents);
      expect(idsOf(await find({ index: 'byRank', after: cursor, limit: 2 }))).toEqual(['i10', 'i11']);
      await write(put(item('i0', { rank: 1_000 })));
      expect(await found({ index: 'byRank', equals: [0] })).toEqual([]);
    });
  });
}
