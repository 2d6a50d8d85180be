// Subscriptions to the embedded log: each reads at its own pace, and waits to be woken once it has reached the end.
import type { Environment, Position } from '@holdfast/kernel';
import { leavable } from '../leavable.js';
import type { Batch, SubscribeOptions } from '../port.js';
import { CompiledFilter } from './compiled-filter.js';
import type { LogContents } from './log-contents.js';

/** events in a batch unless the subscriber asks for fewer */
const batchEvents = 1000;
/** batches given to a subscriber before other tasks of the process get a turn */
const batchesPerTurn = 16;

type Subscriber = { stopped: boolean; wake: (() => void) | null };

/** The part of the log that subscriptions use. */
export type SubscribedLog = {
  readonly contents: LogContents;
  readonly scheduler: Environment['scheduler'];
  /** the last position that subscribers may see */
  end(this: void, upTo: 'written' | 'synced'): Position;
  /** Whether the log is closed. @throws StoreUnavailable when it has failed */
  isClosed(this: void): boolean;
};

export class Subscriptions {
  readonly #subscribers = { written: new Set<Subscriber>(), synced: new Set<Subscriber>() };
  /** Whether a subscriber waits for the end to move. Each append reads this, and many happen before a woken one runs. */
  readonly #isWaited = { written: false, synced: false };

  constructor(private readonly log: SubscribedLog) {}

  /** Lets the subscribers that wait for the end of the log look at it again. */
  wake(upTo: 'written' | 'synced'): void {
    if (!this.#isWaited[upTo]) return;
    this.#isWaited[upTo] = false;
    for (const subscriber of this.#subscribers[upTo]) subscriber.wake?.();
  }

  wakeAll(): void {
    this.wake('written');
    this.wake('synced');
  }

  subscribe(options: SubscribeOptions): AsyncIterable<Batch> {
    const subscriber: Subscriber = { stopped: false, wake: null };
    return leavable(this.#batches(options, subscriber), () => {
      stop(subscriber);
    });
  }

  async *#batches(options: SubscribeOptions, subscriber: Subscriber): AsyncGenerator<Batch, undefined> {
    const { signal, upTo = 'synced', maxEvents = batchEvents } = options;
    const { contents, scheduler } = this.log;
    const filter = new CompiledFilter(options.filter);
    const subscribers = this.#subscribers[upTo];
    const onAbort = (): void => {
      stop(subscriber);
    };
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted === true) onAbort();
    subscribers.add(subscriber);
    try {
      let position = options.after;
      let live = false;
      let inTurn = 0;
      for (;;) {
        if (subscriber.stopped || this.log.isClosed()) return;
        const end = this.log.end(upTo);
        if (position < end) {
          const fromDisk = position + 1 < contents.tail.oldest;
          const batch = contents.scan(position + 1, end, maxEvents, filter);
          position = batch.position;
          live = position === end;
          yield { events: batch.events, position, caughtUp: live };
          if (fromDisk || ++inTurn >= batchesPerTurn) {
            inTurn = 0;
            await new Promise<void>((resolve) => {
              scheduler.soon(resolve);
            });
          }
        } else if (!live) {
          live = true;
          yield { events: [], position, caughtUp: true };
        } else {
          inTurn = 0;
          await new Promise<void>((resolve) => {
            subscriber.wake = resolve;
            this.#isWaited[upTo] = true;
          });
          subscriber.wake = null;
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      subscribers.delete(subscriber);
    }
  }
}

function stop(subscriber: Subscriber): void {
  subscriber.stopped = true;
  subscriber.wake?.();
}
