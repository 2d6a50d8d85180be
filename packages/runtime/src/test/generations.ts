// Raised versions of read models, for readers and builders, on any read store: processes of two releases that
// work beside each other, as in a rolling upgrade.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import type { Document, Projection, RecordedEvent } from '@holdfast/kernel';
import { ReadStoreUnavailable, type ReadStore } from '@holdfast/read-store';
import type { Generation } from '../generations.js';
import { openProjectionReader, OtherGeneration, type ProjectionReader } from '../projection-reader.js';
import { runProjections, type ProjectionRunner } from '../projection-runner.js';
import { event, openStores, type Stores } from './stores.js';

type Sum = Document & { readonly sum: number };

/** Sums the amounts of each stream. Version 2 has ten times the sum, and an index by sum. */
const sums = (version: 1 | 2): Projection<Sum> => ({
  name: 'sums',
  version,
  prefixes: ['tally-'],
  indexes: version === 1 ? {} : { bySum: ['sum'] },
  key: ({ stream }) => stream,
  project: ({ stream, data }: RecordedEvent, document) => {
    const { amount } = data as { readonly amount: number };
    return [{ document: { id: stream, sum: (document?.sum ?? 0) + amount * (version === 1 ? 1 : 10) } }];
  },
});
/** Another read model of the same group, that is the same in both releases. */
const counts: Projection = {
  name: 'counts',
  version: 1,
  prefixes: ['tally-'],
  indexes: {},
  key: ({ position }) => String(position),
  project: ({ position }) => [{ document: { id: String(position) } }],
};
const release = (version: 1 | 2): readonly Projection[] => [sums(version), counts];

let environment: FakeEnvironment;
let stores: Stores;
let readStore: ReadStore;
let running: ProjectionRunner | null;
let written: number;
/** While true, no page of a new generation can be stored. */
let isHeldUp: boolean;
/** number of pages that could not be stored */
let heldUpPages: number;

const heldUp = (): ReadStore =>
  new Proxy(readStore, {
    get:
      (store, name) =>
      (...call: unknown[]): unknown => {
        const checkpoint = call[1] as { readonly name?: string } | undefined;
        const isBuild = name === 'apply' && checkpoint?.name?.startsWith('sums@') === true;
        if (isBuild && isHeldUp) {
          heldUpPages += 1;
          return Promise.reject(new ReadStoreUnavailable('held up'));
        }
        return (Reflect.get(store, name) as (...call: unknown[]) => unknown).apply(store, call);
      },
  });
/** Takes the work over from the previous runner. */
const start = async (version: 1 | 2): Promise<void> => {
  await running?.stop();
  running = await runProjections({
    store: stores.store,
    readStore: heldUp(),
    projections: release(version),
    environment,
    onProgress: () => undefined,
    onError: (error) => {
      if (!(error instanceof ReadStoreUnavailable)) throw error;
    },
  });
};
const readerOf = (version: 1 | 2): Promise<ProjectionReader> =>
  openProjectionReader({ readStore, projections: release(version), environment, hurry: () => undefined });
const append = async (stream: string, ...amounts: readonly number[]): Promise<number> => {
  for (const amount of amounts) {
    written += 1;
    await stores.store.append(stream, [event('Added', { amount }, written)], 'any');
  }
  const { written: position } = await stores.store.end();
  await stores.store.synced(position);
  return position;
};
const sumIn = async (reader: ProjectionReader, stream = 'tally-a'): Promise<number | undefined> =>
  (await reader.get<Sum>('sums', stream))?.sum;
const generation = async (): Promise<Generation | null | undefined> =>
  (await readStore.getMany<Generation>('generations', ['sums']))[0];
const isServed = (version: number): Promise<void> =>
  soon(async () => {
    expect(await generation()).toMatchObject({ version, building: null });
  });
const isAt = (reader: ProjectionReader, position: number, projection = 'sums'): Promise<void> =>
  soon(async () => {
    await reader.refresh();
    expect(reader.position(projection)).toBe(position);
  });
const soon = (assertion: () => Promise<void>): Promise<void> => environment.until(100, assertion);

export function describeGenerations(
  name: string,
  open: (stores: Stores) => ReadStore | Promise<ReadStore>,
): void {
  describe(`a raised version: ${name}`, () => {
    beforeEach(async () => {
      environment = fakeEnvironment();
      stores = await openStores(environment);
      readStore = await open(stores);
      running = null;
      written = 0;
      isHeldUp = false;
      heldUpPages = 0;
    });
    afterEach(async () => {
      await running?.stop();
      const all = [1, 2, 3, 4].flatMap((n) => [`sums@${n}`, `counts@${n}`]);
      await readStore.drop([...all, 'generations'], []);
      await readStore.close();
      await stores.remove();
    });
    describeRaised();
    describeHeld();
  });
}

