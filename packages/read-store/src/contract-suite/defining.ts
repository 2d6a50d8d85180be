// Collections and their indexes are defined, changed and dropped.
import { describe, expect, test } from '@jest/globals';
import { UnknownCollection, UnknownIndex } from '../port.js';
import { idsOf, item, items, put, removed, type Rig } from './rig.js';

export function describeDefining(rig: Rig): void {
  const { write, get, find, found } = rig;

  describe('define', () => {
    test('again with the same indexes changes nothing', async () => {
      await write(put(item('a', { rank: 1 })));
      await rig.store.define([items]);
      expect(await get('a')).toEqual({ id: 'a', rank: 1 });
      expect(await found({ index: 'byRank' })).toEqual(['a']);
    });

    test('with changed indexes builds them from the documents that are there', async () => {
      const documents = Array.from({ length: 1_200 }, (_, n) => item(`i${n}`, { rank: n, group: n % 5 }));
      await write(...documents.map((document) => put(document)));
      await rig.store.define([{ name: 'items', indexes: { byRank: ['group', 'rank'], byGroup: ['group'] } }]);
      expect(await rig.store.count('items', { index: 'byGroup', equals: [3] })).toBe(240);
      expect(idsOf(await find({ index: 'byRank', equals: [4], limit: 2 }))).toEqual(['i4', 'i9']);
      await expect(found({ index: 'byOwner' })).rejects.toThrow(UnknownIndex);

      await write(put(item('i4', { rank: 4, group: 3 })), removed('i9'));
      expect(idsOf(await find({ index: 'byRank', equals: [4], limit: 2 }))).toEqual(['i14', 'i19']);
      expect(await rig.store.count('items', { index: 'byGroup' })).toBe(1_199);

      await rig.store.define([items]);
      expect(idsOf(await find({ index: 'byRank', limit: 3, order: 'descending' }))).toEqual([
        'i1199',
        'i1198',
        'i1197',
      ]);
      expect(await rig.store.count('items', { index: 'byRank' })).toBe(1_199);
    });
  });

  test('drop forgets collections and checkpoints, and the names can be used again', async () => {
    await rig.store.define([{ name: 'kept', indexes: {} }]);
    await write(put(item('a', { rank: 1, gone: true })), put(item('a'), 'kept'));
    await rig.store.drop(['items', 'never-defined'], ['writer']);
    await expect(get('a')).rejects.toThrow(UnknownCollection);
    expect(await rig.store.checkpoint('writer')).toBeNull();
    expect(await get('a', 'kept')).toEqual({ id: 'a' });

    await rig.store.define([items]);
    expect(await rig.store.count('items')).toBe(0);
    expect(await found({ index: 'byRank' })).toEqual([]);
    await rig.store.apply([put(item('b', { rank: 2, fresh: 'shape' }))], { name: 'writer', position: 0 });
    expect(await get('b')).toEqual({ id: 'b', rank: 2, fresh: 'shape' });
    expect(await found({ index: 'byRank' })).toEqual(['b']);
  });
}
