// Listing, paging and counting documents by id or by a declared index.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Find, InvalidCursor, UnknownCollection, UnknownIndex } from '../port.js';
import { item, put, removed, type Rig } from './rig.js';

export function describeFinding(rig: Rig): void {
  const { write, find, found, pages } = rig;

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

    test('without an index lists all documents by id, in both directions', async () => {
      expect(await found({})).toEqual(['a', 'b', 'c', 'd', 'e', 'z']);
      expect(await found({ order: 'descending' })).toEqual(['z', 'e', 'd', 'c', 'b', 'a']);
    });

    test('lists an index in the order of its fields, in both directions, without documents that lack one', async () => {
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
      expect(await found({ index: 'byRank', equals: [7], order: 'descending' })).toEqual(['k3', 'k2', 'k1']);
    });

    test('pages to the end without a gap or a repeat, and the last page has no more', async () => {
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

    test('counts the documents that it would list', async () => {
      expect(await rig.store.count('items')).toBe(6);
      expect(await rig.store.count('items', { index: 'byRank' })).toBe(5);
      expect(await rig.store.count('items', { index: 'byOwner', equals: ['ann'] })).toBe(3);
      expect(await rig.store.count('items', { index: 'byOwner', equals: ['nobody'] })).toBe(0);
      await write(removed('d'), removed('z'));
      expect(await rig.store.count('items')).toBe(4);
      expect(await rig.store.count('items', { index: 'byOwner', equals: ['ann'] })).toBe(2);
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

    test('a document moves in the same way when its writer passes the replaced document', async () => {
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
      await expect(async () => rig.store.find('nowhere', { limit: 1 })).rejects.toThrow(UnknownCollection);
      await expect(async () => rig.store.getMany('nowhere', ['a'])).rejects.toThrow(UnknownCollection);
      await expect(async () => rig.store.count('nowhere')).rejects.toThrow(UnknownCollection);
      await expect(async () => rig.store.find('items', { index: 'byHeart', limit: 1 })).rejects.toThrow(
        UnknownIndex,
      );
      await expect(async () => rig.store.count('items', { index: 'constructor' })).rejects.toThrow(
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
}
