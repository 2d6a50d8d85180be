// The segments of one log. Opening them finds all events, and cuts off a frame that a crash left incomplete.
import path from 'node:path';
import type { Position } from '@holdfast/kernel';
import { StoreCorrupted } from '../port.js';
import type { Disk, DiskFile } from './disk.js';
import {
  frameHeader,
  frameHeaderBytes,
  isRecord,
  recordBytes,
  recordPosition,
  recordRevision,
  recordStream,
} from './record.js';
import { ActiveIndex, FileIndex, IndexDamaged } from './segment-index.js';
import { readStopMark, type StopMark } from './stop-mark.js';
import type { StreamTable } from './stream-table.js';

export type Segment = {
  readonly number: number;
  readonly firstPosition: Position;
  /** bytes of frames; the file may go on with zeros while it is the last one */
  bytes: number;
  index: ActiveIndex | FileIndex;
};

const openFilesLimit = 128;

/** Paths and read handles of the log's files; limits how many are open at a time. */
export class SegmentFiles {
  readonly #open = new Map<string, DiskFile>();

  constructor(
    readonly disk: Disk,
    readonly directory: string,
  ) {}

  /** Segments are named by their first position, so that they sort. */
  log(firstPosition: Position): string {
    return path.join(this.directory, `${String(firstPosition).padStart(16, '0')}.log`);
  }

  index(firstPosition: Position): string {
    return path.join(this.directory, `${String(firstPosition).padStart(16, '0')}.index`);
  }

  reading(file: string): DiskFile {
    const open = this.#open.get(file) ?? this.disk.open(file, 'read');
    // Moved to the end, so that the first file of the map is the one that was unused for longest.
    this.#open.delete(file);
    this.#open.set(file, open);
    if (this.#open.size > openFilesLimit) {
      for (const [oldest, handle] of this.#open) {
        this.#open.delete(oldest);
        handle.close();
        break;
      }
    }
    return open;
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }
}

/** First positions of the segments among the names of a folder's files, ascending. */
export const segmentsIn = (names: readonly string[]): readonly Position[] =>
  names
    .filter((name) => /^\d{16}\.log$/.test(name))
    .map((name) => Number(name.slice(0, 16)))
    .sort((a, b) => a - b);

export type Recovered = { readonly segments: Segment[]; readonly end: Position };

/**
 * Opens the segments in the directory. Closed segments are known from their indexes, rebuilt where they are missing or
 * damaged; the last one is read, and cut where a crash tore its last frame.
 * @throws StoreCorrupted for damage that no crash can leave
 */
export async function recover(files: SegmentFiles, streams: StreamTable): Promise<Recovered> {
  const { disk, directory } = files;
  const names = disk.list(directory);
  const found = segmentsIn(names);
  const indexes = new Set(
    names.filter((name) => name.endsWith('.index')).map((name) => Number(name.slice(0, 16))),
  );
  const mark = readStopMark(disk, directory);
  if (mark !== null && !found.includes(mark.segment)) {
    throw new StoreCorrupted(
      `${directory} has no segment that begins at position ${mark.segment}, and had one when it was last stopped`,
    );
  }
  const segments: Segment[] = [];
  let next: Position = 0;
  for (const [number, firstPosition] of found.entries()) {
    if (firstPosition !== next) {
      throw new StoreCorrupted(`${directory} has no segment that begins at position ${next}`);
    }
    const segment =
      number < found.length - 1
        ? await openClosed(files, number, firstPosition, streams, indexes.has(firstPosition))
        : await openLast(files, number, firstPosition, streams, mark);
    segments.push(segment);
    next += segment.index.count;
  }
  return { segments, end: next - 1 };
}

async function openClosed(
  files: SegmentFiles,
  number: number,
  firstPosition: Position,
  streams: StreamTable,
  hasIndex: boolean,
): Promise<Segment> {
  const log = files.log(firstPosition);
  const bytes = files.reading(log).bytes();
  const indexFile = files.index(firstPosition);
  const open = (): DiskFile => files.reading(indexFile);
  if (hasIndex) {
    try {
      const index = FileIndex.load(open, { number, firstPosition, bytes, index: indexFile }, streams);
      return { number, firstPosition, bytes, index };
    } catch (error) {
      if (!(error instanceof IndexDamaged)) throw error;
    }
  }
  const content = readAll(files, log);
  const index = new ActiveIndex(number);
  const end = scan(content, firstPosition, log, index, streams);
  if (end !== bytes) throw new StoreCorrupted(`${log} is damaged at byte ${end}`);
  const segment: Segment = { number, firstPosition, bytes, index };
  await writeIndex(files, segment, index, streams);
  return segment;
}