function describeHeld(): void {
  test('a rebuild that is held is compared with the served generation, and served from the switch on', async () => {
    await start(1);
    const reader = await readerOf(1);
    const end = await append('tally-a', 1, 2);
    await isAt(reader, await append('tally-b', 5));
    const damaged: Sum = { id: 'tally-a', sum: 99 };
    await readStore.apply([{ collection: 'sums@1', document: damaged }], { name: 'damage', position: end });
    await running?.rebuild('sums', true);
    await soon(async () => {
      expect((await running?.status())?.[0]).toMatchObject({ state: 'REBUILT', held: true });
    });
    expect(await sumIn(reader)).toBe(99);
    expect(await running?.diff('sums')).toMatchObject({
      servedCount: 2,
      rebuiltCount: 2,
      compared: 2,
      same: 1,
      changed: 1,
      samples: [{ id: 'tally-a', served: { sum: 99 }, rebuilt: { sum: 3 } }],
    });
    await running?.switchOver('sums');
    await reader.refresh();
    expect(await sumIn(reader)).toBe(3);
    expect(await generation()).toMatchObject({ served: 2, building: null });
  });

  test('a rebuild that is held when the version is raised gives way to the new version', async () => {
    await start(1);
    await isAt(await readerOf(1), await append('tally-a', 1, 2));
    await running?.rebuild('sums', true);
    await soon(async () => {
      expect((await running?.status())?.[0]?.state).toBe('REBUILT');
    });
    await start(2);
    await isServed(2);
    expect((await running?.status())?.[0]).toMatchObject({ held: false });
    const reader = await readerOf(2);
    await reader.refresh();
    expect(await sumIn(reader)).toBe(30);
  });
}

function describeRaised(): void {
  test('is built beside the old generation, which is served unchanged until the new one has caught up', async () => {
    await start(1);
    const last = await append('tally-a', 1, 2);
    await isAt(await readerOf(1), last);

    isHeldUp = true;
    await start(2);
    const reader = await readerOf(2);
    const end = await append('tally-a', 3);
    await isAt(reader, end, 'counts');
    expect(await sumIn(reader)).toBe(3);
    expect(reader.position('sums')).toBe(last);
    expect((await running?.status())?.[0]).toMatchObject({ version: 2, state: 'REBUILDING' });

    isHeldUp = false;
    await isServed(2);
    await isAt(reader, end);
    expect(await sumIn(reader)).toBe(60);
    const after = await append('tally-a', 1);
    await isAt(reader, after);
    expect(await sumIn(reader)).toBe(70);
  });

  test('is built on after a restart, with the old generation served all the time', async () => {
    await start(1);
    const last = await append('tally-a', 1, 2);
    const reader = await readerOf(2);
    await isAt(reader, last);
    isHeldUp = true;
    await start(2);
    await soon(() => {
      expect(heldUpPages).toBeGreaterThan(0);
      return Promise.resolve();
    });
    const building = (await generation())?.building;
    await start(2);
    isHeldUp = false;
    expect(await sumIn(reader)).toBeGreaterThanOrEqual(3);
    await isServed(2);
    expect((await generation())?.served).toBe(building);
    await isAt(reader, last);
    expect(await sumIn(reader)).toBe(30);
  });

  test('is not read by an old process: it reads its own generation until that is dropped, and then reports an outage', async () => {
    await start(1);
    const last = await append('tally-a', 1, 2);
    const [old, young] = [await readerOf(1), await readerOf(2)];
    await isAt(old, last);
    await isAt(young, last);
    isHeldUp = true;
    await start(2);
    await old.refresh();
    await young.refresh();
    expect([await sumIn(old), await sumIn(young)]).toEqual([3, 3]);
    isHeldUp = false;
    await isServed(2);
    await isAt(young, last);
    expect(await sumIn(young)).toBe(30);
    await soon(() => expect(sumIn(old)).rejects.toThrow(OtherGeneration));
    await expect(sumIn(old)).rejects.toThrow('sums is served in version 2; this process reads 1');
    expect(await old.count('counts')).toBe(2);
  });

  test('asks for an index that the old generation lacks › this is an outage until the new one is built', async () => {
    await start(1);
    const last = await append('tally-a', 1, 2);
    const reader = await readerOf(2);
    await isAt(reader, last);
    isHeldUp = true;
    await start(2);
    const bySum = () => reader.find<Sum>('sums', { index: 'bySum', limit: 5 });
    await expect(Promise.resolve(bySum())).rejects.toThrow(OtherGeneration);
    isHeldUp = false;
    await isServed(2);
    await isAt(reader, last);
    expect((await bySum()).items.map(({ document }) => document.sum)).toEqual([30]);
  });

  test('gives the work back to an old process before it is built › the old generation goes on, and misses nothing', async () => {
    await start(1);
    const last = await append('tally-a', 1, 2);
    const old = await readerOf(1);
    await isAt(old, last);
    isHeldUp = true;
    await start(2);
    const reader = await readerOf(2);
    const meanwhile = await append('tally-a', 4);
    await isAt(reader, meanwhile, 'counts');
    await running?.stop();
    isHeldUp = false;
    await start(1);
    const end = await append('tally-a', 8);
    await isServed(1);
    await isAt(old, end);
    expect(await sumIn(old)).toBe(15);
    await start(2);
    await isServed(2);
    await isAt(reader, end);
    expect(await sumIn(reader)).toBe(150);
  });

  test('once built, is ignored by an old process that takes the work, and later continues', async () => {
    await start(1);
    const first = await append('tally-a', 1);
    await isAt(await readerOf(1), first);
    await start(2);
    await isServed(2);
    const reader = await readerOf(2);
    await start(1);
    expect((await running?.status())?.[0]).toMatchObject({
      state: 'STOPPED',
      lastError: 'version 2 of it was built by a newer process',
    });
    const end = await append('tally-a', 2);
    await isAt(reader, end, 'counts');
    expect(reader.position('sums')).toBe(first);
    expect(await sumIn(reader)).toBe(10);
    await start(2);
    await isServed(2);
    await isAt(reader, end);
    expect(await sumIn(reader)).toBe(30);
  });
}
