// Servers for the specs of clients: one as EventStoreDB, one that promises the least and can be told to fail.
export { Refusal } from '../refusal.js';
export * from './least-server.js';
export { nodeEnvironment } from './node-environment.js';
export { type ServedLog, serveLog } from './served-log.js';
