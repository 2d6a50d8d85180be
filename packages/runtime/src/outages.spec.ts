// Work that does not need the read store goes on while it is away.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { StoreUnavailable, type EventStore, storeWith } from '@holdfast/event-store';
import { ReadStoreUnavailable, type ReadStore } from '@holdfast/read-store';
import { createCommandHandler } from './command-handler.js';
import { startWorker, type Worker } from './worker.js';
import { impatient, remembering } from './outages.js';
import { processCheckpoint } from './process-names.js';
import { startProcess } from './process-runner.js';
import { emptying } from './test/process.js';
import { event, openStores, type Stores } from './test/stores.js';
import { add, tally } from './test/tally.js';

const partition = { index: 0, of: 1 };
const checkpointName = processCheckpoint('emptying', partition);

let environment: FakeEnvironment;
let stores: Stores;
let worker: Worker | null;
let day: 'well' | 'down' | 'hanging';
let errors: unknown[];
let written: number;

/** The read store, in its present condition. */
const reached = (): ReadStore =>
  new Proxy(stores.readStore, {
    get:
      (store, name) =>
      (...call: unknown[]): unknown => {
        if (day === 'hanging') return new Promise(() => undefined);
        if (day === 'down') return Promise.reject(new ReadStoreUnavailable('away'));
        return (Reflect.get(store, name) as (...call: unknown[]) => unknown).apply(store, call);
      },
  });

const startWork = async (store: EventStore): Promise<void> => {
  worker = await startWorker({
    readStore: reached(),
    environment,
    role: 'process',
    partitions: 1,
    outlastsStore: true,
    onError: (error) => errors.push(error),
    start: (_, held) =>
      startProcess({
        store,
        readStore: remembering(held),
        commands: createCommandHandler({ store, environment, aggregates: [tally] }),
        process: emptying((_, amount) => add(idOf(amount), -amount)),
        environment,
        partition,
        onError: (error) => errors.push(error),
      }),
  });
};
/** Each tally gets a different amount, since the process remembers only the amount. */
const amounts: Readonly<Record<string, number>> = { a: 20, b: 21, c: 22, d: 23 };
const idOf = (amount: number): string =>
  Object.keys(amounts).find((id) => amounts[id] === amount) ?? 'unknown';
const fill = async (id: string): Promise<void> => {
  written += 1;
  const filled = event('Added', { amount: amounts[id] }, written);
  await stores.store.append(`tally-${id}`, [filled], 'any');
};
const typesOf = async (stream: string): Promise<readonly string[]> =>
  (await stores.store.readStream(stream)).map(({ type }) => type);
const soon = (assertion: () => Promise<void> | void): Promise<void> => environment.until(50, assertion);
const isEmptied = (id: string): Promise<void> =>
  soon(async () => {
    expect(await typesOf(`emptying-${id}`)).toEqual(['Filled', 'Emptied']);
  });
const passMinutes = async (minutes: number): Promise<void> => {
  for (let seconds = 0; seconds < 60 * minutes; seconds++) await environment.advance(1000);
};

beforeEach(async () => {
  environment = fakeEnvironment();
  stores = await openStores(environment);
  worker = null;
  day = 'well';
  errors = [];
  written = 0;
});
afterEach(async () => {
  day = 'well';
  await worker?.stop();
  await stores.remove();
});

