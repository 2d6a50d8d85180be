// Streams as the protocol shows them, on a log that only grows: deletion, tombstones, $maxAge, $maxCount and $tb are
// events themselves (in `$$stream`, and at the stream's end), applied when somebody reads.
import type { Clock, Ids, NewEvent, Position, RecordedEvent } from '@holdfast/kernel';
import {
  type Appended,
  type Direction,
  type EventStore,
  EventTooLarge,
  type ExpectedRevision,
} from '../port.js';
import { appendLimitBytes } from './append-limit.js';
import { accessDenied, invalidArgument, maximumAppendSizeExceeded, streamDeleted } from './refusal.js';
import {
  createdAt,
  deletedBefore,
  isDeletion,
  isTombstone,
  metadataType,
  tombstoneType,
  toStored,
  toWire,
  type WireEvent,
} from './stored-event.js';

const pageEvents = 256;
/** what the log has room for, of a stream's name and of an event's type */
const nameLimitBytes = 65_535;

/** `revision` is that of the stream's last event, `position` null when nothing was written. */
export type AppendOutcome =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: Position | null }
  | { readonly kind: 'conflict'; readonly actual: number }
  | { readonly kind: 'deleted' };

type State =
  | { readonly kind: 'tombstoned' }
  | {
      readonly kind: 'readable' | 'missing';
      /** revision of the last event, -1 when there never was one */
      readonly last: number;
      /** the first revision that is shown */
      readonly first: number;
      /** events before this time are not shown; milliseconds since the epoch */
      readonly since: number;
      /** where the stream began again after it was deleted */
      readonly reborn: number;
      /** of a stream's metadata: what was deleted of the stream, and has to stay so */
      readonly floor: number;
      readonly metadata: Readonly<Record<string, unknown>>;
    };

