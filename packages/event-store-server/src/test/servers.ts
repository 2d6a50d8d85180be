// Servers for the specs of clients: one like EventStoreDB, one that guarantees as little as possible and can fail on demand.
export { Refusal } from '../refusal.js';
export * from './least-server.js';
export { nodeEnvironment } from './node-environment.js';
export { type ServedLog, serveLog } from './served-log.js';
