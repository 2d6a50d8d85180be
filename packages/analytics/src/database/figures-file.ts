// The file of the figures. DuckDB lets one process at a time open a file, so it is open only for one batch or one question.
// So questions can be asked while events are collected.
import { rename } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { DuckDBInstance, timestampValue, type DuckDBConnection } from '@duckdb/node-api';
import type { Fact } from '../facts/facts.js';
import type { Offsets } from '../topics/topics.js';
import { merge, schemaVersion, staging, tables } from './schema.js';

export type Unreadable = { readonly partition: string; readonly offset: bigint; readonly reason: string };

/** `from` and `next`: the offsets before and behind the records that the facts are from. */
export type FactBatch = {
  readonly facts: readonly Fact[];
  readonly unreadable: readonly Unreadable[];
  readonly from: Offsets;
  readonly next: Offsets;
};

/** Another process kept the file open for too long. */
export class FiguresBusy extends Error {
  override readonly name = 'FiguresBusy';
}

/** The file has tables of another version of this program. */
export class FiguresOutdated extends Error {
  override readonly name = 'FiguresOutdated';
}

export type FiguresFile = {
  readonly path: string;
  /** Runs `use` with the file to itself. @throws FiguresBusy, FiguresOutdated */
  with<T>(this: void, use: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
};

const retryMs = 50;
const longestWaitMs = 20_000;

export function figuresFile(path: string, { patienceMs = longestWaitMs } = {}): FiguresFile {
  return {
    path,
    with: async (use) => {
      const instance = await openPatiently(path, patienceMs);
      try {
        const connection = await instance.connect();
        try {
          await prepare(connection, path);
          return await use(connection);
        } finally {
          connection.closeSync();
        }
      } finally {
        instance.closeSync();
      }
    },
  };
}

/** Puts a complete file in the place of the old one, at a moment when no process has the old one open. */
export async function replaceFile(path: string, fresh: string): Promise<void> {
  const old = await openPatiently(path, longestWaitMs);
  try {
    await rename(fresh, path);
  } finally {
    old.closeSync();
  }
}

async function openPatiently(path: string, patienceMs: number): Promise<DuckDBInstance> {
  for (let waited = 0; ; waited += retryMs) {
    try {
      return await DuckDBInstance.create(path);
    } catch (error) {
      if (!(error as Error).message.includes('Could not set lock')) throw error;
      if (waited >= patienceMs) throw new FiguresBusy(`another process has ${path} open`, { cause: error });
      await setTimeout(retryMs);
    }
  }
}

async function prepare(connection: DuckDBConnection, path: string): Promise<void> {
  const about = `SELECT 1 FROM duckdb_tables() WHERE table_name = 'about'`;
  if ((await connection.runAndReadAll(about)).currentRowCount === 0) await connection.run(tables);
  const [row] = (await connection.runAndReadAll('SELECT version FROM about')).getRows();
  if (row === undefined) await connection.run(`INSERT INTO about VALUES (${schemaVersion})`);
  else if (row[0] !== schemaVersion)
    throw new FiguresOutdated(`${path} is of another version: holdfast analytics rebuild`);
}

export async function offsetsIn(connection: DuckDBConnection): Promise<Offsets> {
  const rows = (await connection.runAndReadAll('SELECT partition, next FROM offsets')).getRows();
  return new Map(rows.map(([partition, next]) => [partition as string, next as bigint]));
}

/**
 * Adds a batch and its offsets, all or nothing. False when the file is not where the batch began, because another process has
 * collected or made the file anew: then nothing is added.
 */
export async function addBatch(connection: DuckDBConnection, batch: FactBatch): Promise<boolean> {
  await connection.run('BEGIN');
  try {
    const known = await offsetsIn(connection);
    const isNext = [...batch.next.keys()].every((key) => known.get(key) === batch.from.get(key));
    if (isNext) await write(connection, batch);
    await connection.run(isNext ? 'COMMIT' : 'ROLLBACK');
    return isNext;
  } catch (error) {
    await connection.run('ROLLBACK');
    throw error;
  }
}

async function write(connection: DuckDBConnection, { facts, unreadable, next }: FactBatch): Promise<void> {
  await connection.run(staging);
  await stageFacts(connection, facts);
  await stageLines(connection, facts);
  await connection.run(merge);
  for (const { partition, offset, reason } of unreadable)
    await connection.run('INSERT INTO unreadable VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      partition,
      offset,
      reason,
    ]);
  for (const [partition, offset] of next)
    await connection.run('INSERT OR REPLACE INTO offsets VALUES ($1, $2)', [partition, offset]);
}

async function stageFacts(connection: DuckDBConnection, facts: readonly Fact[]): Promise<void> {
  const appender = await connection.createAppender('staged_facts');
  const text = (value: string | null): void => {
    if (value === null) appender.appendNull();
    else appender.appendVarchar(value);
  };
  for (const { id, type, orderId, time, country, amount, reason, wasCompleted } of facts) {
    text(id);
    text(type);
    text(orderId);
    appender.appendTimestamp(timestampValue(BigInt(Date.parse(time)) * 1000n));
    text(country);
    text(amount?.currency ?? null);
    if (amount === null) appender.appendNull();
    else appender.appendBigInt(amount.minor);
    text(reason);
    if (wasCompleted === null) appender.appendNull();
    else appender.appendBoolean(wasCompleted);
    appender.endRow();
  }
  appender.closeSync();
}

async function stageLines(connection: DuckDBConnection, facts: readonly Fact[]): Promise<void> {
  const appender = await connection.createAppender('staged_lines');
  for (const { id, lines } of facts)
    for (const [line, { sku, quantity, amount }] of lines.entries()) {
      appender.appendVarchar(id);
      appender.appendInteger(line);
      appender.appendVarchar(sku);
      appender.appendInteger(quantity);
      appender.appendVarchar(amount.currency);
      appender.appendBigInt(amount.minor);
      appender.endRow();
    }
  appender.closeSync();
}
