// The one place where stored events are lifted to their present shape. It wraps the port of the event store, so that no
// reader meets an older shape. Stored events, also those that the protocol server serves, stay as they were written.
import { upcast, versionsOf, type EventMetadata, type RecordedEvent, type Upcasters } from '@holdfast/kernel';
import type { Batch, EventStore } from '@holdfast/event-store';
import { andThen } from './awaitable.js';

/** Thrown by `data` of an event that can't be lifted: its version is unknown here, or its upcaster threw. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
  constructor(
    readonly stored: RecordedEvent,
    cause: unknown,
  ) {
    const { type, stream, revision } = stored;
    super(`${type}, revision ${revision} of ${stream}, can't be read: ${describe(cause)}`, { cause });
  }
}

/** Events that can't be lifted, with the reason. */
const unreadable = new WeakMap<RecordedEvent, UnreadableEvent>();

/** Returns the event for display: in its stored form when it can't be lifted. */
export const shownForm = (event: RecordedEvent): RecordedEvent => unreadable.get(event)?.stored ?? event;

/** Returns the result of `read`; undefined when that needs the data of an event that can't be lifted. */
export function whenReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableEvent) return undefined;
    throw error;
  }
}

/**
 * The same store, with events in their present shape. An event that can't be lifted is returned too, and reading its
 * `data` throws UnreadableEvent: such an event stops no reader, and each reader can park it.
 */
export function withUpcasting(store: EventStore, upcasters: Upcasters): EventStore {
  const versions = new Map(Object.entries(versionsOf(upcasters)));
  const isPresent = (event: RecordedEvent): boolean => writtenAs(event) === (versions.get(event.type) ?? 1);
  const lift = (event: RecordedEvent): RecordedEvent => {
    try {
      return upcast(upcasters, event);
    } catch (error) {
      return unreadableForm(event, new UnreadableEvent(event, error));
    }
  };
  const present = (events: readonly RecordedEvent[]): readonly RecordedEvent[] =>
    events.every(isPresent) ? events : events.map((event) => (isPresent(event) ? event : lift(event)));
  const presentBatch = (batch: Batch): Batch => {
    const events = present(batch.events);
    return events === batch.events ? batch : { ...batch, events };
  };

  return {
    append: (stream, events, expected) => store.append(stream, events, expected),
    synced: (position) => store.synced(position),
    readStream: (stream, options) => andThen(store.readStream(stream, options), present),
    readAll: (options) => andThen(store.readAll(options), present),
    subscribeAll: (options) => mapped(store.subscribeAll(options), presentBatch),
    end: () => store.end(),
    close: () => store.close(),
  };
}

/** Events of other programs may have no metadata, or no version in it. */
const writtenAs = ({ metadata }: { readonly metadata: Partial<EventMetadata> | null | undefined }): number =>
  metadata?.schemaVersion ?? 1;

/** The stored event, except that reading its `data` throws `error`. */
export function unreadableForm(stored: RecordedEvent, error: UnreadableEvent): RecordedEvent {
  const event = Object.defineProperty({ ...stored }, 'data', {
    enumerable: true,
    get: () => {
      throw error;
    },
  });
  unreadable.set(event, error);
  return event;
}

/** Maps the values of an iterable. Not a generator, because `return` must reach the source also during a pending `next`. */
export const mapped = <T, U>(source: AsyncIterable<T>, map: (value: T) => U): AsyncIterable<U> => ({
  [Symbol.asyncIterator]: () => {
    const iterator = source[Symbol.asyncIterator]();
    const step = (result: IteratorResult<T, unknown>): IteratorResult<U, unknown> =>
      result.done === true ? result : { done: false, value: map(result.value) };
    return {
      next: async () => step(await iterator.next()),
      return: async () => {
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    };
  },
});

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));
