// Wraps an event store, to measure its calls, or to let some of them fail or wait in a spec.
import type { EventStore } from './port.js';

/** Returns the store with some functions replaced. The others stay bound to `store`, so it may be a class instance. */
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
