// The event store on an EventStoreDB server, over its official client. It adds the parts that the client lacks:
// handling of unknown outcomes, unlimited de-duplication, subscriptions that end when the server ends them.
import {
  type AppendResult,
  EventStoreDBClient,
  MaxAppendSizeExceededError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
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
  leavable,
  type RevisionConflict,
  StoreClosed,
  StoreUnavailable,
  StreamDeleted,
  type SubscribeOptions,
} from '@holdfast/event-store';
import { OwnAppends } from './appending/own-appends.js';
import { type LogPlace, Reads, type StreamPlace } from './reading/reads.js';
import { eventBytes, eventData, exact } from './reading/recorded-event.js';
import { asStoreError, isDeletedForGood, isOutage, isSilence, StoreSilent } from './store-errors.js';
import { type KnownStream, StreamIds } from './appending/stream-ids.js';
import { stop, type Subscriber, Subscribing } from './subscribing/subscribing.js';

export type EventStoreDbOptions = {
  /** `esdb://[user:password@]host:port[,host:port]?tls=true`; `nodePreference=leader` unless it says otherwise */
  readonly url: string;
  /** added before all stream names on the server, hidden from callers. Empty unless given */
  readonly streamPrefix?: string;
  readonly environment: Pick<Environment, 'scheduler'>;
};

const appendLimitBytes = 1_048_576;
/** longest wait for a reply; the waits before an append without a reply is tried again are in `retryAfterMs` */
const answerMs = 10_000;
const retryAfterMs: readonly number[] = [50, 200, 800];
const closeMs = 1000;

class EventStoreDbEventStore implements EventStore {
  readonly #client: EventStoreDBClient;
  /** For appends only, which share one call. When that call gets no reply, the adapter drops the call and this client. */
  #writer: EventStoreDBClient;
  readonly #url: string;
  readonly #streamPrefix: string;
  readonly #ids = new StreamIds();
  readonly #own = new OwnAppends();
  readonly #reads: Reads;
  readonly #subscribing: Subscribing;
  /** appends without a revision take turns, stream by stream */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #subscribers = new Set<Subscriber>();
  #closed: Promise<void> | null = null;

  constructor(private readonly options: EventStoreDbOptions) {
    const { streamPrefix = '', environment } = options;
    this.#url = leaderUnlessNamed(options.url);
    this.#streamPrefix = streamPrefix;
    this.#client = EventStoreDBClient.connectionString(this.#url);
    this.#writer = EventStoreDBClient.connectionString(this.#url);
    const { scheduler } = environment;
    const mustBeOpen = (): void => {
      this.#mustBeOpen();
    };
    const own = this.#own;
    this.#reads = new Reads({ client: this.#client, scheduler, streamPrefix, own, answerMs, mustBeOpen });
    const end = (): Promise<Position> => this.#reads.end();
    this.#subscribing = new Subscribing(this.#client, scheduler, streamPrefix, answerMs, end);
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
    const stored = await this.#stored(stream, events, last + 1);
    if (stored !== null) return accepted(stored);
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

  /** Reads the stream to its end, so that its ids and its revision are known, and appends exactly there. */
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
        const stored = await this.#knownStanding(stream, events, known);
        return stored === null ? conflict : accepted(stored);
      }
      const outcome = await this.#appendAt(stream, events, known.last);
      if ('actual' in outcome) {
        // Another writer was faster, or the reply to our own append was lost: the next read shows which.
        const before = known.last;
        const [next] = await this.readStream(stream, { from: before + 1, limit: 1 });
        // Hidden events (`$maxAge`, `$tb`) can't be read, but the stream's revision includes them.
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
    return first === undefined ? null : this.#stored(stream, events, first);
  }

