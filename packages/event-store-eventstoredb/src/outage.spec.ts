// The adapter while its server dies, sends nothing, or loses a reply.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Environment } from '@holdfast/kernel';
import { type EventStore, StoreUnavailable } from '@holdfast/event-store';
import { event } from '@holdfast/event-store/contract-suite';
import { nodeEnvironment, type ServedLog, serveLog } from '@holdfast/event-store-server/test';
import { eventually, openWire, type Wire } from '@holdfast/testing';
import { openEventStoreDb } from './eventstoredb-event-store.js';
import { exact } from './reading/recorded-event.js';

let log: ServedLog;
let wire: Wire;
/** whether the bytes that the server sends reach the client */
let replies: 'delivered' | 'lost';
/** called with the number of bytes that the server sends, as they arrive */
let onReply: (bytes: number) => void;
let store: EventStore;

beforeEach(async () => {
  log = await serveLog();
  replies = 'delivered';
  onReply = () => undefined;
  wire = await openWire(log.port, {
    toClient: (bytes, pass) => {
      onReply(bytes.length);
      if (replies === 'delivered') pass();
    },
  });
  store = openEventStoreDb({ url: `esdb://127.0.0.1:${wire.port}?tls=false`, environment: hurried });
});
afterEach(async () => {
  await store.close();
  await wire.close();
  await log.dispose();
});

/** Waits are a tenth of the real ones, so that a silent server is noticed within the test. */
const { scheduler } = nodeEnvironment();
const hurried: Pick<Environment, 'scheduler'> = {
  scheduler: { ...scheduler, after: (ms, run) => scheduler.after(ms / 10, run) },
};

/** Repeats the call until it succeeds. */
async function whenUp<T>(ask: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
}

/** Resolves when the log has so many events. */
async function appended(count: number): Promise<void> {
  for await (const batch of log.store().subscribeAll({ after: -1 })) {
    if (batch.position + 1 >= count) return;
  }
}

test('when the reply to an append is lost › it is made again, acknowledged, and written once', async () => {
  await store.append('warm-1', [event()], 'no_stream');
  const list = [event(), event()];
  replies = 'lost';
  const appending = store.append('order-1', list, 'no_stream');
  await appended(3);
  replies = 'delivered';
  wire.cut();
  expect(await appending).toMatchObject({ ok: true, value: { revision: 1, position: 2 } });
  expect((await log.store().readStream('order-1')).map(({ id }) => id)).toEqual(list.map(({ id }) => id));
});

test('when the server stays away › every call ends with StoreUnavailable, and when it is back they work again', async () => {
  const first = event();
  await store.append('order-1', [first], 'no_stream');
  await log.stop();
  await expect(store.append('order-1', [event()], 0)).rejects.toThrow(StoreUnavailable);
  await expect(store.readStream('order-1')).rejects.toThrow(StoreUnavailable);
  await expect(store.readAll()).rejects.toThrow(StoreUnavailable);
  await expect(store.end()).rejects.toThrow(StoreUnavailable);
  await log.start();
  expect((await whenUp(() => store.readStream('order-1'))).map(({ id }) => id)).toEqual([first.id]);
  expect(await store.append('order-1', [event()], 0)).toMatchObject({ ok: true });
});

test.each([
  ['the connection breaks', () => wire.cut()],
  ['the server stops', () => log.stop()],
] as const)(
  'when %s within a read › it fails, and is never taken for the whole',
  async (what, end) => {
    const text = 'x'.repeat(1000);
    for (let i = 0; i < 10; i++) {
      const list = Array.from({ length: 500 }, () => ({ ...event(), data: { text } }));
      await log.store().append('long-1', list, i === 0 ? 'no_stream' : i * 500 - 1);
    }
    for (const read of [
      () => store.readStream('long-1'),
      () => store.readAll(),
      () => store.readAll({ filter: { streamPrefixes: ['long-'] } }),
    ]) {
      let left = 1_000_000;
      let ended: unknown = null;
      onReply = (bytes) => {
        left -= bytes;
        if (left < 0) ended ??= end();
      };
      // On a busy machine a read may run out of time before so much was sent: then it is another read that is broken.
      await eventually(async () => {
        await expect(Promise.resolve().then(read)).rejects.toBeInstanceOf(StoreUnavailable);
        expect(left).toBeLessThan(0);
      });
      await ended;
      onReply = () => undefined;
      if (what === 'the server stops') await log.start();
      await whenUp(() => store.end());
    }
  },
  20_000,
);

test('when the server sends nothing › an append ends with an error that its outcome is unknown', async () => {
  await store.append('order-1', [event()], 'no_stream');
  replies = 'lost';
  await expect(store.append('order-1', [event()], 0)).rejects.toThrow(StoreUnavailable);
  await expect(store.readStream('order-1')).rejects.toThrow(StoreUnavailable);
}, 20_000);

test('when the server stops › a subscription ends or fails, and the next one behind it misses nothing', async () => {
  const list = [event(), event(), event()];
  await store.append('order-1', list.slice(0, 2), 'no_stream');
  const seen: string[] = [];
  let after = -1;
  const follow = async (stops: boolean): Promise<void> => {
    for await (const batch of store.subscribeAll({ after, filter: { streamPrefixes: ['order-'] } })) {
      seen.push(...batch.events.map(({ id }) => id));
      after = batch.position;
      if (stops && batch.caughtUp) await log.stop();
      if (seen.length >= list.length) return;
    }
  };
  await follow(true).catch((error: unknown) => {
    expect(error).toBeInstanceOf(StoreUnavailable);
  });
  expect(seen).toHaveLength(2);
  await log.start();
  await log.store().append('order-1', list.slice(2), 1);
  for (let attempt = 0; attempt < 100 && seen.length < 3; attempt++) {
    await follow(false).catch((error: unknown) => {
      expect(error).toBeInstanceOf(StoreUnavailable);
    });
  }
  expect(seen).toEqual(list.map(({ id }) => id));
});

test('a position beyond 2^53 › is refused clearly', () => {
  expect(exact(9_007_199_254_740_991n)).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => exact(9_007_199_254_740_992n)).toThrow(RangeError);
});
