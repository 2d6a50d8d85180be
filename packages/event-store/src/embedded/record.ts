// The bytes of the log: frames of records. The package's README has the layout. New versions must read every older log.
import { crc32 } from 'node:zlib';
import type { EventMetadata, NewEvent, RecordedEvent } from '@holdfast/kernel';

/**
 * Bytes 01 48 46 FF, which are not UTF-8. As a number they are above every record length, so they mark the start of a
 * frame.
 */
const frameMagic = 0xff464801;

export const frameHeaderBytes = 24;
export const recordHeaderBytes = 32;

const at = { crc: 4, position: 8, revision: 16, stream: 20, type: 22, id: 24, flags: 26, data: 28 } as const;

/**
 * Flag of a record whose metadata is packed: its strings one after the other, then the lengths and numbers of `packedAt`.
 * Such a record is all ASCII. Packed metadata needs half of the bytes of JSON, and a third of the time.
 */
const packed = 1;
const packedBytes = 24;
const packedAt = {
  correlationId: 0,
  causationId: 2,
  commandId: 4,
  actor: 6,
  at: 8,
  fingerprint: 10,
  schemaVersion: 12,
  inputPosition: 16,
} as const;
/** The length that a record stores when its event has no fingerprint. */
const none = 0xffff;

const isShort = (text: unknown): text is string => typeof text === 'string' && text.length < none;

/** Whether the value is exactly an `EventMetadata`; clients of the protocol server may store any JSON. */
function isPackable(metadata: EventMetadata): boolean {
  const { correlationId, causationId, commandId, actor, at: when, schemaVersion } = metadata;
  const { fingerprint, inputPosition } = metadata;
  let keys = 6;
  if (fingerprint !== undefined) keys++;
  if (inputPosition !== undefined) keys++;
  for (const _ in metadata) keys--;
  return (
    keys === 0 &&
    isShort(correlationId) &&
    isShort(causationId) &&
    isShort(commandId) &&
    isShort(actor) &&
    isShort(when) &&
    (fingerprint === undefined || isShort(fingerprint)) &&
    (inputPosition === undefined || Number.isSafeInteger(inputPosition)) &&
    Number.isInteger(schemaVersion) &&
    schemaVersion >= 0 &&
    schemaVersion <= 0xffff
  );
}

const metadataText = (metadata: EventMetadata): string =>
  metadata.correlationId +
  metadata.causationId +
  metadata.commandId +
  metadata.actor +
  metadata.at +
  (metadata.fingerprint ?? '');

function packLengths(bytes: Buffer, start: number, metadata: EventMetadata): void {
  bytes.writeUInt16LE(metadata.correlationId.length, start + packedAt.correlationId);
  bytes.writeUInt16LE(metadata.causationId.length, start + packedAt.causationId);
  bytes.writeUInt16LE(metadata.commandId.length, start + packedAt.commandId);
  bytes.writeUInt16LE(metadata.actor.length, start + packedAt.actor);
  bytes.writeUInt16LE(metadata.at.length, start + packedAt.at);
  bytes.writeUInt16LE(metadata.fingerprint?.length ?? none, start + packedAt.fingerprint);
  bytes.writeUInt16LE(metadata.schemaVersion, start + packedAt.schemaVersion);
  bytes.writeUInt16LE(0, start + packedAt.schemaVersion + 2);
  bytes.writeDoubleLE(metadata.inputPosition ?? NaN, start + packedAt.inputPosition);
}