  /** Returns the place of the events when the stream has exactly these from a revision on; null otherwise. */
  async #stored(stream: string, events: readonly NewEvent[], from: number): Promise<Appended | null> {
    const there = await this.readStream(stream, { from, limit: events.length });
    const last = there.at(-1);
    return last !== undefined &&
      events.every(({ id }, i) => there[i]?.id === id && there[i].revision === from + i)
      ? { revision: last.revision, position: last.position }
      : null;
  }

  /**
   * Appends behind a stream's last revision. Without a reply the outcome is unknown, so the same append is made again:
   * if the first one took effect, the server knows its ids, or refuses it and the caller reads them back.
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
        const result: AppendResult = await this.#withinAnswerTime(
          writer.appendToStream(this.#streamPrefix + stream, data, { expectedRevision }),
        );
        const revision = exact(result.nextExpectedRevision);
        this.#own.reached(stream, revision);
        const appended =
          result.position === undefined
            ? await this.#stored(stream, events, last + 1)
            : { revision, position: exact(result.position.commit) };
        if (appended === null)
          throw new StoreUnavailable(`events that were appended to ${stream} can't be read yet`);
        this.#own.appended(stream, appended);
        return appended;
      } catch (error) {
        if (isDeletedForGood(error)) throw new StreamDeleted(stream, { cause: error });
        if (error instanceof WrongExpectedVersionError) {
          const actual = typeof error.actualVersion === 'bigint' ? exact(error.actualVersion) : -1;
          if (actual >= 0) this.#own.reached(stream, actual);
          return { actual };
        }
        if (error instanceof MaxAppendSizeExceededError) {
          const bytes = events.reduce((sum, event) => sum + eventBytes(event), 0);
          throw new EventTooLarge(stream, bytes, appendLimitBytes);
        }
        this.#mustBeOpen();
        if (isSilence(error)) {
          this.#giveUp(writer);
          // No more long waits: one last attempt shows the outcome.
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
    this.#writer = EventStoreDBClient.connectionString(this.#url);
    void writer.dispose();
  }

  /** Rejects after a time limit: the client itself waits without end when the server ends its call without an error. */
  #withinAnswerTime<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.options.environment.scheduler.after(answerMs, () => {
        reject(new StoreSilent(`EventStoreDB did not reply within ${answerMs} ms`));
      });
      answer.then(resolve, reject).finally(cancel);
    });
  }

  /** Returns at once: the server replies to an append when it is durable. */
  synced(_position: Position): Promise<void> {
    return this.#closed === null ? Promise.resolve() : Promise.reject(new StoreClosed());
  }

  async readStream(stream: string, options: StreamPlace = {}): Promise<readonly RecordedEvent[]> {
    this.#mustBeOpen();
    return this.#reads.stream(stream, options);
  }

  async readAll(options: LogPlace = {}): Promise<readonly RecordedEvent[]> {
    this.#mustBeOpen();
    return this.#reads.all(options);
  }

  subscribeAll(options: SubscribeOptions): AsyncIterable<Batch> {
    this.#mustBeOpen();
    const subscriber: Subscriber = { stopped: false, inbox: null };
    return leavable(this.#batches(options, subscriber), () => {
      stop(subscriber);
    });
  }

  async *#batches(options: SubscribeOptions, subscriber: Subscriber): AsyncGenerator<Batch, undefined> {
    this.#subscribers.add(subscriber);
    try {
      yield* this.#subscribing.batches(options, subscriber);
    } finally {
      this.#subscribers.delete(subscriber);
    }
  }

  async end(): Promise<End> {
    this.#mustBeOpen();
    const position = await this.#reads.end();
    return { written: position, synced: position, dense: false };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const subscriber of this.#subscribers) stop(subscriber);
    const disposed = Promise.all([this.#client.dispose(), this.#writer.dispose()]);
    // In the client a call that was abandoned half-read never ends, so the wait has a limit.
    await new Promise<void>((resolve, reject) => {
      const cancel = this.options.environment.scheduler.after(closeMs, resolve);
      disposed.then(() => resolve(), reject).finally(cancel);
    });
  }

  #mustBeOpen(): void {
    if (this.#closed !== null) throw new StoreClosed();
  }
}

/** Reads go to the leader: by default the client reads from any node, which may be seconds behind the leader. */
export function leaderUnlessNamed(url: string): string {
  if (/[?&]node[-_]?preference=/i.test(url)) return url;
  const address = url.trim().replace(/\/+$/, '');
  return `${address}${address.includes('?') ? '&' : '?'}nodePreference=leader`;
}

/** Connects when it is first used. Calls throw `StoreUnavailable` while the server can't be reached. */
export const openEventStoreDb = (options: EventStoreDbOptions): EventStore =>
  new EventStoreDbEventStore(options);
