// The subscribers of a feed by the streams that they follow, each with a bounded buffer of live events.
import type { RecordedEvent } from '@holdfast/kernel';

export type Listener = {
  buffer: RecordedEvent[];
  /** whether events were dropped because the buffer was full */
  overflown: boolean;
  /** Continues the subscriber when it waits for events. */
  wake: () => void;
  /** Stops events from being buffered. */
  leave: () => void;
};

export type FeedListeners = {
  /** From now on events of these streams are buffered, until `leave`. */
  add(this: void, streams: readonly string[] | 'all', listener: Listener): void;
  /** Buffers events for the subscribers of their streams. Returns the subscribers to wake. */
  push(this: void, events: readonly RecordedEvent[]): ReadonlySet<Listener>;
};

const maxBuffered = 2000;

export const newListener = (): Listener => ({
  buffer: [],
  overflown: false,
  wake: () => undefined,
  leave: () => undefined,
});

export function createFeedListeners(): FeedListeners {
  const byStream = new Map<string, Set<Listener>>();
  const toAll = new Set<Listener>();

  return {
    add: (streams, listener) => {
      if (streams === 'all') {
        toAll.add(listener);
        listener.leave = () => toAll.delete(listener);
        return;
      }
      for (const stream of streams) byStream.set(stream, (byStream.get(stream) ?? new Set()).add(listener));
      listener.leave = () => {
        for (const stream of streams) {
          const listeners = byStream.get(stream);
          listeners?.delete(listener);
          if (listeners?.size === 0) byStream.delete(stream);
        }
      };
    },
    push: (events) => {
      const woken = new Set<Listener>();
      if (byStream.size === 0 && toAll.size === 0) return woken;
      for (const event of events) {
        const listeners = byStream.get(event.stream);
        if (listeners === undefined && toAll.size === 0) continue;
        buffer(listeners ?? [], event, woken);
        buffer(toAll, event, woken);
      }
      return woken;
    },
  };
}

function buffer(listeners: Iterable<Listener>, event: RecordedEvent, woken: Set<Listener>): void {
  for (const listener of listeners) {
    woken.add(listener);
    if (listener.buffer.length < maxBuffered) {
      listener.buffer.push(event);
      continue;
    }
    // The subscriber has to resume from its cursor, so its buffered events are dropped.
    listener.buffer = [];
    listener.overflown = true;
    listener.leave();
  }
}
