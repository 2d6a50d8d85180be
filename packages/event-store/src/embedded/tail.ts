// The newest events as objects, so that live subscribers and command handlers read them without decoding.
import type { Position, RecordedEvent } from '@holdfast/kernel';

/** A ring by position, bounded in events and bytes. Events that are not on the disk yet are never dropped. */
export class Tail {
  #events: (RecordedEvent | undefined)[];
  #bytes: Uint32Array;
  #total = 0;
  /** position of the oldest event held; one above the last when there is none */
  oldest: Position;
  #next: Position;

  constructor(
    next: Position,
    private readonly limit: { readonly events: number; readonly bytes: number },
  ) {
    this.oldest = next;
    this.#next = next;
    this.#events = new Array<RecordedEvent | undefined>(1024);
    this.#bytes = new Uint32Array(1024);
  }

  push(event: RecordedEvent, bytes: number): void {
    if (this.#next - this.oldest === this.#events.length) this.#grow();
    const slot = this.#next % this.#events.length;
    this.#events[slot] = event;
    this.#bytes[slot] = bytes;
    this.#total += bytes;
    this.#next++;
  }

  /** The event at a position, which must be held. */
  at(position: Position): RecordedEvent {
    return this.#events[position % this.#events.length] as RecordedEvent;
  }

  /** Drops the oldest events above the limits, but none after `synced`. */
  trim(synced: Position): void {
    while (
      this.oldest <= synced &&
      (this.#next - this.oldest > this.limit.events || this.#total > this.limit.bytes)
    ) {
      const slot = this.oldest % this.#events.length;
      this.#events[slot] = undefined;
      this.#total -= this.#bytes[slot] as number;
      this.oldest++;
    }
  }

  #grow(): void {
    const events = new Array<RecordedEvent | undefined>(this.#events.length * 2);
    const bytes = new Uint32Array(events.length);
    for (let position = this.oldest; position < this.#next; position++) {
      events[position % events.length] = this.#events[position % this.#events.length];
      bytes[position % events.length] = this.#bytes[position % this.#events.length] as number;
    }
    this.#events = events;
    this.#bytes = bytes;
  }
}
