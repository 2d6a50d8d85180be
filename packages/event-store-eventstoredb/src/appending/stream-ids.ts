// The event ids of streams that are appended to without a revision, as far as they have been read. They make
// de-duplication exact; the server promises it only for a while.

const idsLimit = 200_000;

export type KnownStream = {
  readonly revisions: Map<string, number>;
  /** revision of the last event read or written, -1 before the first */
  last: number;
};

/** Cached within a limit; the ids of the stream in use are kept even beyond the limit. */
export class StreamIds {
  readonly #streams = new Map<string, KnownStream>();
  #ids = 0;

  of(stream: string): KnownStream {
    let known = this.#streams.get(stream);
    if (known === undefined) {
      known = { revisions: new Map(), last: -1 };
      this.#streams.set(stream, known);
    }
    return known;
  }

  add(stream: string, id: string, revision: number): void {
    const known = this.of(stream);
    known.revisions.set(id, revision);
    known.last = Math.max(known.last, revision);
    this.#ids += 1;
    for (const [oldest, { revisions }] of this.#streams) {
      if (this.#ids <= idsLimit) return;
      if (oldest === stream) continue;
      this.#streams.delete(oldest);
      this.#ids -= revisions.size;
    }
  }
}
