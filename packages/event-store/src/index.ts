// The event store's port, its errors, and the embedded adapter.
export * from './port.js';
export { type Disk, type DiskFile, nodeDisk } from './embedded/disk.js';
export { type EmbeddedOptions, openEmbeddedEventStore } from './embedded/embedded-event-store.js';
export { SimulatedDisk } from './embedded/simulated-disk.js';
