// A lease changes hands by compare-and-swap. A batch under the token of a lost lease fails and stores nothing.
import { describe, expect, test } from '@jest/globals';
import { type Lease, LeaseLost } from '../port.js';
import { item, oddStrings, put, removed, type Rig } from './rig.js';

export function describeLeasing(rig: Rig): void {
  const { write, found } = rig;

  describe('leases', () => {
    const first: Lease = { name: 'work', holder: 'one', token: 1, beat: 0 };
    const renewed: Lease = { ...first, beat: 1 };
    const taken: Lease = { name: 'work', holder: 'two', token: 2, beat: 0 };

    test('a lease that was never taken is null, and a taken one is stored as it was given', async () => {
      expect(await rig.store.lease('work')).toBeNull();
      expect(await rig.store.swapLease(null, first)).toBe(true);
      expect(await rig.store.lease('work')).toEqual(first);
      expect(await rig.store.lease('other')).toBeNull();
    });

    test('a swap succeeds against the present lease, and fails against an earlier one', async () => {
      await rig.store.swapLease(null, first);
      expect(await rig.store.swapLease(null, taken)).toBe(false);
      expect(await rig.store.swapLease(first, renewed)).toBe(true);
      expect(await rig.store.swapLease(first, taken)).toBe(false);
      expect(await rig.store.lease('work')).toEqual(renewed);

      const givenUp: Lease = { ...renewed, holder: null };
      expect(await rig.store.swapLease(renewed, givenUp)).toBe(true);
      expect(await rig.store.swapLease(renewed, taken)).toBe(false);
      expect(await rig.store.swapLease(givenUp, taken)).toBe(true);
      expect(await rig.store.lease('work')).toEqual(taken);
    });

    test.each([
      ['a free lease', null],
      ['a lease whose holder went silent', first],
    ])('of many that reach for %s at once, one gets it', async (_, seen) => {
      if (seen !== null) await rig.store.swapLease(null, seen);
      const contenders = Array.from({ length: 10 }, (_, n) => ({ ...taken, holder: `contender ${n}` }));
      const got = await Promise.all(contenders.map((next) => rig.store.swapLease(seen, next)));
      expect(got.filter(Boolean)).toHaveLength(1);
      expect(await rig.store.lease('work')).toEqual(contenders[got.indexOf(true)]);
    });

    test('names of any content are names like any other', async () => {
      for (const name of oddStrings) {
        expect(await rig.store.swapLease(null, { ...first, name, holder: name })).toBe(true);
      }
      for (const name of oddStrings)
        expect(await rig.store.lease(name)).toEqual({ ...first, name, holder: name });
    });

    test('a batch under the token of the lease is applied, also after it was renewed', async () => {
      const fence = { lease: 'work', token: 1 };
      await rig.store.swapLease(null, first);
      expect(await rig.store.apply([put(item('a'))], { name: 'writer', position: 1 }, fence)).toBe(true);
      await rig.store.swapLease(first, renewed);
      expect(await rig.store.apply([put(item('b'))], { name: 'writer', position: 2 }, fence)).toBe(true);
      expect(await rig.store.apply([removed('b')], { name: 'writer', position: 2 }, fence)).toBe(false);
      expect(await found({})).toEqual(['a', 'b']);
    });

    test.each<[string, readonly Lease[]]>([
      ['has another holder by now', [first, taken]],
      ['was never taken', []],
    ])('a batch under the token of a lease that %s fails, and nothing of it is stored', async (_, held) => {
      await write(put(item('a')));
      let seen: Lease | null = null;
      for (const next of held) {
        await rig.store.swapLease(seen, next);
        seen = next;
      }
      const fence = { lease: 'work', token: 1 };
      for (const at of [rig.position + 1, rig.position]) {
        const batch = async (): Promise<boolean> =>
          rig.store.apply([put(item('b')), removed('a')], { name: 'writer', position: at }, fence);
        await expect(batch()).rejects.toThrow(LeaseLost);
      }
      expect(await found({})).toEqual(['a']);
      expect(await rig.store.checkpoint('writer')).toBe(rig.position);
    });

    test('a batch that races the next holder is stored whole or not at all', async () => {
      await rig.store.swapLease(null, first);
      const documents = Array.from({ length: 50 }, (_, n) => item(`i${n}`, { rank: n }));
      const [applied, swapped] = await Promise.allSettled([
        rig.store.apply(
          documents.map((document) => put(document)),
          { name: 'writer', position: 1 },
          {
            lease: 'work',
            token: 1,
          },
        ),
        rig.store.swapLease(first, taken),
      ]);
      expect(swapped).toEqual({ status: 'fulfilled', value: true });
      const whole = applied.status === 'fulfilled';
      expect(applied).toMatchObject(whole ? { value: true } : { reason: expect.any(LeaseLost) });
      expect(await rig.store.count('items')).toBe(whole ? documents.length : 0);
      expect(await rig.store.checkpoint('writer')).toBe(whole ? 1 : null);
    });

    test('it is kept when the store is opened again, and when collections are dropped', async () => {
      await rig.store.swapLease(null, first);
      await rig.store.drop(['items'], ['work']);
      await rig.reopen();
      expect(await rig.store.lease('work')).toEqual(first);
    });
  });
}
