// Documents of read models, and the same documents folded from the log: for results that must reflect an event before its
// read model does, and for live updates that show the state at each event.
import { StoreUnavailable, type EventStore } from '@holdfast/event-store';
import type { Awaitable, Document, Environment, Position, Projection, RecordedEvent } from '@holdfast/kernel';
import { history, isForeign, whenReadable, type Projections } from '@holdfast/runtime';
import type { GraphQLError } from 'graphql';
import { graphQLError } from '../graphql/errors.js';
import { eventsBetweenMarks, markName, type FoldMarks } from '../live/fold-marks.js';
import { turn } from '../live/turn.js';

const pageOfEvents = 1000;
const pageBackwards = 16;

/** How long a query with a position waits until its read model reflects it. */
const atLeastMs = 5_000;
/** Wait for the read model before the log is folded instead. A read model is usually late by one batch. */
export const answerMs = 500;

/** The most events that are folded for one result: more would slow all other callers down. */
const mostForAnswer = 2_000;

/**
 * A projection with the streams that make the document of an id. The first stream has the document's first event. Of the
 * other streams only events after that one count, so that little of a long stream is read.
 */
export type Folded<D extends Document> = {
  readonly projection: Projection<D>;
  /** Whether the streams are short: then folding them costs less than waiting for the read model. */
  isShort?(this: void, streams: readonly string[]): boolean;
  /** Whether this is the document's first event, so that no earlier one has to be read. */
  begins?(this: void, event: RecordedEvent): boolean;
  streams(this: void, id: string): Awaitable<readonly string[]>;
  /** Makes the document from the write side's state in memory, for a late read model and long streams. */
  decidedOn?(this: void, id: string): Awaitable<D | null>;
};

export type AfterEvent<D extends Document> = {
  readonly document: D | null;
  /** The documents that the event added to the projection's further collections. */
  readonly added: readonly Document[];
};

/** The document under `id` after one more event. */
export function applyEvent<D extends Document>(
  projection: Projection<D>,
  id: string,
  event: RecordedEvent,
  before: D | null,
): AfterEvent<D> {
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

/** The document under `id` folded from the log, up to and including `upTo`. */
export const foldedDocument = async <D extends Document>(
  store: EventStore,
  { projection, streams }: Folded<D>,
  id: string,
  upTo: Position,
  marks: FoldMarks | null = null,
): Promise<D | null> => foldedFrom(store, projection, id, await streams(id), upTo, marks);

async function foldedFrom<D extends Document>(
  store: EventStore,
  projection: Projection<D>,
  id: string,
  streams: readonly string[],
  upTo: Position,
  marks: FoldMarks | null = null,
  mostEvents = Infinity,
): Promise<D | null> {
  const name = markName(projection, id);
  const mark = marks?.before(name, upTo) ?? null;
  const fold = new Fold(projection, id);
  let after = mark?.position ?? null;
  if (mark !== null) fold.document = mark.document as D | null;
  else {
    const past = await shortPast(store, streams, upTo);
    if (past === null) return null;
    if (past.isWhole) {
      fold.take(past.events.filter(({ position }) => position <= upTo));
      return fold.document;
    }
    after = past.beginning - 1;
  }
  let sinceMark = 0;
  let taken = 0;
  for await (const events of history(store, turn, { streams, after: after ?? -1, upTo })) {
    fold.take(events);
    if (fold.isStuck) break;
    taken += events.length;
    if (taken > mostEvents) throw notReached(projection.name);
    sinceMark += events.length;
    const position = events.at(-1)?.position;
    if (sinceMark < eventsBetweenMarks || position === undefined) continue;
    marks?.keep(name, { position, document: fold.document });
    sinceMark = 0;
  }
  return fold.document;
}

/** A document while it is folded. An event that can't be read ends the fold, since the read model parks it as well. */
export class Fold<D extends Document> {
  document: D | null = null;
  isStuck = false;

  constructor(
    private readonly projection: Projection<D>,
    private readonly id: string,
  ) {}

  take(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      if (this.isStuck) return;
      if (isForeign(event)) continue;
      const before = this.document;
      const after = whenReadable((): AfterEvent<D> => applyEvent(this.projection, this.id, event, before));
      if (after === undefined) this.isStuck = true;
      else this.document = after.document;
    }
  }
}

