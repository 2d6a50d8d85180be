// Wires the domain to the stores: everything that runs without a network. The API, the import and the benchmarks all
// stand on this.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { account, session } from '@holdfast/accounts';
import { noInstruments, type Instruments } from '@holdfast/api';
import { createCheckout } from '@holdfast/checkout';
import { openEmbeddedEventStore, openEventStoreDb, type Disk, type EventStore } from '@holdfast/event-store';
import { stock } from '@holdfast/inventory';
import type { Environment } from '@holdfast/kernel';
import { order } from '@holdfast/ordering';
import { projections } from '@holdfast/projections';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  createParkedEvents,
  groupCheckpoint,
  isOfThisLog,
  openSnapshots,
  processCheckpoint,
  startFeed,
  startProcess,
  startProjections,
  type CommandHandler,
  type Feed,
  type ParkedEvents,
  type ProcessRunner,
  type Projections,
} from '@holdfast/runtime';
import { wallet } from '@holdfast/wallet';

export type EngineOptions = {
  readonly dataDirectory: string;
  /** the events are on this EventStoreDB rather than in the data directory: `esdb://…` */
  readonly eventStoreUrl?: string | null;
  readonly environment: Environment;
  /** the log's door to the file system; the real one unless given */
  readonly disk?: Disk;
  readonly reservationTtlMs: number;
  readonly paymentTimeoutMs: number;
  /** what watches the parts; nothing unless given */
  readonly instruments?: Instruments;
  /** something failed and will be tried again */
  onError(this: void, error: unknown): void;
  /** the log can't be written any more: the process has to end, what it holds in memory is ahead of the disk */
  onFatal(this: void, error: unknown): void;
};

export type Engine = {
  readonly environment: Environment;
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly commands: CommandHandler;
  readonly projections: Projections;
  readonly parked: ParkedEvents;
  readonly process: ProcessRunner;
  readonly feed: Feed;
  /** finishes what was accepted, saves checkpoints, closes the stores */
  stop(): Promise<void>;
};

/** @throws StoreLocked, StoreCorrupted */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { dataDirectory, environment, instruments = noInstruments, onError } = options;
  const store = instruments.store(await openEvents(options));
  const readStore = await openReadModels(store, join(dataDirectory, 'read-models'), onError);
  const commands = instruments.commands(
    createCommandHandler({
      store,
      environment,
      aggregates: [order, stock, wallet, account, session],
      snapshots: await openSnapshots(store, readStore, onError),
    }),
  );
  const { onBatch } = instruments;
  const running = await startProjections({
    store,
    readStore,
    projections,
    environment,
    onError,
    ...(onBatch !== undefined && { onBatch }),
  });
  const live = await startFeed(store, environment, onError);
  const process = await startProcess({
    store,
    readStore,
    commands,
    process: instruments.process(createCheckout(options)),
    environment,
    onError,
  });
  const parked = createParkedEvents(store, [process.consumer, ...running.consumers]);
  return {
    environment,
    store,
    readStore,
    commands,
    projections: running,
    parked,
    process,
    feed: live.feed,
    stop: async () => {
      await process.stop();
      await running.stop();
      await live.stop();
      await store.close();
      await readStore.close();
    },
  };
}

function openEvents(options: EngineOptions): Promise<EventStore> {
  const { dataDirectory, eventStoreUrl, environment, disk, onFatal } = options;
  if (typeof eventStoreUrl === 'string') return openEventStoreDb({ url: eventStoreUrl, environment });
  const directory = join(dataDirectory, 'log');
  return openEmbeddedEventStore({ directory, environment, onFatal, ...(disk !== undefined && { disk }) });
}

/** Read models of another log, or of a part of this one that was taken back, are worth nothing: they are built anew. */
async function openReadModels(
  store: EventStore,
  directory: string,
  onError: (error: unknown) => void,
): Promise<ReadStore> {
  const readStore = await openEmbeddedReadStore({ directory });
  const checkpoints = [groupCheckpoint, processCheckpoint('checkout')];
  if (await isOfThisLog(store, readStore, checkpoints)) return readStore;
  onError(new Error(`${directory} was built from another log than the one beside it; it is built anew`));
  await readStore.close();
  await rm(directory, { recursive: true });
  return openEmbeddedReadStore({ directory });
}