export class StreamView {
  /** Looking at a stream and then writing to it must not be interleaved. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: EventStore,
    private readonly environment: { readonly clock: Clock; readonly ids: Ids },
  ) {}

  /** Answers when it is durable. @throws Refusal when it is too large */
  async append(
    stream: string,
    events: readonly WireEvent[],
    expected: ExpectedRevision,
  ): Promise<AppendOutcome> {
    const bytes = events.reduce((sum, { data, metadata, type }) => {
      return sum + data.length + metadata.length + type.length * 2;
    }, 0);
    if (bytes > appendLimitBytes) throw maximumAppendSizeExceeded(appendLimitBytes);
    if (new Set(events.map(({ id }) => id)).size < events.length) {
      throw invalidArgument(`An append to ${stream} has two events with one id.`);
    }
    mustBeWritable(stream);
    for (const { type } of events) mustBeName(type, 'event type');
    const created = this.environment.clock.now();
    return this.#write(async () => {
      const state = await this.#state(stream);
      if (state.kind === 'tombstoned') return { kind: 'deleted' };
      // a stream that was deleted does not exist for who wants it to
      if (expected === 'stream_exists' && state.kind === 'missing' && state.last >= 0)
        return { kind: 'deleted' };
      const translated = expected === 'no_stream' && state.reborn > 0 ? state.reborn - 1 : expected;
      const { floor } = state;
      const stored = events.map((event) => toStored(event, created, floor > 0 ? { floor } : {}));
      return stored.length === 0 ? compare(state.last, translated) : this.#put(stream, stored, translated);
    });
  }

  /** Hides what is there. The stream may be appended to again, and goes on counting. */
  async delete(stream: string, expected: ExpectedRevision): Promise<AppendOutcome> {
    mustBeWritable(stream);
    return this.#write(async () => {
      const state = await this.#state(stream);
      if (state.kind === 'tombstoned') return { kind: 'deleted' };
      const conflict = compare(state.last, expected);
      const exists = state.last >= 0 || Object.keys(state.metadata).length > 0;
      if (conflict.kind === 'conflict' || !exists) return { kind: 'conflict', actual: state.last };
      const floor = state.last + 1;
      const metadata = { ...state.metadata, $tb: floor };
      return this.#put(`$$${stream}`, [this.#own(metadataType, metadata, { deleted: true, floor })], 'any');
    });
  }

  /** Ends the stream for ever. */
  async tombstone(stream: string, expected: ExpectedRevision): Promise<AppendOutcome> {
    mustBeWritable(stream);
    return this.#write(async () => {
      const state = await this.#state(stream);
      if (state.kind === 'tombstoned') return { kind: 'deleted' };
      const translated = expected === 'no_stream' && state.reborn > 0 ? state.reborn - 1 : expected;
      return this.#put(stream, [this.#own(tombstoneType, {}, { tombstone: true })], translated);
    });
  }

  async #write(run: () => Promise<AppendOutcome>): Promise<AppendOutcome> {
    const written = this.#turn.then(run);
    this.#turn = written.catch(() => undefined); // whoever asked is told; the next one must not be
    const outcome = await written;
    if (outcome.kind === 'appended' && outcome.position !== null) await this.store.synced(outcome.position);
    else await this.#durable();
    return outcome;
  }

  /**
   * Resolves when all that was written is synced. A conflict, a deletion and a last revision are told from events that
   * a crash may still take back.
   */
  async #durable(): Promise<void> {
    await this.store.synced((await this.store.end()).written);
  }

  async #put(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
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

  #own(type: string, data: unknown, marks: Parameters<typeof toStored>[2]): NewEvent {
    const event: WireEvent = {
      id: this.environment.ids.next(),
      type,
      contentType: 'application/json',
      data: Buffer.from(JSON.stringify(data)),
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
    if (state.kind === 'missing') return null;
    return this.#pages(stream, state, options);
  }

  async *#pages(
    stream: string,
    { first, since }: Exclude<State, { readonly kind: 'tombstoned' }>,
    {
      from,
      direction,
      limit,
    }: { readonly from?: number; readonly direction: Direction; readonly limit: number },
  ): AsyncGenerator<readonly RecordedEvent[]> {
    const forwards = direction === 'forwards';
    let next = forwards ? Math.max(first, from ?? 0) : from;
    let left = limit;
    while (left > 0) {
      const page = await this.store.readStream(stream, {
        direction,
        limit: Math.min(left, pageEvents),
        ...(next !== undefined && { from: next }),
      });
      const end = page.at(-1);
      if (end === undefined) return;
      const shown = page.filter((event) => event.revision >= first && createdAt(event) >= since);
      if (shown.length > 0) await this.store.synced(Math.max(...shown.map(({ position }) => position)));
      yield shown;
      left -= shown.length;
      if (!forwards && end.revision <= first) return;
      next = end.revision + (forwards ? 1 : -1);
    }
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
    const target = Buffer.from(toWire(link).data).toString('utf8');
    const at = target.indexOf('@');
    const revision = Number(target.slice(0, at));
    const stream = target.slice(at + 1);
    const state = await this.#state(stream);
    if (at < 1 || !Number.isSafeInteger(revision) || state.kind !== 'readable') return null;
    const [event] = await this.store.readStream(stream, { from: revision, limit: 1 });
    return event !== undefined && event.revision >= state.first && createdAt(event) >= state.since
      ? event
      : null;
  }

  async #state(stream: string): Promise<State> {
    const last = await this.#lastOf(stream);
    if (last !== undefined && isTombstone(last)) return { kind: 'tombstoned' };
    const lastRevision = last?.revision ?? -1;
    if (stream.startsWith('$$')) {
      const of = await this.#lastOf(stream.slice(2));
      if (of !== undefined && isTombstone(of)) return { kind: 'tombstoned' };
      return {
        kind: last === undefined ? 'missing' : 'readable',
        last: lastRevision,
        first: lastRevision,
        since: 0,
        reborn: 0,
        floor: last === undefined ? 0 : deletedBefore(last),
        metadata: {},
      };
    }
    const recorded = await this.#lastOf(`$$${stream}`);
    const metadata = recorded === undefined ? {} : parsed(toWire(recorded).data);
    const truncateBefore = number(metadata['$tb']) ?? 0;
    const hidden = recorded === undefined ? 0 : deletedBefore(recorded);
    const reborn = recorded !== undefined && isDeletion(recorded) ? hidden : 0;
    const maxAgeSeconds = number(metadata['$maxAge']);
    const maxCount = number(metadata['$maxCount']);
    return {
      kind: last === undefined || lastRevision < reborn ? 'missing' : 'readable',
      last: lastRevision,
      first: Math.max(truncateBefore, hidden, maxCount === undefined ? 0 : lastRevision + 1 - maxCount),
      since: maxAgeSeconds === undefined ? 0 : this.environment.clock.now() - maxAgeSeconds * 1000,
      reborn,
      floor: 0,
      metadata,
    };
  }

  async #lastOf(stream: string): Promise<RecordedEvent | undefined> {
    return (await this.store.readStream(stream, { direction: 'backwards', limit: 1 }))[0];
  }
}

function mustBeName(name: string, what: string): void {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) throw invalidArgument(`An ${what} is missing.`);
  if (bytes > nameLimitBytes)
    throw invalidArgument(`An ${what} has ${bytes} bytes, more than ${nameLimitBytes}.`);
}

function mustBeWritable(stream: string): void {
  // `$all` is the log, and the metadata of a stream has two more bytes
  if (stream === '$all') throw accessDenied(stream);
  if (stream === '$$') throw invalidArgument('$$ is not a name of a stream.');
  mustBeName(`$$${stream}`, 'event stream');
}

/** What an append of no events answers. */
function compare(last: number, expected: ExpectedRevision): AppendOutcome {
  const holds =
    expected === 'any' ||
    (expected === 'stream_exists' ? last >= 0 : last === (expected === 'no_stream' ? -1 : expected));
  return holds ? { kind: 'appended', revision: last, position: null } : { kind: 'conflict', actual: last };
}

function parsed(json: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(json).toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // metadata that nobody can read says nothing, as on the original
  }
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
