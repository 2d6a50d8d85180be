// A persistent map behaves as a native map, and every older version stays readable.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { invariant, PersistentMap, RecentMap } from './index.js';

const entriesOf = (map: RecentMap<string, number>, limit: number): readonly (readonly [string, number])[] =>
  [...map.slices(limit)].flatMap(({ entries }) => entries);

type Version = { readonly map: PersistentMap<string, number>; readonly model: ReadonlyMap<string, number> };

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');

describe('a persistent map', () => {
  const change = fc.record({ key, value: fc.option(fc.integer()), on: fc.nat() });

  test('agrees with a native map on every version, in any order of changes and reads', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 60 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (changes, reads) => {
          const versions: Version[] = [{ map: PersistentMap.empty(), model: new Map() }];
          const version = (n: number): Version => {
            const found = versions[n % versions.length];
            invariant(found !== undefined, 'there is always a first version');
            return found;
          };
          for (const { key: k, value, on } of changes) {
            const { map, model } = version(on);
            const next = new Map(model);
            if (value === null) next.delete(k);
            else next.set(k, value);
            versions.push({ map: value === null ? map.delete(k) : map.set(k, value), model: next });
          }
          for (const n of [...reads, ...versions.keys()]) {
            const { map, model } = version(n);
            expect(new Map(map.entries())).toEqual(model);
            expect(map.size).toBe(model.size);
            for (const k of ['a', 'b', 'c', 'd', 'e']) {
              expect(map.get(k)).toBe(model.get(k));
              expect(map.has(k)).toBe(model.has(k));
            }
          }
        },
      ),
    );
  });

  test('returns its entries in slices, also while later versions are made', () => {
    const entries = Array.from({ length: 10 }, (_, n): readonly [string, number] => [`k${n}`, n]);
    const map = PersistentMap.empty<string, number>().setAll(entries);
    const slices: (readonly (readonly [string, number])[])[] = [];
    let later = map;
    for (const slice of map.slices(4)) {
      slices.push(slice);
      later = later.delete('k9').set('k0', 100).set(`new-${slices.length}`, 1);
    }
    expect(slices.map(({ length }) => length)).toEqual([4, 4, 2]);
    expect(slices.flat()).toEqual(entries);
    expect(later.size).toBe(12);
  });

  test('returns itself when there is nothing to delete', () => {
    const map = PersistentMap.from([['a', 1]]);
    expect(map.delete('b')).toBe(map);
  });

  test('that began from the same empty map as another is independent of it', () => {
    const empty = PersistentMap.empty<string, number>();
    const one = empty.set('a', 1).set('b', 2);
    const two = empty.set('c', 3);
    // Versions share one native map; reading a version brings that map to the version's content.
    const entries = one.entries();
    expect(two.get('c')).toBe(3);
    expect([...entries]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(empty.size).toBe(0);
  });
});

describe('a recent map', () => {
  test('remembers the last keys set with their last values, and never more than twice the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40).map(String), fc.nat()), { maxLength: 200 }), (sets) => {
        const limit = 5;
        let map = RecentMap.empty<string, number>(limit);
        const order: string[] = [];
        const model = new Map<string, number>();
        for (const [k, value] of sets) {
          map = map.set(k, value);
          model.set(k, value);
          if (order.includes(k)) order.splice(order.indexOf(k), 1);
          order.push(k);
          for (const recent of order.slice(-limit)) expect(map.get(recent)).toBe(model.get(recent));
          expect(entriesOf(map, 2).length).toBeLessThan(2 * limit);
        }
      }),
    );
  });

  test('forgets older entries', () => {
    const map = ['a', 'b', 'c', 'd'].reduce((m, k, n) => m.set(k, n), RecentMap.empty<string, number>(2));
    expect(['a', 'b', 'c', 'd'].map((k) => map.get(k))).toEqual([undefined, undefined, 2, 3]);
  });

  test('written and read again, goes on as before', () => {
    fc.assert(
      fc.property(fc.array(key), fc.array(key), (before, after) => {
        const set = (map: RecentMap<string, number>, k: string, n: number) => map.set(k, n);
        const map = before.reduce(set, RecentMap.empty<string, number>(3));
        const copy = [...map.slices(2)].reduce(
          (read, slice) => read.addSlice(slice),
          RecentMap.empty<string, number>(3),
        );
        expect(entriesOf(after.reduce(set, copy), 2)).toEqual(entriesOf(after.reduce(set, map), 2));
      }),
    );
  });
});
