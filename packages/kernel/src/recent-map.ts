// A map of bounded size: a recent entry is certainly present, an old entry may be forgotten. It forgets by count and
// never by time, so that a replay remembers exactly the same keys as the first run.
import type { Json } from './envelope.js';
import { PersistentMap } from './persistent-map.js';

/**
 * Two generations: when the young one holds `limit` keys, it replaces the old one. So the map remembers at least the
 * last `limit` keys and at most twice as many. Immutable, O(1) as PersistentMap.
 */
export class RecentMap<K extends string, V extends Json & NonNullable<unknown>> {
  private constructor(
    private readonly limit: number,
    private readonly young: PersistentMap<K, V>,
    private readonly old: PersistentMap<K, V>,
  ) {}

  static empty<K extends string, V extends Json & NonNullable<unknown>>(limit: number): RecentMap<K, V> {
    return new RecentMap<K, V>(limit, PersistentMap.empty(), PersistentMap.empty());
  }

  get(key: K): V | undefined {
    return this.young.get(key) ?? this.old.get(key);
  }

  set(key: K, value: V): RecentMap<K, V> {
    const young = this.young.set(key, value);
    return young.size < this.limit
      ? new RecentMap(this.limit, young, this.old)
      : new RecentMap(this.limit, PersistentMap.empty(), young);
  }

  /** False: the map has every key that was ever set. True: a key that was set long ago may be missing. */
  get mayHaveForgotten(): boolean {
    return this.old.size > 0;
  }

  /** Both generations in lists of at most `limit`, for a snapshot. */
  *slices(limit: number): Generator<RecentSlice<K, V>> {
    for (const entries of this.old.slices(limit)) yield { generation: 'old', entries };
    for (const entries of this.young.slices(limit)) yield { generation: 'young', entries };
  }

  addSlice({ generation, entries }: RecentSlice<K, V>): RecentMap<K, V> {
    return generation === 'old'
      ? new RecentMap(this.limit, this.young, this.old.setAll(entries))
      : new RecentMap(this.limit, this.young.setAll(entries), this.old);
  }
}

export type RecentSlice<K extends string, V extends Json> = {
  readonly generation: 'young' | 'old';
  readonly entries: readonly (readonly [K, V])[];
};
