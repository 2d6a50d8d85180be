// The read store's port, its errors, and its adapters. MongoDB's driver is loaded only when its adapter is used.
import type { MongoDbOptions } from './mongodb/mongo-read-store.js';
import type { ReadStore } from './port.js';

export { cursorBehind } from './cursor.js';
export { openEmbeddedReadStore } from './embedded/embedded-read-store.js';
export {
  MemoryCommits,
  openMemoryReadStore,
  type MemoryReadStoreOptions,
} from './memory/memory-read-store.js';
export * from './port.js';
export type { MongoDbOptions };

/** The adapter of MongoDB. Connects when it is first used. A server that can't be reached is `ReadStoreUnavailable`. */
export async function openMongoReadStore(options: MongoDbOptions): Promise<ReadStore> {
  return (await import('./mongodb/mongo-read-store.js')).openMongoReadStore(options);
}
