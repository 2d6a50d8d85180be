// The event store's port with its errors, and the embedded log.
export * from './port.js';
export { type Disk, type DiskFile, lockFolder, nodeDisk } from './embedded/disk.js';
export { type EmbeddedOptions, openEmbeddedEventStore } from './embedded/embedded-event-store.js';
export { type LogFollower, openLogFollower } from './embedded/log-follower.js';
export { type Damage, type Verification, verifyLog } from './embedded/verify.js';
export { leavable } from './leavable.js';
export { storeWith } from './store-with.js';
export { SimulatedDisk } from './embedded/simulated-disk.js';
