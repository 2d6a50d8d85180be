// A persistent subscription: the server stores the progress of a group of consumers and sends each event to one of them. An
// event without an acknowledgement is sent again, and parked after too many refusals. Delivery is at least once, in no
// promised order.
import { status } from '@grpc/grpc-js';
import type { Cancel, Environment, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { type Consumer, ConsumerChoice, hasRoom } from './consumers.js';
import type { GroupConfig } from './group-config.js';
import { ParkedMessages, systemStream } from './parked-messages.js';
import { placeText } from './persistent-place.js';
import { Refusal } from '../refusal.js';
import { sourceEvents } from './source-events.js';
import { shownId } from '../streams/stored-event.js';
import type { StreamView } from '../streams/stream-view.js';

export type NackAction = 'park' | 'retry' | 'skip' | 'stop';

type Entry = {
  /** revision in its stream, position in the log for `$all`, or revision in the stream of parked events for a replayed one */
  readonly key: number;
  readonly isReplayed: boolean;
  /** the event that consumers acknowledge; a link, if they get it through one */
  readonly event: RecordedEvent;
  readonly retryCount: number;
};

type InFlight = { readonly entry: Entry; readonly consumer: Consumer; readonly cancel: Cancel };

/** Used in place of a configured timeout of 0, so that an acknowledgement under way still counts. */
const leastTimeoutMs = 100;

export class PersistentGroup {
  readonly consumers: Consumer[] = [];
  readonly #inFlight = new Map<string, InFlight>();
  #retries: Entry[] = [];
  /** read, and waiting for a consumer */
  #buffer: Entry[] = [];
  /** keys of events that were read and are neither acknowledged nor parked nor skipped */
  readonly #open = new Set<number>();
  #read: number;
  #checkpoint: number | null;
  #doneSinceCheckpoint = 0;
  readonly #choice = new ConsumerChoice();
  #feed: AbortController | null = null;
  #roomForMore: (() => void) | null = null;
  #checkpointTimer: Cancel | null = null;
  readonly #parked: ParkedMessages;
  lastKnown: number | null = null;
  processed = 0;

  constructor(
    public config: GroupConfig,
    checkpoint: number | null,
    private readonly store: EventStore,
    private readonly view: StreamView,
    private readonly environment: Pick<Environment, 'clock' | 'scheduler' | 'ids'>,
  ) {
    const { source, group } = config;
    this.#parked = new ParkedMessages(systemStream(source, group, 'parked'), view, environment);
    this.#checkpoint = checkpoint;
    this.#read = checkpoint ?? config.after;
  }

  get lastCheckpoint(): number | null {
    return this.#checkpoint;
  }

  get counts(): { readonly inFlight: number; readonly retries: number; readonly buffered: number } {
    return {
      inFlight: this.#inFlight.size,
      retries: this.#retries.length,
      buffered: this.#buffer.length,
    };
  }

  connect(consumer: Consumer): void {
    this.consumers.push(consumer);
    if (this.#feed === null) {
      const feed = new AbortController();
      this.#feed = feed;
      void this.#run(feed.signal);
    }
    this.#pump();
  }

  /** Events that the consumer did not acknowledge go to other consumers, or wait. */
  disconnect(consumer: Consumer): void {
    const at = this.consumers.indexOf(consumer);
    if (at === -1) return;
    this.consumers.splice(at, 1);
    for (const id of consumer.inFlight) {
      const entry = this.#take(id);
      if (entry !== null) this.#retries.push(entry);
    }
    if (this.consumers.length === 0) this.#stop();
    this.#pump();
  }

  /** Goes on from its checkpoint, or from the new start when no event is done. Drops its consumers, which must reconnect. */
  update(config: GroupConfig, reason: Refusal): void {
    this.drop(reason);
    this.config = config;
    if (this.#checkpoint !== null) return;
    this.#read = config.after;
    this.#open.clear();
    this.#retries = this.#retries.filter(({ isReplayed }) => isReplayed);
  }

  drop(reason: Refusal): void {
    for (const consumer of [...this.consumers]) {
      this.disconnect(consumer);
      consumer.drop(reason);
    }
  }

  ack(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#take(id);
      if (entry !== null) this.#done(entry);
    }
    this.#pump();
  }

  async nack(ids: readonly string[], action: NackAction, reason: string): Promise<void> {
    for (const id of ids) {
      const entry = this.#take(id);
      if (entry === null) continue;
      // As on EventStoreDB, `stop` does not stop the consumer: the event counts as done.
      if (action === 'skip' || action === 'stop') this.#done(entry);
      else if (action === 'park') await this.#park(entry, `Client explicitly NAK'ed message.\n${reason}`);
      else await this.#retry(entry);
    }
    this.#pump();
  }

  /** Sends up to `limit` parked events again. */
  async replayParked(limit: number): Promise<void> {
    for (const event of await this.#parked.replay(limit)) {
      const entry = { key: event.revision, isReplayed: true, event, retryCount: 0 };
      if ((await this.view.linked(event)) === null) this.#done(entry);
      else this.#retries.push(entry);
    }
    this.#pump();
  }

  parkedCount(): Promise<number> {
    return this.#parked.count();
  }

  #stop(): void {
    this.#feed?.abort();
    this.#feed = null;
    this.#roomForMore?.();
    this.#checkpointTimer?.();
    this.#checkpointTimer = null;
    // Events that were read and sent to no consumer are read again.
    for (const { key } of this.#buffer) this.#open.delete(key);
    const first = this.#buffer[0];
    if (first !== undefined) this.#read = first.key - 1;
    this.#buffer = [];
    void this.#saveCheckpoint();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { settings, source } = this.config;
    try {
      for await (const event of sourceEvents(this.config, this.#read, this.store, this.view, signal)) {
        if (signal.aborted) return;
        const key = source === '$all' ? event.position : event.revision;
        this.#read = key;
        this.lastKnown = key;
        this.#open.add(key);
        this.#buffer.push({ key, isReplayed: false, event, retryCount: 0 });
        this.#pump();
        if (this.#buffer.length >= Math.max(1, settings.historyBufferSize)) {
          await new Promise<void>((resolve) => {
            this.#roomForMore = resolve;
          });
        }
      }
    } catch (error) {
      const reason = error instanceof Refusal ? error : new Refusal(status.UNAVAILABLE, String(error));
      if (!signal.aborted) this.drop(reason);
    }
  }

  /** Sends waiting events to consumers that have room. */
  #pump(): void {
    for (const queue of [this.#retries, this.#buffer]) {
      for (let i = 0; i < queue.length && this.consumers.some(hasRoom);) {
        const entry = queue[i] as Entry;
        // Two entries can have one id: from two streams, or one of them parked. Only one of them is sent at a time.
        const consumer = this.#inFlight.has(shownId(entry.event))
          ? null
          : this.#choice.of(this.consumers, this.config.settings.strategy, entry.event);
        if (consumer === null) i += 1;
        else {
          queue.splice(i, 1);
          this.#give(entry, consumer);
        }
      }
    }
    if (this.#buffer.length < Math.max(1, this.config.settings.historyBufferSize)) {
      this.#roomForMore?.();
      this.#roomForMore = null;
    }
  }

  #give(entry: Entry, consumer: Consumer): void {
    const id = shownId(entry.event);
    const expire = (): void => {
      const late = this.#take(id);
      if (late !== null) void this.#retry(late).then(() => this.#pump());
    };
    const { messageTimeoutMs } = this.config.settings;
    const cancel = this.environment.scheduler.after(
      messageTimeoutMs > 0 ? messageTimeoutMs : leastTimeoutMs,
      expire,
    );
    this.#inFlight.set(id, { entry, consumer, cancel });
    consumer.inFlight.add(id);
    consumer.delivered += 1;
    consumer.deliver(entry.event, entry.retryCount, entry.isReplayed);
  }

  /** Takes an event back from the consumer that has it, if any. */
  #take(id: string): Entry | null {
    const flight = this.#inFlight.get(id);
    if (flight === undefined) return null;
    flight.cancel();
    flight.consumer.inFlight.delete(id);
    this.#inFlight.delete(id);
    return flight.entry;
  }

  async #retry(entry: Entry): Promise<void> {
    const { maxRetryCount } = this.config.settings;
    if (entry.retryCount >= maxRetryCount) await this.#park(entry, `Reached retry count of ${maxRetryCount}`);
    else this.#retries.push({ ...entry, retryCount: entry.retryCount + 1 });
  }

  async #park(entry: Entry, reason: string): Promise<void> {
    try {
      await this.#parked.park(entry.event, reason, entry.isReplayed || this.config.settings.resolveLinks);
      this.#done(entry);
    } catch {
      this.#retries.push(entry); // it could not be parked, so it is sent again: delivery is at least once
    }
  }

  #done({ key, isReplayed }: Entry): void {
    this.processed += 1;
    if (isReplayed) {
      void this.#parked.done(key);
      return;
    }
    this.#open.delete(key);
    this.#doneSinceCheckpoint += 1;
    const { maxCheckpointCount, minCheckpointCount, checkpointAfterMs } = this.config.settings;
    if (this.#doneSinceCheckpoint >= maxCheckpointCount) void this.#saveCheckpoint();
    else if (this.#doneSinceCheckpoint >= minCheckpointCount) {
      this.#checkpointTimer ??= this.environment.scheduler.after(checkpointAfterMs, () => {
        this.#checkpointTimer = null;
        void this.#saveCheckpoint();
      });
    }
  }

  /** Every event up to the checkpoint is done; unfinished events behind it are sent again after a restart. */
  async #saveCheckpoint(): Promise<void> {
    const open = Math.min(...this.#open);
    const reached = this.#open.size === 0 ? this.#read : open - 1;
    if (reached <= (this.#checkpoint ?? this.config.after)) return;
    this.#checkpoint = reached;
    this.#doneSinceCheckpoint = 0;
    const { source, group } = this.config;
    const event = {
      id: this.environment.ids.next(),
      type: '$SubscriptionCheckpoint',
      contentType: 'application/json',
      data: Buffer.from(JSON.stringify(placeText(source, reached))),
      metadata: new Uint8Array(),
    } as const;
    try {
      await this.view.append(systemStream(source, group, 'checkpoint'), [event], 'any');
    } catch {
      // The store is closing. Without the checkpoint, events are sent again; delivery is at least once.
    }
  }
}
