// Reads records of one segment, those near each other with one read. Made for one call, so it never sees old bytes.
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

export class LogReader {
  #window: Buffer;
  #from = 0;
  #length = 0;

  constructor(
    private readonly file: DiskFile,
    private readonly name: string,
    /** nothing is read from here on: it may still change */
    private readonly end: number,
    windowBytes: number,
  ) {
    this.#window = Buffer.allocUnsafe(windowBytes);
  }

  /** @throws StoreCorrupted */
  at(offset: number): RecordedEvent {
    const start = this.#record(offset);
    return decodeRecord(this.#window, start);
  }

  /** The event, or null when the record is not of a stream with one of the prefixes. @throws StoreCorrupted */
  match(offset: number, prefixes: readonly Buffer[] | null): RecordedEvent | null {
    const start = this.#record(offset);
    return prefixes === null || recordMatches(this.#window, start, prefixes)
      ? decodeRecord(this.#window, start)
      : null;
  }

  /** Where the record after the one at `offset`, just read, begins; the segment's end after its last. */
  after(offset: number): number {
    this.#hold(offset, 4);
    const next = offset + recordBytes(this.#window, offset - this.#from);
    if (next >= this.end) return next;
    this.#hold(next, 4);
    return isFrameStart(this.#window, next - this.#from) ? next + frameHeaderBytes : next;
  }

  /** Whether no record or frame is at `offset`: the file ends there, or goes on with zeros. */
  isEnd(offset: number): boolean {
    if (offset + 4 > this.end) return true;
    this.#hold(offset, 4);
    return this.#window.readUInt32LE(offset - this.#from) === 0;
  }

  /** Start in the window of the whole record at `offset`. */
  #record(offset: number): number {
    this.#hold(offset, recordHeaderBytes);
    const length = recordBytes(this.#window, offset - this.#from);
    if (offset + length <= this.end) {
      this.#hold(offset, length);
      if (isRecord(this.#window, offset - this.#from, this.#length)) return offset - this.#from;
    }
    throw new StoreCorrupted(`${this.name} is damaged at byte ${offset}`);
  }

  #hold(offset: number, bytes: number): void {
    if (offset >= this.#from && offset + bytes <= this.#from + this.#length) return;
    if (bytes > this.#window.length) this.#window = Buffer.allocUnsafe(bytes);
    const length = Math.max(0, Math.min(this.#window.length, this.end - offset));
    this.#from = offset;
    this.#length = this.file.read(this.#window.subarray(0, length), offset);
    if (this.#length < bytes)
      throw new StoreCorrupted(`${this.name} ends within the record at byte ${offset}`);
  }
}
