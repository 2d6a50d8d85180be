// The commands of the analytics consumer: `holdfast analytics` follows the topics, `holdfast analytics rebuild` makes the figures
// anew, `holdfast analytics report` prints answers from them.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  collect,
  figuresFile,
  kafkaTopics,
  rebuild,
  report,
  topicsOfFacts,
  type CollectOptions,
  type CollectProgress,
  type ReportFormat,
} from '@holdfast/analytics';
import { createDeserialise, openSchemaRegistry, readSchemas } from '@holdfast/bridge';
import { readSettings } from '../settings.js';
import { BadSettings } from '../bad-settings.js';
import { say } from '../terminal.js';

/** `file`: the database of the figures; in the data folder unless given */
type FileFlag = { readonly file?: string };
export type FollowFlags = FileFlag & { readonly once: boolean };
export type ReportFlags = FileFlag & { readonly format: ReportFormat; readonly out?: string };

const pathOf = ({ file }: FileFlag): string =>
  file ?? join(readSettings(process.env).dataDirectory, 'analytics.duckdb');

/** How long a command that ends by itself waits for Kafka. */
const patienceMs = 20_000;

export async function followTopics(flags: FollowFlags): Promise<void> {
  const path = pathOf(flags);
  const { once } = flags;
  const options = await optionsOf(path, once ? patienceMs : Infinity);
  if (!once) say(`Collecting the topics ${topicsOfFacts.join(', ')} into ${path}. Ctrl-C stops it.`);
  const records = await collect({ ...options, untilCaughtUp: once });
  say(`${records} records collected.`);
}

export async function rebuildFigures(flags: FileFlag): Promise<void> {
  const options = await optionsOf(pathOf(flags), patienceMs);
  const records = await rebuild(options);
  if (options.signal.aborted) throw new Error('stopped: the figures are as they were');
  say(`${records} records collected. The figures are new.`);
}

async function optionsOf(path: string, patience: number): Promise<CollectOptions> {
  const { bridge } = readSettings(process.env);
  if (bridge === null) throw new BadSettings('KAFKA_BROKERS: is needed to read the topics');
  await mkdir(dirname(path), { recursive: true });
  const registry = bridge.registryUrl === null ? null : openSchemaRegistry(bridge.registryUrl);
  const onError = (error: unknown): void => {
    process.stderr.write(`holdfast: ${(error as Error).message}; trying again\n`);
  };
  return {
    topics: kafkaTopics({ kafka: bridge, names: topicsOfFacts, patienceMs: patience, onError }),
    deserialise: createDeserialise(readSchemas(), registry),
    file: figuresFile(path),
    signal: untilSignal(),
    onProgress: progressLines(),
  };
}

/** Returns a signal that aborts on SIGINT or SIGTERM. A batch that is being added is finished first. */
function untilSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      stopping.abort();
    });
  return stopping.signal;
}

/** Prints a line once all records that were in the topics are in the figures. */
function progressLines(): (progress: CollectProgress) => void {
  let isSaid = false;
  return ({ records, isCaughtUp }) => {
    if (isCaughtUp && !isSaid) say(`Caught up after ${records} records.`);
    isSaid ||= isCaughtUp;
  };
}

export async function showReport(question: string | undefined, flags: ReportFlags): Promise<void> {
  const path = pathOf(flags);
  await mkdir(dirname(path), { recursive: true });
  const { text, unreadable } = await report(figuresFile(path), question ?? null, flags.format);
  if (flags.out === undefined) process.stdout.write(text);
  else await writeFile(flags.out, text);
  if (unreadable.count === 0n) return;
  process.stderr.write(`holdfast: ${unreadable.count} records can't be read and are in no figure\n`);
  for (const record of unreadable.first) process.stderr.write(`  ${record}\n`);
}
