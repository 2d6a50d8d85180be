// The server and other programs also write into the log. The adapter returns exactly the events that the embedded store
// returns for a log with our events only.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { binaryEvent, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { beforeAll as beginning, type NewEvent, type Position } from '@holdfast/kernel';
import fc from 'fast-check';
import { event, idsOf } from '@holdfast/event-store/contract-suite';
import {
  type Direction,
  type EventStore,
  type ExpectedRevision,
  type Filter,
  openEmbeddedEventStore,
} from '@holdfast/event-store';
import { nodeEnvironment, type ServedLog, serveLog } from '@holdfast/event-store-server/test';
import { openEventStoreDb } from './eventstoredb-event-store.js';

const environment = nodeEnvironment();
const ours: Filter = { streamPrefixes: ['order-', 'stock-'] };

let served: ServedLog;
let others: EventStoreDBClient;
let store: EventStore;
beforeEach(async () => {
  served = await serveLog();
  others = EventStoreDBClient.connectionString(url());
  store = openEventStoreDb({ url: url(), environment });
});
afterEach(async () => {
  await store.close();
  await others.dispose();
  await served.dispose();
});
const url = (): string => `esdb://127.0.0.1:${served.port}?tls=false`;

/** streams that were deleted for good: each name only once */
let gone = 0;

/** An append of ours, or something that the server writes by itself or on behalf of its users. */
type Act = 'ours' | 'more of ours' | 'statistics' | 'metadata' | 'link' | 'tombstone' | 'foreign';

async function perform(
  act: Act,
  n: number,
  append: (stream: string, events: NewEvent[]) => Promise<unknown>,
) {
  switch (act) {
    case 'ours':
      return append(`order-${n % 3}`, [event({ n })]);
    case 'more of ours':
      return append('stock-1', [event({ n }), event({ n }), event({ n })]);
    case 'statistics':
      return others.appendToStream(
        '$stats-127.0.0.1:2113',
        jsonEvent({ type: '$statsCollected', data: { n } }),
      );
    case 'metadata':
      return others.setStreamMetadata('order-1', { owner: `n-${n}` });
    case 'link':
      return others.appendToStream(
        'order-links',
        binaryEvent({ type: '$>', data: Buffer.from('0@stock-1') }),
      );
    case 'tombstone':
      gone += 1;
      return others.tombstoneStream(`order-gone-${gone}`);
    case 'foreign':
      return others.appendToStream('basket-1', binaryEvent({ type: 'Filled', data: Buffer.from([0xff, n]) }));
  }
}

/** At least `count` ids, or all there are, read page by page. */
async function paged(
  of: EventStore,
  limit: number,
  direction: Direction,
  { filter = ours, count = Infinity, start }: { filter?: Filter; count?: number; start?: Position } = {},
): Promise<string[]> {
  const ids: string[] = [];
  let after = start;
  for (let full = true; full && ids.length < count;) {
    const place = after === undefined ? {} : { after };
    const page = await of.readAll({ limit, direction, filter, ...place });
    ids.push(...idsOf(page));
    after = page.at(-1)?.position;
    full = page.length === limit;
  }
  return ids;
}

async function followed(
  of: EventStore,
  after: Position,
  maxEvents: number,
  count: number,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const batch of of.subscribeAll({ after, maxEvents, filter: ours })) {
    ids.push(...idsOf(batch.events));
    if (ids.length >= count && batch.caughtUp) return ids;
  }
  return ids;
}

describe('an event of another program', () => {
  test('whose metadata has no time › has the time at which the server took it', async () => {
    const before = Date.now();
    await others.appendToStream(
      'order-1',
      jsonEvent({ type: 'Filled', data: {}, metadata: { colour: 'red' } }),
    );
    const [found] = await store.readStream('order-1');
    expect(Date.parse(found?.metadata.at ?? '')).toBeGreaterThanOrEqual(before);
  });
});

