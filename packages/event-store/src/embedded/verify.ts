// Reads every byte of a log that no process has open, and reports each fault with its place. It changes nothing.
import path from 'node:path';
import type { Position } from '@holdfast/kernel';
import { StoreCorrupted } from '../port.js';
import { type Disk, lockExisting, nodeDisk } from './disk.js';
import { frameHeader, frameHeaderBytes } from './record.js';
import { ActiveIndex } from './segment-index.js';
import { isTorn, isWhole, readAll, scan, SegmentFiles, segmentsIn } from './segments.js';
import { readStopMark, type StopMark } from './stop-mark.js';
import { StreamTable } from './stream-table.js';

/** `byte` is the offset at which the damage begins; null when the file is missing, or should not be there. */
export type Damage = { readonly file: string; readonly byte: number | null; readonly what: string };

export type Verification = {
  readonly segments: number;
  /** number of events in whole frames */
  readonly events: number;
  /** number of bytes read, of segments and indexes */
  readonly bytes: number;
  readonly damages: readonly Damage[];
  /** a write at the log's end that a crash cut short: the next start cuts it off */
  readonly torn: { readonly file: string; readonly byte: number } | null;
};

/**
 * Checks each frame and record, that positions and revisions follow on each other, each index against its segment, and
 * that no event from before the last clean stop is missing.
 * @throws StoreLocked when a process has the log open
 */
export function verifyLog({
  directory,
  disk = nodeDisk,
}: {
  readonly directory: string;
  readonly disk?: Disk;
}): Verification {
  const release = lockIfThere(directory, disk);
  const files = new SegmentFiles(disk, directory);
  try {
    return new Verifier(files).run();
  } finally {
    files.close();
    release();
  }
}

/**
 * Locks the log when it has a lock file that can be written. No process can have a log open that has none: it is a copy,
 * or lies on a read-only medium. @throws StoreLocked
 */
function lockIfThere(directory: string, disk: Disk): () => void {
  if (!disk.list(directory).includes('lock')) return () => undefined;
  try {
    return lockExisting(directory, disk).release;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'EROFS') return () => undefined;
    throw error;
  }
}

class Verifier {
  readonly #streams = new StreamTable();
  readonly #damages: Damage[] = [];
  readonly #names: readonly string[];
  readonly #mark: StopMark | null;
  #events = 0;
  #bytes = 0;
  #torn: Verification['torn'] = null;
  /** Whether all segments so far are sound, so that the next one has to follow on them. */
  #isSound = true;

  constructor(private readonly files: SegmentFiles) {
    this.#names = files.disk.list(files.directory);
    this.#mark = readStopMark(files.disk, files.directory);
  }

  run(): Verification {
    const found = segmentsIn(this.#names);
    let next: Position = 0;
    for (const [number, firstPosition] of found.entries()) {
      const log = this.files.log(firstPosition);
      // After damage the right number of events is unknown.
      if (firstPosition !== next && this.#isSound) {
        this.#damaged(log, null, `the log has no segment that begins at position ${next}`);
      }
      next = this.#segment(number, firstPosition, number === found.length - 1);
    }
    const { segment } = this.#mark ?? {};
    if (segment !== undefined && !found.includes(segment)) {
      this.#damaged(this.files.log(segment), null, 'it was there when the log was last stopped');
    }
    return {
      segments: found.length,
      events: this.#events,
      bytes: this.#bytes,
      damages: this.#damages,
      torn: this.#torn,
    };
  }

  /** Returns the position that the next segment begins at. */
  #segment(number: number, firstPosition: Position, isLast: boolean): Position {
    const log = this.files.log(firstPosition);
    const content = readAll(this.files, log);
    this.#bytes += content.length;
    const index = new ActiveIndex(number);
    // After damage a stream's revisions have a gap, so the segment's frames are checked on their own only.
    if (!this.#isSound) {
      this.#frames(content, 0, log, isLast);
      return firstPosition;
    }
    try {
      const end = scan(content, firstPosition, log, index, this.#streams);
      this.#events += index.count;
      this.#frames(content, end, log, isLast);
      this.#marked(firstPosition, log, end);
    } catch (error) {
      if (!(error instanceof StoreCorrupted)) throw error;
      this.#damaged(log, null, error.message);
    }
    const isSound = this.#isSound as boolean;
    if (!isLast && isSound) {
      this.#index(firstPosition, index.encode(this.#streams, firstPosition, content.length));
    }
    return firstPosition + index.count;
  }

  /** Checks frames from `start` on without knowing the earlier ones; reports each place without a valid frame. */
  #frames(content: Buffer, start: number, log: string, isLast: boolean): void {
    for (let at = start; at < content.length;) {
      const header = frameHeader(content, at);
      if (header !== null && isWhole(content, at, header.firstPosition, header.count, header.end)) {
        this.#events += header.count;
        at = header.end;
        continue;
      }
      const isZero = content.subarray(at).every((byte) => byte === 0);
      if (isZero && isLast) return;
      if (isLast && isTorn(content, at)) {
        this.#torn = { file: log, byte: at };
        return;
      }
      this.#damaged(
        log,
        at,
        isZero ? 'the file goes on with zeros' : 'the bytes there are not a complete frame',
      );
      at = nextFrame(content, at + 1);
    }
  }

  #marked(firstPosition: Position, log: string, end: number): void {
    if (this.#mark?.segment !== firstPosition || end >= this.#mark.bytes) return;
    // The stop mark shows that this frame was whole once, so it is damage and not a write that was cut short.
    this.#torn = null;
    if (this.#isSound)
      this.#damaged(log, end, `it was whole up to byte ${this.#mark.bytes} when the log was last stopped`);
  }

  #index(firstPosition: Position, expected: Uint8Array): void {
    const file = this.files.index(firstPosition);
    // A missing one is built again at the next start.
    if (!this.#names.includes(path.basename(file))) return;
    const content = readAll(this.files, file);
    this.#bytes += content.length;
    const length = Math.max(content.length, expected.length);
    for (let at = 0; at < length; at++) {
      if (content[at] === expected[at]) continue;
      const what = 'it is not the index of its segment; delete it, and it is built again';
      this.#damages.push({ file, byte: at, what });
      return;
    }
  }

  #damaged(file: string, byte: number | null, what: string): void {
    this.#isSound = false;
    this.#damages.push({ file, byte, what });
  }
}

function nextFrame(content: Buffer, from: number): number {
  for (let at = from; at + frameHeaderBytes <= content.length; at++) {
    if (frameHeader(content, at) !== null) return at;
  }
  return content.length;
}
