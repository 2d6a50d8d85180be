// A client's subscription as batches. Events wait in its bounded buffer, so a slow consumer slows the server down; a
// checkpoint counts only once every event before it was taken.
import type { AllStreamSubscription, Position as WirePosition } from '@eventstore/db-client';
import { beforeAll, type Position, type RecordedEvent } from '@holdfast/kernel';
import { exact, recordedEvent } from './recorded-event.js';
import { asStoreError, StoreSilent } from './store-errors.js';

export type Delivery = {
  readonly events: readonly RecordedEvent[];
  /** everything up to here has been delivered */
  readonly position: Position;
  /** whether the server said that the end of the log was reached, and nothing else waits */
  readonly caughtUp: boolean;
};

export class Inbox {
  readonly #subscription: AllStreamSubscription;
  #checkpoint = beforeAll;
  #caughtUp = false;
  #news = false;
  #ended = false;
  #confirmed = false;
  #error: unknown = null;
  #wake: (() => void) | null = null;

  /** `subscribe` is told whom to call at a checkpoint, and that must never throw: the subscription would stall. */
  constructor(
    subscribe: (checkpointReached: (_: unknown, position: WirePosition) => void) => AllStreamSubscription,
    private position: Position,
  ) {
    this.#subscription = subscribe((_, { commit }) => {
      this.#checkpoint = Number(commit);
      this.#look();
    });
    this.#subscription.on('confirmation', () => {
      this.#confirmed = true;
    });
    this.#subscription.on('caughtUp', () => {
      this.#caughtUp = true;
      this.#news = true;
      this.#look();
    });
    this.#subscription.on('readable', this.#look);
    this.#subscription.on('error', (error: unknown) => {
      this.#error = error;
      this.#look();
    });
    for (const end of ['end', 'close']) this.#subscription.on(end, this.stop);
  }

  /** Up to `limit` events, or news of the position; null when the subscription has ended. @throws StoreUnavailable */
  async next(limit: number): Promise<Delivery | null> {
    for (;;) {
      if (this.#error !== null) throw asStoreError(this.#error);
      const events: RecordedEvent[] = [];
      while (events.length < limit) {
        const resolved = this.#subscription.read() as Parameters<typeof recordedEvent>[0] | null;
        if (resolved === null) break;
        events.push(recordedEvent(resolved));
      }
      const drained = events.length < limit;
      const moved = drained && this.#checkpoint > this.position;
      this.position = events.at(-1)?.position ?? this.position;
      if (drained) this.position = Math.max(this.position, this.#checkpoint);
      if (events.length > 0 || moved || (drained && this.#news)) {
        if (drained) this.#news = false;
        exact(BigInt(this.position));
        return { events, position: this.position, caughtUp: drained && this.#caughtUp };
      }
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  readonly #look = (): void => {
    this.#wake?.();
    this.#wake = null;
  };

  /** A server that is silent from the start can't be told from one that has no news, but for this. */
  readonly expectConfirmation = (): void => {
    if (this.#confirmed) return;
    this.#error ??= new StoreSilent('EventStoreDB did not confirm a subscription in time');
    this.#look();
  };

  /** Ends a `next` that waits, and those after what is in the buffer. */
  readonly stop = (): void => {
    this.#ended = true;
    this.#look();
  };

  close(): void {
    this.stop();
    // what is still on its way has to be read, or the client never takes the call for ended
    this.#subscription.off('readable', this.#look).resume();
    this.#subscription.unsubscribe().catch(() => undefined); // it never began, so there is nothing to end
  }
}
