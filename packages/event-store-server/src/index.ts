// An event store behind EventStoreDB's protocol. gRPC is loaded when the first server is opened.
import type { ProtocolServer, ServerOptions } from './server.js';

export type { ProtocolServer, ServerOptions };
export { servedAppendBytes } from './streams/append-limit.js';

/** Serves an event store over EventStoreDB's own protocol. @throws Error when the port is taken */
export async function openServer(options: ServerOptions): Promise<ProtocolServer> {
  return (await import('./server.js')).openServer(options);
}
