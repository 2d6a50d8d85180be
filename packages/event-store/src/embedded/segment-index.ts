// The place of each event of a segment, by position and by stream. In memory while the segment grows, then in a file.
import { crc32 } from 'node:zlib';
import { StoreCorrupted } from '../port.js';
import type { DiskFile } from './disk.js';
import type { StreamTable } from './stream-table.js';

/** A stream's events within one segment, and where the chain goes on to older ones. */
export type Span = {
  readonly firstRevision: number;
  readonly count: number;
  /** -1 when the stream began in this segment */
  readonly previousSegment: number;
  readonly previousEntry: number;
};

/** A list of 32-bit numbers that grows without boxing them. */
class Numbers {
  #values: Uint32Array = new Uint32Array(1024);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.length++] = value;
  }

  get(index: number): number {
    return this.#values[index] as number;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  get values(): Uint32Array {
    return this.#values.subarray(0, this.length);
  }
}

/** The index of the segment that is being written. Events are numbered from 0 within it: their places. */
export class ActiveIndex {
  readonly #offsets = new Numbers();
  /** by place: place + 1 of the stream's event before, 0 for its first in this segment */
  readonly #before = new Numbers();
  // by entry, in the order in which the streams first appeared
  readonly #streams = new Numbers();
  readonly #firstRevisions = new Numbers();
  readonly #counts = new Numbers();
  readonly #lastPlaces = new Numbers();
  readonly #previousSegments = new Numbers();
  readonly #previousEntries = new Numbers();

  constructor(readonly segment: number) {}

  get count(): number {
    return this.#offsets.length;
  }

  get streams(): number {
    return this.#streams.length;
  }

  /** Adds the stream's next event, here and to the table. */
  add(streams: StreamTable, stream: number, revision: number, offset: number): void {
    const place = this.#offsets.length;
    this.#offsets.push(offset);
    let entry = streams.entry(stream);
    if (streams.segment(stream) === this.segment) {
      this.#before.push(this.#lastPlaces.get(entry) + 1);
      this.#lastPlaces.set(entry, place);
      this.#counts.set(entry, this.#counts.get(entry) + 1);
    } else {
      this.#before.push(0);
      this.#previousSegments.push(streams.segment(stream) + 1);
      this.#previousEntries.push(entry);
      entry = this.#streams.length;
      this.#streams.push(stream);
      this.#firstRevisions.push(revision);
      this.#counts.push(1);
      this.#lastPlaces.push(place);
    }
    streams.update(stream, revision, this.segment, entry);
  }

  span(entry: number): Span {
    return {
      firstRevision: this.#firstRevisions.get(entry),
      count: this.#counts.get(entry),
      previousSegment: this.#previousSegments.get(entry) - 1,
      previousEntry: this.#previousEntries.get(entry),
    };
  }

  /** Places of a stream's events, ascending: `count` of them after the first `skip`. */
  places(entry: number, skip: number, count: number): Uint32Array {
    const places = new Uint32Array(count);
    let place = this.#lastPlaces.get(entry);
    for (let i = this.#counts.get(entry) - 1; i >= skip; i--) {
      if (i < skip + count) places[i - skip] = place;
      place = this.#before.get(place) - 1;
    }
    return places;
  }

  offset(place: number): number {
    return this.#offsets.get(place);
  }

