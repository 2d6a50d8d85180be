// Embedded stores in a folder of their own, and a store that returns promises, as a server does.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment, NewEvent } from '@holdfast/kernel';
import { openEmbeddedEventStore, type EventStore, storeWith } from '@holdfast/event-store';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';

export type Stores = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  /** closes both and opens them again on the same folder */
  reopen(): Promise<Stores>;
  remove(): Promise<void>;
};

export async function openStores(environment: Environment, folder?: string): Promise<Stores> {
  const directory = folder ?? (await mkdtemp(join(tmpdir(), 'holdfast-runtime-')));
  const onFatal = (error: unknown): void => {
    throw error;
  };
  const store = await openEmbeddedEventStore({ directory: join(directory, 'log'), environment, onFatal });
  const readStore = await openEmbeddedReadStore({ directory: join(directory, 'read-models') });
  const close = async (): Promise<void> => {
    await store.close();
    await readStore.close();
  };
  return {
    store,
    readStore,
    reopen: async () => {
      await close();
      return openStores(environment, directory);
    },
    remove: async () => {
      await close();
      await rm(directory, { recursive: true });
    },
  };
}

/** The same store behind promises: appends and reads of streams return a turn of the event loop later. */
export const withPromises = (store: EventStore): EventStore => ({
  ...storeWith(store),
  append: async (...call) => {
    await aTurnLater();
    const answer = await store.append(...call);
    await aTurnLater();
    return answer;
  },
  readStream: async (...call) => {
    await aTurnLater();
    return store.readStream(...call);
  },
});

const aTurnLater = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

export const event = (type: string, data: unknown, n: number): NewEvent => ({
  id: `11111111-0000-4000-8000-${String(n).padStart(12, '0')}`,
  type,
  data,
  metadata: {
    correlationId: 'spec',
    causationId: 'spec',
    commandId: `spec-${n}`,
    actor: 'system',
    at: '2026-01-01T00:00:00.000Z',
    schemaVersion: 1,
  },
});
