// The followed documents of one projection, as the log changes them. An event is applied once, however many subscriptions
// follow its document. An event without a follower is not applied.
import type { EventStore } from '@holdfast/event-store';
import type { Document, Position, RecordedEvent } from '@holdfast/kernel';
import { isPending, whenReadable } from '@holdfast/runtime';
import { foldedDocument, applyEvent, type Folded } from '../queries/documents.js';
import { markName, type FoldMarks } from './fold-marks.js';
import type { UpdateQueue } from './update-queue.js';

export type Applied<D extends Document> = {
  readonly before: D | null;
  readonly document: D | null;
  readonly added: readonly Document[];
};

/** The effect of one event on one document. Null when the event can't be read: later ones of the document wait behind it. */
export type Change<D extends Document> = {
  readonly id: string;
  readonly event: RecordedEvent;
  applied(this: void): Applied<D> | null | Promise<Applied<D> | null>;
};

/** A document as of a position. */
type Kept<D extends Document> = {
  readonly position: Position;
  readonly document: D | null | Promise<D | null>;
};
type Queue<D extends Document> = UpdateQueue<Change<D>>;

/** Number of documents in memory: those that changed last. Others can be folded again. */
const mostKept = 20_000;

export class LiveModel<D extends Document> {
  readonly #byId = new Map<string, Set<Queue<D>>>();
  readonly #ofAll = new Set<Queue<D>>();
  readonly #kept = new Map<string, Kept<D>>();
  readonly #stuck = new Set<string>();

  constructor(
    private readonly store: EventStore,
    private readonly folded: Folded<D>,
    private readonly marks: FoldMarks,
  ) {}

  /** Puts all changes from now on into the queue, until the returned function is called. */
  listen(ids: readonly string[] | 'all', queue: Queue<D>): () => void {
    if (ids === 'all') {
      this.#ofAll.add(queue);
      return () => {
        this.#ofAll.delete(queue);
        if (this.#ofAll.size === 0) for (const id of this.#kept.keys()) this.#forget(id);
      };
    }
    for (const id of ids) this.#byId.set(id, (this.#byId.get(id) ?? new Set()).add(queue));
    return () => {
      for (const id of ids) {
        const queues = this.#byId.get(id);
        queues?.delete(queue);
        if (queues?.size === 0) this.#byId.delete(id);
        this.#forget(id);
      }
    };
  }

  /** Takes over the read model's document, which saves folding it. */
  know(id: string, position: Position, document: D | null): void {
    if (!this.#kept.has(id) && this.#isFollowed(id)) this.#keep(id, { position, document });
  }

  /** Keeps a document that a replay folded: a mark for other replays, and for this model's next event. */
  mark(id: string, position: Position, document: D | null): void {
    this.marks.keep(markName(this.folded.projection, id), { position, document });
  }

  take(event: RecordedEvent): void {
    const { projection } = this.folded;
    if (!projection.prefixes.some((prefix) => event.stream.startsWith(prefix))) return;
    const id = whenReadable(() => projection.key(event)) ?? null;
    if (id === null || !this.#isFollowed(id) || this.#stuck.has(id)) return;
    const change = { id, event, applied: this.#applied(id, event) };
    for (const queue of this.#byId.get(id) ?? []) queue.push(change);
    for (const queue of this.#ofAll) queue.push(change);
  }

  /** Ends every listener. */
  end(error: unknown): void {
    for (const queue of [...this.#ofAll, ...[...this.#byId.values()].flatMap((queues) => [...queues])])
      queue.end(error);
  }

  /** The document under `id` as of a position. */
  documentAt(id: string, position: Position): Promise<D | null> {
    return foldedDocument(this.store, this.folded, id, position, this.marks);
  }

  #applied(id: string, event: RecordedEvent): Change<D>['applied'] {
    const kept = this.#kept.get(id);
    if (kept !== undefined && kept.position >= event.position) {
      // The read model was ahead: the kept document has the event already. The change is rarely read, so it is folded on demand.
      let applied: Promise<Applied<D> | null> | null = null;
      return () =>
        (applied ??= this.documentAt(id, event.position - 1).then((before) =>
          this.#applyEvent(id, event, before),
        ));
    }
    const before = kept === undefined ? this.#beginning(id, event) : kept.document;
    const { position } = event;
    if (!isPending(before)) {
      const applied = this.#applyEvent(id, event, before);
      this.#keep(id, { position, document: applied === null ? before : applied.document });
      return () => applied;
    }
    const applied = before.then((found) => this.#applyEvent(id, event, found));
    const document = applied.then((found) => found?.document ?? null);
    this.#keep(id, { position, document });
    document.catch(() => {
      // Every listener gets the error; the next event folds the document again.
      if (this.#kept.get(id)?.document === document) this.#kept.delete(id);
    });
    return () => applied;
  }

  #beginning(id: string, event: RecordedEvent): null | Promise<D | null> {
    if (this.folded.begins?.(event) === true) return null;
    return this.documentAt(id, event.position - 1);
  }

  #applyEvent(id: string, event: RecordedEvent, before: D | null): Applied<D> | null {
    const applied = whenReadable(() => ({
      before,
      ...applyEvent(this.folded.projection, id, event, before),
    }));
    if (applied === undefined) this.#stuck.add(id);
    return applied ?? null;
  }

  #isFollowed(id: string): boolean {
    return this.#ofAll.size > 0 || this.#byId.has(id);
  }

  #keep(id: string, kept: Kept<D>): void {
    // The document that changed last comes last.
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest);
  }

  #forget(id: string): void {
    if (this.#isFollowed(id)) return;
    this.#kept.delete(id);
    this.#stuck.delete(id);
  }
}
