// The event store by itself, or beside the product, for clients of EventStoreDB.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedEventStore, type EventStore } from '@holdfast/event-store';
import { openServer, servedAppendBytes, type ProtocolServer } from '@holdfast/event-store-server';
import type { Environment } from '@holdfast/kernel';

export type EventServerFlags = {
  readonly port: number;
  /** Address to listen on. Every client that reaches it may read and write everything; the loopback unless given. */
  readonly host: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
};

type ServedLog = { readonly url: string; stop(): Promise<void> };

/** Serves the log of the data folder, which no other process may have open. @throws StoreLocked, StoreCorrupted */
export async function serveLog(
  dataDirectory: string,
  environment: Environment,
  flags: EventServerFlags,
  onFatal: (error: unknown) => void,
): Promise<ServedLog> {
  const store = await openEmbeddedEventStore({
    directory: join(dataDirectory, 'log'),
    environment,
    onFatal,
    appendLimitBytes: servedAppendBytes,
  });
  try {
    const server = await serveEvents(store, environment, flags);
    return {
      url: server.url,
      stop: async () => {
        await server.stop();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Serves a store that stays the caller's to close. */
export async function serveEvents(
  store: EventStore,
  environment: Environment,
  { port, host, tlsCert, tlsKey }: EventServerFlags,
): Promise<ServedLog> {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new Error('--tls-cert and --tls-key belong together');
  }
  const tls = tlsCert !== undefined &&
    tlsKey !== undefined && { cert: await readFile(tlsCert, 'utf8'), key: await readFile(tlsKey, 'utf8') };
  let server: ProtocolServer;
  try {
    server = await openServer({ store, environment, port, host, ...(tls && { tls }) });
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${port} on ${host} is in use; choose another one for clients of EventStoreDB`, {
      cause: error,
    });
  }
  return {
    url: `esdb://${server.host}:${server.port}?tls=${String(tls !== false)}`,
    stop: () => server.close(),
  };
}
