// Subscriptions: the present state, or everything since a cursor, then what comes. All of it is read from the log, so
// nothing is missed and nothing comes twice; a cursor is a position.
import type { EventStore } from '@holdfast/event-store';
import { streamCategory, type Document, type Position, type RecordedEvent } from '@holdfast/kernel';
import type { Feed } from '@holdfast/runtime';
import { foldedDocument, step, type Folded } from '../documents.js';
import { positionOf, positionText } from '../scalars.js';

/** `run`, ended at once when the reader leaves: its signal wakes what it waits for. */
export function abortable<T>(run: (signal: AbortSignal) => AsyncGenerator<T>): AsyncIterableIterator<T> {
  const leaving = new AbortController();
  const generator = run(leaving.signal);
  return {
    next: () => generator.next(),
    return: () => {
      leaving.abort();
      return generator.return(undefined);
    },
    throw: (error) => {
      leaving.abort();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** `event` null: the present state. `added` is what the event added beside the document: a wallet's entry. */
export type Update<D> = {
  readonly cursor: string;
  readonly event: RecordedEvent | null;
  readonly document: D;
  readonly added: Document | null;
};

export type LiveSource = { readonly store: EventStore; readonly feed: Feed };

export type LiveOptions<D extends Document> = {
  readonly folded: Folded<D>;
  /** the documents to follow; or all of a projection, with those whose present state comes first */
  readonly ids: readonly string[] | { readonly all: () => AsyncIterable<string> };
  readonly after: string | null | undefined;
  /** the events that are worth a message; all that change a followed document unless given */
  readonly worth?: (event: RecordedEvent) => boolean;
  readonly signal: AbortSignal;
};

/** Follows documents as the log changes them. */
export async function* liveDocuments<D extends Document>(
  { store, feed }: LiveSource,
  { folded, ids, after, worth = () => true, signal }: LiveOptions<D>,
): AsyncGenerator<Update<D>> {
  const { projection } = folded;
  const named = 'all' in ids ? null : ids;
  const start: Position =
    after === undefined || after === null ? (await store.end()).synced : positionOf(after);
  const documents = new Map<string, D | null>();

  if (after === undefined || after === null) {
    for await (const id of 'all' in ids ? ids.all() : ids) {
      const document = await foldedDocument(store, folded, id, start);
      if (named !== null) documents.set(id, document);
      if (document !== null) yield { cursor: positionText(start), event: null, document, added: null };
      if (signal.aborted) return;
    }
  }

  const streams = named === null ? 'all' : (await Promise.all(named.map((id) => folded.streams(id)))).flat();
  const wanted = new Set(named);
  for await (const batch of feed({ streams, after: start, signal })) {
    for (const event of batch) {
      if (!projection.prefixes.some((prefix) => event.stream.startsWith(prefix))) continue;
      const id = projection.key(event);
      if (id === null || (named !== null && !wanted.has(id))) continue;
      const before = documents.has(id)
        ? (documents.get(id) ?? null)
        : await foldedDocument(store, folded, id, event.position - 1);
      const { document, added } = step(projection, id, event, before);
      // Of all documents, only those that moved a moment ago are kept: the rest can be folded again.
      if (named === null && documents.size >= keptDocuments) documents.clear();
      documents.set(id, document);
      if (document === null || document === before || !worth(event)) continue;
      yield { cursor: positionText(event.position), event, document, added: added[0] ?? null };
    }
  }
}

const keptDocuments = 1000;

export const isOf =
  (category: string) =>
  ({ stream }: RecordedEvent): boolean =>
    streamCategory(stream) === category;
