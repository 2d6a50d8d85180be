// An immutable map that is as fast as a native one when only the newest version is used. Old versions stay readable:
// each holds only its difference to the next (Baker, "Shallow Binding Makes Functional Arrays Fast", 1991).

type Node<K, V extends NonNullable<unknown>> =
  | { readonly kind: 'root'; readonly map: Map<K, V> }
  | {
      readonly kind: 'differs';
      readonly key: K;
      readonly value: V | undefined;
      readonly next: PersistentMap<K, V>;
    };

/** `set` and `delete` return a new map and cost O(1) on the newest version. `undefined` is not allowed as a value. */
export class PersistentMap<K, V extends NonNullable<unknown>> {
  #node: Node<K, V>;

  private constructor(node: Node<K, V>) {
    this.#node = node;
  }

  static empty<K, V extends NonNullable<unknown>>(): PersistentMap<K, V> {
    return new PersistentMap({ kind: 'root', map: new Map<K, V>() });
  }

  static from<K, V extends NonNullable<unknown>>(entries: Iterable<readonly [K, V]>): PersistentMap<K, V> {
    return new PersistentMap({ kind: 'root', map: new Map(entries) });
  }

  get size(): number {
    return this.#root().size;
  }

  get(key: K): V | undefined {
    return this.#root().get(key);
  }

  has(key: K): boolean {
    return this.#root().has(key);
  }

  set(key: K, value: V): PersistentMap<K, V> {
    return this.#with(key, value);
  }

  delete(key: K): PersistentMap<K, V> {
    return this.has(key) ? this.#with(key, undefined) : this;
  }

  /** Iterates in no particular order. Finish before the next `set`: the iteration reads the newest version in place. */
  entries(): IterableIterator<[K, V]> {
    return this.#root().entries();
  }

  /** Yields the entries in lists of at most `limit`. Later versions may be made while the lists are read. */
  *slices(limit: number): Generator<readonly (readonly [K, V])[]> {
    const keys = [...this.#root().keys()];
    for (let n = 0; n < keys.length; n += limit) {
      const slice: (readonly [K, V])[] = [];
      for (const key of keys.slice(n, n + limit)) {
        const value = this.get(key);
        if (value !== undefined) slice.push([key, value]);
      }
      yield slice;
    }
  }

  setAll(entries: Iterable<readonly [K, V]>): PersistentMap<K, V> {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the first of a chain of versions
    let map: PersistentMap<K, V> = this;
    for (const [key, value] of entries) map = map.set(key, value);
    return map;
  }

  #with(key: K, value: V | undefined): PersistentMap<K, V> {
    const map = this.#root();
    // an empty version stays separate: the initial state of every stream has it, and it must not link their maps
    if (map.size === 0) return PersistentMap.from(value === undefined ? [] : [[key, value]]);
    const before = map.get(key);
    assign(map, key, value);
    const newest = new PersistentMap<K, V>({ kind: 'root', map });
    this.#node = { kind: 'differs', key, value: before, next: newest };
    return newest;
  }

  /** Gives this version the native map, and reverses the differences on the way to it. */
  #root(): Map<K, V> {
    if (this.#node.kind === 'root') return this.#node.map;
    const path: PersistentMap<K, V>[] = [];
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- walks the chain of versions
    let version: PersistentMap<K, V> = this;
    let node = version.#node;
    while (node.kind === 'differs') {
      path.push(version);
      version = node.next;
      node = version.#node;
    }
    const { map } = node;
    for (const older of path.reverse()) {
      const difference = older.#node;
      if (difference.kind === 'root') continue;
      difference.next.#node = {
        kind: 'differs',
        key: difference.key,
        value: map.get(difference.key),
        next: older,
      };
      assign(map, difference.key, difference.value);
      older.#node = { kind: 'root', map };
    }
    return map;
  }
}

function assign<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
