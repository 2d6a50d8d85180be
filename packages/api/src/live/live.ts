// Subscriptions: the present state, or everything since a cursor, then what comes. The present state stands at a position
// of the log and the rest is read from the log, so nothing is missed and nothing comes twice; a cursor is a position.
import type { EventStore } from '@holdfast/event-store';
import { streamCategory, type Document, type Position, type RecordedEvent } from '@holdfast/kernel';
import { whenReadable, type Feed, type ReadModels, type Standing } from '@holdfast/runtime';
import { answerMs, foldedDocument, step, type Folded } from '../documents.js';
import { badInput } from '../errors.js';
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

export type LiveSource = {
  readonly store: EventStore;
  readonly feed: Feed;
  readonly projections: ReadModels;
};

export type LiveOptions<D extends Document> = {
  readonly folded: Folded<D>;
  /** the documents to follow; or all of a projection, with those whose present state comes first */
  readonly ids: readonly string[] | { readonly all: () => AsyncIterable<string> };
  /** what is shown in the place of a document that nothing has made yet; nothing unless given */
  readonly absent?: (id: string) => D;
  readonly after: string | null | undefined;
  /** the events that are worth a message; all that change a followed document unless given */
  readonly worth?: (event: RecordedEvent) => boolean;
  readonly signal: AbortSignal;
};

/** Follows documents as the log changes them. */
export async function* liveDocuments<D extends Document>(
  source: LiveSource,
  { folded, ids, absent, after, worth = () => true, signal }: LiveOptions<D>,
): AsyncGenerator<Update<D>> {
  const { store, feed } = source;
  const { projection } = folded;
  const named = 'all' in ids ? null : ids;
  const kept = new Map<string, D | null>();
  const keep = (id: string, document: D | null): void => {
    // Of all documents, only those that moved a moment ago are kept: the rest can be folded again.
    if (named === null && kept.size >= keptDocuments) kept.clear();
    kept.set(id, document);
  };
  let start = await startBehind(store, after);
  /** of documents that were read later than the start: what is in them already comes again from the feed */
  const shownAt = new Map<string, Position>();
  let shownUpTo = start;

  if (after === undefined || after === null) {
    let isFirst = true;
    for await (const page of pages('all' in ids ? ids.all() : ids)) {
      const { position, documents } = await standing(source, folded, page, start);
      // Not for all of them: what was made after the list was read is known from the feed alone.
      if (isFirst && named !== null) start = position;
      isFirst = false;
      for (const [n, id] of page.entries()) {
        const document = documents[n] ?? null;
        keep(id, document);
        if (position > start) shownAt.set(id, position);
        shownUpTo = Math.max(shownUpTo, position);
        const shown = document ?? absent?.(id) ?? null;
        if (shown !== null) yield { cursor: positionText(start), event: null, document: shown, added: null };
        if (signal.aborted) return;
      }
    }
  }

  const streams = named === null ? 'all' : (await Promise.all(named.map((id) => folded.streams(id)))).flat();
  const wanted = new Set(named);
  /** documents with an event that can't be read: as in the read model, later events wait behind it */
  const waiting = new Set<string>();
  for await (const batch of feed({ streams, after: start, signal })) {
    for (const event of batch) {
      if (!projection.prefixes.some((prefix) => event.stream.startsWith(prefix))) continue;
      const id = whenReadable(() => projection.key(event)) ?? null;
      if (id === null || waiting.has(id) || (named !== null && !wanted.has(id))) continue;
      if (event.position > shownUpTo) shownAt.clear();
      else if (event.position <= (shownAt.get(id) ?? start)) continue;
      const known = kept.get(id);
      const before =
        known === undefined ? await foldedDocument(store, folded, id, event.position - 1) : known;
      const after = whenReadable(() => step(projection, id, event, before));
      if (after === undefined) {
        waiting.add(id);
        continue;
      }
      const { document, added } = after;
      keep(id, document);
      if (document === null || document === before || !worth(event)) continue;
      yield { cursor: positionText(event.position), event, document, added: added[0] ?? null };
    }
  }
}

/** The position of a cursor, or without one of the log's end. @throws GraphQLError when the log has not come that far */
export async function startBehind(store: EventStore, cursor: string | null | undefined): Promise<Position> {
  const { synced } = await store.end();
  if (cursor === undefined || cursor === null) return synced;
  const position = positionOf(cursor);
  if (position > synced) throw badInput('not a cursor of this log: it has not come that far');
  return position;
}

/** From the read model, however long the streams are; from the log as of `upTo` while the read model is late. */
async function standing<D extends Document>(
  { store, projections }: LiveSource,
  folded: Folded<D>,
  ids: readonly string[],
  upTo: Position,
): Promise<Standing<D>> {
  const { name } = folded.projection;
  if (await projections.reached(name, upTo, answerMs)) return projections.getStanding<D>(name, ids);
  const documents: (D | null)[] = [];
  for (const id of ids) documents.push(await foldedDocument(store, folded, id, upTo));
  return { position: upTo, documents };
}

async function* pages(ids: readonly string[] | AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let page: string[] = [];
  for await (const id of ids) {
    page.push(id);
    if (page.length < pageOfDocuments) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

const pageOfDocuments = 100;
const keptDocuments = 1000;

export const isOf =
  (category: string) =>
  ({ stream }: RecordedEvent): boolean =>
    streamCategory(stream) === category;
