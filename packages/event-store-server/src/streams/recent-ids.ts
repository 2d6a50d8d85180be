// The ids of the newest events of streams that are appended to without a revision: an append that is repeated is found
// among them. EventStoreDB also knows only recent ids.
import type { NewEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';

/** most ids in memory, of one stream and of all streams together */
const streamIds = 4096;
const allIds = 200_000;

type Known = { readonly revisions: Map<string, number>; last: number };

export class RecentIds {
  readonly #streams = new Map<string, Known>();
  #count = 0;

  constructor(private readonly store: EventStore) {}

  /** Revisions by id, of up to 4,096 events that end with revision `last`. Only those not known yet are read. */
  async of(stream: string, last: number): Promise<ReadonlyMap<string, number>> {
    const known = this.#streams.get(stream) ?? { revisions: new Map<string, number>(), last: -1 };
    const from = Math.max(known.last + 1, last + 1 - streamIds);
    const unread = from <= last ? await this.store.readStream(stream, { from, limit: last + 1 - from }) : [];
    this.#keep(stream, known, unread, from);
    return known.revisions;
  }

  /** Events were appended. */
  add(stream: string, events: readonly NewEvent[], firstRevision: number): void {
    const known = this.#streams.get(stream);
    if (known?.last === firstRevision - 1) this.#keep(stream, known, events, firstRevision);
  }

  #keep(stream: string, known: Known, events: readonly { readonly id: string }[], first: number): void {
    const { revisions } = known;
    const before = this.#streams.has(stream) ? revisions.size : 0;
    for (const [i, { id }] of events.entries()) revisions.set(id, first + i);
    known.last = Math.max(known.last, first + events.length - 1);
    for (const id of revisions.keys()) {
      if (revisions.size <= streamIds) break;
      revisions.delete(id);
    }
    this.#count += revisions.size - before;
    // the stream in use becomes the newest
    this.#streams.delete(stream);
    this.#streams.set(stream, known);
    for (const [oldest, { revisions: forgotten }] of this.#streams) {
      if (this.#count <= allIds || oldest === stream) return;
      this.#streams.delete(oldest);
      this.#count -= forgotten.size;
    }
  }
}
