// The event store in one process: an append-only segment log with group commit. One frame is one write and one sync.
import {
  accepted,
  type Environment,
  invariant,
  type NewEvent,
  type Position,
  type RecordedEvent,
  rejected,
  type Result,
} from '@holdfast/kernel';
import {
  type Appended,
  type Batch,
  type End,
  type EventStore,
  EventTooLarge,
  type ExpectedRevision,
  type Filter,
  type RevisionConflict,
  StoreClosed,
  StoreUnavailable,
  type SubscribeOptions,
} from '../port.js';
import { CompiledFilter } from './compiled-filter.js';
import { type Disk, lockFolder, nodeDisk } from './disk.js';
import { GroupCommit } from './group-commit.js';
import { KnownIds } from './known-ids.js';
import { LogContents } from './log-contents.js';
import type { ActiveIndex } from './segment-index.js';
import { recover, type Recovered, SegmentFiles } from './segments.js';
import { StreamTable } from './stream-table.js';
import { Subscriptions } from './subscriptions.js';

export type EmbeddedOptions = {
  /** created if missing; one process at a time holds it */
  readonly directory: string;
  readonly environment: Pick<Environment, 'scheduler'>;
  readonly disk?: Disk;
  /** A write or sync failed. The disk's content is unknown until the log is opened again, so the process must end. */
  readonly onFatal?: (error: StoreUnavailable) => void;
  /** size in bytes at which the log starts a new segment; at most 1 GiB */
  readonly segmentBytes?: number;
  /**
   * largest size of one append on the disk; absent: 1 MiB. Larger for a server that limits the bytes that clients send.
   */
  readonly appendLimitBytes?: number;
};

const portLimitBytes = 1_048_576;

/** Implements the port synchronously: only `synced`, subscriptions and `close` wait. */
class EmbeddedEventStore implements EventStore {
  readonly #contents: LogContents;
  readonly #commit: GroupCommit;
  readonly #subscriptions: Subscriptions;
  readonly #knownIds: KnownIds;
  #written: Position;
  #failure: StoreUnavailable | null = null;
  #closed: Promise<void> | null = null;