describe('our events in a log with events of others between them', () => {
  test('are read once, in order, in both directions, at every page size, and by subscriptions from every position', async () => {
    const acts = fc.array(
      fc.constantFrom<Act>('ours', 'more of ours', 'statistics', 'metadata', 'link', 'tombstone', 'foreign'),
      { minLength: 1, maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(acts, async (list) => {
        const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-alone-'));
        const alone = await openEmbeddedEventStore({ directory, environment });
        const after = (await store.end()).synced;
        try {
          for (const [n, act] of list.entries())
            await perform(act, n, async (stream, events) => {
              await alone.append(stream, events, 'any');
              await store.append(stream, events, 'any');
            });
          const { written } = await alone.end();
          await alone.synced(written);
          const expected = idsOf(await alone.readAll());
          const added = await store.readAll({ after, filter: ours });
          expect(idsOf(added)).toEqual(expected);
          const count = expected.length;
          for (const limit of [1, 2, 3, count, count + 1].filter((n) => n > 0)) {
            expect(await paged(store, limit, 'forwards', { start: after })).toEqual(expected);
            const backwards = await paged(store, limit, 'backwards', { count });
            expect(backwards.slice(0, count)).toEqual([...expected].reverse());
          }
          for (const [n, { position }] of added.entries()) {
            const from = (direction: Direction) =>
              store.readAll({ from: position, direction, limit: 2, filter: ours });
            expect(idsOf(await from('forwards'))).toEqual(expected.slice(n, n + 2));
            expect(idsOf(await from('backwards'))[0]).toBe(expected[n]);
            expect(await followed(store, position, 1 + (n % 3), expected.length - n - 1)).toEqual(
              expected.slice(n + 1),
            );
          }
        } finally {
          await alone.close();
          await rm(directory, { recursive: true });
        }
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});

describe('a stream that was deleted for good', () => {
  test('in the middle of the log › stops no reader and no subscription, and reads as empty', async () => {
    const [first, second] = [event(), event()];
    await store.append('order-1', [first], 'no_stream');
    await others.appendToStream('order-2', jsonEvent({ type: 'Scratched', data: {} }));
    await others.tombstoneStream('order-2');
    await store.append('order-1', [second], 0);
    const known = idsOf(await store.readStream('order-1'));
    expect(await paged(store, 1, 'forwards', { filter: { streamPrefixes: ['order-1'] } })).toEqual(known);
    const seen: string[] = [];
    for await (const batch of store.subscribeAll({ after: beginning })) {
      seen.push(...batch.events.map(({ stream, revision }) => `${revision}@${stream}`));
      if (batch.caughtUp) break;
    }
    expect(seen).toEqual(['0@order-1', '0@order-2', '1@order-1']);
    expect(await store.readStream('order-2')).toEqual([]);
  });

  test.each<ExpectedRevision>(['any', 'stream_exists', 'no_stream', 0])(
    'and is appended to at %s › refuses the append with StreamDeleted, which names the stream',
    async (expected) => {
      await others.appendToStream('order-3', jsonEvent({ type: 'Scratched', data: {} }));
      await others.tombstoneStream('order-3');
      const outcome = Promise.resolve(store.append('order-3', [event()], expected));
      if (expected === 'stream_exists')
        expect(await outcome).toMatchObject({ ok: false, rejection: { actual: -1 } });
      else await expect(outcome).rejects.toMatchObject({ name: 'StreamDeleted', stream: 'order-3' });
    },
  );
});

describe('events of other programs', () => {
  test('without data or metadata, or of bytes › are returned as JSON with the time at which the server stored them', async () => {
    await others.appendToStream('order-7', [
      binaryEvent({ type: 'Bytes', data: Buffer.from([0xff, 0xfe]), metadata: Buffer.from([0xff]) }),
      jsonEvent({ type: 'Empty', data: null as never }),
    ]);
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown;
    expect(await store.readStream('order-7')).toMatchObject([
      { type: 'Bytes', data: '//4=', metadata: { at } },
      { type: 'Empty', data: null, metadata: { at } },
    ]);
  });

  test('in other streams › are not sent to a subscriber, whose position moves over them', async () => {
    await store.append('order-1', [event()], 'no_stream');
    for (let n = 0; n < 20; n++)
      await others.appendToStream(
        `basket-${n}`,
        Array.from({ length: 100 }, () => jsonEvent({ type: 'OrderPlaced', data: {} })),
      );
    const { synced } = await store.end();
    const seen: string[] = [];
    let batches = 0;
    for await (const batch of store.subscribeAll({ after: beginning, filter: ours })) {
      batches += 1;
      seen.push(...batch.events.map(({ stream }) => stream));
      if (batch.caughtUp && batch.position >= synced) break;
    }
    expect(seen).toEqual(['order-1']);
    expect(batches).toBeLessThan(10);
  });
});

describe('two shops on one server, each with a prefix', () => {
  test('› neither reads, follows nor conflicts with the events of the other', async () => {
    const shops = ['north_', 'south_'].map((streamPrefix) =>
      openEventStoreDb({ url: url(), environment, streamPrefix }),
    ) as [EventStore, EventStore];
    const lists: readonly NewEvent[][] = [[event()], [event(), event()]];
    for (const [n, shop] of shops.entries())
      expect(await shop.append('order-1', lists[n] ?? [], 'no_stream')).toMatchObject({ ok: true });
    for (const [n, shop] of shops.entries()) {
      const own = idsOf(lists[n] ?? []);
      expect(await shop.readStream('order-1')).toMatchObject(own.map((id) => ({ id, stream: 'order-1' })));
      expect(idsOf(await shop.readAll())).toEqual(own);
      expect(await paged(shop, 1, 'backwards')).toEqual([...own].reverse());
      expect(await followed(shop, beginning, 10, own.length)).toEqual(own);
      expect(await shop.append('order-1', [event()], 7)).toMatchObject({ rejection: { stream: 'order-1' } });
    }
    expect((await store.readAll()).map(({ stream }) => stream)).toEqual([
      'north_order-1',
      'south_order-1',
      'south_order-1',
    ]);
    for (const shop of shops) await shop.close();
  });
});
