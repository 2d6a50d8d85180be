// A log may be shared with other programs. This wrapper of the event store leaves out the streams of other programs. It
// also marks events that other programs wrote into our streams, so that no reader treats them as our facts.
import {
  invariant,
  streamCategory,
  type EventMetadata,
  type Position,
  type RecordedEvent,
} from '@holdfast/kernel';
import type { Batch, EventStore } from '@holdfast/event-store';
import { andThen } from './awaitable.js';
import { mapped, shownForm, UnreadableEvent, unreadableForm } from './upcasting.js';

/** The categories of this program's streams, each with the types of its events; `any`: unknown types. */
export type OwnEvents = Readonly<Record<string, ReadonlySet<string> | 'any'>>;

/** Another program wrote this event into one of our streams. Consumers park such events; folds leave them out. */
export class ForeignEvent extends UnreadableEvent {
  constructor(stored: RecordedEvent, reason: string) {
    super(stored, reason);
    const { type, stream, revision } = stored;
    this.message = `${type}, revision ${revision} of ${stream}, is not of this program: ${reason}`;
    // Operators see this error; a stack would not help them.
    delete this.stack;
  }
}

const foreign = new WeakMap<RecordedEvent, ForeignEvent>();
/** Whether this process has ever read a foreign event. Most never do, and this flag saves a look-up for each event. */
let hasMetForeign = false;

export const isForeign = (event: RecordedEvent): boolean => hasMetForeign && foreign.has(event);

/** A foreign event to be parked under its own id, because no other event depends on it. */
export const asForeign = (event: RecordedEvent) => ({ event, key: event.id, error: foreign.get(event) });

/** @throws ForeignEvent */
export function mustBeOwn(event: RecordedEvent): void {
  const error = foreign.get(event);
  if (error !== undefined) throw error;
}

/**
 * The same store with this program's events only, in streams of its categories. Events of other programs in these streams
 * are returned as well, with metadata that can be read and data that throws ForeignEvent.
 * @throws InvariantViolation for an append to a stream of another category: no reader would get it
 */
export function withOwnEvents(store: EventStore, own: OwnEvents): EventStore {
  const categories = new Map(Object.entries(own));
  const everything = { streamPrefixes: [...categories.keys()].map((category) => `${category}-`) };
  const isOurs = (stream: string): boolean => categories.has(streamCategory(stream));
  const marked = (event: RecordedEvent): RecordedEvent => {
    const reason = whyForeign(event, categories.get(streamCategory(event.stream)));
    return reason === null ? event : foreignForm(shownForm(event), reason);
  };
  const isOwn = ownershipOf(own);
  /** Without the events of the server itself, such as the end of a deleted stream. */
  const ours = (events: readonly RecordedEvent[]): readonly RecordedEvent[] => {
    if (events.every(isOwn)) return events;
    const found: RecordedEvent[] = [];
    for (const event of events) {
      if (!event.type.startsWith('$') && isOurs(event.stream)) found.push(marked(event));
    }
    return found;
  };
  const filtered = <O extends { readonly filter?: { readonly streamPrefixes: readonly string[] } }>(
    options: O,
  ) =>
    options.filter === undefined || options.filter.streamPrefixes.includes('')
      ? { ...options, filter: everything }
      : options;

  const readStream: EventStore['readStream'] = (stream, options = {}) => {
    if (!isOurs(stream)) return [];
    const { limit = Infinity, direction = 'forwards' } = options;
    return andThen(store.readStream(stream, options), (page) => {
      const found = ours(page);
      const last = page.at(-1)?.revision ?? 0;
      const next = direction === 'forwards' ? last + 1 : last - 1;
      if (page.length < limit || found.length === page.length || next < 0) return found;
      const rest = readStream(stream, { ...options, from: next, limit: limit - found.length });
      return andThen(rest, (more) => [...found, ...more]);
    });
  };

  const readAll: EventStore['readAll'] = (options = {}) => {
    const { limit = Infinity } = options;
    return andThen(store.readAll(filtered(options)), (page) => {
      const found = ours(page);
      if (page.length < limit || found.length === page.length) return found;
      const { from: _, ...rest } = options;
      const after = page.at(-1)?.position as Position;
      return andThen(readAll({ ...rest, after, limit: limit - found.length }), (more) => [...found, ...more]);
    });
  };

  return {
    append: (stream, events, expected) => {
      invariant(isOurs(stream), `${stream} is of no category of this program`);
      return store.append(stream, events, expected);
    },
    synced: (position) => store.synced(position),
    readStream,
    readAll,
    subscribeAll: (options) =>
      mapped(store.subscribeAll(filtered(options)), (batch): Batch => ({
        ...batch,
        events: ours(batch.events),
      })),
    end: () => store.end(),
    close: () => store.close(),
  };
}

/**
 * Returns a check for events of this program. It runs for each event of each subscriber, so it looks the type up first:
 * for a listed type it need not cut the category out of the stream's name.
 */
function ownershipOf(own: OwnEvents): (event: RecordedEvent) => boolean {
  const streamsOf = new Map<string, string[]>();
  for (const [category, types] of Object.entries(own)) {
    if (types === 'any') continue;
    for (const type of types) streamsOf.set(type, [...(streamsOf.get(type) ?? []), `${category}-`]);
  }
  return ({ type, stream, metadata }) => {
    const prefixes = streamsOf.get(type);
    if (prefixes === undefined || whyUnreadable(metadata) !== null) return false;
    for (const prefix of prefixes) if (stream.startsWith(prefix)) return true;
    return false;
  };
}

const texts = ['correlationId', 'causationId', 'commandId', 'actor', 'at'] as const;

/** Returns why the event is foreign; null for an event of this program. */
function whyForeign(event: RecordedEvent, types: OwnEvents[string] = 'any'): string | null {
  return types !== 'any' && !types.has(event.type)
    ? `streams of ${streamCategory(event.stream)} have no such type of event`
    : whyUnreadable(event.metadata);
}

/** The last timestamp that was found valid. Events of one turn share it, so the check is rarely repeated. */
let lastTime = '';

/** Returns what readers miss in the metadata; null when it is complete. */
function whyUnreadable(metadata: Partial<EventMetadata> | null | undefined): string | null {
  if (typeof metadata !== 'object' || metadata === null) return 'it has no metadata';
  for (const field of texts) if (typeof metadata[field] !== 'string') return `its metadata has no ${field}`;
  const { at = '' } = metadata;
  if (at !== lastTime) {
    if (Number.isNaN(Date.parse(at))) return 'its metadata has no time in `at`';
    lastTime = at;
  }
  if (!Number.isInteger(metadata.schemaVersion)) return 'its metadata has no schemaVersion';
  return null;
}

function foreignForm(stored: RecordedEvent, reason: string): RecordedEvent {
  const metadata = stored.metadata as Partial<EventMetadata> | null | undefined;
  const at = metadata?.at;
  const safe: EventMetadata = {
    correlationId: stored.stream,
    causationId: stored.id,
    commandId: stored.id,
    actor: 'another program',
    at: typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? at : new Date(0).toISOString(),
    schemaVersion: 1,
  };
  const shown = { ...stored, metadata: safe };
  const error = new ForeignEvent(shown, reason);
  const event = unreadableForm(shown, error);
  foreign.set(event, error);
  hasMetForeign = true;
  return event;
}
