// Reads the records of one segment; one read fetches records that lie near each other. A reader serves one call, so it
// never returns bytes that have changed since.
import type { RecordedEvent } from '@holdfast/kernel';
import { StoreCorrupted } from '../port.js';
import type { DiskFile } from './disk.js';
import {
  decodeRecord,
  frameHeaderBytes,
  isFrameStart,
  isRecord,
  recordBytes,
  recordHeaderBytes,
  recordMatches,
} from './record.js';

/** Bytes of a reader's first read. The size of its reads grows from here up to `mostBytes`. */
const firstBytes = 8 * 1024;
const mostBytes = 256 * 1024;

/** Read buffer, owned by the reader that used it last: allocating one for each call would cost more than reading. */
export class ReadWindow {
  bytes = Buffer.allocUnsafeSlow(mostBytes);
  reader: LogReader | null = null;
}

export class LogReader {
  #from = 0;
  #length = 0;
  #bytes = firstBytes;

  constructor(
    private readonly file: DiskFile,
    private readonly name: string,
    /** reading stops here: later bytes may still change */
    private readonly end: number,
    private readonly window: ReadWindow,
  ) {}

  /** @throws StoreCorrupted */
  at(offset: number): RecordedEvent {
    const start = this.#record(offset);
    return decodeRecord(this.window.bytes, start);
  }

  /** The event, or null when the record is not of a stream with one of the prefixes. @throws StoreCorrupted */
  match(offset: number, prefixes: readonly Buffer[] | null): RecordedEvent | null {
    const start = this.#record(offset);
    return prefixes === null || recordMatches(this.window.bytes, start, prefixes)
      ? decodeRecord(this.window.bytes, start)
      : null;
  }

  /** Offset of the record behind the one at `offset`, which was just read; the segment's end behind its last record. */
  after(offset: number): number {
    this.#hold(offset, 4);
    const next = offset + recordBytes(this.window.bytes, offset - this.#from);
    if (next >= this.end) return next;
    this.#hold(next, 4);
    return isFrameStart(this.window.bytes, next - this.#from) ? next + frameHeaderBytes : next;
  }

  /** Whether no record or frame is at `offset`: the file ends there, or goes on with zeros. */
  isEnd(offset: number): boolean {
    if (offset + 4 > this.end) return true;
    this.#hold(offset, 4);
    return this.window.bytes.readUInt32LE(offset - this.#from) === 0;
  }

  /** Start in the window of the whole record at `offset`. */
  #record(offset: number): number {
    this.#hold(offset, recordHeaderBytes);
    const length = recordBytes(this.window.bytes, offset - this.#from);
    if (offset + length <= this.end) {
      this.#hold(offset, length);
      if (isRecord(this.window.bytes, offset - this.#from, this.#length)) return offset - this.#from;
    }
    throw new StoreCorrupted(`${this.name} is damaged at byte ${offset}`);
  }

  #hold(offset: number, bytes: number): void {
    const { window } = this;
    const isHeld = offset >= this.#from && offset + bytes <= this.#from + this.#length;
    if (isHeld && window.reader === this) return;
    if (bytes > window.bytes.length) window.bytes = Buffer.allocUnsafeSlow(bytes);
    const goesOn = offset > this.#from && offset <= this.#from + this.#length;
    this.#bytes = goesOn ? Math.min(2 * this.#bytes, mostBytes) : firstBytes;
    const length = Math.max(0, Math.min(Math.max(bytes, this.#bytes), this.end - offset));
    this.#from = offset;
    window.reader = this;
    this.#length = this.file.read(window.bytes.subarray(0, length), offset);
    if (this.#length < bytes)
      throw new StoreCorrupted(`${this.name} ends within the record at byte ${offset}`);
  }
}