  constructor(
    private readonly options: EmbeddedOptions & { readonly segmentBytes: number },
    private readonly files: SegmentFiles,
    private readonly streams: StreamTable,
    { segments, end }: Recovered,
    private readonly unlock: () => void,
  ) {
    const { segmentBytes } = options;
    const { scheduler } = options.environment;
    this.#written = end;
    const contents = new LogContents(files, streams, segments, end);
    this.#contents = contents;
    this.#commit = new GroupCommit({
      files,
      streams,
      segments,
      segmentBytes,
      scheduler,
      synced: end,
      onSynced: (position) => {
        contents.tail.trim(position);
        this.#subscriptions.wake('synced');
      },
      onFailed: (cause) => {
        this.#fail(cause);
      },
    });
    this.#subscriptions = new Subscriptions({
      contents,
      scheduler,
      end: (upTo) => (upTo === 'written' ? this.#written : this.#commit.synced),
      isClosed: () => {
        if (this.#closed !== null) return true;
        if (this.#failure !== null) throw this.#failure;
        return false;
      },
    });
    this.#knownIds = new KnownIds((stream) => this.readStream(stream));
  }

  append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Result<Appended, RevisionConflict> {
    this.#mustWork();
    invariant(events.length > 0, 'an append has at least one event');
    invariant(
      events.length === 1 || new Set(events.map((event) => event.id)).size === events.length,
      `an append to ${stream} has two events with one id`,
    );
    const row = this.streams.find(stream);
    const actual = row === -1 ? -1 : this.streams.revision(row);
    if (actual !== revisionOf(expected)) {
      const conflict = rejected({ code: 'RevisionConflict', stream, expected, actual } as const);
      if (actual === -1 && expected !== 'any') return conflict;
      const known = actual === -1 ? 'none' : this.#stored(stream, row, actual, events, expected);
      if (known === 'some') return conflict;
      if (known !== 'none') return accepted(known);
      if (typeof expected === 'number' || expected === 'no_stream') return conflict;
    }
    return accepted(this.#write(stream, row, events, actual + 1));
  }

  /** Compares the events with the stream: all are in it in order, none is, or only some are or at another place. */
  #stored(
    stream: string,
    row: number,
    actual: number,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Appended | 'none' | 'some' {
    let last = revisionOf(expected);
    if (last === undefined) {
      const ids = this.#knownIds.of(stream);
      if (!events.some((event) => ids.has(event.id))) return 'none';
      const first = ids.get((events[0] as NewEvent).id);
      if (first === undefined) return 'some';
      last = first - 1;
    }
    last += events.length;
    if (last > actual) return 'some';
    const there = this.#contents.ofStream(row, last - events.length + 1, last);
    return there.every((event, i) => event.id === events[i]?.id)
      ? { revision: last, position: (there.at(-1) as RecordedEvent).position }
      : 'some';
  }

  /** `found`: the stream's row; -1 for a new stream. */
  #write(stream: string, found: number, events: readonly NewEvent[], firstRevision: number): Appended {
    const firstPosition = this.#written + 1;
    const frame = this.#commit.frameFor(firstPosition);
    const { buffer, segment } = frame;
    // Encodes all events before it keeps any: an event that can't be encoded leaves no trace.
    const { appendLimitBytes = portLimitBytes } = this.options;
    const starts = [buffer.used];
    for (const [i, event] of events.entries()) {
      const end = buffer.encode(starts[i] as number, stream, firstRevision + i, firstPosition + i, event);
      starts.push(end);
      if (end - buffer.used > appendLimitBytes) {
        throw new EventTooLarge(stream, end - buffer.used, appendLimitBytes);
      }
    }
    const row = found === -1 ? this.streams.findOrAdd(stream) : found;
    const index = segment.index as ActiveIndex;
    for (const [i, event] of events.entries()) {
      const start = starts[i] as number;
      const revision = firstRevision + i;
      index.add(this.streams, row, revision, segment.bytes + start);
      const { id, type, data, metadata } = event;
      this.#contents.tail.push(
        { stream, revision, position: firstPosition + i, id, type, data, metadata },
        (starts[i + 1] as number) - start,
      );
    }
    this.#knownIds.add(stream, events, firstRevision);
    buffer.used = starts.at(-1) as number;
    frame.count += events.length;
    this.#written += events.length;
    this.#commit.flushLater();
    this.#subscriptions.wake('written');
    return { revision: firstRevision + events.length - 1, position: this.#written };
  }

  readStream(
    stream: string,
    options: {
      readonly from?: number;
      readonly direction?: 'forwards' | 'backwards';
      readonly limit?: number;
    } = {},
  ): readonly RecordedEvent[] {
    this.#mustWork();
    const row = this.streams.find(stream);
    if (row === -1) return [];
    const last = this.streams.revision(row);
    const { direction = 'forwards', limit = Infinity } = options;
    if (direction === 'forwards') {
      const from = Math.max(0, options.from ?? 0);
      return this.#contents.ofStream(row, from, Math.min(last, from + limit - 1));
    }
    const from = Math.min(last, options.from ?? last);
    return this.#contents.ofStream(row, Math.max(0, from - limit + 1), from).reverse();
  }

  readAll(
    options: {
      readonly from?: Position;
      readonly after?: Position;
      readonly direction?: 'forwards' | 'backwards';
      readonly limit?: number;
      readonly filter?: Filter;
    } = {},
  ): readonly RecordedEvent[] {
    this.#mustWork();
    const { direction = 'forwards', limit = Infinity, after } = options;
    const { synced } = this.#commit;
    const first = after === undefined ? options.from : after + (direction === 'forwards' ? 1 : -1);
    const filter = new CompiledFilter(options.filter);
    return direction === 'forwards'
      ? this.#contents.forwards(Math.max(0, first ?? 0), synced, limit, filter)
      : this.#contents.backwards(Math.min(synced, first ?? synced), limit, filter);
  }

  subscribeAll(options: SubscribeOptions): AsyncIterable<Batch> {
    this.#mustWork();
    return this.#subscriptions.subscribe(options);
  }

  synced(position: Position): Promise<void> {
    if (this.#closed !== null) return Promise.reject(new StoreClosed());
    if (position > this.#commit.synced && this.#failure !== null) return Promise.reject(this.#failure);
    return this.#commit.whenSynced(position);
  }

  end(): End {
    this.#mustWork();
    return { written: this.#written, synced: this.#commit.synced, dense: true };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#subscriptions.wakeAll();
    try {
      if (this.#failure === null) {
        await this.#commit.whenSynced(this.#written);
        await this.#commit.markStop();
      }
    } finally {
      this.#commit.closeFile();
      this.files.close();
      this.unlock();
    }
  }

  /** A failed sync may have dropped the pages it could not write, so no later sync can be trusted: the log stops. */
  #fail(cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = `the log in ${this.options.directory} can't be written: ${reason}`;
    const failure = new StoreUnavailable(text, { cause });
    this.#failure = failure;
    this.#commit.fail(failure);
    this.#subscriptions.wakeAll();
    this.options.onFatal?.(failure);
  }

  #mustWork(): void {
    if (this.#closed !== null) throw new StoreClosed();
    if (this.#failure !== null) throw this.#failure;
  }
}

/** The last revision that the caller expects of the stream, or undefined for no fixed revision. */
const revisionOf = (expected: ExpectedRevision): number | undefined => {
  if (typeof expected === 'number') return expected;
  return expected === 'no_stream' ? -1 : undefined;
};

/**
 * Opens the log in `options.directory`, which no other process may have open.
 * @throws StoreLocked, StoreCorrupted
 */
export async function openEmbeddedEventStore(options: EmbeddedOptions): Promise<EventStore> {
  const { directory, disk = nodeDisk, segmentBytes = 64 * 1024 * 1024 } = options;
  invariant(segmentBytes > 0 && segmentBytes <= 2 ** 30, 'segmentBytes is between 1 and 1 GiB');
  const lock = lockFolder(directory, disk);
  const files = new SegmentFiles(disk, directory);
  try {
    const streams = new StreamTable();
    const recovered = await recover(files, streams);
    return new EmbeddedEventStore({ ...options, segmentBytes }, files, streams, recovered, lock.release);
  } catch (error) {
    files.close();
    lock.release();
    throw error;
  }
}
