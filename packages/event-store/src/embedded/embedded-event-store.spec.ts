// The contract on the embedded store, on the real disk and with segments so small that every test crosses some.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { beforeAll as beginning } from '@holdfast/kernel';
import { describeEventStore, event, type StoreUnderTest } from '../contract-suite/describe-event-store.js';
import type { EventStore } from '../port.js';
import { openEmbeddedEventStore } from './embedded-event-store.js';
import { nodeScheduler } from './test/node-scheduler.js';

const onRealDisk = (segmentBytes?: number) => async (): Promise<StoreUnderTest> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-events-'));
  const open = (): Promise<EventStore> =>
    openEmbeddedEventStore({
      directory,
      environment: { scheduler: nodeScheduler },
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
    });
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
};

describeEventStore('embedded', onRealDisk());
describeEventStore('embedded, segments of 2 kB', onRealDisk(2048));

test('when a subscriber falls behind the events in memory › it reads on from the disk and misses nothing', async () => {
  const underTest = await onRealDisk()();
  const { store } = underTest;
  const seen: number[] = [];
  const expected: number[] = [];
  for await (const batch of store.subscribeAll({ after: beginning, upTo: 'written' })) {
    seen.push(...batch.events.map(({ data }) => (data as { n: number }).n));
    if (batch.caughtUp && expected.length === 0) {
      for (let n = 0; n < 40_000; n++) {
        const added = event({ n });
        expect(await store.append(`count-${n % 10}`, [added], 'any')).toMatchObject({ ok: true });
        expected.push(n);
      }
      await store.synced(expected.length - 1);
    }
    if (seen.length >= 40_000) break;
  }
  expect(seen).toEqual(expected);
  await underTest.dispose();
});

test('when more events wait for their sync than memory usually keeps › all of them stay readable', async () => {
  const underTest = await onRealDisk()();
  const { store } = underTest;
  for (let n = 0; n < 30_000; n++) {
    const added = event({ n });
    void store.append(`count-${n % 10}`, [added], 'any');
  }
  await store.synced(0);
  const { written, synced } = await store.end();
  expect(synced).toBeLessThan(written - 16_384);
  for (let stream = 0; stream < 10; stream++) {
    const events = await store.readStream(`count-${stream}`);
    expect(events.map(({ data }) => (data as { n: number }).n)).toEqual(
      Array.from({ length: 3000 }, (_, i) => i * 10 + stream),
    );
  }
  await underTest.dispose();
});

test('when the log is opened again in the middle of many segments › positions are 0, 1, 2 … without gaps', async () => {
  const underTest = await onRealDisk(4096)();
  let { store } = underTest;
  for (let n = 0; n < 200; n++) {
    if (n % 50 === 49) store = await underTest.reopen();
    const added = event({ n });
    await store.append(`count-${n % 10}`, [added], Math.floor(n / 10) - 1);
    if (n % 3 === 0) await store.synced(n);
  }
  await store.synced(199);
  const log = await store.readAll();
  expect(log.map(({ position }) => position)).toEqual(Array.from({ length: 200 }, (_, n) => n));
  expect(log.map(({ revision }) => revision)).toEqual(
    Array.from({ length: 200 }, (_, n) => Math.floor(n / 10)),
  );
  await underTest.dispose();
});