type Past = {
  readonly beginning: Position;
  readonly events: readonly RecordedEvent[];
  readonly isWhole: boolean;
};

/**
 * The position of the document's first event, and all of its events if they fit into one page of its own stream and a small
 * page from the end of each other stream. Null when the document has no event up to `upTo`.
 */
async function shortPast(
  store: EventStore,
  [own = '', ...others]: readonly string[],
  upTo: Position,
): Promise<Past | null> {
  const events = [...(await store.readStream(own, { limit: pageOfEvents }))];
  const beginning = events[0]?.position;
  if (beginning === undefined || beginning > upTo) return null;
  const long = { beginning, events: [], isWhole: false };
  if (events.length >= pageOfEvents) return long;
  for (const stream of beginning < upTo ? others : []) {
    const newest = await store.readStream(stream, { direction: 'backwards', limit: pageBackwards });
    const oldest = newest.at(-1);
    if (oldest !== undefined && oldest.position > beginning && oldest.revision > 0) return long;
    events.push(...newest.filter(({ position }) => position > beginning));
  }
  return { beginning, events: events.sort((a, b) => a.position - b.position), isWhole: true };
}

/** @throws GraphQLError when the read model has not reached the position in time */
export async function waitFor(
  reads: Projections,
  projection: string,
  position: Position | null | undefined,
): Promise<void> {
  if (position === undefined || position === null) return;
  if (!(await reads.reached(projection, position, atLeastMs))) throw notReached(projection);
}

const notReached = (projection: string): GraphQLError =>
  graphQLError('POSITION_NOT_REACHED', `${projection} has not reached this position yet: try again`);

/** Followers of an EventStoreDB cluster may be behind its leader by seconds. */
const staleMs = 5_000;
const lookAgainMs = 50;

/** Resolves once a read of the stream has its event at `position`, which is known to be written. @throws StoreUnavailable */
async function readUpTo(
  {
    store,
    environment,
  }: { readonly store: EventStore; readonly environment: Pick<Environment, 'scheduler'> },
  stream: string | undefined,
  position: Position,
): Promise<void> {
  if (stream === undefined) return;
  for (let waitedMs = 0; ; waitedMs += lookAgainMs) {
    const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
    if ((last?.position ?? -1) >= position) return;
    if (waitedMs >= staleMs)
      throw new StoreUnavailable(`${stream} is read without an event that was written to it`);
    await new Promise<void>((resolve) => {
      environment.scheduler.after(lookAgainMs, resolve);
    });
  }
}

/** The document for the result of a command whose effect is at `position` of `stream`: the first of the document unless given. */
export async function freshDocument<D extends Document>(
  dependencies: {
    readonly store: EventStore;
    readonly projections: Projections;
    readonly environment: Pick<Environment, 'scheduler'>;
  },
  folded: Folded<D>,
  id: string,
  position: Position,
  stream?: string,
): Promise<D | null> {
  const { store, projections } = dependencies;
  const { projection, isShort = () => false } = folded;
  const { name } = projection;
  if (projections.position(name) >= position) return projections.get<D>(name, id);
  const streams = await folded.streams(id);
  if (!isShort(streams) && (await projections.reached(name, position, answerMs)))
    return projections.get<D>(name, id);
  // Reading a long stream while the read model is late would delay everything further.
  if (folded.decidedOn !== undefined) {
    const document = await folded.decidedOn(id);
    await store.synced((await store.end()).written);
    return document;
  }
  await readUpTo(dependencies, stream ?? streams[0], position);
  const upTo = Math.max(position, (await store.end()).synced);
  return foldedFrom(store, projection, id, streams, upTo, null, mostForAnswer);
}
