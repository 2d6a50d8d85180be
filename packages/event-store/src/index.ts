// The event store's port, its errors, and its adapters. gRPC and the client are loaded only by who uses them.
import type { EventStoreDbOptions } from './eventstoredb/eventstoredb-event-store.js';
import type { EventStore } from './port.js';
import type { ProtocolServer, ServerOptions } from './server/server.js';

export * from './port.js';
export { type Disk, type DiskFile, lockFolder, nodeDisk } from './embedded/disk.js';
export { type EmbeddedOptions, openEmbeddedEventStore } from './embedded/embedded-event-store.js';
export { type LogFollower, openLogFollower } from './embedded/log-follower.js';
export { type Damage, type Verification, verifyLog } from './embedded/verify.js';
export { SimulatedDisk } from './embedded/simulated-disk.js';
export type { EventStoreDbOptions, ProtocolServer, ServerOptions };

/** The adapter of EventStoreDB. It connects when it is first used; what can't be reached is `StoreUnavailable`. */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<EventStore> {
  return (await import('./eventstoredb/eventstoredb-event-store.js')).openEventStoreDb(options);
}

export { servedAppendBytes } from './server/append-limit.js';

/** Serves an embedded store over EventStoreDB's own protocol. @throws Error when the port is taken */
export async function openServer(options: ServerOptions): Promise<ProtocolServer> {
  return (await import('./server/server.js')).openServer(options);
}
