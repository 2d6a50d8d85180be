// Reads of streams and of the log. A read may come from any node of a cluster, so a read without events that this process
// wrote is made again on the leader.
import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  type ReadAllOptions,
  type ResolvedEvent,
  START,
  type StreamingRead,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { beforeAll, type Cancel, type Position, type RecordedEvent, type Scheduler } from '@holdfast/kernel';
import { type Direction, type Filter, StoreUnavailable } from '@holdfast/event-store';
import { readChosen } from './chosen.js';
import type { OwnAppends } from '../appending/own-appends.js';
import { exact, positionOf, recordedEvent, wirePosition } from './recorded-event.js';
import { asStoreError, isDeletedForGood, isOutage } from '../store-errors.js';

export type StreamPlace = {
  readonly from?: number;
  readonly direction?: Direction;
  readonly limit?: number;
};

export type LogPlace = {
  readonly from?: Position;
  readonly after?: Position;
  readonly direction?: Direction;
  readonly limit?: number;
  readonly filter?: Filter;
};

export type ReadsOptions = {
  readonly client: EventStoreDBClient;
  readonly scheduler: Scheduler;
  readonly streamPrefix: string;
  readonly own: OwnAppends;
  /** longest time in which a read may receive nothing, in milliseconds */
  readonly answerMs: number;
  mustBeOpen(this: void): void;
};

const countLimit = Number.MAX_SAFE_INTEGER;
/** when the leader is asked again, while the cluster finds one */
const leaderAgainMs: readonly number[] = [50, 200, 800, 2000];

export class Reads {
  constructor(private readonly options: ReadsOptions) {}

  async stream(stream: string, place: StreamPlace): Promise<readonly RecordedEvent[]> {
    const { from, direction = 'forwards', limit = Infinity } = place;
    if (limit <= 0 || (direction === 'backwards' && from !== undefined && from < 0)) return [];
    const { own } = this.options;
    const isBehind = (events: readonly RecordedEvent[]): boolean => {
      const revisions = events.map(({ revision }) => revision);
      return own.isBehind(stream, revisions, { ...place, direction, limit });
    };
    const events = await this.#stream(stream, place, false);
    if (!isBehind(events)) return events;
    const ofLeader = await this.#ofLeader(() => this.#stream(stream, place, true));
    if (isBehind(ofLeader)) own.forget(stream);
    return ofLeader;
  }

