// Live updates for many subscribers from one subscription to the log: history first, then live, no gap and no repeat.
// A subscriber that falls too far behind is ended and goes on from its cursor.
import type { Environment, Position, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { Feed, LearningCommandHandler } from './contract.js';
import { follow } from './follow.js';
import { history } from './history.js';
import { takingTurns } from './turns.js';

/** The reader was too slow; it can resume behind the last event it got. */
export class FeedOverflow extends Error {
  override readonly name = 'FeedOverflow';
}

const maxBuffered = 2000;

type Listener = { buffer: RecordedEvent[]; overflown: boolean; wake: () => void; leave: () => void };

export type LiveFeed = { readonly feed: Feed; stop(): Promise<void> };

export async function startFeed(
  store: EventStore,
  environment: Environment,
  onError: (error: unknown) => void,
  learn: LearningCommandHandler['learn'] = () => undefined,
): Promise<LiveFeed> {
  const stopping = new AbortController();
  const byStream = new Map<string, Set<Listener>>();
  const toAll = new Set<Listener>();
  /** whoever reads, to be woken when the feed stops: a listener each on one signal would pile up */
  const reading = new Set<Listener>();
  /** everything up to here has been handed to the listeners */
  let position: Position = (await store.end()).synced;

  const turn = takingTurns(environment.scheduler);

  const push = (listeners: Iterable<Listener>, event: RecordedEvent, woken: Set<Listener>): void => {
    for (const listener of listeners) {
      woken.add(listener);
      if (listener.buffer.length < maxBuffered) {
        listener.buffer.push(event);
        continue;
      }
      // The reader, once it comes back, goes on from its cursor: what is kept for it is of no use.
      listener.buffer = [];
      listener.overflown = true;
      listener.leave();
    }
  };

  const following = follow({
    store,
    environment,
    upTo: 'synced',
    signal: stopping.signal,
    start: () => position,
    handle: (batch) => {
      // Before anyone is told: who hears of an event finds its effect in the folds.
      learn(batch.events);
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
    const listener: Listener = {
      buffer: [],
      overflown: false,
      wake: () => undefined,
      leave: () => undefined,
    };
    const wake = (): void => {
      listener.wake();
    };
    reading.add(listener);
    signal.addEventListener('abort', wake);
    const ended = (): boolean => signal.aborted || stopping.signal.aborted;
    try {
      // Nothing is buffered while a long past is read: the log is the buffer. What is left in the end is short.
      let seen = after === 'now' ? position : after;
      // From now on nothing lies behind: what comes is buffered before this call returns.
      if (after === 'now') listener.leave = register(streams, listener);
      for (let isNear = after === 'now'; !isNear;) {
        const upTo = position;
        let pages = 0;
        for await (const page of history(store, turn, { streams, after: seen, upTo })) {
          pages += 1;
          if (ended()) return;
          yield page;
        }
        seen = Math.max(seen, upTo);
        isNear = pages <= 1;
      }
      if (after !== 'now') {
        listener.leave = register(streams, listener);
        const live = position;
        for await (const page of history(store, turn, { streams, after: seen, upTo: live })) {
          if (ended()) return;
          yield page;
        }
        seen = Math.max(seen, live);
      }
      while (!ended()) {
        if (listener.overflown) throw new FeedOverflow('too slow: resume behind the last event');
        const events = listener.buffer.filter((event) => event.position > seen);
        listener.buffer = [];
        if (events.length > 0) yield events;
        else {
          await new Promise<void>((resolve) => {
            listener.wake = resolve;
            if (ended() || listener.buffer.length > 0 || listener.overflown) resolve();
          });
        }
      }
    } finally {
      listener.leave();
      reading.delete(listener);
      signal.removeEventListener('abort', wake);
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
