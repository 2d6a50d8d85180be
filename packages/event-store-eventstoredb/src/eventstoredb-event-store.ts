// The event store on an EventStoreDB server, over its official client. Its parts are appends, reads and
// subscriptions, each with what the client lacks.
import { EventStoreDBClient } from '@eventstore/db-client';
import type { Environment, NewEvent, Position, RecordedEvent, Result, Scheduler } from '@holdfast/kernel';
import {
  leavable,
  StoreClosed,
  type Appended,
  type Batch,
  type End,
  type EventStore,
  type ExpectedRevision,
  type RevisionConflict,
  type SubscribeOptions,
} from '@holdfast/event-store';
import { OwnAppends } from './appending/own-appends.js';
import { Reads, type LogPlace, type StreamPlace } from './reading/reads.js';
import { stop, Subscribing, type Subscriber } from './subscribing/subscribing.js';
import { Appends } from './appending/appends.js';

export type EventStoreDbOptions = {
  /** `esdb://[user:password@]host:port[,host:port]?tls=true`; `nodePreference=leader` unless it says otherwise */
  readonly url: string;
  /** added before all stream names on the server, hidden from callers. Empty unless given */
  readonly streamPrefix?: string;
  readonly environment: Pick<Environment, 'scheduler'>;
};

/** longest wait for a reply */
const answerMs = 10_000;
const closeMs = 1000;

class EventStoreDbEventStore implements EventStore {
  readonly #client: EventStoreDBClient;
  readonly #scheduler: Scheduler;
  readonly #reads: Reads;
  readonly #appends: Appends;
  readonly #subscribing: Subscribing;
  readonly #subscribers = new Set<Subscriber>();
  #closed: Promise<void> | null = null;

  constructor(options: EventStoreDbOptions) {
    const { streamPrefix = '', environment } = options;
    const url = leaderUnlessNamed(options.url);
    this.#client = EventStoreDBClient.connectionString(url);
    const { scheduler } = environment;
    this.#scheduler = scheduler;
    const mustBeOpen = (): void => {
      this.#mustBeOpen();
    };
    const own = new OwnAppends();
    const reads = new Reads({ client: this.#client, scheduler, streamPrefix, own, answerMs, mustBeOpen });
    this.#reads = reads;
    this.#appends = new Appends({ url, scheduler, streamPrefix, own, reads, answerMs, mustBeOpen });
    const end = (): Promise<Position> => reads.end();
    this.#subscribing = new Subscribing(this.#client, scheduler, streamPrefix, answerMs, end);
  }

  async append(
    stream: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Result<Appended, RevisionConflict>> {
    this.#mustBeOpen();
    return this.#appends.append(stream, events, expected);
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
    const disposed = Promise.all([this.#client.dispose(), this.#appends.dispose()]);
    // In the client a call that was abandoned half-read never ends, so the wait has a limit.
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#scheduler.after(closeMs, resolve);
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
