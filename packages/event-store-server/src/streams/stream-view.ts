// Streams as the protocol shows them, on a log that only grows: deletion, tombstones, $maxAge, $maxCount and $tb are
// events themselves (in `$$stream`, and at the stream's end), applied at each read.
import type { Clock, Ids, NewEvent, RecordedEvent } from '@holdfast/kernel';
import {
  type Appended,
  type Direction,
  type EventStore,
  EventTooLarge,
  type ExpectedRevision,
} from '@holdfast/event-store';
import { appendLimitBytes } from './append-limit.js';
import { type AppendOutcome, compare, expectation, type Live } from './expectation.js';
import { linkTarget } from './link.js';
import { mustBeName, mustBeWritable, withOwnIds } from './proposed-events.js';
import { maximumAppendSizeExceeded, streamDeleted } from '../refusal.js';
import { metadataType, tombstoneType, toStored, type WireEvent } from './stored-event.js';
import { deletion, streamMetadata, withTruncateBefore } from './stream-metadata.js';
import { RecentIds } from './recent-ids.js';
import { isShown, streamState, type StreamState } from './stream-state.js';

const pageEvents = 256;

export class StreamView {
  /** The last task of the queue: between a look at a stream and the write after it, no other may run. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #recent: RecentIds;

  constructor(
    private readonly store: EventStore,
    private readonly environment: { readonly clock: Clock; readonly ids: Ids },
  ) {
    this.#recent = new RecentIds(store);
  }

  /** Resolves when it is durable. @throws Refusal when it is too large */
  async append(
    stream: string,
    events: readonly WireEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendOutcome> {
    const bytes = events.reduce((sum, { data }) => sum + data.length, 0);
    if (bytes > appendLimitBytes) throw maximumAppendSizeExceeded(appendLimitBytes);
    mustBeWritable(stream);
    for (const { type } of events) mustBeName(type, 'event type');
    return this.#write(async () => {
      const state = await this.#state(stream);
      if (state.kind === 'tombstoned') return { kind: 'deleted' };
      const there = expectation(state, expected);
      if (there === 'deleted') return { kind: 'deleted' };
      return stream.startsWith('$$')
        ? this.#appendMetadata(stream, events, state, there)
        : this.#appendEvents(stream, events, state, there);
    });
  }

  async #appendEvents(
    stream: string,
    events: readonly WireEvent[],
    state: Live,
    expected: ExpectedRevision,
  ): Promise<AppendOutcome> {
    const outcome = await this.#putAll(stream, events, state.last, expected);
    const revives = state.kind === 'deleted' || state.revivalIsDue;
    if (outcome.kind === 'appended' && revives) await this.#revive(stream, state.metadata, state.floor);
    return outcome;
  }

  /** Metadata that is set on a deleted stream revives it, empty. The deleted events stay hidden. */
  async #appendMetadata(
    metastream: string,
    events: readonly WireEvent[],
    state: Live,
    expected: ExpectedRevision,
  ): Promise<AppendOutcome> {
    const stream = metastream.slice(2);
    const of = await this.#state(stream);
    if (of.kind === 'tombstoned') return { kind: 'deleted' };
    const data = events.at(-1)?.data;
    const deletes = data !== undefined && streamMetadata(data).deletes;
    const floor = deletes ? of.last + 1 : of.floor;
    const outcome = await this.#putAll(metastream, events, state.last, expected, { floor });
    const isNew = outcome.kind === 'appended' && outcome.revision > state.last;
    if (isNew && of.kind === 'deleted' && data !== undefined) await this.#revive(stream, data, floor);
    return outcome;
  }

  /** Lets a deleted stream begin again at a revision, and keeps its other metadata. */
  async #revive(stream: string, metadata: Uint8Array | null, floor: number): Promise<void> {
    const revived = withTruncateBefore(metadata ?? Buffer.from('{}'), floor);
    if (revived === null) return;
    await this.#putMetadata(stream, revived, floor);
  }

  /** Hides all events. Appends are accepted again, and their revisions go on. */
  async delete(stream: string, expected: ExpectedRevision): Promise<AppendOutcome> {
    mustBeWritable(stream);
    return this.#write(async () => {
      const state = await this.#state(stream);
      if (state.kind === 'tombstoned') return { kind: 'deleted' };
      const there = expectation(state, expected);
      if (there === 'deleted') return { kind: 'deleted' };
      const exists = state.last >= 0 || state.metadata !== null;
      const conflict = compare(state.last, there);
      if (conflict.kind === 'conflict' || !exists) return { kind: 'conflict', actual: state.last };
      return this.#putMetadata(stream, deletion, state.last + 1);
    });
  }

  /** Ends the stream permanently. */
  async tombstone(stream: string, expected: ExpectedRevision): Promise<AppendOutcome> {
    mustBeWritable(stream);
    return this.#write(async () => {
      const state = await this.#state(stream);
      if (state.kind === 'tombstoned') return { kind: 'deleted' };
      const there = expectation(state, expected);
      if (there === 'deleted') return { kind: 'deleted' };
      const tombstone = [this.#own(tombstoneType, '', { tombstone: true })];
      return typeof there === 'number' || there === 'no_stream'
        ? this.#put(stream, tombstone, there)
        : this.#putAnywhere(stream, tombstone, state.last, there);
    });
  }

  async #write(run: () => Promise<AppendOutcome>): Promise<AppendOutcome> {
    const written = this.#turn.then(run);
    this.#turn = written.catch(() => undefined); // only this caller gets the error
    const outcome = await written;
    await this.#durable();
    return outcome;
  }

  /**
   * Resolves when all written events are synced. A conflict, a deletion and a last revision depend on events that
   * a crash may still take back.
   */
  async #durable(): Promise<void> {
    await this.store.synced((await this.store.end()).written);
  }

  async #putAll(
    stream: string,
    events: readonly WireEvent[],
    last: number,
    expected: ExpectedRevision,
    marks: Parameters<typeof toStored>[2] = {},
  ): Promise<AppendOutcome> {
    if (events.length === 0) {
      const outcome = compare(last, expected);
      if (outcome.kind !== 'appended') return outcome;
      const { written } = await this.store.end();
      return { ...outcome, position: written < 0 ? null : written };
    }
    const created = this.environment.clock.now();
    const stored = withOwnIds(events).map(({ event, mark }) =>
      toStored(event, created, { ...marks, ...mark }),
    );
    return typeof expected === 'number' || expected === 'no_stream'
      ? this.#put(stream, stored, expected)
      : this.#putAnywhere(stream, stored, last, expected);
  }

  /** Appends without a revision, or returns the place of events that are already there. Reads at most the recent ids. */
  async #putAnywhere(
    stream: string,
    events: readonly NewEvent[],
    last: number,
    expected: 'any' | 'stream_exists',
  ): Promise<AppendOutcome> {
    if (last < 0 && expected === 'stream_exists') return { kind: 'conflict', actual: last };
    const known = (await this.#recent.of(stream, last)).get(events[0]?.id ?? '');
    const before = known === undefined ? last : known - 1;
    const outcome = await this.#put(stream, events, before < 0 ? 'no_stream' : before);
    // the program that runs the server appended meanwhile
    const isBehind = outcome.kind === 'conflict' && outcome.actual > last;
    if (isBehind) return this.#putAnywhere(stream, events, outcome.actual, expected);
    if (outcome.kind === 'appended' && outcome.revision > last) this.#recent.add(stream, events, last + 1);
    return outcome;
  }

  /** Metadata that the server writes itself. */
  async #putMetadata(stream: string, json: string, floor: number): Promise<AppendOutcome> {
    const metastream = `$$${stream}`;
    const [newest] = await this.store.readStream(metastream, { direction: 'backwards', limit: 1 });
    const event = this.#own(metadataType, json, { floor });
    return this.#putAnywhere(metastream, [event], newest?.revision ?? -1, 'any');
  }

  async #put(
    stream: string,
    events: readonly NewEvent[],
    expected: number | 'no_stream',
  ): Promise<AppendOutcome> {
    try {
      const result = await this.store.append(stream, events, expected);
      return result.ok
        ? { kind: 'appended', ...(result.value satisfies Appended) }
        : { kind: 'conflict', actual: result.rejection.actual };
    } catch (error) {
      throw error instanceof EventTooLarge ? maximumAppendSizeExceeded(appendLimitBytes) : error;
    }
  }

  #own(type: string, data: string, marks: Parameters<typeof toStored>[2]): NewEvent {
    const event: WireEvent = {
      id: this.environment.ids.next(),
      type,
      contentType: data === '' ? 'application/octet-stream' : 'application/json',
      data: Buffer.from(data),
      metadata: new Uint8Array(),
    };
    return toStored(event, this.environment.clock.now(), marks);
  }

  /**
   * Durable events of a stream, page by page, from a revision on (included), or from the first or last one.
   * Null when there is no such stream. @throws Refusal when it has a tombstone
   */
  async read(
    stream: string,
    options: { readonly from?: number; readonly direction: Direction; readonly limit: number },
  ): Promise<AsyncIterable<readonly RecordedEvent[]> | null> {
    const state = await this.#state(stream);
    if (state.kind !== 'readable') await this.#durable();
    if (state.kind === 'tombstoned') throw streamDeleted(stream);
    return state.kind === 'readable' ? this.#pages(stream, state, options) : null;
  }

  async *#pages(
    stream: string,
    state: Live,
    {
      from,
      direction,
      limit,
    }: { readonly from?: number; readonly direction: Direction; readonly limit: number },
  ): AsyncGenerator<readonly RecordedEvent[]> {
    const forwards = direction === 'forwards';
    let next = forwards ? Math.max(state.first, from ?? 0) : from;
    let left = limit;
    while (left > 0) {
      const page = await this.store.readStream(stream, {
        direction,
        limit: Math.min(left, pageEvents),
        ...(next !== undefined && { from: next }),
      });
      const end = page.at(-1);
      if (end === undefined) return;
      const shown = page.filter((event) => isShown(state, event));
      if (shown.length > 0) await this.store.synced(Math.max(...shown.map(({ position }) => position)));
      yield shown;
      left -= shown.length;
      if (!forwards && end.revision <= state.first) return;
      next = end.revision + (forwards ? 1 : -1);
    }
  }

  /** The first revision that is shown and the last one; null when there is no such stream. */
  async range(stream: string): Promise<{ readonly first: number; readonly last: number } | null> {
    const state = await this.#state(stream);
    return state.kind === 'readable' ? { first: state.first, last: state.last } : null;
  }

  /** Revision of the stream's last event, -1 when it has none. @throws Refusal when it has a tombstone */
  async lastRevision(stream: string): Promise<number> {
    const state = await this.#state(stream);
    await this.#durable();
    if (state.kind === 'tombstoned') throw streamDeleted(stream);
    return state.last;
  }

  /** The event that a link points to, or null when it is gone. */
  async linked(link: RecordedEvent): Promise<RecordedEvent | null> {
    const target = linkTarget(link);
    if (target === null) return null;
    const state = await this.#state(target.stream);
    if (state.kind !== 'readable') return null;
    const [event] = await this.store.readStream(target.stream, { from: target.revision, limit: 1 });
    return event !== undefined && isShown(state, event) ? event : null;
  }

  #state(stream: string): Promise<StreamState> {
    return streamState(this.store, this.environment.clock, stream);
  }
}