  /** The index as a file's bytes. */
  encode(streams: StreamTable, firstPosition: number, segmentBytes: number): Uint8Array {
    const entries = this.#streams.length;
    const events = this.count;
    const words = new Uint32Array(headerWords + entries * entryWords + events * 2);
    words[0] = magic;
    words[2] = firstPosition % 2 ** 32;
    words[3] = Math.floor(firstPosition / 2 ** 32);
    words[4] = segmentBytes;
    words[5] = events;
    words[6] = entries;
    const byStream = headerWords + entries * entryWords;
    let start = 0;
    for (let entry = 0; entry < entries; entry++) {
      const at = headerWords + entry * entryWords;
      const count = this.#counts.get(entry);
      streams.copyKey(this.#streams.get(entry), words, at);
      words[at + 4] = this.#firstRevisions.get(entry);
      words[at + 5] = count;
      words[at + 6] = this.#previousSegments.get(entry);
      words[at + 7] = this.#previousEntries.get(entry);
      words[at + 8] = start;
      this.places(entry, 0, count).forEach((place, i) => {
        words[byStream + start + i] = this.offset(place);
      });
      start += count;
    }
    words.set(this.#offsets.values, byStream + events);
    const bytes = new Uint8Array(words.buffer);
    words[1] = crc32(bytes.subarray(8));
    return bytes;
  }
}

/** Bytes `HXI` and version 1. Words are little-endian, like every platform of Node.js except s390x. */
const magic = 0x01495848;
const headerWords = 7;
const entryWords = 9;

export class IndexDamaged extends Error {
  override readonly name = 'IndexDamaged';
}

/** The index of a segment that is complete. Nothing of it is kept in memory: the page cache does that better. */
export class FileIndex {
  private constructor(
    readonly count: number,
    readonly streams: number,
    private readonly open: () => DiskFile,
  ) {}

  /**
   * Checks the whole file, then adds its streams to the table.
   * @throws IndexDamaged when it is not this segment's index, whole
   * @throws StoreCorrupted when it contradicts the indexes before it
   */
  static load(
    open: () => DiskFile,
    segment: {
      readonly number: number;
      readonly firstPosition: number;
      readonly bytes: number;
      readonly index: string;
    },
    table: StreamTable,
  ): FileIndex {
    const file = open();
    const words = new Uint32Array(Math.floor(file.bytes() / 4));
    const bytes = new Uint8Array(words.buffer);
    file.read(bytes, 0);
    const [, crc, low, high, segmentBytes, count, entries] = words as unknown as readonly number[];
    if (
      words.length < headerWords ||
      words[0] !== magic ||
      crc !== crc32(bytes.subarray(8)) ||
      (high as number) * 2 ** 32 + (low as number) !== segment.firstPosition ||
      segmentBytes !== segment.bytes
    ) {
      throw new IndexDamaged();
    }
    const streams = entries as number;
    for (let entry = 0; entry < streams; entry++) {
      const at = headerWords + entry * entryWords;
      const stream = table.findOrAddKey(words, at);
      const firstRevision = words[at + 4] as number;
      if (table.revision(stream) + 1 !== firstRevision) {
        throw new StoreCorrupted(`${segment.index} does not follow the segments before it`);
      }
      table.update(stream, firstRevision + (words[at + 5] as number) - 1, segment.number, entry);
    }
    return new FileIndex(count as number, streams, open);
  }

  /** The index in the file to which the bytes of `active.encode` were written. */
  static of(active: ActiveIndex, open: () => DiskFile): FileIndex {
    return new FileIndex(active.count, active.streams, open);
  }

  span(entry: number): Span & { readonly start: number } {
    const [firstRevision, count, previousSegment, previousEntry, start] = this.#words(
      headerWords + entry * entryWords + 4,
      5,
    ) as unknown as readonly [number, number, number, number, number];
    return { firstRevision, count, previousSegment: previousSegment - 1, previousEntry, start };
  }

  /** Offsets of a stream's events in the segment, ascending: `count` of them after the first `skip`. */
  offsets(entry: number, skip: number, count: number): Uint32Array {
    const { start } = this.span(entry);
    return this.#words(headerWords + this.streams * entryWords + start + skip, count);
  }

  offset(place: number): number {
    return this.#words(headerWords + this.streams * entryWords + this.count + place, 1)[0] as number;
  }

  #words(from: number, count: number): Uint32Array {
    const words = new Uint32Array(count);
    this.open().read(new Uint8Array(words.buffer), from * 4);
    return words;
  }
}
