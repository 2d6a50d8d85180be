// Live updates of a SKU with very many events: a subscription neither loads its whole past into memory nor delays others.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventStore } from '@holdfast/event-store';
import type { RecordedEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { foldedProduct } from '../catalogue/catalogue.resolver.js';
import { positionText } from '../graphql/scalars.js';
import { converse, type Conversation } from '../test/conversation.js';
import { startRig, type Rig } from '../test/rig.js';
import { liveDocuments } from './live.js';

const long = 130_000;
/** A name so long that few messages fill the buffers of the operating system. */
const longName = 'Tea '.repeat(1_000);
const sku = 'LONG';
const stream = `stock-${sku}`;
let rig: Rig;
let token: string;
let read = 0;
let written = 0;
let peers: Conversation[] = [];

const counting = (store: EventStore): EventStore =>
  new Proxy(store, {
    get(target, name) {
      const method = Reflect.get(target, name) as unknown;
      if (typeof method !== 'function') return method;
      return (...args: readonly unknown[]): unknown => {
        const given = Reflect.apply(method, target, args) as unknown;
        if (name !== 'readStream' && name !== 'readAll') return given;
        return Promise.resolve(given as readonly RecordedEvent[]).then((events) => {
          read += events.length;
          return events;
        });
      };
    },
  });

const append = async (events: readonly { readonly type: string; readonly data: object }[]): Promise<void> => {
  const metadata = { correlationId: 'spec', causationId: 'spec', commandId: 'spec', actor: 'system' };
  const outcome = await rig.store.append(
    stream,
    events.map(({ type, data }) => ({
      id: `22222222-0000-4000-8000-${String((written += 1)).padStart(12, '0')}`,
      type,
      data,
      metadata: { ...metadata, at: '2026-01-01T00:00:00.000Z', schemaVersion: 1 },
    })),
    'any',
  );
  if (outcome.ok) await rig.store.synced(outcome.value.position);
};
const received = { type: 'StockReceived', data: { quantity: 1 } };

beforeAll(async () => {
  rig = await startRig({}, { store: counting });
  ({ token } = await rig.customer());
  await append([{ type: 'ProductCreated', data: { name: longName, price: { minor: 1, currency: 'GBP' } } }]);
  for (let n = 0; n < long; n += 2_000) await append(Array.from({ length: 2_000 }, () => received));
  await rig.source.projections.reached('stock-level', (await rig.store.end()).synced, 60_000);
}, 90_000);
beforeEach(() => {
  read = 0;
});
afterEach(() => {
  for (const { socket } of peers) socket.terminate();
  peers = [];
});
afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const peer = async (who?: string, url = rig.url): Promise<Conversation> => {
  const conversation = await converse(url, who);
  peers.push(conversation);
  return conversation;
};
const query = `subscription ($skus: [String!], $after: Cursor) {
  stockChanged(skus: $skus, after: $after) { cursor product { stock { onHand } } }
}`;
const named = query.replace('product {', 'product { name');
type Payload = { readonly data: { readonly stockChanged: { readonly cursor: string } } };
const cursorOf = async (revision: number): Promise<string> => {
  const [event] = await rig.store.readStream(stream, { from: revision, limit: 1 });
  return positionText(event?.position ?? -1);
};

/** Follows the stock until `until` units are on hand. */
async function followed(after: string | null, until: number, during?: (onHand: number) => void) {
  const { signal } = new AbortController();
  const onHand: number[] = [];
  for await (const update of liveDocuments(rig.source, {
    folded: foldedProduct,
    ids: [sku],
    after,
    signal,
  })) {
    onHand.push(update.document.onHand);
    during?.(update.document.onHand);
    if (update.document.onHand === until) return onHand;
  }
  return onHand;
}

describe('a subscriber that resumes behind 130,000 events', () => {
  test('gets each of them once, then new events, and little is read ahead', async () => {
    let ahead = 0;
    const more: Promise<void>[] = [];
    const onHand = await followed('-1', long + 3, (seen) => {
      ahead = Math.max(ahead, read - seen);
      if (seen === long - 50) more.push(append([received, received, received]));
    });
    await Promise.all(more);
    expect(onHand).toEqual(Array.from({ length: long + 4 }, (_, n) => n));
    expect(ahead).toBeLessThan(1_000);
  }, 60_000);

  test('in the middle gets the right documents, and a second one at the same place costs little', async () => {
    const now = (await rig.store.readStream(stream, { direction: 'backwards', limit: 1 }))[0]?.revision ?? 0;
    const from = 100_500;
    const expected = Array.from({ length: 1_000 }, (_, n) => from + 1 + n);
    expect(await followed(await cursorOf(from), from + 1_000)).toEqual(expected);
    read = 0;
    expect(await followed(await cursorOf(from), from + 1_000)).toEqual(expected);
    expect([read < 5_000, now >= long]).toEqual([true, true]);
  }, 60_000);

  test('does not delay other callers, however many such subscribers there are', async () => {
    /** For each socket: the updates that its first subscription has when its last subscription gets one. */
    const ahead: Promise<number>[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { subscribe, of } = await peer(token);
      for (let m = 0; m < 20; m += 1) subscribe(`${m}`, query, { skus: [sku], after: '-1' });
      ahead.push(eventually(() => expect(of('19').length).toBeGreaterThan(0)).then(() => of('0').length));
    }
    // They take turns, a page each.
    expect(Math.max(...(await Promise.all(ahead)))).toBeLessThan(2_000);
    for (let n = 0; n < 20; n += 1) expect((await rig.ask('{ me { id } }')).data).toEqual({ me: null });
    // Other callers were served meanwhile, not after all of the replays.
    for (const { of } of peers) expect(of('0').length).toBeLessThan(long);
  }, 60_000);

  test('and does not read gets its socket closed with a code on which its client resumes', async () => {
    const { url } = await rig.open({ sockets: { slowReaderMs: 300 } });
    const { socket, subscribe, of, closed } = await peer(token, url());
    subscribe('slow', named, { skus: [sku], after: '-1' });
    await eventually(() => expect(of('slow').length).toBeGreaterThan(10));
    read = 0;
    socket.pause();
    await new Promise<void>((resolve) => {
      // The log is read until the buffers of the operating system are full, and no further.
      let before = -1;
      const look = (): void => {
        if (read === before) {
          resolve();
          return;
        }
        before = read;
        setTimeout(look, 1_000);
      };
      look();
    });
    expect(read).toBeLessThan(long);
    socket.resume();
    expect(await closed).toEqual({ code: 1013, reason: 'Too slow: resume from the cursor' });
    const last = of('slow').findLast(({ type }) => type === 'next')?.payload as Payload;
    const { subscribe: again, of: ofAgain } = await peer(token);
    again('next', query, { skus: [sku], after: last.data.stockChanged.cursor });
    await eventually(() => expect(ofAgain('next').length).toBeGreaterThan(0));
    expect(ofAgain('next')[0]).toMatchObject({
      payload: { data: { stockChanged: { product: { stock: { onHand: of('slow').length } } } } },
    });
  }, 60_000);
});

describe('a caller who is not signed in', () => {
  test.each([
    ['of one SKU', [sku]],
    ['of everything', null],
  ])(
    'whose cursor %s reaches back too far gets an error that asks for a subscription without one, at little cost',
    async (_, skus) => {
      const { subscribe, of } = await peer();
      subscribe('old', query, { skus, after: '-1' });
      await eventually(() =>
        expect(of('old')).toMatchObject([
          {
            type: 'error',
            payload: [
              {
                message: expect.stringContaining('subscribe without a cursor') as unknown,
                extensions: { code: 'CURSOR_TOO_OLD', retryable: false },
              },
            ],
          },
        ]),
      );
      expect(read).toBeLessThan(6_000);
      subscribe('new', query, { skus });
      await eventually(() => expect(of('new')).toMatchObject([{ type: 'next' }]));
    },
  );

  test('whose cursor is recent gets the missed updates', async () => {
    const [last] = await rig.store.readStream(stream, { direction: 'backwards', limit: 1 });
    const revision = last?.revision ?? 0;
    const { subscribe, of } = await peer();
    subscribe('recent', query, { skus: [sku], after: await cursorOf(revision - 1_000) });
    await eventually(() => expect(of('recent')).toHaveLength(1_000), { timeoutMs: 20_000 });
  }, 40_000);
});