describe('a process whose read store goes away', () => {
  test('goes on for minutes, and saves its checkpoint when the store is back', async () => {
    await startWork(stores.store);
    await fill('a');
    await isEmptied('a');
    await soon(async () => {
      expect(await stores.readStore.checkpoint(checkpointName)).toBeGreaterThanOrEqual(0);
    });
    day = 'down';
    await passMinutes(3);
    await fill('b');
    await isEmptied('b');
    expect(worker?.partitions()).toEqual([0]);
    expect(errors.length).toBeGreaterThan(0);
    const { written: end } = await stores.store.end();
    day = 'well';
    await soon(async () => {
      expect(await stores.readStore.checkpoint(checkpointName)).toBe(end);
    });
  });

  test('can start again while the store is away, with the pending work and the new events', async () => {
    let failing = false;
    const store: EventStore = {
      ...storeWith(stores.store),
      append: (...call) => {
        if (failing) throw new StoreUnavailable('the event store is away, too');
        return stores.store.append(...call);
      },
    };
    await startWork(store);
    await fill('a');
    await isEmptied('a');
    await soon(async () => {
      expect(await stores.readStore.checkpoint(checkpointName)).toBeGreaterThanOrEqual(0);
    });
    day = 'down';
    await fill('b');
    await isEmptied('b');
    failing = true;
    await fill('c');
    await environment.advance(1000);
    expect(errors.map(String)).toContain('StoreUnavailable: the event store is away, too');
    failing = false;
    await isEmptied('c');
    await fill('d');
    await isEmptied('d');
    expect(await typesOf('emptying-b')).toEqual(['Filled', 'Emptied']);
  });
});

describe('the copy that a process keeps of its read store', () => {
  const collection = 'live';
  beforeEach(() => stores.readStore.define([{ name: collection, indexes: {} }]));
  const idsOf = async (store: ReadStore): Promise<readonly string[]> =>
    (await store.find(collection, { limit: 10 })).items.map(({ document }) => document.id).sort();

  test('has its last checkpoint with the documents that were stored with it, page after page', async () => {
    const store = remembering(reached());
    const documents = ['a', 'b', 'c'].map((id) => ({ collection, document: { id } }));
    await stores.readStore.apply(documents, { name: 'other', position: 1 });
    const first = await store.find(collection, { limit: 2 });
    const after = first.items.at(-1)?.cursor as string;
    await store.find(collection, { limit: 2, after });
    await store.apply(
      [
        { collection, document: { id: 'd' } },
        { collection, removed: 'a' },
      ],
      { name: 'mine', position: 5 },
    );
    day = 'down';
    await expect(
      Promise.resolve(store.apply([{ collection, removed: 'b' }], { name: 'mine', position: 6 })),
    ).rejects.toThrow(ReadStoreUnavailable);
    expect(await store.checkpoint('mine')).toBe(5);
    expect(await idsOf(store)).toEqual(['b', 'c', 'd']);
  });

  test('has only collections that it has read completely: a read of another one is an outage', async () => {
    const store = remembering(reached());
    const documents = ['a', 'b', 'c'].map((id) => ({ collection, document: { id } }));
    await stores.readStore.apply(documents, { name: 'other', position: 1 });
    await store.find(collection, { limit: 2 });
    day = 'down';
    await expect(idsOf(store)).rejects.toThrow(ReadStoreUnavailable);
    await expect(Promise.resolve(store.checkpoint('mine'))).rejects.toThrow(ReadStoreUnavailable);
  });
});

describe('looking for a snapshot', () => {
  const failed = (look: Promise<unknown>): Promise<unknown> =>
    look.then(
      () => 'found',
      (error: unknown) => error,
    );

  test('when the read store hangs › is given up after half a second, and at once from then on, for five seconds', async () => {
    await stores.readStore.define([{ name: 'snapshots', indexes: {} }]);
    const store = impatient(reached(), environment);
    const look = (): Promise<unknown> => failed(Promise.resolve(store.getMany('snapshots', ['a'])));
    expect(await look()).toBe('found');
    day = 'hanging';
    const first = look();
    await environment.advance(500);
    expect(await first).toBeInstanceOf(ReadStoreUnavailable);
    expect(await look()).toBeInstanceOf(ReadStoreUnavailable);
    day = 'well';
    expect(await look()).toBeInstanceOf(ReadStoreUnavailable);
    await environment.advance(5000);
    expect(await look()).toBe('found');
  });
});
