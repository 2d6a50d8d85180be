// The event store on an EventStoreDB server, over its official client. What the client leaves to its users is done here:
// unknown outcomes, de-duplication for ever, subscriptions that end when the server ends them.
import {
  type AppendResult,
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  MaxAppendSizeExceededError,
  type ReadAllOptions,
  type ResolvedEvent,
  START,
  type StreamingRead,
  streamNameFilter,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  accepted,
  beforeAll,
  type Cancel,
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
  type Direction,
  type EventStore,
  EventTooLarge,
  type ExpectedRevision,
  type Filter,
  type RevisionConflict,
  StoreClosed,
  StoreUnavailable,
  type SubscribeOptions,
} from '../port.js';
import { type Delivery, Inbox } from './inbox.js';
import {
  eventBytes,
  eventData,
  exact,
  isSystemEvent,
  recordedEvent,
  wirePosition,
} from './recorded-event.js';
import { asStoreError, isOutage, isSilence, StoreSilent } from './store-errors.js';
import { type KnownStream, StreamIds } from './stream-ids.js';

export type EventStoreDbOptions = {
  /** `esdb://[user:password@]host:port[,host:port]?tls=true` */
  readonly url: string;
  readonly environment: Pick<Environment, 'scheduler'>;
};

const appendLimitBytes = 1_048_576;
/** how long an answer may take, and when an append without one is tried again, with the same ids and expectation */
const answerMs = 10_000;
const retryAfterMs: readonly number[] = [50, 200, 800];
const closeMs = 1000;
const batchEvents = 1000;
const countLimit = Number.MAX_SAFE_INTEGER;
/** Events that a filtered subscription looks at between two checkpoints: many while it catches up, then each one. */
const catchUpWindow = 1000;
const liveWindow = 1;

class EventStoreDbEventStore implements EventStore {
  readonly #client: EventStoreDBClient;
  /** only appends: all of them share one call, which is given up, with its client, when it falls silent */
  #writer: EventStoreDBClient;
  readonly #ids = new StreamIds();
  /** appends without a revision take turns, stream by stream */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #subscribers = new Set<Subscriber>();
  #closed: Promise<void> | null = null;

  constructor(private readonly options: EventStoreDbOptions) {
    this.#client = EventStoreDBClient.connectionString(options.url);
    this.#writer = EventStoreDBClient.connectionString(options.url);
  }

  async append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Result<Appended, RevisionConflict>> {
    this.#mustBeOpen();
    invariant(events.length > 0, 'an append has at least one event');
    invariant(
      new Set(events.map(({ id }) => id)).size === events.length,
      `an append to ${stream} has two events with one id`,
    );
    const bytes = events.reduce((sum, event) => sum + eventBytes(event), 0);
    if (bytes > appendLimitBytes) throw new EventTooLarge(stream, bytes, appendLimitBytes);
    if (expected === 'any' || expected === 'stream_exists') {
      return this.#inTurn(stream, () => this.#appendAnywhere(stream, events, expected));
    }
    const last = expected === 'no_stream' ? -1 : expected;
    const outcome = await this.#appendAt(stream, events, last);
    if (!('actual' in outcome)) return accepted(outcome);
    const standing = await this.#standing(stream, events, last + 1);
    if (standing !== null) return accepted(standing);
    return rejected({ code: 'RevisionConflict', stream, expected, actual: outcome.actual });
  }

