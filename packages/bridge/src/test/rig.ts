// A log, a read store and a bridge for the events of `orders.ts`.
import { join } from 'node:path';
import { openEmbeddedEventStore, type EventStore } from '@holdfast/event-store';
import type { NewEvent } from '@holdfast/kernel';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import { nodeEnvironment } from '@holdfast/runtime';
import type { BridgeSettings } from '../bridge.js';
import { ensureTopics } from '../kafka/topics.js';
import type { KafkaSettings } from '../kafka/kafka-settings.js';
import { startOutbound, type OutboundOptions, type OutboundRunner } from '../outbound/outbound-runner.js';
import { checkpointTopic, publisherOf, type Mode } from '../outbound/publishers.js';
import { withFolder } from './kafka-server.js';
import { eventsOf, prefixes, serialise } from './orders.js';

export const environment = nodeEnvironment();

export type Stores = { readonly store: EventStore; readonly readStore: ReadStore; close(): Promise<void> };

export async function openStores(folder: string): Promise<Stores> {
  const onFatal = (error: unknown): void => {
    throw error;
  };
  const store = await openEmbeddedEventStore({ directory: join(folder, 'log'), environment, onFatal });
  const readStore = await openEmbeddedReadStore({ directory: join(folder, 'read-models') });
  return {
    store,
    readStore,
    close: async () => {
      await store.close();
      await readStore.close();
    },
  };
}

/** The settings of a whole bridge: JSON, from the beginning, without commands. */
export const bridgeSettings = ({
  kafka,
  name,
  mode,
}: Pick<BridgeSettings, 'name' | 'mode'> & { readonly kafka: KafkaSettings }): BridgeSettings => ({
  ...kafka,
  ...{ name, mode, start: 'beginning', format: 'json' },
  ...{ registryUrl: null, aliases: [], commandsTopic: null },
});

export type BridgeOptions = Pick<Stores, 'store' | 'readStore'> & {
  readonly kafka: KafkaSettings;
  readonly topic: string;
  readonly mode?: Mode;
  readonly errors?: unknown[];
  /** its name in Kafka, where it is not that of the topic */
  readonly publishAs?: string;
} & Partial<OutboundOptions>;

/** The topic of the spec is its name in everything: checkpoint, transactional id, topic. */
export async function openBridge(options: BridgeOptions): Promise<OutboundRunner> {
  const { kafka, topic: name, mode = 'at-least-once', errors = [], readStore, publishAs = name } = options;
  const onError = (error: unknown): void => void errors.push(error);
  await ensureTopics(
    kafka,
    name,
    new Map([
      [name, 'events'],
      [checkpointTopic, 'checkpoint'],
    ]),
  );
  return startOutbound({
    name,
    environment,
    prefixes,
    eventsOf: eventsOf(name),
    serialise,
    openPublisher: (signal, report) =>
      publisherOf(
        { kafka, mode, name: publishAs, consumer: name, readStore, environment, onError: report },
        signal,
      ),
    start: 'beginning',
    source: '/holdfast/spec',
    onError,
    ...options,
  });
}

export type Rig = Stores & {
  /** A bridge that ends with the rig. */
  open(
    this: void,
    options: Omit<BridgeOptions, 'store' | 'readStore'> & Partial<Stores>,
  ): Promise<OutboundRunner>;
  /** A second read store: what another machine that does not know of the lease would have. */
  openReadStore(this: void): Promise<ReadStore>;
};

/** Runs `use` on stores and bridges that are closed behind it. */
export const inRig = (use: (rig: Rig) => Promise<void>): Promise<void> =>
  withFolder(async (folder) => {
    const stores = await openStores(folder);
    const bridges: OutboundRunner[] = [];
    const readStores: ReadStore[] = [];
    try {
      await use({
        ...stores,
        open: async (options) => {
          const bridge = await openBridge({ ...stores, ...options });
          bridges.push(bridge);
          return bridge;
        },
        openReadStore: async () => {
          const directory = join(folder, `read-models-${readStores.length}`);
          const readStore = await openEmbeddedReadStore({ directory });
          readStores.push(readStore);
          return readStore;
        },
      });
    } finally {
      await Promise.all(bridges.map((bridge) => bridge.stop()));
      for (const readStore of readStores) await readStore.close();
      await stores.close();
    }
  });

export async function append(store: EventStore, order: string, events: readonly NewEvent[]): Promise<void> {
  const appended = await store.append(`order-${order}`, events, 'any');
  if (!appended.ok) throw new Error(`the append to ${order} was refused`);
  await store.synced(appended.value.position);
}
