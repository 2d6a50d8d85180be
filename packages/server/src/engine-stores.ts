// The stores of an engine: the log in the data directory or on EventStoreDB, and the read models beside it. Read models
// that belong to another log are removed.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedEventStore, type Disk, type EventStore } from '@holdfast/event-store';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import type { Environment } from '@holdfast/kernel';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import { isOfThisLog } from '@holdfast/runtime';

export type StoreOptions = {
  readonly dataDirectory: string;
  /** the events are on this EventStoreDB rather than in the data directory: `esdb://…` */
  readonly eventStoreUrl?: string | null;
  /** before the names of all streams there, so that several shops share one server */
  readonly streamPrefix?: string;
  readonly environment: Environment;
  /** the file system that the log uses; the real one unless given */
  readonly disk?: Disk;
  /** size in bytes at which the embedded log starts a new segment; the log's own unless given */
  readonly segmentBytes?: number;
  /** where the read models are kept; in the data directory unless given */
  readonly readModels?: ReadModels;
  /** Called when something failed that will be tried again. */
  onError(this: void, error: unknown): void;
  /** Called when the log can't be written any more. The process has to end: its memory is ahead of the disk. */
  onFatal(this: void, error: unknown): void;
};

/** The place of the read models. */
export type ReadModels = {
  open(this: void): Promise<ReadStore>;
  /** Removes them, once the store is closed: they are built anew. */
  remove(this: void): Promise<void>;
};

export const logIn = (dataDirectory: string): string => join(dataDirectory, 'log');
export const readModelsIn = (dataDirectory: string): string => join(dataDirectory, 'read-models');

/** Opens the log. @throws StoreLocked, StoreCorrupted */
export function openEvents(options: StoreOptions): Promise<EventStore> {
  const {
    dataDirectory,
    eventStoreUrl,
    streamPrefix = '',
    environment,
    disk,
    segmentBytes,
    onFatal,
  } = options;
  if (typeof eventStoreUrl === 'string')
    return openEventStoreDb({ url: eventStoreUrl, environment, streamPrefix });
  const directory = logIn(dataDirectory);
  return openEmbeddedEventStore({
    ...{ directory, environment, onFatal },
    ...(disk !== undefined && { disk }),
    ...(segmentBytes !== undefined && { segmentBytes }),
  });
}

/** Read models of another log, or of events that this log has lost, are removed and built anew. */
export async function openReadModels(
  options: StoreOptions,
  store: EventStore,
  checkpoints: readonly string[],
): Promise<ReadStore> {
  const directory = readModelsIn(options.dataDirectory);
  const { readModels = inFolder(directory), onError } = options;
  const readStore = await readModels.open();
  if (await isOfThisLog(store, readStore, checkpoints)) return readStore;
  onError(new Error(`${directory} was built from another log than the one beside it; it is built anew`));
  await readStore.close();
  await readModels.remove();
  return readModels.open();
}

const inFolder = (directory: string): ReadModels => ({
  open: () => openEmbeddedReadStore({ directory }),
  remove: () => rm(directory, { recursive: true }),
});
