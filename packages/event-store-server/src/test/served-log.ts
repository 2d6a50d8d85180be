// An embedded log behind the protocol, on a free port and in a folder of its own, that can be stopped and started again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '@holdfast/kernel';
import { type EventStore, openEmbeddedEventStore } from '@holdfast/event-store';
import { servedAppendBytes } from '../streams/append-limit.js';
import { openServer, type ServerOptions } from '../server.js';
import { nodeEnvironment } from './node-environment.js';

export type ServedLog = {
  readonly port: number;
  /** the log itself, as the program that runs the server sees it */
  readonly store: () => EventStore;
  stop(): Promise<void>;
  /** on the same port */
  start(): Promise<void>;
  dispose(): Promise<void>;
};

export async function serveLog(
  options: Pick<ServerOptions, 'tls'> & { readonly clock?: Clock } = {},
): Promise<ServedLog> {
  const { clock, ...serverOptions } = options;
  const environment = { ...nodeEnvironment(), ...(clock && { clock }) };
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-events-'));
  const open = async (port: number) => {
    const store = await openEmbeddedEventStore({
      directory,
      environment,
      appendLimitBytes: servedAppendBytes,
    });
    return { store, server: await openServer({ ...serverOptions, store, environment, port }) };
  };
  let running = await open(0);
  const { port } = running.server;
  const stop = async (): Promise<void> => {
    await running.server.close();
    await running.store.close();
  };
  return {
    port,
    store: () => running.store,
    stop,
    start: async () => {
      running = await open(port);
    },
    dispose: async () => {
      await stop();
      await rm(directory, { recursive: true });
    },
  };
}
