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
import { type Disk, type DiskFile, lockFolder, nodeDisk } from './disk.js';
import { KnownIds } from './known-ids.js';
import { LogReader, ReadWindow } from './log-reader.js';
import { FrameBuffer } from './record.js';
import { ActiveIndex } from './segment-index.js';
import { recover, type Recovered, type Segment, SegmentFiles, writeIndex } from './segments.js';
import { writeStopMark } from './stop-mark.js';
import { StreamTable } from './stream-table.js';
import { Tail } from './tail.js';

export type EmbeddedOptions = {
  /** created if missing; one process at a time holds it */
  readonly directory: string;
  readonly environment: Pick<Environment, 'scheduler'>;
  readonly disk?: Disk;
  /** A write or sync failed. The disk's content is unknown until the log is opened again, so the process must end. */
  readonly onFatal?: (error: StoreUnavailable) => void;
  /** size in bytes at which the log starts a new segment; at most 1 GiB */
  readonly segmentBytes?: number;
  /** how much one append may take on the disk; 1 MiB unless given, more where a server counts what clients sent */
  readonly appendLimitBytes?: number;
};

const portLimitBytes = 1_048_576;
const batchEvents = 1000;
/** with this much waiting a flush starts at once, without letting the running tasks finish first */
const flushEvents = 256;
const flushBytes = 64 * 1024;
/** A file's size is part of what a sync must write, so it grows by this much at a time: a third more syncs a second. */
const growBytes = 2 * 1024 * 1024;
const scanBytes = 512 * 1024;
/** batches given to a subscriber before other tasks of the process get a turn */
const batchesPerTurn = 16;

/** Appends that become durable together. */
class Frame {
  readonly buffer: FrameBuffer;
  count = 0;
  #waiters: {
    readonly promise: Promise<void>;
    readonly resolve: () => void;
    readonly reject: (e: Error) => void;
  } | null = null;

  constructor(
    buffer: FrameBuffer,
    readonly segment: Segment,
    readonly firstPosition: Position,
  ) {
    this.buffer = buffer;
  }

  get lastPosition(): Position {
    return this.firstPosition + this.count - 1;
  }

  /** One promise that all callers waiting for this frame share. */
  done(): Promise<void> {
    this.#waiters ??= deferred();
    return this.#waiters.promise;
  }

  succeed(): void {
    this.#waiters?.resolve();
  }

  fail(error: Error): void {
    this.#waiters?.reject(error);
  }
}

