// The events of the log, read from the tail in memory where it has them and from the segments' files where it does not.
import type { Position, RecordedEvent } from '@holdfast/kernel';
import type { CompiledFilter } from './compiled-filter.js';
import { LogReader, ReadWindow } from './log-reader.js';
import { ActiveIndex } from './segment-index.js';
import type { Segment, SegmentFiles } from './segments.js';
import type { StreamTable } from './stream-table.js';
import { Tail } from './tail.js';

/** bytes of a segment that one scan reads at most */
const scanBytes = 512 * 1024;
/** events that a backwards read scans at a time */
const backwardsEvents = 1000;
/** Live subscribers lag far less than this. A longer tail is slower: its events outlive the heap's young generation. */
const tailLimit = { events: 4096, bytes: 8 * 1024 * 1024 };

/** Some events, and the last position that was looked at for them. */
export type Scanned = { readonly events: RecordedEvent[]; readonly position: Position };

export class LogContents {
  readonly tail: Tail;
  readonly #window = new ReadWindow();

  constructor(
    private readonly files: SegmentFiles,
    private readonly streams: StreamTable,
    private readonly segments: readonly Segment[],
    end: Position,
  ) {
    this.tail = new Tail(end + 1, tailLimit);
  }

  /**
   * The events of one stream from one revision to another, both included. They are found through the chain of segments
   * that have some, newest first. `row` is the stream's row in the stream table.
   */
  ofStream(row: number, from: number, to: number): RecordedEvent[] {
    if (to < from) return [];
    const events = new Array<RecordedEvent>(to - from + 1);
    let number = this.streams.segment(row);
    let entry = this.streams.entry(row);
    while (number !== -1) {
      const segment = this.segments[number] as Segment;
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

  /** The chosen events from one position up to another, in log order. */
  forwards(from: Position, to: Position, limit: number, filter: CompiledFilter): RecordedEvent[] {
    const events: RecordedEvent[] = [];
    let next = from;
    while (next <= to && events.length < limit) {
      const scanned = this.scan(next, to, limit - events.length, filter);
      for (const event of scanned.events) events.push(event);
      next = scanned.position + 1;
    }
    return events;
  }

  /** The chosen events from one position down to the log's beginning, newest first. */
  backwards(from: Position, limit: number, filter: CompiledFilter): RecordedEvent[] {
    const events: RecordedEvent[] = [];
    let next = from;
    while (next >= 0 && events.length < limit) {
      const oldest = Math.max(0, next - backwardsEvents + 1);
      const block = this.forwards(oldest, next, Infinity, filter);
      events.push(...block.reverse().slice(0, limit - events.length));
      next = oldest - 1;
    }
    return events;
  }

  /** Chosen events from one position up to another, as many as one turn of the event loop may read. */
  scan(from: Position, to: Position, limit: number, filter: CompiledFilter): Scanned {
    const { tail } = this;
    const events: RecordedEvent[] = [];
    let position = from;
    if (from >= tail.oldest) {
      for (; position <= to && events.length < limit; position++) {
        const event = tail.at(position);
        if (filter.chooses(event.stream)) events.push(event);
      }
      return { events, position: position - 1 };
    }
    const segment = this.#segmentOf(from);
    const last = Math.min(to, tail.oldest - 1, segment.firstPosition + segment.index.count - 1);
    const reader = this.#reader(segment);
    const begin = segment.index.offset(from - segment.firstPosition);
    for (let offset = begin; ; offset = reader.after(offset), position++) {
      const event = reader.match(offset, filter.bytes);
      if (event !== null) events.push(event);
      // The record after the last one may be half-written, so the reader does not look at it.
      if (position === last || events.length >= limit || offset - begin >= scanBytes)
        return { events, position };
    }
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
    const { tail } = this;
    let reader: LogReader | null = null;
    if (index instanceof ActiveIndex) {
      index.places(entry, skip, count).forEach((place, i) => {
        const position = segment.firstPosition + place;
        into[at + i] =
          position >= tail.oldest
            ? tail.at(position)
            : (reader ??= this.#reader(segment)).at(index.offset(place));
      });
    } else {
      index.offsets(entry, skip, count).forEach((offset, i) => {
        into[at + i] = (reader ??= this.#reader(segment)).at(offset);
      });
    }
  }

  #reader(segment: Segment): LogReader {
    const log = this.files.log(segment.firstPosition);
    return new LogReader(this.files.reading(log), log, segment.bytes, this.#window);
  }

  #segmentOf(position: Position): Segment {
    let low = 0;
    let high = this.segments.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.segments[middle] as Segment).firstPosition <= position) low = middle;
      else high = middle - 1;
    }
    return this.segments[low] as Segment;
  }
}
