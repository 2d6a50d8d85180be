// Subscriptions: the present state, or everything since a cursor, then what comes. The present state stands at a position
// of the log and the rest is read from the log, so nothing is missed and nothing comes twice; a cursor is a position.
import type { EventStore } from '@holdfast/event-store';
import { streamCategory, type Document, type Position, type RecordedEvent } from '@holdfast/kernel';
import {
  countBehind,
  history,
  isPending,
  whenReadable,
  type Feed,
  type ReadModels,
  type DocumentsAt,
} from '@holdfast/runtime';
import { answerMs, foldedDocument, applyEvent, type Folded } from '../queries/documents.js';
import { badInput, graphQLError } from '../graphql/errors.js';
import { positionOf, positionText } from '../graphql/scalars.js';
import { follow, type Session } from './dispatcher.js';
import { eventsBetweenMarks } from './fold-marks.js';
import type { Change, LiveModel, Applied } from './live-model.js';
import { turn } from './turn.js';
import { UpdateQueue } from './update-queue.js';

/** Runs `run`, and ends it at once when the reader leaves: its signal wakes every wait in it. */
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
  /** Shown in the place of a document that does not exist yet; without it nothing is shown. */
  readonly absent?: (id: string) => D;
  readonly after: string | null | undefined;
  /** the events that are worth a message; all that change a followed document unless given */
  readonly worth?: (event: RecordedEvent) => boolean;
  readonly signal: AbortSignal;
};

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
      const { position, documents } = await standing(source, folded, page, start);
      // Only when ids are named: documents made after the list was read are known from the log alone.
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

/** Everything since the start, then live updates. */
async function* fromCursor<D extends Document>(
  { store }: LiveSource,
  options: LiveOptions<D>,
  session: Session,
  model: LiveModel<D>,
  cursor: Position,
): AsyncGenerator<Update<D>> {
  const replay = await Replay.of(store, options, model);
  let seen = cursor;
  // While there is much to read, nothing waits in memory; the rest at the end is short.
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

function updateOf<D extends Document>(
  event: RecordedEvent,
  applied: Applied<D> | null,
  { worth = () => true }: LiveOptions<D>,
): Update<D> | null {
  if (applied === null) return null;
  const { before, document, added } = applied;
  if (document === null || document === before || !worth(event)) return null;
  return { cursor: positionText(event.position), event, document, added: added[0] ?? null };
}

/** One subscription's way from its cursor to the present, with the documents that it has come by. */
class Replay<D extends Document> {
  readonly #kept = new Map<string, D | null>();
  /** documents with an event that can't be read: as in the read model, later events wait behind it */
  readonly #stuck = new Set<string>();
  /** by how many events, since the last mark */
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

  /** Returns how many pages it took. */
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

  /** Leaves marks on documents that so many events have moved since the last one. */
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
    // Of all documents, only those that moved a moment ago are kept: the rest can be folded again.
    if ('all' in ids && this.#kept.size >= keptDocuments) {
      this.#kept.clear();
      this.#moved.clear();
    }
    this.#kept.set(id, applied.document);
    this.#moved.set(id, (this.#moved.get(id) ?? 0) + 1);
    return applied;
  }
}

const listenedTo = (ids: LiveOptions<Document>['ids']): readonly string[] | 'all' =>
  'all' in ids ? 'all' : ids;

/**
 * Refuses a stranger's cursor that reaches back too far: the events since would be read for that one subscription.
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
const keptDocuments = 1000;

export const isOf =
  (category: string) =>
  ({ stream }: RecordedEvent): boolean =>
    streamCategory(stream) === category;
