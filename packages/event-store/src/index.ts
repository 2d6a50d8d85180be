// The event store's port and its errors. Adapters have their own folders.
export * from './port.js';
