// Streams of any length, read a page at a time while others are served.
import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fakeEnvironment } from '@holdfast/testing';
import type { RecordedEvent } from '@holdfast/kernel';
import { type EventStore, storeWith } from '@holdfast/event-store';
import { startFeed, type LiveFeed } from './feed.js';
import { countBehind, history, pageOfHistory } from './history.js';
import { event, openStores, type Stores } from './test/stores.js';
import { takingTurns } from './turns.js';

const long = 130_000;
const batch = 2_000;
/** events of the other stream, one after each batch */
const others = long / batch;

let stores: Stores;
let counted: EventStore;
let live: LiveFeed;
let read = 0;

beforeAll(async () => {
  const environment = fakeEnvironment();
  stores = await openStores(environment);
  const count = (events: readonly RecordedEvent[]): readonly RecordedEvent[] => {
    read += events.length;
    return events;
  };
  const { store } = stores;
  counted = {
    ...storeWith(store),
    readStream: async (...call) => count(await store.readStream(...call)),
    readAll: async (options) => count(await store.readAll(options)),
  };
  let n = 0;
  for (let round = 0; round < others; round += 1) {
    const events = Array.from({ length: batch }, () => event('Added', { amount: 1 }, (n += 1)));
    await store.append('stock-long', events, 'any');
    await store.append('stock-short', [event('Added', { amount: 1 }, (n += 1))], 'any');
  }
  await store.synced((await store.end()).written);
  live = await startFeed(counted, environment, (error) => {
    throw error;
  });
}, 60_000);
afterAll(async () => {
  await live.stop();
  await stores.remove();
});

const turn = takingTurns(fakeEnvironment().scheduler);
const whole = { after: -1, upTo: long + others - 1 };

describe('a stream of 130,000 events', () => {
  test('is read from its beginning to its end, at most a page ahead of its reader', async () => {
    const { signal } = new AbortController();
    let revision = 0;
    let ahead = 0;
    read = 0;
    for await (const page of live.feed({ streams: ['stock-long'], after: -1, signal })) {
      for (const { revision: next } of page) if (next === revision) revision += 1;
      ahead = Math.max(ahead, read - revision);
      if (revision === long) break;
    }
    expect([revision, ahead]).toEqual([long, 0]);
  }, 60_000);

  test('is not read further while its reader does something else', async () => {
    const { signal } = new AbortController();
    read = 0;
    const reader = live.feed({ streams: ['stock-long'], after: -1, signal })[Symbol.asyncIterator]();
    await reader.next();
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(read).toBe(pageOfHistory);
    await reader.return?.();
  });

  test.each([0, 1, 15, 16, 17, 999, 65_000, long - 100, long - 16, long - 1])(
    'is read on after event %s, which is found in few reads',
    async (revision) => {
      const [from] = await stores.store.readStream('stock-long', { from: revision, limit: 1 });
      read = 0;
      const pages = history(counted, turn, { ...whole, streams: ['stock-long'], after: from?.position ?? 0 });
      const { value } = (await pages.next()) as { readonly value?: readonly RecordedEvent[] };
      expect(value?.[0]?.revision).toBe(revision === long - 1 ? undefined : revision + 1);
      expect(read).toBeLessThan(pageOfHistory + 16 + 2 * Math.log2(long));
      expect(await countBehind(counted, ['stock-long'], from?.position ?? 0)).toBe(long - 1 - revision);
    },
  );

  test('and one of few events come in log order, without a gap', async () => {
    const positions: number[] = [];
    for await (const page of history(counted, turn, {
      ...whole,
      streams: ['stock-short', 'stock-long', 'none'],
    }))
      for (const { position } of page) positions.push(position);
    expect(positions).toEqual(Array.from({ length: long + others }, (_, n) => n));
  }, 60_000);

  test('that 50 readers read at once uses one page of every turn of the event loop', async () => {
    const stop = new AbortController();
    let pages = 0;
    setMaxListeners(50, stop.signal);
    const { signal } = stop;
    const readers = Array.from({ length: 50 }, async () => {
      for await (const _ of live.feed({ streams: ['stock-long'], after: -1, signal }))
        if ((pages += 1) > 500) break;
    });
    // Each reader gets its first page at once.
    await new Promise((resolve) => setImmediate(resolve));
    let most = 0;
    while (pages <= 500) {
      const before = read;
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, read - before);
    }
    stop.abort();
    await Promise.all(readers);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2 * pageOfHistory);
  }, 60_000);
});
