// The contract, and every kind of failure, on a server that guarantees only what EventStoreDB promises.
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { beforeAll as beginning, type Environment } from '@holdfast/kernel';
import { describeEventStore, event, idsOf, type StoreUnderTest } from '@holdfast/event-store/contract-suite';
import {
  type Batch,
  type EventStore,
  openEmbeddedEventStore,
  StoreAccessDenied,
  StoreUnavailable,
  StreamDeleted,
} from '@holdfast/event-store';
import {
  type Behaviour,
  denials,
  type LeastServer,
  nodeEnvironment,
  notLeader,
  openLeastServer,
  outages,
  type Refusal,
  tombstoned,
} from '@holdfast/event-store-server/test';
import { leaderUnlessNamed, openEventStoreDb } from './eventstoredb-event-store.js';

const environment = nodeEnvironment();
/** Waits are a tenth of the real ones, so that silence is noticed within the test. */
const hurried: Pick<Environment, 'scheduler'> = {
  scheduler: { ...environment.scheduler, after: (ms, run) => environment.scheduler.after(ms / 10, run) },
};

async function serve() {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-events-'));
  const start = async () => {
    const log = await openEmbeddedEventStore({ directory, environment });
    return { log, server: await openLeastServer(log) };
  };
  let running = await start();
  const stop = async (): Promise<void> => {
    await running.server.close();
    await running.log.close();
  };
  return {
    log: () => running.log,
    server: () => running.server,
    url: () => `esdb://127.0.0.1:${running.server.port}?tls=false`,
    restart: async () => {
      await stop();
      running = await start();
    },
    dispose: async () => {
      await stop();
      await rm(directory, { recursive: true });
    },
  };
}

/** Opens stores on a server that treats each new subscription by the next of `readings`. */
const onLeastServer = (readings: readonly Behaviour[]) => async (): Promise<StoreUnderTest> => {
  const served = await serve();
  const open = (): EventStore => {
    let reads = 0;
    served.server().behaviour = (call) =>
      call === 'read' ? (readings[reads++ % readings.length] ?? 'well') : 'well';
    return openEventStoreDb({ url: served.url(), environment });
  };
  let store = open();
  return {
    store,
    reopen: async () => {
      await store.close();
      await served.restart();
      store = open();
      return store;
    },
    dispose: async () => {
      await store.close();
      await served.dispose();
    },
  };
};

describeEventStore(
  'EventStoreDB that forgets ids and has gaps between positions near 2^53',
  onLeastServer(['well']),
);
describeEventStore(
  'EventStoreDB that drops slow subscribers, as 23.10 does, or says that they fell behind, as 24.2 does',
  onLeastServer(['drops', 'drops', 'fallsBehind']),
);

