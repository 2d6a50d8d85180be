// Live updates for many subscribers from one subscription to the log: history first, then live, no gap and no repeat.
// A subscriber that falls too far behind is ended and resumes from its cursor.
import type { Environment, Position, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { LearningCommandHandler } from './commands.js';
import { createFeedListeners, newListener, type FeedListeners, type Listener } from './feed-listeners.js';
import { follow } from './follow.js';
import { history, type Stretch } from './history.js';
import { takingTurns, type Turn } from './turns.js';

/** Returns events of some streams behind a position, then live events; synced events only. */
export type Feed = (options: {
  readonly streams: readonly string[] | 'all';
  /** `now`: events from the first `next` of the iterator on; earlier events are not read */
  readonly after: Position | 'now';
  readonly signal: AbortSignal;
}) => AsyncIterable<readonly RecordedEvent[]>;

/** The subscriber was too slow; it can resume behind the last event that it got. */
export class FeedOverflow extends Error {
  override readonly name = 'FeedOverflow';
}

export type LiveFeed = { readonly feed: Feed; stop(): Promise<void> };

/** The parts of the running feed that its subscriptions use. */
type Source = {
  readonly store: EventStore;
  readonly turn: Turn;
  readonly listeners: FeedListeners;
  /** Active subscribers, woken when the feed stops. One abort signal with a listener for each would collect listeners. */
  readonly active: Set<Listener>;
  /** the listeners have all events up to here */
  position: Position;
  readonly stopped: AbortSignal;
};

type Subscription = Parameters<Feed>[0];

/** `learn` is that of the command handler: it gets each batch before the subscribers do. */
export async function startFeed(
  store: EventStore,
  environment: Environment,
  onError: (error: unknown) => void,
  learn: LearningCommandHandler['learn'] = () => undefined,
): Promise<LiveFeed> {
  const stopping = new AbortController();
  const source: Source = {
    store,
    turn: takingTurns(environment.scheduler),
    listeners: createFeedListeners(),
    active: new Set(),
    position: (await store.end()).synced,
    stopped: stopping.signal,
  };

  const following = follow({
    store,
    environment,
    upTo: 'synced',
    signal: stopping.signal,
    start: () => source.position,
    handle: (batch) => {
      // The folds learn the events first, so that a subscriber that gets an event finds its effect in them.
      learn(batch.events);
      const woken = source.listeners.push(batch.events);
      source.position = batch.position;
      for (const listener of woken) listener.wake();
    },
    onError,
  });

  return {
    feed: (subscription) => subscribe(source, subscription),
    stop: async () => {
      stopping.abort();
      for (const listener of source.active) listener.wake();
      await following;
    },
  };
}

async function* subscribe(
  source: Source,
  subscription: Subscription,
): AsyncGenerator<readonly RecordedEvent[]> {
  const { signal } = subscription;
  const listener = newListener();
  const wake = (): void => {
    listener.wake();
  };
  source.active.add(listener);
  signal.addEventListener('abort', wake);
  const isEnded = (): boolean => signal.aborted || source.stopped.aborted;
  try {
    let seen = source.position;
    // `now` has no earlier events to read: events are buffered from here on, before this call returns.
    if (subscription.after === 'now') source.listeners.add(subscription.streams, listener);
    else seen = yield* past(source, subscription, subscription.after, listener, isEnded);
    while (!isEnded()) {
      if (listener.overflown) throw new FeedOverflow('too slow: resume behind the last event');
      const events = listener.buffer.filter((event) => event.position > seen);
      listener.buffer = [];
      if (events.length > 0) yield events;
      else await untilWoken(listener, isEnded);
    }
  } finally {
    listener.leave();
    source.active.delete(listener);
    signal.removeEventListener('abort', wake);
  }
}

/**
 * Events behind `after` up to the present, page by page. Returns the position up to which they were read; later events are
 * in the listener's buffer. While a long past is read nothing is buffered, since the log has it all: the listener is added
 * for the last, short stretch.
 */
async function* past(
  source: Source,
  { streams }: Subscription,
  after: Position,
  listener: Listener,
  isEnded: () => boolean,
): AsyncGenerator<readonly RecordedEvent[], Position> {
  let seen = after;
  for (let isNear = false; !isNear && !isEnded();) {
    const upTo = source.position;
    const pages = yield* stretch(source, { streams, after: seen, upTo }, isEnded);
    seen = Math.max(seen, upTo);
    isNear = pages <= 1;
  }
  source.listeners.add(streams, listener);
  const upTo = source.position;
  yield* stretch(source, { streams, after: seen, upTo }, isEnded);
  return Math.max(seen, upTo);
}

/** Returns how many pages were read. */
async function* stretch(
  { store, turn }: Source,
  { streams, after, upTo }: Stretch,
  isEnded: () => boolean,
): AsyncGenerator<readonly RecordedEvent[], number> {
  let pages = 0;
  for await (const page of history(store, turn, { streams, after, upTo })) {
    pages += 1;
    if (isEnded()) return pages;
    yield page;
  }
  return pages;
}

const untilWoken = (listener: Listener, isEnded: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    listener.wake = resolve;
    if (isEnded() || listener.buffer.length > 0 || listener.overflown) resolve();
  });
