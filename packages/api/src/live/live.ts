// Subscriptions: the present state, or everything since a cursor, then live updates. The present state is that of one
// position of the log, and the updates are read from the log behind it: none is missed and none comes twice. A cursor is
// such a position.
import type { EventStore } from '@holdfast/event-store';
import { streamCategory, type Document, type Position, type RecordedEvent } from '@holdfast/kernel';
import { countBehind, history, isPending, type DocumentsAt } from '@holdfast/runtime';
import { badInput, graphQLError } from '../graphql/errors.js';
import { positionOf, positionText } from '../graphql/scalars.js';
import { answerMs, foldedDocument, type Folded } from '../queries/documents.js';
import { follow, type Session } from './dispatcher.js';
import type { Change, LiveModel } from './live-model.js';
import { updateOf, type LiveOptions, type LiveSource, type Update } from './live-update.js';
import { Replay } from './replay.js';
import { turn } from './turn.js';
import { UpdateQueue } from './update-queue.js';

/** Iterates over `run`. When the reader leaves, the signal that `run` got aborts, which ends all waits of `run` at once. */
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

/** Follows documents as the log changes them. */
export async function* liveDocuments<D extends Document>(
  source: LiveSource,
  options: LiveOptions<D>,
): AsyncGenerator<Update<D>> {
  const { folded, after } = options;
  const { session, leave } = await follow(source);
  try {
    const start = await startBehind(source.store, after);
    const model = session.model(folded);
    if (after === undefined || after === null)
      yield* fromPresentState(source, options, session, model, start);
    else yield* fromCursor(source, options, session, model, start);
  } finally {
    leave();
  }
}

async function* fromPresentState<D extends Document>(
  source: LiveSource,
  options: LiveOptions<D>,
  session: Session,
  model: LiveModel<D>,
  end: Position,
): AsyncGenerator<Update<D>> {
  const { folded, ids, absent, signal } = options;
  const queue = new UpdateQueue<Change<D>>();
  const leave = model.listen(listenedTo(ids), queue);
  try {
    let start = Math.max(end, session.position);
    /** Positions of documents that were read later than the start: events up to these are in the documents already. */
    const shownAt = new Map<string, Position>();
    let isFirst = true;
    for await (const page of pages('all' in ids ? ids.all() : ids)) {
      if (!isFirst) await turn();
      const { position, documents } = await documentsAt(source, folded, page, start);
      // Only for named ids. Of all documents, those made after the list was read must come from the log.
      if (isFirst && !('all' in ids)) start = position;
      isFirst = false;
      for (const [n, id] of page.entries()) {
        const document = documents[n] ?? null;
        model.know(id, position, document);
        if (position > start) shownAt.set(id, position);
        const shown = document ?? absent?.(id) ?? null;
        if (shown !== null) yield { cursor: positionText(start), event: null, document: shown, added: null };
        if (signal.aborted) return;
      }
    }
    const isNew = ({ id, event }: Change<D>): boolean => event.position > (shownAt.get(id) ?? start);
    yield* live(queue, options, isNew);
  } finally {
    leave();
  }
}

/** Yields everything since the start, then live updates. */
async function* fromCursor<D extends Document>(
  { store }: LiveSource,
  options: LiveOptions<D>,
  session: Session,
  model: LiveModel<D>,
  cursor: Position,
): AsyncGenerator<Update<D>> {
  const replay = await Replay.of(store, options, model);
  let seen = cursor;
  // While there is much to read, live events are not queued in memory. They are queued for the last, short stretch.
  for (let pagesRead = Infinity; pagesRead > 1;) {
    const upTo = Math.max(seen, (await store.end()).synced);
    await turn();
    pagesRead = yield* replay.stretch(seen, upTo);
    seen = upTo;
    if (options.signal.aborted) return;
  }
  const queue = new UpdateQueue<Change<D>>();
  const leave = model.listen(listenedTo(options.ids), queue);
  try {
    const from = Math.max(seen, session.position);
    yield* replay.stretch(seen, from);
    yield* live(queue, options, ({ event }) => event.position > from);
  } finally {
    leave();
  }
}

async function* live<D extends Document>(
  queue: UpdateQueue<Change<D>>,
  options: LiveOptions<D>,
  isNew: (change: Change<D>) => boolean,
): AsyncGenerator<Update<D>> {
  for await (const change of queue.read(options.signal)) {
    if (!isNew(change)) continue;
    const given = change.applied();
    const update = updateOf(change.event, isPending(given) ? await given : given, options);
    if (update !== null) yield update;
  }
}

const listenedTo = (ids: LiveOptions<Document>['ids']): readonly string[] | 'all' =>
  'all' in ids ? 'all' : ids;

/**
 * Refuses a cursor too far back of a caller that is not signed in: all events since then would be read for that one
 * subscription.
 * @throws GraphQLError CURSOR_TOO_OLD
 */
export async function boundReach(
  store: EventStore,
  streams: readonly string[] | 'all',
  cursor: string | null | undefined,
  mostEvents: number,
): Promise<void> {
  if (cursor === undefined || cursor === null) return;
  const after = await startBehind(store, cursor);
  let events = 0;
  const count = (more: number): void => {
    events += more;
    if (events > mostEvents)
      throw graphQLError(
        'CURSOR_TOO_OLD',
        `the cursor reaches back more than ${mostEvents} events: subscribe without a cursor, or sign in`,
      );
  };
  if (streams === 'all') {
    const upTo = (await store.end()).synced;
    for await (const page of history(store, turn, { streams, after, upTo })) count(page.length);
    return;
  }
  for (const stream of streams) {
    await turn();
    count(await countBehind(store, [stream], after));
  }
}

/** The position of the cursor; the log's end without a cursor. @throws GraphQLError when the log does not reach the cursor */
export async function startBehind(store: EventStore, cursor: string | null | undefined): Promise<Position> {
  const { synced } = await store.end();
  if (cursor === undefined || cursor === null) return synced;
  const position = positionOf(cursor);
  if (position > synced) throw badInput('not a cursor of this log: the log does not reach it');
  return position;
}

/** Documents from the read model, or, while the read model is late, folded from the log as of `upTo`. */
async function documentsAt<D extends Document>(
  { store, projections }: LiveSource,
  folded: Folded<D>,
  ids: readonly string[],
  upTo: Position,
): Promise<DocumentsAt<D>> {
  const { name } = folded.projection;
  if (await projections.reached(name, upTo, answerMs)) return projections.getAtPosition<D>(name, ids);
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

export const isOf =
  (category: string) =>
  ({ stream }: RecordedEvent): boolean =>
    streamCategory(stream) === category;
