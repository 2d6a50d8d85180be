// The replay of one subscription from its cursor to the present: events are read from the log and applied to documents.
import type { EventStore } from '@holdfast/event-store';
import type { Document, Position, RecordedEvent } from '@holdfast/kernel';
import { history, whenReadable } from '@holdfast/runtime';
import { applyEvent } from '../queries/documents.js';
import { eventsBetweenMarks } from './fold-marks.js';
import type { Applied, LiveModel } from './live-model.js';
import { updateOf, type LiveOptions, type Update } from './live-update.js';
import { turn } from './turn.js';

/** documents that a replay of a whole projection keeps in memory */
const keptDocuments = 1000;

export class Replay<D extends Document> {
  readonly #kept = new Map<string, D | null>();
  /** ids of documents with an event that can't be read: as in the read model, their later events wait */
  readonly #stuck = new Set<string>();
  /** number of events that have changed each document since its last mark */
  readonly #moved = new Map<string, number>();

  private constructor(
    private readonly store: EventStore,
    private readonly options: LiveOptions<D>,
    private readonly model: LiveModel<D>,
    private readonly streams: readonly string[] | 'all',
  ) {}

  static async of<D extends Document>(
    store: EventStore,
    options: LiveOptions<D>,
    model: LiveModel<D>,
  ): Promise<Replay<D>> {
    const { ids, folded } = options;
    if ('all' in ids) return new Replay(store, options, model, 'all');
    const streams = (await Promise.all(ids.map((id) => folded.streams(id)))).flat();
    return new Replay(store, options, model, [...new Set(streams)]);
  }

  /** The updates between two positions. Returns how many pages of events it read. */
  async *stretch(after: Position, upTo: Position): AsyncGenerator<Update<D>, number> {
    const { ids, folded, signal } = this.options;
    const { projection } = folded;
    const wanted = 'all' in ids ? null : new Set(ids);
    let pagesRead = 0;
    for await (const page of history(this.store, turn, { streams: this.streams, after, upTo })) {
      pagesRead += 1;
      for (const event of page) {
        if (signal.aborted) return pagesRead;
        if (!projection.prefixes.some((prefix) => event.stream.startsWith(prefix))) continue;
        const id = whenReadable(() => projection.key(event)) ?? null;
        if (id === null || this.#stuck.has(id) || wanted?.has(id) === false) continue;
        const update = updateOf(event, await this.#applyEvent(id, event), this.options);
        if (update !== null) yield update;
      }
      const position = page.at(-1)?.position;
      if (position !== undefined) this.#mark(position, eventsBetweenMarks);
    }
    this.#mark(upTo, 1);
    return pagesRead;
  }

  /** Sets marks on the documents that at least `leastMoved` events have changed since their last mark. */
  #mark(position: Position, leastMoved: number): void {
    for (const [id, moved] of this.#moved) {
      if (moved < leastMoved || this.#stuck.has(id)) continue;
      this.model.mark(id, position, this.#kept.get(id) ?? null);
      this.#moved.delete(id);
    }
  }

  async #applyEvent(id: string, event: RecordedEvent): Promise<Applied<D> | null> {
    const { folded, ids } = this.options;
    const known = this.#kept.get(id);
    const before =
      known === undefined && folded.begins?.(event) !== true
        ? await this.model.documentAt(id, event.position - 1)
        : (known ?? null);
    const applied = whenReadable(() => ({ before, ...applyEvent(folded.projection, id, event, before) }));
    if (applied === undefined) {
      this.#stuck.add(id);
      return null;
    }
    // Only the documents that changed last are kept: the others can be folded again.
    if ('all' in ids && this.#kept.size >= keptDocuments) {
      this.#kept.clear();
      this.#moved.clear();
    }
    this.#kept.set(id, applied.document);
    this.#moved.set(id, (this.#moved.get(id) ?? 0) + 1);
    return applied;
  }
}