/** Writes the index of a complete segment and frees the one in memory. If a crash loses the file, it is rebuilt. */
export async function writeIndex(
  files: SegmentFiles,
  segment: Segment,
  index: ActiveIndex,
  streams: StreamTable,
): Promise<void> {
  const name = files.index(segment.firstPosition);
  const file = files.disk.open(name, 'create');
  try {
    const content = index.encode(streams, segment.firstPosition, segment.bytes);
    await file.truncate(content.length);
    await file.write(content, 0);
    // The log opens without this sync. With it, an index that does not fit its segment proves damage, not a crash.
    await file.sync();
  } finally {
    file.close();
  }
  segment.index = FileIndex.of(index, () => files.reading(name));
}

async function openLast(
  files: SegmentFiles,
  number: number,
  firstPosition: Position,
  streams: StreamTable,
  mark: StopMark | null,
): Promise<Segment> {
  const log = files.log(firstPosition);
  const content = readAll(files, log);
  const index = new ActiveIndex(number);
  const frames: number[] = [];
  const end = scan(content, firstPosition, log, index, streams, frames);
  if (mark?.segment === firstPosition && end < mark.bytes) {
    throw new StoreCorrupted(
      `${log} is damaged at byte ${end}: it was whole up to byte ${mark.bytes} when it was last stopped`,
    );
  }
  const file = files.disk.open(log, 'write');
  try {
    if (!isAllZero(content.subarray(end))) {
      if (!isTorn(content, end)) throw new StoreCorrupted(`${log} is damaged at byte ${end}`);
      await file.truncate(end);
    }
    // These bytes may be in the page cache only: the process died before its sync, or after a failed sync, which leaves
    // the pages marked as clean. Only the last frame can be unsynced, so it is written again.
    const last = frames.at(-1);
    if (last !== undefined) await file.write(content.subarray(last, end), last);
    await file.sync();
    await files.disk.syncDirectory(files.directory);
  } finally {
    file.close();
  }
  return { number, firstPosition, bytes: end, index };
}

const zeros = Buffer.alloc(64 * 1024);

/** Compared in large pieces: the space that a segment has reserved ahead is megabytes of zeros. */
function isAllZero(rest: Buffer): boolean {
  for (let at = 0; at < rest.length; at += zeros.length) {
    const piece = rest.subarray(at, at + zeros.length);
    if (!piece.equals(zeros.subarray(0, piece.length))) return false;
  }
  return true;
}

export function readAll(files: SegmentFiles, name: string): Buffer {
  const file = files.reading(name);
  const content = Buffer.allocUnsafeSlow(file.bytes());
  return content.subarray(0, file.read(content, 0));
}

/**
 * Reads frames into the index until there is none, and returns where that is.
 * @throws StoreCorrupted when a stream's revisions are out of order
 */
export function scan(
  content: Buffer,
  firstPosition: Position,
  log: string,
  index: ActiveIndex,
  streams: StreamTable,
  frames: number[] = [],
): number {
  let start = 0;
  for (;;) {
    const header = frameHeader(content, start);
    if (header?.firstPosition !== firstPosition + index.count) return start;
    if (!isWhole(content, start, header.firstPosition, header.count, header.end)) return start;
    for (let at = start + frameHeaderBytes; at < header.end; at += recordBytes(content, at)) {
      const stream = streams.findOrAdd(recordStream(content, at));
      const revision = recordRevision(content, at);
      if (revision !== streams.revision(stream) + 1) {
        throw new StoreCorrupted(`${log} has a revision out of order at byte ${at}`);
      }
      index.add(streams, stream, revision, at);
    }
    frames.push(start);
    start = header.end;
  }
}

/** Whether all records of a frame are there, undamaged. */
export function isWhole(
  content: Buffer,
  start: number,
  firstPosition: Position,
  count: number,
  end: number,
): boolean {
  let at = start + frameHeaderBytes;
  for (let i = 0; i < count; i++) {
    if (!isRecord(content, at) || recordPosition(content, at) !== firstPosition + i) return false;
    at += recordBytes(content, at);
  }
  return at === end;
}

/**
 * Whether the bytes at `end` can be a frame whose write a crash cut short: one write runs at a time and a frame is one
 * write, so nothing can follow such a frame.
 */
export function isTorn(content: Buffer, end: number): boolean {
  const header = frameHeader(content, end);
  if (header !== null) return content.subarray(header.end).every((byte) => byte === 0);
  for (let at = end + 1; at + frameHeaderBytes <= content.length; at++) {
    if (frameHeader(content, at) !== null) return false;
  }
  return true;
}
