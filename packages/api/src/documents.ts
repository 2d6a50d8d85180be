// Read models, and the same documents folded from the log itself: for an answer that must reflect an event whose read
// model is late, and for live updates that show the state at each event.
import type { EventStore } from '@holdfast/event-store';
import type { Awaitable, Document, Position, Projection, RecordedEvent } from '@holdfast/kernel';
import { whenReadable, type Projections } from '@holdfast/runtime';
import { graphQLError } from './errors.js';

const pageOfEvents = 1000;
const pageBackwards = 16;

/** How long a query waits for its read model when it is asked for a position. */
const atLeastMs = 5_000;
/** How long the read model is waited for before the log is folded: rarely more than one batch. */
export const answerMs = 500;

/**
 * A projection with the streams that make the document of an id. The first one begins it; of the others, only what came
 * after that beginning counts, so that little is read of a long stream.
 */
export type Folded<D extends Document> = {
  readonly projection: Projection<D>;
  /** Whether little of these streams is read: then folding them costs less than waiting for the read model. */
  isShort?(this: void, streams: readonly string[]): boolean;
  streams(this: void, id: string): Awaitable<readonly string[]>;
};

export type Step<D extends Document> = {
  readonly document: D | null;
  /** what the event added to the projection's further collections */
  readonly added: readonly Document[];
};

/** The document under `id` after one more event. */
export function step<D extends Document>(
  projection: Projection<D>,
  id: string,
  event: RecordedEvent,
  before: D | null,
): Step<D> {
  if (projection.key(event) !== id) return { document: before, added: [] };
  let document = before;
  const added: Document[] = [];
  for (const change of projection.project(event, before)) {
    const own = change.collection === undefined || change.collection === projection.name;
    if (!own && 'document' in change) added.push(change.document);
    else if (own) document = 'document' in change ? (change.document as D) : null;
  }
  return { document, added };
}

/** The document under `id` as the log has it, up to and including `upTo`. */
export const foldedDocument = async <D extends Document>(
  store: EventStore,
  { projection, streams }: Folded<D>,
  id: string,
  upTo: Position,
): Promise<D | null> => foldedFrom(store, projection, id, await streams(id), upTo);

async function foldedFrom<D extends Document>(
  store: EventStore,
  projection: Projection<D>,
  id: string,
  [own, ...others]: readonly string[],
  upTo: Position,
): Promise<D | null> {
  if (own === undefined) return null;
  const events = await firstEvents(store, own, upTo);
  const [first] = events;
  if (first === undefined) return null;
  if (first.position < upTo)
    for (const stream of others) events.push(...(await lastEvents(store, stream, first.position, upTo)));
  let document: D | null = null;
  for (const event of events.sort((a, b) => a.position - b.position)) {
    const before: D | null = document;
    const after = whenReadable((): Step<D> => step(projection, id, event, before));
    // The read model parks an event that can't be read, and later ones wait behind it.
    if (after === undefined) break;
    document = after.document;
  }
  return document;
}

/** From the stream's beginning up to and including a position. */
async function firstEvents(store: EventStore, stream: string, upTo: Position): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let from = 0; ; from += pageOfEvents) {
    const page = await store.readStream(stream, { from, limit: pageOfEvents });
    events.push(...page.filter(({ position }) => position <= upTo));
    if (page.length < pageOfEvents || events.length < from + page.length) return events;
  }
}

/** Behind `after`, up to and including `upTo`, read from the stream's end. */
async function lastEvents(
  store: EventStore,
  stream: string,
  after: Position,
  upTo: Position,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let from: number | undefined; ;) {
    const page = await store.readStream(stream, {
      direction: 'backwards',
      limit: pageBackwards,
      ...(from !== undefined && { from }),
    });
    events.push(...page.filter(({ position }) => position > after && position <= upTo));
    const oldest = page.at(-1);
    if (oldest === undefined || oldest.position <= after || oldest.revision === 0) return events;
    from = oldest.revision - 1;
  }
}

/** @throws GraphQLError when the read model is not there in time */
export async function waitFor(
  reads: Projections,
  projection: string,
  position: Position | null | undefined,
): Promise<void> {
  if (position === undefined || position === null) return;
  if (await reads.reached(projection, position, atLeastMs)) return;
  throw graphQLError(
    'POSITION_NOT_REACHED',
    `the read model has not reached this position in ${atLeastMs} ms`,
  );
}

/** The document for the answer to a command whose effect is at `position`. */
export async function freshDocument<D extends Document>(
  dependencies: { readonly store: EventStore; readonly projections: Projections },
  folded: Folded<D>,
  id: string,
  position: Position,
): Promise<D | null> {
  const { store, projections } = dependencies;
  const { projection, isShort = () => false } = folded;
  const { name } = projection;
  if (projections.position(name) >= position) return projections.get<D>(name, id);
  const streams = await folded.streams(id);
  if (!isShort(streams) && (await projections.reached(name, position, answerMs)))
    return projections.get<D>(name, id);
  return foldedFrom(store, projection, id, streams, (await store.end()).synced);
}
