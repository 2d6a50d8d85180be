// Group commit: appends go to the pending frame, and one frame at a time is written and synced. The slower the disk is, the
// more appends share a sync.
import { type Environment, invariant, type Position } from '@holdfast/kernel';
import type { DiskFile } from './disk.js';
import { Frame } from './frame.js';
import { FrameBuffer } from './record.js';
import { ActiveIndex } from './segment-index.js';
import { type Segment, type SegmentFiles, writeIndex } from './segments.js';
import { writeStopMark } from './stop-mark.js';
import type { StreamTable } from './stream-table.js';

export type GroupCommitOptions = {
  readonly files: SegmentFiles;
  readonly streams: StreamTable;
  /** the log's segments; when the last one is full, a new one is added to this list */
  readonly segments: Segment[];
  /** size in bytes at which the log starts a new segment */
  readonly segmentBytes: number;
  readonly scheduler: Environment['scheduler'];
  /** last position that is on the disk already */
  readonly synced: Position;
  /** Called after each sync. */
  onSynced(this: void, position: Position): void;
  /** Called once, when a write or sync failed. Nothing is written afterwards. */
  onFailed(this: void, cause: unknown): void;
};

/** When so many events or bytes wait, a flush starts at once; with fewer, running tasks finish first. */
const flushEvents = 256;
const flushBytes = 64 * 1024;
/** The file grows by this much at a time: a sync is slower when the file's size has changed. A third more syncs a second. */
const growBytes = 2 * 1024 * 1024;

/** `bytes` is the size of the file, zeros at its end included. */
type Output = { readonly segment: Segment; readonly file: DiskFile; bytes: number };

export class GroupCommit {
  /** last position that survives a crash */
  synced: Position;
  /** the frame that the next flush writes */
  #pending: Frame | null = null;
  #inFlight: Frame | null = null;
  #spare: FrameBuffer | null = new FrameBuffer();
  #flushIsComing = false;
  /** the file that frames go to, and how far it is filled with zeros */
  #output: Output | null = null;

  constructor(private readonly options: GroupCommitOptions) {
    this.synced = options.synced;
  }

  /** The frame that takes the next append, whose first event gets `position`. Call `flushLater` once it has its events. */
  frameFor(position: Position): Frame {
    return (this.#pending ??= this.#newFrame(position));
  }

  flushLater(): void {
    const frame = this.#pending;
    if (frame === null || frame.count === 0 || this.#inFlight !== null) return;
    if (frame.count >= flushEvents || frame.buffer.used >= flushBytes) {
      void this.#flush(frame);
    } else if (!this.#flushIsComing) {
      this.#flushIsComing = true;
      this.options.scheduler.soon(() => {
        this.#flushIsComing = false;
        if (this.#pending !== null && this.#pending.count > 0 && this.#inFlight === null)
          void this.#flush(this.#pending);
      });
    }
  }

  /** Resolves when the position, which must be written, survives a crash. */
  whenSynced(position: Position): Promise<void> {
    if (position <= this.synced) return Promise.resolve();
    const frame = [this.#inFlight, this.#pending].find((one) => one !== null && position <= one.lastPosition);
    invariant(frame !== undefined, `position ${position} was never written`);
    return (frame as Frame).done();
  }

  /** Rejects all waits for a sync. */
  fail(error: Error): void {
    this.#inFlight?.fail(error);
    this.#pending?.fail(error);
  }

  /** Cuts the zeros at the end of the last file, and leaves the mark of a clean stop. Everything must be synced. */
  async markStop(): Promise<void> {
    const { files, segments } = this.options;
    await this.#output?.file.truncate(this.#output.segment.bytes);
    const last = segments.filter(({ bytes }) => bytes > 0).at(-1);
    if (last === undefined) return;
    await writeStopMark(files.disk, files.directory, { segment: last.firstPosition, bytes: last.bytes });
  }

  closeFile(): void {
    this.#output?.file.close();
  }

  #newFrame(position: Position): Frame {
    const { segments, segmentBytes } = this.options;
    let segment = segments.at(-1);
    if (segment === undefined || segment.bytes >= segmentBytes) {
      const number = segments.length;
      segment = { number, firstPosition: position, bytes: 0, index: new ActiveIndex(number) };
      segments.push(segment);
    }
    const buffer = this.#spare ?? new FrameBuffer();
    this.#spare = null;
    return new Frame(buffer, segment, position);
  }

  async #flush(frame: Frame): Promise<void> {
    this.#pending = null;
    this.#inFlight = frame;
    const { segment, buffer } = frame;
    const start = segment.bytes;
    // The next frame goes behind this one.
    segment.bytes += buffer.used;
    try {
      const output = this.#output?.segment === segment ? this.#output : await this.#openOutput(segment);
      if (output.bytes < segment.bytes) {
        const end = segment.bytes + Math.min(growBytes, this.options.segmentBytes);
        await output.file.write(new Uint8Array(end - output.bytes), output.bytes);
        output.bytes = end;
      }
      await output.file.write(buffer.seal(frame.firstPosition, frame.count), start);
      await output.file.sync();
    } catch (error) {
      // The frame stays in flight, so that no other is written behind it.
      this.options.onFailed(error);
      return;
    }
    buffer.clear();
    this.#spare = buffer;
    this.#inFlight = null;
    this.synced = frame.lastPosition;
    frame.succeed();
    this.options.onSynced(this.synced);
    this.flushLater();
  }

  /** Seals the previous segment: every segment but the last is complete. */
  async #openOutput(segment: Segment): Promise<Output> {
    const { files, streams } = this.options;
    const previous = this.#output ?? this.#reopened(segment.number - 1);
    if (previous !== null) {
      await previous.file.truncate(previous.segment.bytes);
      await previous.file.sync();
      previous.file.close();
      this.#output = null;
      await writeIndex(files, previous.segment, previous.segment.index as ActiveIndex, streams);
    }
    const file = files.disk.open(files.log(segment.firstPosition), 'create');
    this.#output = { segment, file, bytes: file.bytes() };
    await files.disk.syncDirectory(files.directory);
    return this.#output;
  }

  /** The segment that was the last one when the log was opened, if it was full already. */
  #reopened(number: number): { readonly segment: Segment; readonly file: DiskFile } | null {
    const { files, segments } = this.options;
    const segment = segments[number];
    if (segment === undefined || !(segment.index instanceof ActiveIndex)) return null;
    return { segment, file: files.disk.open(files.log(segment.firstPosition), 'write') };
  }
}
