// Collects the public events into the file of the figures. Events and the offsets behind them are stored together.
import { rm } from 'node:fs/promises';
import { Undeserialisable, type Deserialise } from '@holdfast/bridge';
import {
  addBatch,
  figuresFile,
  offsetsIn,
  replaceFile,
  type FactBatch,
  type FiguresFile,
  type Unreadable,
} from './database/figures-file.js';
import { factOf, type Fact } from './facts/facts.js';
import {
  partitionKey,
  type Offsets,
  type TopicBatch,
  type TopicRecord,
  type Topics,
} from './topics/topics.js';

export type CollectOptions = {
  readonly topics: Topics;
  readonly deserialise: Deserialise;
  readonly file: FiguresFile;
  readonly signal: AbortSignal;
  /** end once everything that is there has been collected */
  readonly untilCaughtUp?: boolean;
  onProgress?(this: void, progress: CollectProgress): void;
};
export type CollectProgress = {
  /** of this run */
  readonly records: number;
  readonly isCaughtUp: boolean;
};

/**
 * Returns the number of records that were read.
 * @throws RegistryUnavailable, FiguresBusy, FiguresOutdated, errors of the topics
 */
export async function collect(options: CollectOptions): Promise<number> {
  const { file, signal } = options;
  let records = 0;
  for (;;) {
    const from = await file.with(offsetsIn);
    const run = await collectFrom(from, options, records);
    records = run.records;
    if (run.isDone || signal.aborted) return records;
  }
}

/** `isDone` is false when another process has moved the file on: reading then begins again at the file's offsets. */
async function collectFrom(
  from: Offsets,
  { topics, deserialise, file, signal, untilCaughtUp = false, onProgress }: CollectOptions,
  before: number,
): Promise<{ readonly records: number; readonly isDone: boolean }> {
  let records = before;
  const reached = new Map(from);
  for await (const batch of topics.read(from, signal)) {
    if (batch.records.length > 0 || batch.next.size > 0) {
      const added = await factsOf(batch, new Map(reached), deserialise);
      if (!(await file.with((connection) => addBatch(connection, added)))) return { records, isDone: false };
      for (const [partition, next] of batch.next) reached.set(partition, next);
      records += batch.records.length;
    }
    onProgress?.({ records, isCaughtUp: batch.isCaughtUp });
    if (batch.isCaughtUp && untilCaughtUp) break;
  }
  return { records, isDone: true };
}

async function factsOf(
  { records, next }: TopicBatch,
  from: Offsets,
  deserialise: Deserialise,
): Promise<FactBatch> {
  const facts: Fact[] = [];
  const unreadable: Unreadable[] = [];
  for (const record of records) {
    try {
      const event = await deserialise(record);
      const fact = event === null ? null : factOf(event);
      if (fact !== null) facts.push(fact);
    } catch (error) {
      if (!(error instanceof Undeserialisable)) throw error;
      unreadable.push(unreadableOf(record, error));
    }
  }
  return { facts, unreadable, from, next };
}

const unreadableOf = ({ topic, partition, offset }: TopicRecord, error: Error): Unreadable => ({
  partition: partitionKey(topic, partition),
  offset,
  reason: error.message,
});

/** Makes the figures anew from the topics. The old figures stay until the new ones are complete. */
export async function rebuild(options: Omit<CollectOptions, 'untilCaughtUp'>): Promise<number> {
  const { path } = options.file;
  const fresh = `${path}.new`;
  await removeDatabase(fresh);
  const records = await collect({ ...options, file: figuresFile(fresh), untilCaughtUp: true });
  if (options.signal.aborted) return records;
  await replaceFile(path, fresh);
  return records;
}

async function removeDatabase(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.wal`, { force: true });
}