/** Unpacks the metadata whose text begins at `from` of `text` and whose lengths `packLengths` wrote at `start`. */
function unpack(bytes: Buffer, start: number, text: string, from: number): EventMetadata {
  const causation = from + bytes.readUInt16LE(start + packedAt.correlationId);
  const command = causation + bytes.readUInt16LE(start + packedAt.causationId);
  const actor = command + bytes.readUInt16LE(start + packedAt.commandId);
  const when = actor + bytes.readUInt16LE(start + packedAt.actor);
  const fingerprint = when + bytes.readUInt16LE(start + packedAt.at);
  const ofFingerprint = bytes.readUInt16LE(start + packedAt.fingerprint);
  const inputPosition = bytes.readDoubleLE(start + packedAt.inputPosition);
  const metadata: { -readonly [K in keyof EventMetadata]: EventMetadata[K] } = {
    correlationId: text.slice(from, causation),
    causationId: text.slice(causation, command),
    commandId: text.slice(command, actor),
    actor: text.slice(actor, when),
    at: text.slice(when, fingerprint),
    schemaVersion: bytes.readUInt16LE(start + packedAt.schemaVersion),
  };
  if (ofFingerprint !== none) metadata.fingerprint = text.slice(fingerprint, fingerprint + ofFingerprint);
  if (!Number.isNaN(inputPosition)) metadata.inputPosition = inputPosition;
  return metadata;
}

/** A buffer that becomes one frame: `seal` fills in its header once all records are in it. */
export class FrameBuffer {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  used = frameHeaderBytes;

  /**
   * Encodes a record at `start` and returns its end. The record joins the frame only when `used` is moved there, so
   * an append that fails half-way leaves nothing.
   */
  encode(start: number, stream: string, revision: number, position: number, event: NewEvent): number {
    const { type, id, metadata } = event;
    const data = JSON.stringify(event.data);
    const head = stream + type + id + data;
    const body = start + recordHeaderBytes;
    if (isPackable(metadata)) {
      const text = head + metadataText(metadata);
      this.#reserve(body + text.length * 3 + packedBytes);
      const end = body + this.#bytes.write(text, body, 'utf8');
      if (end === body + text.length) {
        packLengths(this.#bytes, end, metadata);
        this.#describe(start, stream.length, type.length, id.length, packed, data.length);
        return this.#finish(start, end + packedBytes, revision, position);
      }
    }
    const text = head + JSON.stringify(metadata);
    this.#reserve(body + text.length * 3);
    const end = body + this.#bytes.write(text, body, 'utf8');
    const [ofStream, ofType, ofId, ofData] = [stream, type, id, data].map((part) => Buffer.byteLength(part));
    this.#describe(start, ofStream as number, ofType as number, ofId as number, 0, ofData as number);
    return this.#finish(start, end, revision, position);
  }

  #describe(start: number, stream: number, type: number, id: number, flags: number, data: number): void {
    const bytes = this.#bytes;
    bytes.writeUInt16LE(stream, start + at.stream);
    bytes.writeUInt16LE(type, start + at.type);
    bytes.writeUInt16LE(id, start + at.id);
    bytes.writeUInt16LE(flags, start + at.flags);
    bytes.writeUInt32LE(data, start + at.data);
  }

  #finish(start: number, end: number, revision: number, position: number): number {
    const bytes = this.#bytes;
    bytes.writeUInt32LE(end - start, start);
    bytes.writeDoubleLE(position, start + at.position);
    bytes.writeUInt32LE(revision, start + at.revision);
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

/** The length that the record at `start` states. Needs 4 bytes; nothing is checked yet. */
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
  const isPacked = bytes.readUInt16LE(start + at.flags) === packed;
  const text = bytes.toString('utf8', body, isPacked ? end - packedBytes : end);
  // lengths are in bytes; where all of it is ASCII, slicing one string is cheaper than decoding five
  const part =
    isPacked || text.length === end - body
      ? (from: number, to: number) => text.slice(from, to)
      : (from: number, to: number) => bytes.toString('utf8', body + from, body + to);
  return {
    stream: part(0, afterStream),
    revision: recordRevision(bytes, start),
    position: recordPosition(bytes, start),
    id: part(afterType, afterId),
    type: part(afterStream, afterType),
    data: JSON.parse(part(afterId, afterData)) as unknown,
    metadata: isPacked
      ? unpack(bytes, end - packedBytes, text, afterData)
      : (JSON.parse(part(afterData, end - body)) as EventMetadata),
  };
}