  async #inTurn<T>(stream: string, run: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(stream) ?? Promise.resolve()).then(run, run);
    this.#turns.set(stream, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(stream) === turn) this.#turns.delete(stream);
    }
  }

  /** Reads the stream up to its end, so that its ids and its revision are known, and appends exactly there. */
  async #appendAnywhere(
    stream: string,
    events: readonly NewEvent[],
    expected: 'any' | 'stream_exists',
  ): Promise<Result<Appended, RevisionConflict>> {
    const known = this.#ids.of(stream);
    for (;;) {
      for (const { id, revision } of await this.readStream(stream, { from: known.last + 1 })) {
        this.#ids.add(stream, id, revision);
      }
      const conflict = rejected({ code: 'RevisionConflict', stream, expected, actual: known.last } as const);
      if (known.last === -1 && expected === 'stream_exists') return conflict;
      if (events.some(({ id }) => known.revisions.has(id))) {
        const standing = await this.#knownStanding(stream, events, known);
        return standing === null ? conflict : accepted(standing);
      }
      const outcome = await this.#appendAt(stream, events, known.last);
      if ('actual' in outcome) {
        // Somebody else was faster, or it was ours whose answer was lost: reading on will tell.
        const before = known.last;
        const [next] = await this.readStream(stream, { from: before + 1, limit: 1 });
        // what is there can't be read any more (`$maxAge`, `$tb`), but counts
        if (next === undefined) known.last = Math.max(before, outcome.actual);
        continue;
      }
      for (const [i, { id }] of events.entries()) {
        this.#ids.add(stream, id, outcome.revision - events.length + 1 + i);
      }
      return accepted(outcome);
    }
  }

  async #knownStanding(
    stream: string,
    events: readonly NewEvent[],
    { revisions }: KnownStream,
  ): Promise<Appended | null> {
    const first = revisions.get((events[0] as NewEvent).id);
    return first === undefined ? null : this.#standing(stream, events, first);
  }

  /** Where the events stand, if they are what the stream has from a revision on. */
  async #standing(stream: string, events: readonly NewEvent[], from: number): Promise<Appended | null> {
    const there = await this.readStream(stream, { from, limit: events.length });
    const last = there.at(-1);
    return last !== undefined &&
      events.every(({ id }, i) => there[i]?.id === id && there[i].revision === from + i)
      ? { revision: last.revision, position: last.position }
      : null;
  }

  /**
   * Appends behind a stream's last revision. An answer that doesn't come says nothing, so the same append is made again:
   * where it had taken effect the server knows its ids, or refuses it and the caller reads them back.
   */
  async #appendAt(
    stream: string,
    events: readonly NewEvent[],
    last: number,
  ): Promise<Appended | { readonly actual: number }> {
    const data = events.map(eventData);
    const expectedRevision = last === -1 ? 'no_stream' : BigInt(last);
    for (let attempt = 0; ; attempt++) {
      const writer = this.#writer;
      try {
        const result: AppendResult = await this.#answered(
          writer.appendToStream(stream, data, { expectedRevision }),
        );
        const revision = exact(result.nextExpectedRevision);
        if (result.position !== undefined) return { revision, position: exact(result.position.commit) };
        const standing = await this.#standing(stream, events, last + 1);
        invariant(standing !== null, `events that were appended to ${stream} are not there`);
        return standing;
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) {
          return { actual: typeof error.actualVersion === 'bigint' ? exact(error.actualVersion) : -1 };
        }
        if (error instanceof MaxAppendSizeExceededError) {
          const bytes = events.reduce((sum, event) => sum + eventBytes(event), 0);
          throw new EventTooLarge(stream, bytes, appendLimitBytes);
        }
        this.#mustBeOpen();
        if (isSilence(error)) {
          this.#giveUp(writer);
          // it was waited for long enough: once more, to learn what became of it
          attempt = Math.max(attempt, retryAfterMs.length - 1);
        }
        const waitMs = retryAfterMs[attempt];
        if (!isOutage(error) || waitMs === undefined) throw asStoreError(error);
        await new Promise<void>((resolve) => {
          this.options.environment.scheduler.after(waitMs, resolve);
        });
      }
    }
  }

  #giveUp(writer: EventStoreDBClient): void {
    if (writer !== this.#writer) return;
    this.#writer = EventStoreDBClient.connectionString(this.options.url);
    void writer.dispose();
  }

  /** The client itself waits for ever when the server ends its call without an error. */
  #answered<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.options.environment.scheduler.after(answerMs, () => {
        reject(new StoreSilent(`EventStoreDB did not answer within ${answerMs} ms`));
      });
      answer.then(resolve, reject).finally(cancel);
    });
  }

  /** An append is answered when it is durable. */
  synced(_position: Position): Promise<void> {
    return this.#closed === null ? Promise.resolve() : Promise.reject(new StoreClosed());
  }

  async readStream(
    stream: string,
    options: { readonly from?: number; readonly direction?: Direction; readonly limit?: number } = {},
  ): Promise<readonly RecordedEvent[]> {
    this.#mustBeOpen();
    const { from, direction = 'forwards', limit = Infinity } = options;
    const forwards = direction === 'forwards';
    if (limit <= 0 || (!forwards && from !== undefined && from < 0)) return [];
    const read = this.#client.readStream(stream, {
      direction: forwards ? FORWARDS : BACKWARDS,
      fromRevision: from === undefined ? (forwards ? START : END) : BigInt(Math.max(0, from)),
      maxCount: Math.min(limit, countLimit),
    });
    try {
      return (await this.#collected(read, limit, () => true)).events;
    } catch (error) {
      if (error instanceof StreamNotFoundError) return [];
      throw error;
    }
  }

  async readAll(
    options: {
      readonly from?: Position;
      readonly after?: Position;
      readonly direction?: Direction;
      readonly limit?: number;
      readonly filter?: Filter;
    } = {},
  ): Promise<readonly RecordedEvent[]> {
    this.#mustBeOpen();
    const { after, from, direction = 'forwards', limit = Infinity, filter } = options;
    const chooses = (event: RecordedEvent): boolean =>
      !isSystemEvent(event) &&
      event.position !== after &&
      (filter === undefined || filter.streamPrefixes.some((prefix) => event.stream.startsWith(prefix)));
    const events: RecordedEvent[] = [];
    let place = after ?? from;
    if (direction === 'backwards' && place !== undefined) {
      if (place <= beforeAll) return [];
      // Servers differ in whether reading backwards from an event includes it, so it is read by itself.
      const at = place;
      const exactly = this.#client.readAll({ fromPosition: wirePosition(at), maxCount: 1 });
      const read = await this.#collected(exactly, 1, (event) => event.position === at && chooses(event));
      events.push(...read.events);
    }
    while (events.length < limit) {
      const last = place;
      // one more than is wanted, for the event that stands at the place itself; a filter may choose few of many
      const maxCount = filter === undefined ? limit - events.length + 1 : Infinity;
      const { events: page, seen } = await this.#collected(
        this.#client.readAll({ ...allFrom(direction, place), maxCount: Math.min(maxCount, countLimit) }),
        limit - events.length,
        (event) => {
          place = event.position;
          return chooses(event) && (direction === 'forwards' || last === undefined || event.position < last);
        },
      );
      events.push(...page);
      if (seen < maxCount) break;
    }
    return events;
  }

  /** What a read gives, up to `limit` events that are chosen. @throws StoreUnavailable when it stands still */
  async #collected(
    read: StreamingRead<ResolvedEvent>,
    limit: number,
    chooses: (event: RecordedEvent) => boolean,
  ): Promise<{ readonly events: readonly RecordedEvent[]; readonly seen: number }> {
    const events: RecordedEvent[] = [];
    const progress = { seen: 0, before: 0 };
    const watch = (): Cancel =>
      this.options.environment.scheduler.after(answerMs, () => {
        if (progress.seen === progress.before) {
          read.destroy(new StoreUnavailable(`EventStoreDB gave nothing for ${answerMs} ms`));
          read.cancel().catch(() => undefined); // it never began, so there is nothing to end
        }
        progress.before = progress.seen;
        cancel = watch();
      });
    let cancel = watch();
    // an error after the last event that was wanted concerns nobody
    read.on('error', () => undefined);
    try {
      for await (const resolved of read as AsyncIterable<ResolvedEvent>) {
        progress.seen += 1;
        if (events.length >= limit) continue;
        const event = recordedEvent(resolved);
        if (chooses(event)) events.push(event);
        // What is on its way is read all the same: the client keeps a call until its end is reached.
        if (events.length >= limit) void read.cancel();
      }
    } catch (error) {
      this.#mustBeOpen();
      throw asStoreError(error);
    } finally {
      cancel();
    }
    // a client that is disposed of ends its reads as if they were complete
    this.#mustBeOpen();
    return { events, seen: progress.seen };
  }

  subscribeAll(options: SubscribeOptions): AsyncIterable<Batch> {
    this.#mustBeOpen();
    const subscriber: Subscriber = { stopped: false, inbox: null };
    const batches = this.#batches(options, subscriber);
    const iterator: AsyncIterableIterator<Batch> = {
      [Symbol.asyncIterator]: () => iterator,
      next: () => batches.next(),
      // also while a batch is awaited: whoever holds the iterator may end it at any time
      return: () => {
        stop(subscriber);
        return batches.return(undefined);
      },
    };
    return iterator;
  }

  async *#batches(options: SubscribeOptions, subscriber: Subscriber): AsyncGenerator<Batch, undefined> {
    const { filter, signal } = options;
    const abort = (): void => {
      stop(subscriber);
    };
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    this.#subscribers.add(subscriber);
    try {
      let position = options.after;
      if (filter !== undefined && !subscriber.stopped && position < (await this.end()).synced) {
        let caughtUp = false;
        for await (const delivery of this.#deliveries(options, position, catchUpWindow, subscriber)) {
          position = delivery.position;
          yield { ...delivery, events: own(delivery.events), caughtUp: false };
          caughtUp = delivery.caughtUp;
          if (caughtUp) break;
        }
        if (!caughtUp) return;
      }
      for await (const delivery of this.#deliveries(options, position, liveWindow, subscriber)) {
        yield { ...delivery, events: own(delivery.events) };
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#subscribers.delete(subscriber);
    }
  }

  async *#deliveries(
    { filter, maxEvents = batchEvents }: SubscribeOptions,
    after: Position,
    maxSearchWindow: number,
    subscriber: Subscriber,
  ): AsyncGenerator<Delivery, undefined> {
    if (subscriber.stopped) return;
    const inbox = new Inbox((checkpointReached) => {
      const prefixes = filter && [...filter.streamPrefixes];
      return this.#client.subscribeToAll(
        {
          fromPosition: after <= beforeAll ? START : wirePosition(after),
          ...(prefixes && {
            filter: streamNameFilter({ prefixes, maxSearchWindow, checkpointInterval: 1, checkpointReached }),
          }),
        },
        { highWaterMark: batchEvents },
      );
    }, after);
    const cancel = this.options.environment.scheduler.after(answerMs, inbox.expectConfirmation);
    subscriber.inbox = inbox;
    try {
      for (;;) {
        const delivery = await inbox.next(maxEvents);
        if (delivery === null || isStopped(subscriber)) return;
        yield delivery;
      }
    } finally {
      cancel();
      inbox.close();
    }
  }

  async end(): Promise<{ readonly written: Position; readonly synced: Position }> {
    this.#mustBeOpen();
    const read = this.#client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 });
    const { events } = await this.#collected(read, 1, () => true);
    const position = events[0]?.position ?? beforeAll;
    return { written: position, synced: position };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const subscriber of this.#subscribers) stop(subscriber);
    // a call that was given up half-read never ends for the client
    await Promise.race([
      Promise.all([this.#client.dispose(), this.#writer.dispose()]),
      new Promise<void>((resolve) => this.options.environment.scheduler.after(closeMs, resolve)),
    ]);
  }

  #mustBeOpen(): void {
    if (this.#closed !== null) throw new StoreClosed();
  }
}

type Subscriber = { stopped: boolean; inbox: Inbox | null };

/** A function, because the compiler holds that what was false stays so. */
const isStopped = (subscriber: Subscriber): boolean => subscriber.stopped;

const stop = (subscriber: Subscriber): void => {
  subscriber.stopped = true;
  subscriber.inbox?.stop();
};

/** Where a read begins. What stands at the place itself may or may not be given. */
const allFrom = (direction: Direction, place: Position | undefined): ReadAllOptions =>
  direction === 'forwards'
    ? { fromPosition: place === undefined || place <= beforeAll ? START : wirePosition(place) }
    : { direction: BACKWARDS, fromPosition: place === undefined ? END : wirePosition(place) };

const own = (events: readonly RecordedEvent[]): readonly RecordedEvent[] =>
  events.filter((event) => !isSystemEvent(event));

/** Connects when it is first used. What can't be reached is `StoreUnavailable`, then and later. */
export const openEventStoreDb = (options: EventStoreDbOptions): EventStore =>
  new EventStoreDbEventStore(options);
