// A persistent subscription: the server remembers for a group of consumers how far it is, gives each event to one of them,
// again when it is not acknowledged, and parks what is refused too often. At least once, and in no promised order.
import { status } from '@grpc/grpc-js';
import type { Cancel, Environment, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '../port.js';
import { chooser, type EventFilter } from './event-filter.js';
import { Refusal } from './refusal.js';
import { isTombstone, type WireEvent } from './stored-event.js';
import type { StreamView } from './stream-view.js';

export type GroupSettings = {
  readonly resolveLinks: boolean;
  readonly extraStatistics: boolean;
  readonly maxRetryCount: number;
  readonly minCheckpointCount: number;
  readonly maxCheckpointCount: number;
  /** 0 is no limit */
  readonly maxSubscriberCount: number;
  readonly liveBufferSize: number;
  readonly readBatchSize: number;
  readonly historyBufferSize: number;
  readonly messageTimeoutMs: number;
  readonly checkpointAfterMs: number;
  readonly strategy: string;
};

export type GroupConfig = {
  /** a stream's name, or `$all` */
  readonly source: string;
  readonly group: string;
  /** as clients asked for it: -1 is the end */
  readonly startFrom: number;
  /** revision or position of the last event before the group's first one */
  readonly after: number;
  readonly filter: EventFilter;
  readonly settings: GroupSettings;
};

export type NackAction = 'park' | 'retry' | 'skip' | 'stop';

type Entry = {
  /** revision in its stream or position in the log; null when it was parked and comes again */
  readonly key: number | null;
  /** what consumers acknowledge: the link where there is one */
  readonly event: RecordedEvent;
  readonly retryCount: number;
};

export type Consumer = {
  readonly slots: number;
  readonly connectionName: string;
  readonly username: string;
  readonly from: string;
  readonly inFlight: Set<string>;
  delivered: number;
  deliver(this: void, event: RecordedEvent, retryCount: number): void;
  drop(this: void, reason: Refusal): void;
};

const hasRoom = ({ inFlight, slots }: Consumer): boolean => inFlight.size < slots;

type InFlight = { readonly entry: Entry; readonly consumer: Consumer; readonly cancel: Cancel };

export const systemStream = (source: string, group: string, part: 'parked' | 'checkpoint'): string =>
  `$persistentsubscription-${source}::${group}-${part}`;

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
  #nextConsumer = 0;
  #feed: AbortController | null = null;
  #roomForMore: (() => void) | null = null;
  #checkpointTimer: Cancel | null = null;
  lastKnown: number | null = null;
  processed = 0;

  constructor(
    public config: GroupConfig,
    checkpoint: number | null,
    private readonly store: EventStore,
    private readonly view: StreamView,
    private readonly environment: Pick<Environment, 'scheduler' | 'ids'>,
  ) {
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

  /** What it had and did not acknowledge goes to others, or waits. */
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

  /** Goes on where it was, or from the new start where nothing was done yet. Its consumers have to come again. */
  update(config: GroupConfig, reason: Refusal): void {
    this.drop(reason);
    this.config = config;
    if (this.#checkpoint !== null) return;
    this.#read = config.after;
    this.#open.clear();
    this.#retries = this.#retries.filter(({ key }) => key === null);
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

  async nack(ids: readonly string[], action: NackAction, reason: string, consumer: Consumer): Promise<void> {
    for (const id of ids) {
      const entry = this.#take(id);
      if (entry === null) continue;
      if (action === 'skip') this.#done(entry);
      else if (action === 'park') await this.#park(entry, reason);
      else if (action === 'stop') this.#retries.push(entry);
      else await this.#retry(entry, reason);
    }
    if (action === 'stop') {
      this.disconnect(consumer);
      consumer.drop(
        new Refusal(status.CANCELLED, `The consumer stopped: ${reason}`, {
          exception: 'persistent-subscription-dropped',
        }),
      );
    }
    this.#pump();
  }

  /** Gives up to `limit` parked events out again. */
  async replayParked(limit: number): Promise<void> {
    const parked = systemStream(this.config.source, this.config.group, 'parked');
    const pages = await this.view.read(parked, { from: 0, direction: 'forwards', limit });
    let last = -1;
    for await (const page of pages ?? []) {
      for (const link of page) {
        last = link.revision;
        const event = await this.view.linked(link);
        if (event !== null) this.#retries.push({ key: null, event, retryCount: 0 });
      }
    }
    if (last >= 0) await this.view.append(`$$${parked}`, [this.#json('$metadata', { $tb: last + 1 })], 'any');
    this.#pump();
  }

  async parkedCount(): Promise<number> {
    let count = 0;
    const parked = systemStream(this.config.source, this.config.group, 'parked');
    const pages = await this.view.read(parked, { direction: 'forwards', limit: Infinity });
    for await (const page of pages ?? []) count += page.length;
    return count;
  }

  #stop(): void {
    this.#feed?.abort();
    this.#feed = null;
    this.#roomForMore?.();
    this.#checkpointTimer?.();
    this.#checkpointTimer = null;
    // what was read and given to nobody is read again
    for (const { key } of this.#buffer) if (key !== null) this.#open.delete(key);
    const first = this.#buffer[0];
    if (first !== undefined && first.key !== null) this.#read = first.key - 1;
    this.#buffer = [];
    void this.#saveCheckpoint();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { settings, source } = this.config;
    try {
      for await (const event of source === '$all' ? this.#all(signal) : this.#stream(signal)) {
        if (signal.aborted) return;
        const key = source === '$all' ? event.position : event.revision;
        this.#read = key;
        this.lastKnown = key;
        this.#open.add(key);
        this.#buffer.push({ key, event, retryCount: 0 });
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

  async *#all(signal: AbortSignal): AsyncGenerator<RecordedEvent> {
    const chosen = chooser(this.config.filter);
    const filter = chosen.filter && { filter: chosen.filter };
    for await (const batch of this.store.subscribeAll({ after: this.#read, signal, ...filter })) {
      for (const event of batch.events) {
        // what the server writes for groups would otherwise come to them, and be written for again
        if (chosen.chooses(event) && !event.stream.startsWith('$persistentsubscription-')) yield event;
      }
    }
  }

  async *#stream(signal: AbortSignal): AsyncGenerator<RecordedEvent> {
    const { source } = this.config;
    const { synced } = await this.store.end();
    let seen = this.#read;
    const history = await this.view.read(source, { from: seen + 1, direction: 'forwards', limit: Infinity });
    for await (const page of history ?? []) {
      for (const event of page) {
        seen = event.revision;
        yield event;
      }
    }
    const filter = { streamPrefixes: [source] };
    for await (const batch of this.store.subscribeAll({ after: synced, filter, signal })) {
      for (const event of batch.events) {
        if (event.stream !== source || event.revision <= seen || isTombstone(event)) continue;
        seen = event.revision;
        yield event;
      }
    }
  }

  /** Gives out what there is to who has room. */
  #pump(): void {
    for (const queue of [this.#retries, this.#buffer]) {
      for (let i = 0; i < queue.length && this.consumers.some(hasRoom);) {
        const entry = queue[i] as Entry;
        // an id can stand in two streams, or come again from the parked: one of them at a time
        const consumer = this.#inFlight.has(entry.event.id) ? null : this.#consumerFor(entry.event);
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

  #consumerFor(event: RecordedEvent): Consumer | null {
    const { consumers } = this;
    const { strategy } = this.config.settings;
    if (strategy === 'DispatchToSingle') return consumers.find(hasRoom) ?? null;
    if (strategy.startsWith('Pinned')) {
      const correlation = (event.metadata as Readonly<Record<string, unknown>> | undefined)?.[
        '$correlationId'
      ];
      const pin = strategy === 'Pinned' || typeof correlation !== 'string' ? event.stream : correlation;
      let hash = 0;
      for (const character of pin) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) | 0;
      const pinned = consumers[Math.abs(hash) % Math.max(1, consumers.length)];
      return pinned !== undefined && hasRoom(pinned) ? pinned : null;
    }
    for (let i = 0; i < consumers.length; i++) {
      const consumer = consumers[(this.#nextConsumer + i) % consumers.length] as Consumer;
      if (!hasRoom(consumer)) continue;
      this.#nextConsumer = (this.#nextConsumer + i + 1) % consumers.length;
      return consumer;
    }
    return null;
  }

  #give(entry: Entry, consumer: Consumer): void {
    const { id } = entry.event;
    const { messageTimeoutMs } = this.config.settings;
    const expire = (): void => {
      const late = this.#take(id);
      if (late !== null) void this.#retry(late, 'It was not acknowledged in time.').then(() => this.#pump());
    };
    const cancel =
      messageTimeoutMs > 0
        ? this.environment.scheduler.after(messageTimeoutMs, expire)
        : (): void => undefined;
    this.#inFlight.set(id, { entry, consumer, cancel });
    consumer.inFlight.add(id);
    consumer.delivered += 1;
    consumer.deliver(entry.event, entry.retryCount);
  }

  /** Ends the flight of an event, whoever has it. */
  #take(id: string): Entry | null {
    const flight = this.#inFlight.get(id);
    if (flight === undefined) return null;
    flight.cancel();
    flight.consumer.inFlight.delete(id);
    this.#inFlight.delete(id);
    return flight.entry;
  }

  async #retry(entry: Entry, reason: string): Promise<void> {
    if (entry.retryCount >= this.config.settings.maxRetryCount) await this.#park(entry, reason);
    else this.#retries.push({ ...entry, retryCount: entry.retryCount + 1 });
  }

  async #park(entry: Entry, reason: string): Promise<void> {
    const { source, group } = this.config;
    const { event } = entry;
    const link = this.#json('$>', `${event.revision}@${event.stream}`, { reason });
    try {
      await this.view.append(systemStream(source, group, 'parked'), [link], 'any');
      this.#done(entry);
    } catch {
      this.#retries.push(entry); // it could not be parked, so it comes again, which is promised
    }
  }

  #done({ key }: Entry): void {
    this.processed += 1;
    if (key === null) return;
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

  /** Everything up to the checkpoint is done; what is open behind it comes again after a restart. */
  async #saveCheckpoint(): Promise<void> {
    const open = Math.min(...this.#open);
    const reached = this.#open.size === 0 ? this.#read : open - 1;
    if (reached <= (this.#checkpoint ?? this.config.after)) return;
    this.#checkpoint = reached;
    this.#doneSinceCheckpoint = 0;
    const stream = systemStream(this.config.source, this.config.group, 'checkpoint');
    try {
      await this.view.append(stream, [this.#json('$SubscriptionCheckpoint', reached)], 'any');
    } catch {
      // a store that is closing: without the checkpoint events come once more, which is promised
    }
  }

  #json(type: string, data: unknown, metadata?: unknown): WireEvent {
    const isLink = type === '$>';
    return {
      id: this.environment.ids.next(),
      type,
      contentType: isLink ? 'application/octet-stream' : 'application/json',
      data: Buffer.from(isLink ? String(data) : JSON.stringify(data)),
      metadata: metadata === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(metadata)),
    };
  }
}
