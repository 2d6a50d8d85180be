// Turns a client's subscription into batches. It receives events at once, into bounded memory, because a server drops a
// live subscriber that leaves some thirty of them waiting. A checkpoint counts once every event before it was taken.
import type { AllStreamSubscription, Position as WirePosition, ResolvedEvent } from '@eventstore/db-client';
import { beforeAll, type Position, type RecordedEvent } from '@holdfast/kernel';
import { exact, positionOf, recordedEvent } from '../reading/recorded-event.js';
import { StoreSilent } from '../store-errors.js';

export type Delivery = {
  readonly events: readonly RecordedEvent[];
  /** everything up to here has been delivered */
  readonly position: Position;
  /** whether the server reported the end of the log, and no event waits in memory */
  readonly caughtUp: boolean;
};

/** Events in memory: above `most` the server is paused, at `few` it goes on. */
const most = 2000;
const few = 500;

/** A message of the server between two events: it takes effect once this many events were taken. */
type Said<T> = { readonly after: number; readonly value: T };

export class Inbox {
  readonly #subscription: AllStreamSubscription;
  readonly #waiting: ResolvedEvent[] = [];
  #received = 0;
  #taken = 0;
  #checkpoint: Said<Position> = { after: 0, value: beforeAll };
  /** null: the server has not caught up, or fell behind again */
  #caughtUp: Said<true> | null = null;
  #news = false;
  #ended = false;
  #confirmed = false;
  #error: unknown = null;
  #wake: (() => void) | null = null;

  /** `subscribe` gets a function to call at each checkpoint. */
  constructor(
    subscribe: (checkpointReached: (_: unknown, position: WirePosition) => void) => AllStreamSubscription,
    private position: Position,
    private readonly streamPrefix: string,
  ) {
    this.#subscription = subscribe((_, { commit }) => {
      this.#checkpoint = this.#said(Number(commit));
      this.#look();
    });
    this.#subscription.on('confirmation', () => {
      this.#confirmed = true;
    });
    this.#subscription.on('caughtUp', () => {
      this.#caughtUp = this.#said(true);
      this.#news = true;
      this.#look();
    });
    // From 24.2 on a server sends this where older ones drop the subscriber. Another `caughtUp` follows.
    this.#subscription.on('fellBehind', () => {
      this.#caughtUp = null;
    });
    this.#subscription.on('data', (event: ResolvedEvent) => {
      this.#received += 1;
      this.#waiting.push(event);
      if (this.#waiting.length >= most) this.#subscription.pause();
      this.#look();
    });
    this.#subscription.on('error', (error: unknown) => {
      this.#error = error;
      this.#look();
    });
    for (const end of ['end', 'close']) this.#subscription.on(end, this.stop);
  }

  /** Events sent before this call are received, or still in the client's own buffer. */
  #said<T>(value: T): Said<T> {
    return { after: this.#received + this.#subscription.readableLength, value };
  }

  /** Returns up to `limit` events, or a new position; null after the end. @throws the error that ended the subscription */
  async next(limit: number): Promise<Delivery | null> {
    for (;;) {
      const before = this.position;
      const taken = this.#waiting.splice(0, limit);
      const events: RecordedEvent[] = [];
      for (const resolved of taken) {
        const event = recordedEvent(resolved, this.streamPrefix);
        if (event !== null) events.push(event);
        this.position = positionOf(resolved);
      }
      this.#taken += taken.length;
      if (this.#waiting.length <= few && this.#subscription.isPaused()) this.#subscription.resume();
      const holds = (said: Said<unknown>): boolean => this.#taken >= said.after;
      if (holds(this.#checkpoint)) this.position = Math.max(this.position, this.#checkpoint.value);
      const caughtUp = this.#waiting.length === 0 && this.#caughtUp !== null && holds(this.#caughtUp);
      if (taken.length > 0 || this.position > before || (caughtUp && this.#news)) {
        if (caughtUp) this.#news = false;
        exact(BigInt(this.position));
        return { events, position: this.position, caughtUp };
      }
      if (this.#error !== null) throw this.#error as Error;
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

  /** Fails when no confirmation comes in time: a silent server would look like one without new events. */
  readonly expectConfirmation = (): void => {
    if (this.#confirmed) return;
    this.#error ??= new StoreSilent('EventStoreDB did not confirm a subscription in time');
    this.#look();
  };

  /** Ends a waiting `next`; later calls return the events in memory, then end. */
  readonly stop = (): void => {
    this.#ended = true;
    this.#look();
  };

  close(): void {
    this.stop();
    // events on their way must still be read, or the client never ends the call
    this.#subscription.removeAllListeners('data').resume();
    this.#subscription.unsubscribe().catch(() => undefined); // it never began, so there is nothing to end
  }
}
