// The read store's port, its errors, and the adapter that needs no server.
export { openEmbeddedReadStore } from './embedded/embedded-read-store.js';
export * from './port.js';
