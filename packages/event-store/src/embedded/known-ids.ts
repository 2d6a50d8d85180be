// The event ids of streams that are appended to without a revision, for as long as they fit: exact de-duplication.
import type { NewEvent, RecordedEvent } from '@holdfast/kernel';

const idsLimit = 200_000;

/**
 * Revisions by event id. A stream's ids are read when they are first asked for, and kept while there is room; the stream
 * in use is kept however long it is, because reading it again for each append would cost more.
 */
export class KnownIds {
  readonly #streams = new Map<string, Map<string, number>>();
  #ids = 0;

  constructor(private readonly readStream: (stream: string) => readonly RecordedEvent[]) {}

  of(stream: string): ReadonlyMap<string, number> {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const ids = new Map(this.readStream(stream).map((event) => [event.id, event.revision]));
    this.#streams.set(stream, ids);
    this.#grewBy(ids.size, stream);
    return ids;
  }

  /** Events were appended: their ids join those of their stream, if these are kept. */
  add(stream: string, events: readonly NewEvent[], firstRevision: number): void {
    const ids = this.#streams.get(stream);
    if (ids === undefined) return;
    for (const [i, event] of events.entries()) ids.set(event.id, firstRevision + i);
    this.#grewBy(events.length, stream);
  }

  #grewBy(count: number, inUse: string): void {
    this.#ids += count;
    for (const [oldest, ids] of this.#streams) {
      if (this.#ids <= idsLimit) return;
      if (oldest === inUse) continue;
      this.#streams.delete(oldest);
      this.#ids -= ids.size;
    }
  }
}
