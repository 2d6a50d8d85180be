// Live updates: history, then live, each event once.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeEnvironment } from '@holdfast/testing';
import type { Position } from '@holdfast/kernel';
import { FeedOverflow, startFeed, type LiveFeed } from './feed.js';
import { event, openStores, type Stores } from './test/stores.js';

let stores: Stores;
let live: LiveFeed;
let written = 0;

beforeEach(async () => {
  written = 0;
  const environment = fakeEnvironment();
  stores = await openStores(environment);
  live = await startFeed(stores.store, environment, (error) => {
    throw error;
  });
});
afterEach(async () => {
  await live.stop();
  await stores.remove();
});

const append = async (stream: string, count = 1): Promise<void> => {
  for (let n = 0; n < count; n++) {
    written += 1;
    await stores.store.append(stream, [event('Added', { amount: written }, written)], 'any');
  }
  await stores.store.synced(written - 1);
};

/** Reads until `count` events have come. */
const take = async (
  streams: readonly string[] | 'all',
  after: Position,
  count: number,
  during?: () => Promise<void>,
): Promise<readonly Position[]> => {
  const stop = new AbortController();
  const positions: Position[] = [];
  const appended = during?.();
  for await (const events of live.feed({ streams, after, signal: stop.signal })) {
    for (const { position } of events) positions.push(position);
    if (positions.length >= count) break;
  }
  await appended;
  return positions;
};

describe('a feed', () => {
  test('has the history of its streams in log order, and no events of other streams', async () => {
    await append('order-1');
    await append('order-2');
    await append('order-1');
    await append('order-3');
    expect(await take(['order-1', 'order-3'], -1, 3)).toEqual([0, 2, 3]);
  });

  test('goes on behind a cursor', async () => {
    await append('order-1', 1200);
    expect(await take(['order-1'], 1197, 2)).toEqual([1198, 1199]);
  });

  test('goes live without gap or repeat while events are being appended', async () => {
    await append('order-1', 50);
    const positions = await take(['order-1'], -1, 250, () => append('order-1', 200));
    expect(positions).toEqual(Array.from({ length: 250 }, (_, n) => n));
  });

  test('of all streams has all events', async () => {
    await append('order-1', 700);
    await append('stock-a', 10);
    const positions = await take('all', 99, 640, () => append('order-2', 30));
    expect(positions).toEqual(Array.from({ length: 640 }, (_, n) => n + 100));
  });

  test('that is stopped ends', async () => {
    const stop = new AbortController();
    const reading = (async () => {
      for await (const events of live.feed({ streams: 'all', after: -1, signal: stop.signal }))
        expect(events).toEqual([]);
    })();
    stop.abort();
    await expect(reading).resolves.toBeUndefined();
  });

  test('whose reader is too slow ends with an error, and the reader resumes behind its last event', async () => {
    const stop = new AbortController();
    const events = live.feed({ streams: ['order-1'], after: -1, signal: stop.signal });
    const reader = events[Symbol.asyncIterator]();
    const first = reader.next();
    await append('order-1');
    expect((await first).value).toHaveLength(1);
    await append('order-1', 2100);
    // Another reader gets all events, so only the buffer of the slow reader is too small.
    expect(await take(['order-1'], 0, 2100)).toHaveLength(2100);
    await expect(async () => {
      while (!(await reader.next()).done);
    }).rejects.toThrow(FeedOverflow);
    expect(await take(['order-1'], 0, 2100)).toHaveLength(2100);
  });

  test('ends for every subscriber when it stops', async () => {
    const readers = Array.from({ length: 20 }, async () => {
      const { signal } = new AbortController();
      for await (const events of live.feed({ streams: 'all', after: -1, signal })) expect(events).toEqual([]);
    });
    await new Promise((resolve) => setImmediate(resolve));
    await live.stop();
    await Promise.all(readers);
  });
});
