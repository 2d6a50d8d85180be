// The contract on EventStoreDB's protocol, with the embedded log behind the protocol server.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeEventStore, type StoreUnderTest } from '@holdfast/event-store/contract-suite';
import { openEmbeddedEventStore } from '@holdfast/event-store';
import { openServer } from '@holdfast/event-store-server';
import { nodeEnvironment } from '@holdfast/event-store-server/test';
import { openEventStoreDb } from './eventstoredb-event-store.js';

const environment = nodeEnvironment();

const onOwnServer = async (): Promise<StoreUnderTest> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-events-'));
  const start = async (port: number): Promise<{ port: number; stop(): Promise<void> }> => {
    const log = await openEmbeddedEventStore({ directory, environment });
    const server = await openServer({ store: log, environment, port });
    return {
      port: server.port,
      stop: async () => {
        await server.close();
        await log.close();
      },
    };
  };
  let server = await start(0);
  const open = (): ReturnType<typeof openEventStoreDb> =>
    openEventStoreDb({ url: `esdb://127.0.0.1:${server.port}?tls=false`, environment });
  let store = open();
  return {
    store,
    reopen: async () => {
      await store.close();
      await server.stop();
      server = await start(0);
      store = open();
      return store;
    },
    dispose: async () => {
      await store.close();
      await server.stop();
      await rm(directory, { recursive: true });
    },
  };
};

describeEventStore('EventStoreDB, spoken by the embedded log', onOwnServer);
