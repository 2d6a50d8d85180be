// Every stream's last revision and the place of its newest events, in 28 bytes per stream: millions of them must fit.
import { hash } from 'node:crypto';

/**
 * A stream is known by the first 128 bits of its name's SHA-256. Two names that share them would be one stream;
 * nobody can find such a pair (2^64 work), as git relies on.
 */
const keyWords = 4;
const rowWords = keyWords + 3;
const revisionWord = keyWords;
const segmentWord = keyWords + 1;
const entryWord = keyWords + 2;

const pageRows = 1 << 14;
const recentNames = 1 << 16;

/** An open-addressing hash table over dense rows. Rows are numbered from 0 in the order of their arrival, and never removed. */
export class StreamTable {
  readonly #pages: Uint32Array[] = [];
  #rows = 0;
  #slots = new Int32Array(1 << 12).fill(-1);
  readonly #probe = new Uint32Array(keyWords);
  /** the name whose key `#probe` holds: a new stream is looked up several times before it is added */
  #probed: string | null = null;
  /** names seen lately, in two generations, so that a hot stream is not hashed again */
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  get size(): number {
    return this.#rows;
  }

  /** Number of the stream, or -1 when it has no events. */
  find(name: string): number {
    const recent = this.#young.get(name) ?? this.#old.get(name);
    if (recent !== undefined) return recent;
    this.#hash(name);
    const row = this.#slots[this.#slot(this.#probe, 0)] ?? -1;
    if (row !== -1) this.#remember(name, row);
    return row;
  }

  /** Number of the stream. A new stream is added first: its last revision is then -1. */
  findOrAdd(name: string): number {
    const found = this.find(name);
    if (found !== -1) return found;
    this.#hash(name);
    const row = this.#add(this.#probe, 0);
    this.#remember(name, row);
    return row;
  }

  /** As `findOrAdd`, by the key in `words` at `at`. */
  findOrAddKey(words: Uint32Array, at: number): number {
    const row = this.#slots[this.#slot(words, at)] ?? -1;
    return row === -1 ? this.#add(words, at) : row;
  }

  copyKey(row: number, into: Uint32Array, at: number): void {
    const page = this.#page(row);
    const start = (row % pageRows) * rowWords;
    for (let i = 0; i < keyWords; i++) into[at + i] = page[start + i] ?? 0;
  }

  /** of the stream's last event; -1 when it has none */
  revision(row: number): number {
    return this.#get(row, revisionWord) - 1;
  }

  /** number of the newest segment that has events of the stream; -1 when none has */
  segment(row: number): number {
    return this.#get(row, segmentWord) - 1;
  }

  /** number of the stream's entry in that segment's index */
  entry(row: number): number {
    return this.#get(row, entryWord);
  }

  update(row: number, revision: number, segment: number, entry: number): void {
    const page = this.#page(row);
    const start = (row % pageRows) * rowWords;
    page[start + revisionWord] = revision + 1;
    page[start + segmentWord] = segment + 1;
    page[start + entryWord] = entry;
  }

  #page(row: number): Uint32Array {
    return this.#pages[Math.floor(row / pageRows)] as Uint32Array;
  }

  #get(row: number, word: number): number {
    return this.#page(row)[(row % pageRows) * rowWords + word] as number;
  }

  #hash(name: string): void {
    if (name === this.#probed) return;
    const digest = hash('sha256', name, 'buffer');
    this.#probed = name;
    for (let i = 0; i < keyWords; i++) this.#probe[i] = digest.readUInt32LE(i * 4);
  }

  /** The slot that has the key, or the free one where it belongs. */
  #slot(words: Uint32Array, at: number): number {
    const mask = this.#slots.length - 1;
    let slot = (words[at] as number) & mask;
    for (;;) {
      const row = this.#slots[slot] as number;
      if (row === -1 || this.#hasKey(row, words, at)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #hasKey(row: number, words: Uint32Array, at: number): boolean {
    const page = this.#page(row);
    const start = (row % pageRows) * rowWords;
    for (let i = 0; i < keyWords; i++) if (page[start + i] !== words[at + i]) return false;
    return true;
  }

  #add(words: Uint32Array, at: number): number {
    if (this.#rows * 3 >= this.#slots.length * 2) this.#grow();
    const row = this.#rows++;
    if (row % pageRows === 0) this.#pages.push(new Uint32Array(pageRows * rowWords));
    const page = this.#page(row);
    const start = (row % pageRows) * rowWords;
    for (let i = 0; i < keyWords; i++) page[start + i] = words[at + i] as number;
    this.#slots[this.#slot(words, at)] = row;
    return row;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const key = new Uint32Array(keyWords);
    for (let row = 0; row < this.#rows; row++) {
      this.copyKey(row, key, 0);
      this.#slots[this.#slot(key, 0)] = row;
    }
  }

  #remember(name: string, row: number): void {
    if (this.#young.size >= recentNames) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, row);
  }
}
