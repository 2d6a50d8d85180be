// The adapter of EventStoreDB. The client and gRPC are loaded when the first store is opened.
import type { EventStore } from '@holdfast/event-store';
import type { EventStoreDbOptions } from './eventstoredb-event-store.js';

export type { EventStoreDbOptions };

/** Connects when it is first used. Calls throw `StoreUnavailable` while the server can't be reached. */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<EventStore> {
  return (await import('./eventstoredb-event-store.js')).openEventStoreDb(options);
}
