// The wrap of an event store: for instruments, and for specs in which some calls fail or wait.
import type { EventStore } from './port.js';

/** The same store, with some of its functions replaced. Also for a store that is a class, whose methods need their object. */
export const storeWith = (store: EventStore, calls: Partial<EventStore> = {}): EventStore => ({
  append: (stream, events, expected) => store.append(stream, events, expected),
  synced: (position) => store.synced(position),
  readStream: (stream, options) => store.readStream(stream, options),
  readAll: (options) => store.readAll(options),
  subscribeAll: (options) => store.subscribeAll(options),
  end: () => store.end(),
  close: () => store.close(),
  ...calls,
});
