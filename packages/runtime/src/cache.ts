// A bounded memory of recently used entries, in two halves: when the young half is full it becomes the old one, and the old
// one is forgotten. The list of uses of an LRU cache would cost more than the map itself.
export class Cache<K, V> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** `limit`: how many entries are held at most; at least the last half of them that were used */
  constructor(private readonly limit: number) {}

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  /** Reads without counting as a use. */
  peek(key: K): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.limit / 2) this.age();
    this.#young.set(key, value);
  }

  /** Forgets the entries that were not used since the last call. */
  age(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }

  *values(): Generator<V> {
    yield* this.#young.values();
    for (const [key, value] of this.#old) if (!this.#young.has(key)) yield value;
  }

  delete(key: K): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
