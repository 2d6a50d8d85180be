// Live updates for many subscribers from one subscription to the log: history first, then live, no gap and no repeat.
// A subscriber that falls too far behind is ended and goes on from its cursor.
import type { Environment, Position, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { Feed } from './contract.js';
import { follow } from './follow.js';

/** The reader was too slow; it can resume behind the last event it got. */
export class FeedOverflow extends Error {
  override readonly name = 'FeedOverflow';
}

const maxBuffered = 2000;
const pageOfEvents = 500;

type Listener = { buffer: RecordedEvent[]; overflown: boolean; wake: () => void };

export type LiveFeed = { readonly feed: Feed; stop(): Promise<void> };

export async function startFeed(
  store: EventStore,
  environment: Environment,
  onError: (error: unknown) => void,
): Promise<LiveFeed> {
  const stopping = new AbortController();
  const byStream = new Map<string, Set<Listener>>();
  const toAll = new Set<Listener>();
  /** whoever reads, to be woken when the feed stops: a listener each on one signal would pile up */
  const reading = new Set<Listener>();
  /** everything up to here has been handed to the listeners */
  let position: Position = (await store.end()).synced;

  const push = (listeners: Iterable<Listener>, event: RecordedEvent, woken: Set<Listener>): void => {
    for (const listener of listeners) {
      if (listener.buffer.length < maxBuffered) listener.buffer.push(event);
      else listener.overflown = true;
      woken.add(listener);
    }
  };

  const following = follow({
    store,
    environment,
    upTo: 'synced',
    signal: stopping.signal,
    start: () => position,
    handle: (batch) => {
      const woken = new Set<Listener>();
      if (byStream.size > 0 || toAll.size > 0) {
        for (const event of batch.events) {
          const listeners = byStream.get(event.stream);
          if (listeners === undefined && toAll.size === 0) continue;
          push(listeners ?? [], event, woken);
          push(toAll, event, woken);
        }
      }
      position = batch.position;
      for (const listener of woken) listener.wake();
    },
    onError,
  });

  const register = (streams: readonly string[] | 'all', listener: Listener): (() => void) => {
    if (streams === 'all') {
      toAll.add(listener);
      return () => toAll.delete(listener);
    }
    for (const stream of streams) {
      byStream.set(stream, (byStream.get(stream) ?? new Set()).add(listener));
    }
    return () => {
      for (const stream of streams) {
        const listeners = byStream.get(stream);
        listeners?.delete(listener);
        if (listeners?.size === 0) byStream.delete(stream);
      }
    };
  };

  async function* feed({
    streams,
    after,
    signal,
  }: Parameters<Feed>[0]): AsyncGenerator<readonly RecordedEvent[]> {
    const listener: Listener = { buffer: [], overflown: false, wake: () => undefined };
    const wake = (): void => {
      listener.wake();
    };
    const unregister = register(streams, listener);
    reading.add(listener);
    signal.addEventListener('abort', wake);
    const ended = (): boolean => signal.aborted || stopping.signal.aborted;
    try {
      // What lies between the cursor and the live position is read; what comes later is in the buffer.
      const live = position;
      for await (const page of history(streams, after, live)) {
        if (ended()) return;
        yield page;
      }
      while (!ended()) {
        if (listener.overflown) throw new FeedOverflow('too slow: resume behind the last event');
        const events = listener.buffer.filter((event) => event.position > Math.max(live, after));
        listener.buffer = [];
        if (events.length > 0) yield events;
        else {
          await new Promise<void>((resolve) => {
            listener.wake = resolve;
            if (ended() || listener.buffer.length > 0) resolve();
          });
        }
      }
    } finally {
      unregister();
      reading.delete(listener);
      signal.removeEventListener('abort', wake);
    }
  }

  /** Events after `after` and up to `upTo`, in log order. */
  async function* history(
    streams: readonly string[] | 'all',
    after: Position,
    upTo: Position,
  ): AsyncGenerator<readonly RecordedEvent[]> {
    if (after >= upTo) return;
    if (streams === 'all') {
      for (let seen = after; seen < upTo;) {
        const page = await store.readAll({ after: seen, limit: pageOfEvents });
        const events = page.filter((event) => event.position <= upTo);
        if (events.length > 0) yield events;
        if (events.length < pageOfEvents) return;
        seen = events.at(-1)?.position ?? upTo;
      }
      return;
    }
    const found: RecordedEvent[] = [];
    for (const stream of streams) found.push(...(await since(stream, after, upTo)));
    if (found.length > 0) yield found.sort((a, b) => a.position - b.position);
  }

  /** From the stream's end backwards, so that a cursor near the end costs little on a long stream. */
  async function since(stream: string, after: Position, upTo: Position): Promise<readonly RecordedEvent[]> {
    const found: RecordedEvent[] = [];
    for (let from: number | undefined; ;) {
      const page = await store.readStream(stream, {
        direction: 'backwards',
        limit: pageOfEvents,
        ...(from !== undefined && { from }),
      });
      for (const event of page) if (event.position > after && event.position <= upTo) found.push(event);
      const oldest = page.at(-1);
      if (oldest === undefined || oldest.position <= after || oldest.revision === 0) return found;
      from = oldest.revision - 1;
    }
  }

  return {
    feed,
    stop: async () => {
      stopping.abort();
      for (const listener of reading) listener.wake();
      await following;
    },
  };
}
