// A bulk retry of events whose worker runs in another process. The run waits for a worker that is slow or away, and no
// event counts before it was tried.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openEmbeddedEventStore, type EventStore } from '@holdfast/event-store';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import {
  askForParkedEvents,
  createCommandHandler,
  followRequests,
  startProcess,
  type CommandHandler,
} from '@holdfast/runtime';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { brokenProcess, type BrokenProcess } from './broken-process.fixture.js';
import { BulkRunner } from './bulk-runner.js';
import { bulkRuns, type BulkRun } from './bulk-runs.js';

const consumer = 'process-printer';
const count = 12;
/** Longer than the usual wait of a request for its worker. */
const longMs = 60_000;
const ignored = (): void => undefined;

let directory: string;
let environment: FakeEnvironment;
let store: EventStore;
let readStore: ReadStore;
let commands: CommandHandler;
let printer: BrokenProcess;
let runner: BulkRunner;
let stopWorker: () => Promise<void>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-bulk-'));
  environment = fakeEnvironment();
  store = await openEmbeddedEventStore({ directory: join(directory, 'log'), environment, onFatal: ignored });
  readStore = await openEmbeddedReadStore({ directory: join(directory, 'read-models') });
  commands = createCommandHandler({ store, environment, aggregates: [bulkRuns] });
  printer = brokenProcess('printer');
  const parked = askForParkedEvents({ store, environment }, [consumer]);
  const logger = { debug: ignored, info: ignored, warn: ignored, error: ignored };
  runner = new BulkRunner({ store, commands, parked, environment, logger });
  await startWorker();
  await park();
});
afterEach(async () => {
  await runner.stop();
  await stopWorker();
  await store.close();
  await readStore.close();
  await rm(directory, { recursive: true });
});

async function startWorker(): Promise<void> {
  const all = { store, readStore, commands, environment, onError: ignored };
  const process = await startProcess({ ...all, process: printer.process });
  const requests = followRequests({ ...all, name: 'printer', consumers: [process.consumer] });
  stopWorker = async () => {
    await requests.stop();
    await process.stop();
  };
}

async function park(): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const id = environment.ids.next();
    const cause = { correlationId: id, causationId: id, commandId: id, actor: 'system' };
    const metadata = { ...cause, at: '2026-01-01T00:00:00.000Z', schemaVersion: 1 };
    await store.append('stock-SHELF', [{ id, type: 'StockReceived', data: {}, metadata }], 'any');
  }
  await environment.until(50, async () => {
    expect(await store.readStream(`parked-${consumer}`)).toHaveLength(count);
  });
}

const begin = (): Promise<BulkRun> => {
  const ids = Array.from({ length: count }, (_, position) => `${consumer}:${position}`);
  return runner.start({ ids, canary: 1, perSecond: null, actor: 'staff:1' });
};
const ended = (id: string): Promise<BulkRun | null> =>
  environment.until(50, async () => {
    const run = await runner.run(id);
    expect(run?.state).not.toBe('RUNNING');
    return run;
  });

test('while no worker runs, no event counts; once one runs, each event counts by its outcome', async () => {
  await stopWorker();
  printer.mend();
  const { id } = await begin();
  await environment.advance(longMs);
  expect(await runner.run(id)).toMatchObject({ state: 'RUNNING', done: 0, failed: 0 });
  await startWorker();
  expect(await ended(id)).toMatchObject({ state: 'COMPLETED', done: count, failed: 0 });
});

test('an event that fails again at a late worker stops the run, and is the only one that counts as failed', async () => {
  await stopWorker();
  const { id } = await begin();
  await environment.advance(longMs);
  await startWorker();
  expect(await ended(id)).toMatchObject({ state: 'STOPPED', done: 0, failed: 1 });
});

test('a run whose process stops meanwhile counts nothing, and ends in the next one', async () => {
  await stopWorker();
  printer.mend();
  const { id } = await begin();
  await environment.advance(longMs);
  await runner.stop();
  expect(await runner.run(id)).toMatchObject({ state: 'RUNNING', done: 0, failed: 0 });
  await startWorker();
  const parked = askForParkedEvents({ store, environment }, [consumer]);
  const logger = { debug: ignored, info: ignored, warn: ignored, error: ignored };
  runner = new BulkRunner({ store, commands, parked, environment, logger });
  await runner.resume();
  expect(await ended(id)).toMatchObject({ state: 'COMPLETED', done: count, failed: 0 });
});