  async #stream(
    stream: string,
    { from, direction = 'forwards', limit = Infinity }: StreamPlace,
    requiresLeader: boolean,
  ): Promise<readonly RecordedEvent[]> {
    const { client, streamPrefix } = this.options;
    const forwards = direction === 'forwards';
    const events: RecordedEvent[] = [];
    let next = from;
    try {
      for (;;) {
        const maxCount = Math.min(limit - events.length, countLimit);
        let seen = 0;
        const read = client.readStream(streamPrefix + stream, {
          direction: forwards ? FORWARDS : BACKWARDS,
          fromRevision: next === undefined ? (forwards ? START : END) : BigInt(Math.max(0, next)),
          maxCount,
          requiresLeader,
        });
        await this.#each(read, (resolved) => {
          seen += 1;
          next = exact(resolved.event?.revision ?? 0n) + (forwards ? 1 : -1);
          const event = recordedEvent(resolved, streamPrefix);
          if (event !== null) events.push(event);
        });
        // The server's own events were left out of the page, so further events may fit.
        if (seen < maxCount || events.length >= limit || (next ?? 0) < 0) return events;
      }
    } catch (error) {
      // A stream that was deleted for good has no events either.
      if (error instanceof StreamNotFoundError || isDeletedForGood(error)) return events;
      throw error;
    }
  }

  /**
   * Each page begins at the last event of the previous page, chosen or not, and leaves out everything up to there. Forwards a
   * server sends the event at that position again, backwards it does not.
   */
  async all(place: LogPlace): Promise<readonly RecordedEvent[]> {
    const { after, from, direction = 'forwards', limit = Infinity, filter } = place;
    const { streamPrefix } = this.options;
    const forwards = direction === 'forwards';
    const events: RecordedEvent[] = [];
    const take = (resolved: ResolvedEvent): void => {
      const event = recordedEvent(resolved, streamPrefix);
      if (event !== null && events.length < limit && isChosen(filter, event)) events.push(event);
    };
    let last = after ?? from;
    if (!forwards && last !== undefined && last <= beforeAll) return [];
    const isNew = (position: Position): boolean =>
      last === undefined || (forwards ? position > last : position < last);
    if (limit > 0 && after === undefined && from !== undefined) await this.#at(from, take);
    while (events.length < limit) {
      // One event more, because the event at the start may come again.
      const maxCount = Math.min(limit - events.length + 1, countLimit);
      let seen = 0;
      await this.#each(this.#chosen({ ...allFrom(direction, last), maxCount }, filter), (resolved) => {
        seen += 1;
        const position = positionOf(resolved);
        if (!isNew(position)) return;
        last = position;
        take(resolved);
      });
      if (seen < maxCount) break;
    }
    return events;
  }

  /** The event at a position. */
  async #at(position: Position, take: (resolved: ResolvedEvent) => void): Promise<void> {
    if (position <= beforeAll) return;
    const read = this.options.client.readAll({ fromPosition: wirePosition(position), maxCount: 1 });
    await this.#each(read, (resolved) => {
      if (positionOf(resolved) === position) take(resolved);
    });
  }

  #chosen(options: ReadAllOptions, filter: Filter | undefined): StreamingRead<ResolvedEvent> {
    const { client, streamPrefix } = this.options;
    return readChosen(client, options, filter, streamPrefix);
  }

  /** Position of the log's last event, including events of other programs. */
  async end(): Promise<Position> {
    const { own } = this.options;
    const position = await this.#end(false);
    if (position >= own.position) return position;
    const ofLeader = await this.#ofLeader(() => this.#end(true));
    if (ofLeader < own.position) own.forgetPosition();
    return ofLeader;
  }

  async #end(requiresLeader: boolean): Promise<Position> {
    let position = beforeAll;
    const options = { direction: BACKWARDS, fromPosition: END, maxCount: 1, requiresLeader } as const;
    await this.#each(this.options.client.readAll(options), (resolved) => {
      position = positionOf(resolved);
    });
    return position;
  }

  /** A node that is not the leader names it, and the client connects to that one. So the next try reaches the leader. */
  async #ofLeader<T>(read: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await read();
      } catch (error) {
        const waitMs = leaderAgainMs[attempt];
        if (!isOutage(error) || waitMs === undefined) throw error;
        await new Promise<void>((resolve) => {
          this.options.scheduler.after(waitMs, resolve);
        });
        this.options.mustBeOpen();
      }
    }
  }

  /**
   * Passes each event on. A read ends by itself, with its count: servers close a connection on which many calls are
   * cancelled. @throws StoreUnavailable when nothing arrives for too long
   */
  async #each(read: StreamingRead<ResolvedEvent>, take: (resolved: ResolvedEvent) => void): Promise<void> {
    const { answerMs, scheduler, mustBeOpen } = this.options;
    const progress = { seen: 0, before: 0 };
    const watch = (): Cancel =>
      scheduler.after(answerMs, () => {
        if (progress.seen === progress.before) {
          read.destroy(new StoreUnavailable(`EventStoreDB gave nothing for ${answerMs} ms`));
          read.cancel().catch(() => undefined); // it never began, so there is nothing to end
        }
        progress.before = progress.seen;
        cancel = watch();
      });
    let cancel = watch();
    read.on('error', () => undefined); // the iteration below throws it
    try {
      for await (const resolved of read as AsyncIterable<ResolvedEvent>) {
        progress.seen += 1;
        take(resolved);
      }
    } catch (error) {
      mustBeOpen();
      throw asStoreError(error);
    } finally {
      cancel();
    }
    // a client that is disposed of ends its reads as if they were complete
    mustBeOpen();
  }
}

const isChosen = (filter: Filter | undefined, { stream }: RecordedEvent): boolean =>
  filter === undefined || filter.streamPrefixes.some((prefix) => stream.startsWith(prefix));

/** Where a read begins. The event at that place may or may not be returned. */
const allFrom = (direction: Direction, place: Position | undefined): ReadAllOptions =>
  direction === 'forwards'
    ? { fromPosition: place === undefined || place <= beforeAll ? START : wirePosition(place) }
    : { direction: BACKWARDS, fromPosition: place === undefined ? END : wirePosition(place) };
