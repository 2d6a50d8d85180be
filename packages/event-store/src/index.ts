// The event store's port, its errors, and the embedded adapter.
export * from './port.js';
export type { Disk, DiskFile } from './embedded/disk.js';
export { type EmbeddedOptions, openEmbeddedEventStore } from './embedded/embedded-event-store.js';
