// A batch and its checkpoint are stored together or not at all, and a repeated batch does nothing.
import { describe, expect, test } from '@jest/globals';
import { UnknownCollection } from '../port.js';
import { item, put, removed, type Rig } from './rig.js';

export function describeApplying(rig: Rig): void {
  const { write, get, found } = rig;

  describe('apply', () => {
    test('stores documents and the checkpoint together', async () => {
      await rig.store.apply([put(item('a', { n: 1 })), put(item('b', { deep: { list: [1, null, 'x'] } }))], {
        name: 'writer',
        position: 7,
      });
      expect(await rig.store.getMany('items', ['b', 'missing', 'a'])).toEqual([
        { id: 'b', deep: { list: [1, null, 'x'] } },
        null,
        { id: 'a', n: 1 },
      ]);
      expect(await rig.store.checkpoint('writer')).toBe(7);
      expect(await rig.store.checkpoint('another')).toBeNull();
    });

    test.each([
      ['the same position', 5],
      ['an older position', 4],
    ])('a batch with %s does nothing and returns false', async (_, again) => {
      await rig.store.apply([put(item('a', { n: 1 }))], { name: 'writer', position: 5 });
      expect(
        await rig.store.apply([put(item('a', { n: 2 })), removed('a')], { name: 'writer', position: again }),
      ).toBe(false);
      expect(await get('a')).toEqual({ id: 'a', n: 1 });
      expect(await rig.store.checkpoint('writer')).toBe(5);
    });

    test('at a position below a checkpoint of another name takes effect', async () => {
      await rig.store.apply([], { name: 'one', position: 5 });
      expect(await rig.store.apply([put(item('a'))], { name: 'two', position: 0 })).toBe(true);
      expect([await rig.store.checkpoint('one'), await rig.store.checkpoint('two')]).toEqual([5, 0]);
    });

    test('an unknown collection in a batch fails all of it', async () => {
      const batch = async (): Promise<boolean> =>
        rig.store.apply([put(item('a')), put(item('b'), 'nowhere')], { name: 'writer', position: 1 });
      await expect(batch()).rejects.toThrow(UnknownCollection);
      expect(await get('a')).toBeNull();
      expect(await rig.store.checkpoint('writer')).toBeNull();
    });

    test('the last of several writes to one document counts', async () => {
      await write(
        put(item('a', { rank: 1 })),
        put(item('a', { rank: 2 })),
        removed('b'),
        put(item('b')),
        removed('b'),
      );
      expect(await rig.store.getMany('items', ['a', 'b'])).toEqual([{ id: 'a', rank: 2 }, null]);
      expect(await found({ index: 'byRank' })).toEqual(['a']);
    });

    test('batches that are applied without waiting take effect in their order', async () => {
      const batches = Array.from({ length: 50 }, (_, n) =>
        rig.store.apply([put(item('a', { rank: n })), put(item(`b${n}`, { rank: -1 }))], {
          name: 'writer',
          position: n,
        }),
      );
      expect(await Promise.all(batches)).toEqual(batches.map(() => true));
      expect(await get('a')).toEqual({ id: 'a', rank: 49 });
      expect(await rig.store.count('items', { index: 'byRank' })).toBe(51);
      expect(await found({ index: 'byRank', equals: [49] })).toEqual(['a']);
      expect(await rig.store.checkpoint('writer')).toBe(49);
    });
  });
}
