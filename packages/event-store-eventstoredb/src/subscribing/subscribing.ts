// Follows the log by one subscription after another. When the server drops a reader as too slow, the next subscription
// begins at once behind the last event, because that is no outage.
import { type EventStoreDBClient, START } from '@eventstore/db-client';
import { beforeAll, type Position, type Scheduler } from '@holdfast/kernel';
import { type Batch, StoreUnavailable, type SubscribeOptions } from '@holdfast/event-store';
import { subscriptionFilter } from '../reading/chosen.js';
import { type Delivery, Inbox } from './inbox.js';
import { wirePosition } from '../reading/recorded-event.js';
import { asStoreError, isTooSlow } from '../store-errors.js';

const batchEvents = 1000;
/** Events that the server looks at between two checkpoints: many while the reader catches up, then each one. */
const catchUpWindow = 1000;
const liveWindow = 1;
/** how often in a row a subscription may be dropped before it delivers anything */
const dropsLimit = 3;

export type Subscriber = { stopped: boolean; inbox: Inbox | null };

/** A function, because after one check the compiler takes `stopped` for false in the lines below it. */
const isStopped = (subscriber: Subscriber): boolean => subscriber.stopped;

export const stop = (subscriber: Subscriber): void => {
  subscriber.stopped = true;
  subscriber.inbox?.stop();
};

export class Subscribing {
  constructor(
    private readonly client: EventStoreDBClient,
    private readonly scheduler: Scheduler,
    private readonly streamPrefix: string,
    private readonly confirmationMs: number,
    /** position of the last event, including events of other programs */
    private readonly end: () => Promise<Position>,
  ) {}

  async *batches(options: SubscribeOptions, subscriber: Subscriber): AsyncGenerator<Batch, undefined> {
    const { signal } = options;
    const abort = (): void => {
      stop(subscriber);
    };
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    try {
      let position = options.after;
      const end = isStopped(subscriber) ? beforeAll : await this.end();
      if (position < end) {
        let caughtUp = false;
        for await (const delivery of this.#resumed(options, position, catchUpWindow, subscriber)) {
          caughtUp = delivery.caughtUp;
          // at the end of the log the position includes events that the filter leaves out
          position = caughtUp ? Math.max(end, delivery.position) : delivery.position;
          yield { events: delivery.events, position, caughtUp: false };
          if (caughtUp) break;
        }
        if (!caughtUp) return;
      }
      yield* this.#resumed(options, position, liveWindow, subscriber);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async *#resumed(
    options: SubscribeOptions,
    after: Position,
    window: number,
    subscriber: Subscriber,
  ): AsyncGenerator<Delivery, undefined> {
    let position = after;
    let drops = 0;
    while (!isStopped(subscriber)) {
      try {
        for await (const delivery of this.#deliveries(options, position, window, subscriber)) {
          drops = 0;
          position = delivery.position;
          yield delivery;
        }
        return;
      } catch (error) {
        if (!isTooSlow(error)) throw asStoreError(error);
        drops += 1;
        if (drops > dropsLimit)
          throw new StoreUnavailable('EventStoreDB dropped a subscription again and again', { cause: error });
      }
    }
  }

  async *#deliveries(
    { filter, maxEvents = batchEvents }: SubscribeOptions,
    after: Position,
    maxSearchWindow: number,
    subscriber: Subscriber,
  ): AsyncGenerator<Delivery, undefined> {
    const inbox = new Inbox(
      (checkpointReached) =>
        this.client.subscribeToAll({
          fromPosition: after <= beforeAll ? START : wirePosition(after),
          filter: subscriptionFilter(filter, this.streamPrefix, { maxSearchWindow, checkpointReached }),
        }),
      after,
      this.streamPrefix,
    );
    const cancel = this.scheduler.after(this.confirmationMs, inbox.expectConfirmation);
    subscriber.inbox = inbox;
    try {
      for (;;) {
        const delivery = await inbox.next(maxEvents);
        if (delivery === null || isStopped(subscriber)) return;
        yield delivery;
      }
    } finally {
      cancel();
      inbox.close();
    }
  }
}