describe('a server', () => {
  let served: Awaited<ReturnType<typeof serve>>;
  let server: LeastServer;
  let store: EventStore;
  beforeEach(async () => {
    served = await serve();
    server = served.server();
    store = openEventStoreDb({ url: served.url(), environment: hurried });
  });
  afterEach(async () => {
    await store.close();
    await served.dispose();
  });

  const subscribed = async (): Promise<void> => {
    for await (const batch of store.subscribeAll({ after: beginning })) if (batch.caughtUp) return;
    throw new StoreUnavailable('it ended');
  };
  const calls: Readonly<Record<string, () => unknown>> = {
    'an append': () => store.append('order-1', [event()], 'no_stream'),
    'an append anywhere': () => store.append('order-1', [event()], 'any'),
    'a read of a stream': () => store.readStream('order-1'),
    'a read of all': () => store.readAll({ limit: 10 }),
    'a read of a part': () => store.readAll({ filter: { streamPrefixes: ['order-'] } }),
    'the end': () => store.end(),
    'a subscription': subscribed,
    'a subscription to a part': async () => {
      const filter = { streamPrefixes: ['order-'] };
      for await (const batch of store.subscribeAll({ after: beginning, filter })) if (batch.caughtUp) return;
      throw new StoreUnavailable('it ended');
    },
  };
  const troubles: Readonly<Record<string, () => Behaviour>> = {
    'accepts calls and never replies': () => 'silent',
    'is unavailable': () => outages.unavailable,
    'is too busy': () => outages.busy,
    'breaks the call off': () => outages.brokenOff,
    'says that the time is up': () => outages.late,
    'says that the call was cancelled': () => outages.cancelled,
    'fails for an unknown reason': () => outages.unknown,
    'stands behind a proxy that does not find it': () => outages.misrouted,
    'finds its data damaged': () => outages.lossy,
    'denies the right': () => denials.denied,
    'denies the password': () => denials.unauthenticated,
    'stands behind a proxy that denies the call': () => denials.forbiddenByProxy,
    'does not lead, and says that it does': () => notLeader('127.0.0.1', server.port),
  };
  describe.each(Object.entries(troubles))('that %s', (_, trouble) => {
    test('› ends every call with StoreUnavailable, and serves them when it is well again', async () => {
      server.behaviour = trouble;
      const outcomes = Object.entries(calls).map(async ([name, call]) => {
        const outcome = await Promise.resolve()
          .then(call)
          .then(
            () => 'answered',
            (error: unknown) => (error instanceof StoreUnavailable ? 'StoreUnavailable' : error),
          );
        return [name, outcome] as const;
      });
      expect(Object.fromEntries(await Promise.all(outcomes))).toEqual(
        Object.fromEntries(Object.keys(calls).map((name) => [name, 'StoreUnavailable'])),
      );
      server.behaviour = () => 'well';
      const appended = event();
      expect(await store.append('order-2', [appended], 'any')).toMatchObject({ ok: true });
      expect(idsOf(await store.readAll({ filter: { streamPrefixes: ['order-2'] } }))).toEqual([appended.id]);
      await subscribed();
    }, 20_000);
  });

  test.each(Object.entries(denials))(
    'that refuses the user (%s) › ends every call with StoreAccessDenied at once, and the append is not tried again',
    async (_, denial) => {
      let appends = 0;
      server.behaviour = (call) => {
        if (call === 'append') appends += 1;
        return denial;
      };
      for (const call of Object.values(calls))
        await expect(Promise.resolve().then(call)).rejects.toBeInstanceOf(StoreAccessDenied);
      expect(appends).toBe(1);
    },
  );

  test.each<[string, Refusal, typeof StoreUnavailable]>([
    ['denies the right', denials.denied, StoreAccessDenied],
    ['says that the time is up', outages.late, StoreUnavailable],
    ['fails for an unknown reason', outages.unknown, StoreUnavailable],
  ])('that %s to a single append of a shared call › ends it with a typed error', async (_, refusal, type) => {
    server.refusesAppends = refusal;
    await expect(store.append('order-1', [event()], 'no_stream')).rejects.toBeInstanceOf(type);
    server.refusesAppends = null;
    expect(await store.append('order-1', [event()], 'no_stream')).toMatchObject({ ok: true });
  });

  test('that reports the tombstone of a stream › ends the append with StreamDeleted', async () => {
    server.behaviour = (call) => (call === 'append' ? tombstoned('order-1') : 'well');
    await expect(store.append('order-1', [event()], 'no_stream')).rejects.toBeInstanceOf(StreamDeleted);
  });

  test('that accepts connections and sends nothing on them › ends every call with StoreUnavailable', async () => {
    const sockets = new Set<net.Socket>();
    const hole = net.createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    const { port } = hole.address() as net.AddressInfo;
    await store.close();
    store = openEventStoreDb({ url: `esdb://127.0.0.1:${port}?tls=false`, environment: hurried });
    await Promise.all(
      Object.values(calls).map((call) =>
        expect(Promise.resolve().then(call)).rejects.toBeInstanceOf(StoreUnavailable),
      ),
    );
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => hole.close(resolve));
  }, 20_000);

  test('that is unavailable for a moment, or never replies to a call › gets the append again, and writes it once', async () => {
    await store.append('order-1', [event()], 'no_stream');
    for (const [trouble, times] of [
      [outages.unavailable, 3],
      ['ends', 1],
      ['silent', 1],
    ] as const) {
      // A new connection, because appends share one call.
      await store.close();
      store = openEventStoreDb({ url: served.url(), environment: hurried });
      let left: number = times;
      server.behaviour = (call) => (call === 'append' && left-- > 0 ? trouble : 'well');
      const appended = event();
      const last = (await store.readStream('order-1')).at(-1)?.revision ?? -1;
      expect(await store.append('order-1', [appended], last)).toMatchObject({ ok: true });
      expect(idsOf(await store.readStream('order-1')).filter((id) => id === appended.id)).toHaveLength(1);
    }
  }, 20_000);

  test('that names another server as the leader › is replaced by that one', async () => {
    const leader = await openLeastServer(served.log());
    server.behaviour = (call) => (call === 'append' ? notLeader('127.0.0.1', leader.port) : 'well');
    expect(await store.append('order-1', [event()], 'no_stream')).toMatchObject({ ok: true });
    expect(await served.log().readStream('order-1')).toHaveLength(1);
    await leader.close();
  });

  test('that ends a subscription without an error › ends the iteration, and the next subscription behind it misses nothing', async () => {
    const list = [event(), event()];
    await store.append('order-1', list, 'no_stream');
    const seen: string[] = [];
    let after = beginning;
    for (let round = 0; seen.length < 2; round++) {
      server.behaviour = () => (round === 0 ? 'ends' : 'well');
      for await (const batch of store.subscribeAll({ after, maxEvents: 1 })) {
        seen.push(...idsOf(batch.events));
        after = batch.position;
        if (seen.length === 2) break;
      }
    }
    expect(seen).toEqual(idsOf(list));
  });

  test('that has more events than a subscriber takes › waits, and sends all of them in the end', async () => {
    const text = 'x'.repeat(1000);
    const subscription = store.subscribeAll({ after: beginning })[Symbol.asyncIterator]();
    await subscription.next();
    const count = 20_000;
    for (let i = 0; i < count / 500; i++) {
      await served.log().append(
        `order-${i}`,
        Array.from({ length: 500 }, () => event(text)),
        'no_stream',
      );
    }
    await served.log().synced(count - 1);
    // Once a later read is complete, the server has sent all that it can send.
    expect(await store.readStream('order-39')).toHaveLength(500);
    expect(server.sent()).toBeLessThan(count / 4);
    let seen = 0;
    while (seen < count) {
      const { value } = (await subscription.next()) as { value: { events: readonly unknown[] } };
      expect(value.events.length).toBeLessThanOrEqual(1000);
      seen += value.events.length;
    }
    expect(seen).toBe(count);
    await subscription.return?.();
  }, 60_000);

  test.each([
    ['drops', 'goes on behind its last event without an error'],
    ['fallsBehind', 'is caught up again each time the server says so'],
  ] as const)('that %s a live subscriber again and again › %s', async (behaviour, _) => {
    server.behaviour = (call) => (call === 'read' ? behaviour : 'well');
    const waited: number[] = [];
    await store.close();
    store = openEventStoreDb({ url: served.url(), environment: noting(waited) });
    const seen: string[] = [];
    const expected: string[] = [];
    let last: Batch | null = null;
    for await (const batch of store.subscribeAll({ after: beginning })) {
      seen.push(...idsOf(batch.events));
      last = batch;
      if (!batch.caughtUp || seen.length < expected.length) continue;
      if (expected.length === 400) break;
      const list = Array.from({ length: 40 }, () => event());
      expected.push(...idsOf(list));
      const appended = await served.log().append('order-1', list, 'any');
      if (appended.ok) await served.log().synced(appended.value.position);
    }
    expect(seen).toEqual(expected);
    expect(server.behind()).toBeGreaterThanOrEqual(10);
    expect(last).toMatchObject({ caughtUp: true });
    // The adapter waits only for the confirmation of a subscription and for the reply to a read.
    expect(new Set(waited)).toEqual(new Set([10_000]));
  });

  test('that is a follower and lags behind › is not used for events that this process wrote: the leader is', async () => {
    const list = [event(), event(), event()];
    await store.append('order-1', list.slice(0, 1), 'no_stream');
    server.follows = 0;
    await store.append('order-1', list.slice(1), 0);
    expect(idsOf(await store.readStream('order-1'))).toEqual(idsOf(list));
    expect(idsOf(await store.readStream('order-1', { from: 1, limit: 1 }))).toEqual(idsOf(list.slice(1, 2)));
    expect(await store.readStream('order-1', { direction: 'backwards', limit: 1 })).toMatchObject([
      { revision: 2 },
    ]);
    const { written } = await store.end();
    server.follows = null;
    expect(written).toBe((await store.readStream('order-1')).at(-1)?.position);
  });

  test('that is a follower and lags behind › never makes a repeated append a conflict', async () => {
    const [first, second] = [event(), event()];
    await served.log().append('order-1', [first, second], 'no_stream');
    server.follows = 0;
    expect(await store.append('order-1', [second], 0)).toMatchObject({ ok: true, value: { revision: 1 } });
    expect(await store.append('order-1', [second], 'any')).toMatchObject({
      ok: true,
      value: { revision: 1 },
    });
    expect(await store.append('order-1', [event()], 'no_stream')).toMatchObject({
      ok: false,
      rejection: { actual: 1 },
    });
  });
});

/** A real scheduler that records each wait. */
const noting = (waited: number[]): Pick<Environment, 'scheduler'> => ({
  scheduler: {
    ...environment.scheduler,
    after: (ms, run) => {
      waited.push(ms);
      return environment.scheduler.after(ms, run);
    },
  },
});

test.each([
  ['esdb://a:2113', 'esdb://a:2113?nodePreference=leader'],
  ['esdb://u:p@a:1,b:2/?tls=false', 'esdb://u:p@a:1,b:2/?tls=false&nodePreference=leader'],
  ['esdb+discover://c?nodePreference=follower', 'esdb+discover://c?nodePreference=follower'],
])('the address %s › is read at the leader unless it says otherwise', (url, read) => {
  expect(leaderUnlessNamed(url)).toBe(read);
});