function deferred(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (e: Error) => void;
} {
  let resolve!: () => void;
  let reject!: (e: Error) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** `bytes` is the size of the file, zeros at its end included. */
type Output = { readonly segment: Segment; readonly file: DiskFile; bytes: number };

type Subscriber = { stopped: boolean; wake: (() => void) | null };

/** Implements the port synchronously: only `synced`, subscriptions and `close` wait. */
class EmbeddedEventStore implements EventStore {
  readonly #files: SegmentFiles;
  readonly #streams: StreamTable;
  readonly #segments: Segment[];
  readonly #tail: Tail;
  readonly #knownIds: KnownIds;
  readonly #subscribers = { written: new Set<Subscriber>(), synced: new Set<Subscriber>() };

  #written: Position;
  #synced: Position;
  /** the frame that the next flush writes */
  #pending: Frame | null = null;
  #inFlight: Frame | null = null;
  #spare: FrameBuffer | null = new FrameBuffer();
  readonly #window = new ReadWindow();
  #flushIsComing = false;
  /** the file that frames go to, and how far it is filled with zeros */
  #output: Output | null = null;
  #failure: StoreUnavailable | null = null;
  #closed: Promise<void> | null = null;

  constructor(
    private readonly options: EmbeddedOptions & { readonly segmentBytes: number },
    files: SegmentFiles,
    streams: StreamTable,
    recovered: Recovered,
    private readonly unlock: () => void,
  ) {
    this.#files = files;
    this.#streams = streams;
    this.#segments = recovered.segments;
    this.#written = recovered.end;
    this.#synced = recovered.end;
    this.#tail = new Tail(recovered.end + 1, { events: 16_384, bytes: 8 * 1024 * 1024 });
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
    const row = this.#streams.find(stream);
    const actual = row === -1 ? -1 : this.#streams.revision(row);
    if (actual !== revisionOf(expected)) {
      const conflict = rejected({ code: 'RevisionConflict', stream, expected, actual } as const);
      if (actual === -1 && expected !== 'any') return conflict;
      const known = actual === -1 ? 'none' : this.#standing(stream, row, actual, events, expected);
      if (known === 'some') return conflict;
      if (known !== 'none') return accepted(known);
      if (typeof expected === 'number' || expected === 'no_stream') return conflict;
    }
    return accepted(this.#write(stream, events, actual + 1));
  }

  /** Compares the events with the stream: all are there in order, none is there, or only some or in another place. */
  #standing(
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
    const there = this.#read(row, last - events.length + 1, last);
    return there.every((event, i) => event.id === events[i]?.id)
      ? { revision: last, position: (there.at(-1) as RecordedEvent).position }
      : 'some';
  }

  #write(stream: string, events: readonly NewEvent[], firstRevision: number): Appended {
    const frame = (this.#pending ??= this.#newFrame());
    const { buffer, segment } = frame;
    const firstPosition = this.#written + 1;
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
    const row = this.#streams.findOrAdd(stream);
    const index = segment.index as ActiveIndex;
    for (const [i, event] of events.entries()) {
      const start = starts[i] as number;
      const revision = firstRevision + i;
      index.add(this.#streams, row, revision, segment.bytes + start);
      const { id, type, data, metadata } = event;
      this.#tail.push(
        { stream, revision, position: firstPosition + i, id, type, data, metadata },
        (starts[i + 1] as number) - start,
      );
    }
    this.#knownIds.add(stream, events, firstRevision);
    buffer.used = starts.at(-1) as number;
    frame.count += events.length;
    this.#written += events.length;
    this.#flushLater();
    wake(this.#subscribers.written);
    return { revision: firstRevision + events.length - 1, position: this.#written };
  }

  #newFrame(): Frame {
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.bytes >= this.options.segmentBytes) {
      const number = this.#segments.length;
      segment = { number, firstPosition: this.#written + 1, bytes: 0, index: new ActiveIndex(number) };
      this.#segments.push(segment);
    }
    const buffer = this.#spare ?? new FrameBuffer();
    this.#spare = null;
    return new Frame(buffer, segment, this.#written + 1);
  }

  #flushLater(): void {
    const frame = this.#pending;
    if (frame === null || frame.count === 0 || this.#inFlight !== null) return;
    if (frame.count >= flushEvents || frame.buffer.used >= flushBytes) {
      void this.#flush(frame);
    } else if (!this.#flushIsComing) {
      this.#flushIsComing = true;
      this.options.environment.scheduler.soon(() => {
        this.#flushIsComing = false;
        if (this.#pending !== null && this.#pending.count > 0 && this.#inFlight === null)
          void this.#flush(this.#pending);
      });
    }
  }

  async #flush(frame: Frame): Promise<void> {
    this.#pending = null;
    this.#inFlight = frame;
    const { segment, buffer } = frame;
    const start = segment.bytes;
    // from here on a new frame belongs behind this one
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
      this.#fail(error);
      return;
    }
    buffer.clear();
    this.#spare = buffer;
    this.#inFlight = null;
    this.#synced = frame.lastPosition;
    this.#tail.trim(this.#synced);
    frame.succeed();
    wake(this.#subscribers.synced);
    this.#flushLater();
  }

  /** Seals the previous segment: every segment but the last is complete. */
  async #openOutput(segment: Segment): Promise<Output> {
    const previous = this.#output ?? this.#reopened(segment.number - 1);
    if (previous !== null) {
      await previous.file.truncate(previous.segment.bytes);
      await previous.file.sync();
      previous.file.close();
      this.#output = null;
      await writeIndex(this.#files, previous.segment, previous.segment.index as ActiveIndex, this.#streams);
    }
    const file = this.#files.disk.open(this.#files.log(segment.firstPosition), 'create');
    this.#output = { segment, file, bytes: file.bytes() };
    await this.#files.disk.syncDirectory(this.options.directory);
    return this.#output;
  }

  /** The segment that was the last one when the log was opened, if it was full already. */
  #reopened(number: number): { readonly segment: Segment; readonly file: DiskFile } | null {
    const segment = this.#segments[number];
    if (segment === undefined || !(segment.index instanceof ActiveIndex)) return null;
    return { segment, file: this.#files.disk.open(this.#files.log(segment.firstPosition), 'write') };
  }

  /** A failed sync may have dropped the pages it could not write, so no later sync can be trusted: the log stops. */
  #fail(cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const failure = new StoreUnavailable(`the log in ${this.options.directory} can't be written: ${reason}`, {
      cause,
    });
    this.#failure = failure;
    this.#inFlight?.fail(failure);
    this.#pending?.fail(failure);
    wake(this.#subscribers.written);
    wake(this.#subscribers.synced);
    this.options.onFatal?.(failure);
  }

  synced(position: Position): Promise<void> {
    if (this.#closed !== null) return Promise.reject(new StoreClosed());
    return this.#syncedUpTo(position);
  }

  #syncedUpTo(position: Position): Promise<void> {
    if (position <= this.#synced) return Promise.resolve();
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const frame = [this.#inFlight, this.#pending].find((one) => one !== null && position <= one.lastPosition);
    invariant(frame !== undefined, `position ${position} was never written`);
    return (frame as Frame).done();
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
    const row = this.#streams.find(stream);
    if (row === -1) return [];
    const last = this.#streams.revision(row);
    const { direction = 'forwards', limit = Infinity } = options;
    if (direction === 'forwards') {
      const from = Math.max(0, options.from ?? 0);
      return this.#read(row, from, Math.min(last, from + limit - 1));
    }
    const from = Math.min(last, options.from ?? last);
    return this.#read(row, Math.max(0, from - limit + 1), from).reverse();
  }

  /** A stream's events from one revision to another, both included, through the chain of segments that have some. */
  #read(row: number, from: number, to: number): RecordedEvent[] {
    if (to < from) return [];
    const events = new Array<RecordedEvent>(to - from + 1);
    let number = this.#streams.segment(row);
    let entry = this.#streams.entry(row);
    while (number !== -1) {
      const segment = this.#segments[number] as Segment;
      const { firstRevision, count, previousSegment, previousEntry } = segment.index.span(entry);
      const first = Math.max(from, firstRevision);
      const last = Math.min(to, firstRevision + count - 1);
      if (first <= last) {
        this.#readSpan(segment, entry, first - firstRevision, last - first + 1, events, first - from);
      }
      if (firstRevision <= from) break;
      number = previousSegment;
      entry = previousEntry;
    }
    return events;
  }

  #readSpan(
    segment: Segment,
    entry: number,
    skip: number,
    count: number,
    into: RecordedEvent[],
    at: number,
  ): void {
    const { index } = segment;
    let reader: LogReader | null = null;
    if (index instanceof ActiveIndex) {
      index.places(entry, skip, count).forEach((place, i) => {
        const position = segment.firstPosition + place;
        into[at + i] =
          position >= this.#tail.oldest
            ? this.#tail.at(position)
            : (reader ??= this.#reader(segment)).at(index.offset(place));
      });
    } else {
      index.offsets(entry, skip, count).forEach((offset, i) => {
        into[at + i] = (reader ??= this.#reader(segment)).at(offset);
      });
    }
  }

  #reader(segment: Segment): LogReader {
    const log = this.#files.log(segment.firstPosition);
    return new LogReader(this.#files.reading(log), log, segment.bytes, this.#window);
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
    const step = direction === 'forwards' ? 1 : -1;
    const first = after === undefined ? options.from : after + step;
    const filter = new CompiledFilter(options.filter);
    const events: RecordedEvent[] = [];
    if (direction === 'forwards') {
      let next = Math.max(0, first ?? 0);
      while (next <= this.#synced && events.length < limit) {
        const batch = this.#scan(next, this.#synced, limit - events.length, filter);
        for (const event of batch.events) events.push(event);
        next = batch.position + 1;
      }
      return events;
    }
    let next = Math.min(this.#synced, first ?? this.#synced);
    while (next >= 0 && events.length < limit) {
      const oldest = Math.max(0, next - batchEvents + 1);
      const block: RecordedEvent[] = [];
      for (let from = oldest; from <= next;) {
        const batch = this.#scan(from, next, Infinity, filter);
        block.push(...batch.events);
        from = batch.position + 1;
      }
      events.push(...block.reverse().slice(0, limit - events.length));
      next = oldest - 1;
    }
    return events;
  }

  /** Some chosen events of the log from one position up to another; the batch's `position` is the last one seen. */
  #scan(
    from: Position,
    to: Position,
    limit: number,
    filter: CompiledFilter,
  ): { readonly events: RecordedEvent[]; readonly position: Position } {
    const events: RecordedEvent[] = [];
    let position = from;
    if (from >= this.#tail.oldest) {
      for (; position <= to && events.length < limit; position++) {
        const event = this.#tail.at(position);
        if (filter.chooses(event.stream)) events.push(event);
      }
      return { events, position: position - 1 };
    }
    const segment = this.#segmentOf(from);
    const last = Math.min(to, this.#tail.oldest - 1, segment.firstPosition + segment.index.count - 1);
    const reader = this.#reader(segment);
    const begin = segment.index.offset(from - segment.firstPosition);
    for (let offset = begin; ; offset = reader.after(offset), position++) {
      const event = reader.match(offset, filter.bytes);
      if (event !== null) events.push(event);
      // the record after the last one may be half-written, so the reader does not look at it
      if (position === last || events.length >= limit || offset - begin >= scanBytes)
        return { events, position };
    }
  }

  #segmentOf(position: Position): Segment {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#segments[middle] as Segment).firstPosition <= position) low = middle;
      else high = middle - 1;
    }
    return this.#segments[low] as Segment;
  }

  subscribeAll(options: SubscribeOptions): AsyncIterable<Batch> {
    this.#mustWork();
    const subscriber: Subscriber = { stopped: false, wake: null };
    const batches = this.#batches(options, subscriber);
    const stop = (): void => {
      subscriber.stopped = true;
      subscriber.wake?.();
    };
    const iterator: AsyncIterableIterator<Batch> = {
      [Symbol.asyncIterator]: () => iterator,
      next: () => batches.next(),
      // the consumer may end the iterator at any time, also while it awaits a batch
      return: () => {
        stop();
        return batches.return(undefined);
      },
    };
    return iterator;
  }

  async *#batches(options: SubscribeOptions, subscriber: Subscriber): AsyncGenerator<Batch, undefined> {
    const { signal, upTo = 'synced', maxEvents = batchEvents } = options;
    const filter = new CompiledFilter(options.filter);
    const subscribers = this.#subscribers[upTo];
    const stop = (): void => {
      subscriber.stopped = true;
      subscriber.wake?.();
    };
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
    subscribers.add(subscriber);
    try {
      let position = options.after;
      let live = false;
      let inTurn = 0;
      for (;;) {
        if (subscriber.stopped || this.#closed !== null) return;
        if (this.#failure !== null) throw this.#failure;
        const end = upTo === 'written' ? this.#written : this.#synced;
        if (position < end) {
          const fromDisk = position + 1 < this.#tail.oldest;
          const batch = this.#scan(position + 1, end, maxEvents, filter);
          position = batch.position;
          live = position === end;
          yield { events: batch.events, position, caughtUp: live };
          if (fromDisk || ++inTurn >= batchesPerTurn) {
            inTurn = 0;
            await new Promise<void>((resolve) => {
              this.options.environment.scheduler.soon(resolve);
            });
          }
        } else if (!live) {
          live = true;
          yield { events: [], position, caughtUp: true };
        } else {
          inTurn = 0;
          await new Promise<void>((resolve) => {
            subscriber.wake = resolve;
          });
          subscriber.wake = null;
        }
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      subscribers.delete(subscriber);
    }
  }

  end(): End {
    this.#mustWork();
    return { written: this.#written, synced: this.#synced, dense: true };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    wake(this.#subscribers.written);
    wake(this.#subscribers.synced);
    try {
      if (this.#failure === null) {
        await this.#syncedUpTo(this.#written);
        // the rest of the file is zeros, which hold no records
        await this.#output?.file.truncate(this.#output.segment.bytes);
        const last = this.#segments.filter(({ bytes }) => bytes > 0).at(-1);
        if (last !== undefined) {
          const mark = { segment: last.firstPosition, bytes: last.bytes };
          await writeStopMark(this.#files.disk, this.options.directory, mark);
        }
      }
    } finally {
      this.#output?.file.close();
      this.#files.close();
      this.unlock();
    }
  }

  #mustWork(): void {
    if (this.#closed !== null) throw new StoreClosed();
    if (this.#failure !== null) throw this.#failure;
  }
}

const wake = (subscribers: ReadonlySet<Subscriber>): void => {
  for (const subscriber of subscribers) subscriber.wake?.();
};

/** The last revision that the caller expects of the stream, or undefined for no fixed revision. */
const revisionOf = (expected: ExpectedRevision): number | undefined => {
  if (typeof expected === 'number') return expected;
  return expected === 'no_stream' ? -1 : undefined;
};

class CompiledFilter {
  /** null chooses all */
  readonly bytes: readonly Buffer[] | null;
  readonly #prefixes: readonly string[] | null;

  constructor(filter: Filter | undefined) {
    this.#prefixes = filter?.streamPrefixes ?? null;
    this.bytes = this.#prefixes?.map((prefix) => Buffer.from(prefix)) ?? null;
  }

  chooses(stream: string): boolean {
    return this.#prefixes === null || this.#prefixes.some((prefix) => stream.startsWith(prefix));
  }
}

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
