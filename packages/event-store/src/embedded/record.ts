// The bytes of the log: frames of records. The layout is in the package's README; what is written here is read for ever.
import { crc32 } from 'node:zlib';
import type { NewEvent, RecordedEvent } from '@holdfast/kernel';

/** Bytes 01 48 46 FF, which are no UTF-8; as a number it is above every record length, so it tells a frame's start. */
const frameMagic = 0xff464801;

export const frameHeaderBytes = 24;
export const recordHeaderBytes = 32;

const at = { crc: 4, position: 8, revision: 16, stream: 20, type: 22, id: 24, flags: 26, data: 28 } as const;

/** A buffer that becomes one frame: its header is filled in by `seal`, once it is known what is in it. */
export class FrameBuffer {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  used = frameHeaderBytes;

  /**
   * Encodes a record at `start` and answers its end. It is part of the frame only when `used` is moved there, so an
   * append that fails half-way leaves nothing.
   */
  encode(start: number, stream: string, revision: number, position: number, event: NewEvent): number {
    const data = JSON.stringify(event.data);
    const metadata = JSON.stringify(event.metadata);
    const { type, id } = event;
    const text = stream + type + id + data + metadata;
    this.#reserve(start + recordHeaderBytes + text.length * 3);
    const bytes = this.#bytes;
    const body = start + recordHeaderBytes;
    const length = bytes.write(text, body, 'utf8');
    const ascii = length === text.length;
    const end = body + length;
    bytes.writeUInt32LE(end - start, start);
    bytes.writeDoubleLE(position, start + at.position);
    bytes.writeUInt32LE(revision, start + at.revision);
    bytes.writeUInt16LE(ascii ? stream.length : Buffer.byteLength(stream), start + at.stream);
    bytes.writeUInt16LE(ascii ? type.length : Buffer.byteLength(type), start + at.type);
    bytes.writeUInt16LE(ascii ? id.length : Buffer.byteLength(id), start + at.id);
    bytes.writeUInt16LE(0, start + at.flags);
    bytes.writeUInt32LE(ascii ? data.length : Buffer.byteLength(data), start + at.data);
    bytes.writeUInt32LE(crc32(bytes.subarray(start + at.position, end)), start + at.crc);
    return end;
  }

  /** The frame, ready to be written. It is valid until `clear`. */
  seal(firstPosition: number, count: number): Uint8Array {
    const bytes = this.#bytes;
    bytes.writeUInt32LE(frameMagic, 0);
    bytes.writeUInt32LE(this.used - frameHeaderBytes, 4);
    bytes.writeDoubleLE(firstPosition, 8);
    bytes.writeUInt32LE(count, 16);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 20)), 20);
    return bytes.subarray(0, this.used);
  }

  clear(): void {
    this.used = frameHeaderBytes;
    if (this.#bytes.length > 8 * 1024 * 1024) this.#bytes = Buffer.allocUnsafeSlow(64 * 1024);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.#bytes.length * 2));
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

export type FrameHeader = { readonly firstPosition: number; readonly count: number; readonly end: number };

/** The frame header at `start`, or null when there is none. Its records may still be damaged or missing. */
export function frameHeader(bytes: Buffer, start: number): FrameHeader | null {
  if (start + frameHeaderBytes > bytes.length || bytes.readUInt32LE(start) !== frameMagic) return null;
  if (crc32(bytes.subarray(start, start + 20)) !== bytes.readUInt32LE(start + 20)) return null;
  return {
    firstPosition: bytes.readDoubleLE(start + 8),
    count: bytes.readUInt32LE(start + 16),
    end: start + frameHeaderBytes + bytes.readUInt32LE(start + 4),
  };
}

/** Whether the next thing at `start` is a frame header rather than a record. Needs 4 bytes. */
export const isFrameStart = (bytes: Buffer, start: number): boolean =>
  bytes.readUInt32LE(start) === frameMagic;

/** Length of the record at `start` by its own word. Needs 4 bytes; nothing is checked yet. */
export const recordBytes = (bytes: Buffer, start: number): number => bytes.readUInt32LE(start);

/** Whether a whole, undamaged record lies at `start` and ends before `limit`. */
export function isRecord(bytes: Buffer, start: number, limit = bytes.length): boolean {
  if (start + recordHeaderBytes > limit) return false;
  const end = start + recordBytes(bytes, start);
  return (
    end >= start + recordHeaderBytes &&
    end <= limit &&
    crc32(bytes.subarray(start + at.position, end)) === bytes.readUInt32LE(start + at.crc)
  );
}

export const recordPosition = (bytes: Buffer, start: number): number =>
  bytes.readDoubleLE(start + at.position);
export const recordRevision = (bytes: Buffer, start: number): number =>
  bytes.readUInt32LE(start + at.revision);

export const recordStream = (bytes: Buffer, start: number): string => {
  const body = start + recordHeaderBytes;
  return bytes.toString('utf8', body, body + bytes.readUInt16LE(start + at.stream));
};

/** Whether the record's stream begins with one of the prefixes, found without decoding anything. */
export const recordMatches = (bytes: Buffer, start: number, prefixes: readonly Buffer[]): boolean => {
  const length = bytes.readUInt16LE(start + at.stream);
  const body = start + recordHeaderBytes;
  return prefixes.some((prefix) => {
    if (prefix.length > length) return false;
    for (let i = 0; i < prefix.length; i++) if (prefix[i] !== bytes[body + i]) return false;
    return true;
  });
};

/** The event in a record that `isRecord`. */
export function decodeRecord(bytes: Buffer, start: number): RecordedEvent {
  const end = start + recordBytes(bytes, start);
  const body = start + recordHeaderBytes;
  const afterStream = bytes.readUInt16LE(start + at.stream);
  const afterType = afterStream + bytes.readUInt16LE(start + at.type);
  const afterId = afterType + bytes.readUInt16LE(start + at.id);
  const afterData = afterId + bytes.readUInt32LE(start + at.data);
  const text = bytes.toString('utf8', body, end);
  // lengths are in bytes; where all of it is ASCII, slicing one string is cheaper than decoding five
  const part =
    text.length === end - body
      ? (from: number, to: number) => text.slice(from, to)
      : (from: number, to: number) => bytes.toString('utf8', body + from, body + to);
  return {
    stream: part(0, afterStream),
    revision: recordRevision(bytes, start),
    position: recordPosition(bytes, start),
    id: part(afterType, afterId),
    type: part(afterStream, afterType),
    data: JSON.parse(part(afterId, afterData)) as unknown,
    metadata: JSON.parse(part(afterData, end - body)) as RecordedEvent['metadata'],
  };
}
