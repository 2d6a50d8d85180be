// Persistent subscriptions as the official client sees them.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  END,
  EventStoreDBClient,
  eventTypeFilter,
  jsonEvent,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionExistsError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  type PersistentSubscriptionToStream,
  type PersistentSubscriptionToStreamResolvedEvent,
  type PersistentSubscriptionToStreamSettings,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  type Position,
  START,
} from '@eventstore/db-client';
import { type ServedLog, serveLog } from '../test/served-log.js';

let log: ServedLog;
let client: EventStoreDBClient;

const connect = (): EventStoreDBClient =>
  EventStoreDBClient.connectionString(`esdb://127.0.0.1:${log.port}?tls=false`);

beforeAll(async () => {
  log = await serveLog();
  client = connect();
});
afterAll(async () => {
  await client.dispose();
  await log.dispose();
});

const events = (count: number, type = 'Counted') =>
  Array.from({ length: count }, (_, n) => jsonEvent({ type, data: { n } }));
const unique = (name: string): string => `${name}-${randomUUID()}`;

type Event = PersistentSubscriptionToStreamResolvedEvent;
type Settings = Partial<PersistentSubscriptionToStreamSettings>;

/** A stream with so many events, and a group on it from its start unless told otherwise. */
async function streamWithGroup(count: number, settings: Settings = {}) {
  const [stream, group] = [unique('stream'), unique('group')];
  if (count > 0) await client.appendToStream(stream, events(count));
  await client.createPersistentSubscriptionToStream(
    stream,
    group,
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...settings }),
  );
  return { stream, group, subscribe: () => client.subscribeToPersistentSubscriptionToStream(stream, group) };
}

/** Hands events to `handle` until it says that it has enough, and leaves. */
async function consume(
  subscription: PersistentSubscriptionToStream,
  handle: (event: Event) => Promise<boolean>,
): Promise<void> {
  for await (const event of subscription as AsyncIterable<Event>) if (await handle(event)) break;
  await subscription.unsubscribe();
}

const revisionOf = ({ event }: Event): number => Number(event?.revision);

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + 10_000; !(await holds());) {
    if (Date.now() > limit) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a group', () => {
  test.each([
    { startFrom: START, first: 0 },
    { startFrom: 2n, first: 2 },
    { startFrom: END, first: 4 },
  ] as const)(
    'that starts from $startFrom › is given revision $first first, then all that follow',
    async ({ startFrom, first }) => {
      const { stream, subscribe } = await streamWithGroup(4, { startFrom });
      const subscription = subscribe();
      const told: string[] = [];
      subscription.on('confirmation', () => {
        told.push(subscription.id ?? '');
        void client.appendToStream(stream, events(3));
      });
      const seen: number[] = [];
      await consume(subscription, async (event) => {
        expect(event.retryCount).toBe(0);
        await subscription.ack(event);
        return seen.push(revisionOf(event)) === 7 - first;
      });
      expect(seen).toEqual(Array.from({ length: 7 - first }, (_, i) => first + i));
      expect(told[0]).toContain('::group-');
    },
  );

  test('that exists, or does not › says so by name', async () => {
    const { stream, group } = await streamWithGroup(1);
    const settings = persistentSubscriptionToStreamSettingsFromDefaults();
    await expect(client.createPersistentSubscriptionToStream(stream, group, settings)).rejects.toThrow(
      PersistentSubscriptionExistsError,
    );
    const calls: readonly (() => Promise<unknown>)[] = [
      () => client.updatePersistentSubscriptionToStream(stream, 'none', settings),
      () => client.deletePersistentSubscriptionToStream(stream, 'none'),
      () => client.getPersistentSubscriptionToStreamInfo(stream, 'none'),
      () => client.replayParkedMessagesToStream(stream, 'none'),
      () =>
        consume(client.subscribeToPersistentSubscriptionToStream(stream, 'none'), () =>
          Promise.resolve(true),
        ),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toThrow(PersistentSubscriptionDoesNotExistError);
      await expect(call()).rejects.toMatchObject({
        streamName: stream,
        groupName: 'none',
        message: `5 NOT_FOUND: Subscription group none on stream ${stream} does not exist.`,
      });
    }
  });

  test('with a limit of subscribers › refuses one more', async () => {
    const { subscribe } = await streamWithGroup(1, { maxSubscriberCount: 1 });
    const one = subscribe();
    await new Promise((resolve) => one.on('confirmation', resolve));
    await expect(consume(subscribe(), () => Promise.resolve(false))).rejects.toThrow(
      PersistentSubscriptionMaximumSubscribersReachedError,
    );
    await one.unsubscribe();
    one.resume();
  });

  test('of two consumers in turn › gives each of them half', async () => {
    const { stream, subscribe } = await streamWithGroup(0);
    const counts = [0, 0];
    const both = counts.map((_, i) => {
      const subscription = subscribe();
      return {
        subscription,
        confirmed: new Promise((resolve) => subscription.on('confirmation', resolve)),
        i,
      };
    });
    await Promise.all(both.map(({ confirmed }) => confirmed));
    await client.appendToStream(stream, events(20));
    await Promise.all(
      both.map(({ subscription, i }) =>
        consume(subscription, async (event) => {
          await subscription.ack(event);
          counts[i] = (counts[i] ?? 0) + 1;
          return counts[i] === 10;
        }),
      ),
    );
    expect(counts).toEqual([10, 10]);
  });

  test('that is changed › drops its consumers, and gives replayed events to those who come again', async () => {
    const { stream, group, subscribe } = await streamWithGroup(1);
    const subscription = subscribe();
    await expect(
      consume(subscription, async (event) => {
        await subscription.nack('park', 'later', event);
        await eventually(async () => {
          const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
          return stats.parkedMessageCount === 1n;
        });
        await client.updatePersistentSubscriptionToStream(
          stream,
          group,
          persistentSubscriptionToStreamSettingsFromDefaults({ maxRetryCount: 3 }),
        );
        return false;
      }),
    ).rejects.toMatchObject({ type: 'persistent-subscription-dropped' });
    await client.replayParkedMessagesToStream(stream, group);
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({ maxRetryCount: 4 });
    await client.updatePersistentSubscriptionToStream(stream, group, settings);
    const again = subscribe();
    await consume(again, async (event) => {
      await again.ack(event);
      return revisionOf(event) === 0;
    });
    const { settings: known } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
    expect(known.maxRetryCount).toBe(4);
  });

  test('when all groups are started again › drops its consumers, and goes on with who comes again', async () => {
    const { subscribe } = await streamWithGroup(2);
    const subscription = subscribe();
    await expect(
      consume(subscription, async (event) => {
        await subscription.ack(event);
        if (revisionOf(event) === 1) await client.restartPersistentSubscriptionSubsystem();
        return false;
      }),
    ).rejects.toMatchObject({ type: 'persistent-subscription-dropped' });
    const again = subscribe();
    again.on('confirmation', () => void again.unsubscribe());
    again.resume();
    await new Promise((resolve) => again.on('confirmation', resolve));
  });

  test('pinned › gives the events of one stream to one consumer, also while another has no room', async () => {
    const group = unique('group');
    const type = unique('Type');
    const settings = persistentSubscriptionToAllSettingsFromDefaults({
      startFrom: END,
      consumerStrategyName: 'Pinned',
    });
    await client.createPersistentSubscriptionToAll(group, settings, {
      filter: eventTypeFilter({ prefixes: [type] }),
    });
    const by = new Map<string, Set<number>>();
    let seen = 0;
    const consumers = [0, 1].map((n) => {
      const one = client.subscribeToPersistentSubscriptionToAll(group, { bufferSize: 1 });
      const confirmed = new Promise((resolve) => one.on('confirmation', resolve));
      const run = async (): Promise<void> => {
        for await (const event of one) {
          const name = event.event?.streamId ?? '';
          by.set(name, (by.get(name) ?? new Set<number>()).add(n));
          seen += 1;
          await one.ack(event);
        }
      };
      return { one, confirmed, running: run() };
    });
    await Promise.all(consumers.map(({ confirmed }) => confirmed));
    for (let i = 0; i < 12; i++) await client.appendToStream(unique('stream'), events(3, type));
    await eventually(() => Promise.resolve(seen === 36));
    await Promise.all(consumers.map(({ one }) => one.unsubscribe()));
    await Promise.all(consumers.map(({ running }) => running));
    expect(by.size).toBe(12);
    for (const who of by.values()) expect(who.size).toBe(1);
    expect(new Set([...by.values()].flatMap((who) => [...who])).size).toBe(2);
  });

  test('that is deleted › drops its consumers, and names stream and group', async () => {
    const { stream, group, subscribe } = await streamWithGroup(1);
    const subscription = subscribe();
    subscription.on('confirmation', () => void client.deletePersistentSubscriptionToStream(stream, group));
    await expect(consume(subscription, () => Promise.resolve(false))).rejects.toMatchObject({
      type: 'persistent-subscription-dropped',
      streamName: stream,
      groupName: group,
    });
  });
});

describe('an event', () => {
  test('refused with retry › comes again with its retries counted, until it is parked', async () => {
    const { stream, group, subscribe } = await streamWithGroup(1, { maxRetryCount: 2 });
    const subscription = subscribe();
    const retries: number[] = [];
    await consume(subscription, async (event) => {
      retries.push(event.retryCount);
      await subscription.nack('retry', 'again', event);
      return retries.length === 3;
    });
    expect(retries).toEqual([0, 1, 2]);
    await eventually(async () => {
      const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
      return stats.parkedMessageCount === 1n;
    });
  });

  test.each(['skip', 'stop'] as const)(
    'refused with %s › is done, and its consumer stays connected and is given what follows',
    async (action) => {
      const { stream, group, subscribe } = await streamWithGroup(2, { checkPointUpperBound: 1 });
      const subscription = subscribe();
      const seen: number[] = [];
      await consume(subscription, async (event) => {
        seen.push(revisionOf(event));
        if (seen.length < 3) await subscription.nack(action, 'no more', event);
        else await subscription.ack(event);
        if (seen.length === 2) await client.appendToStream(stream, events(1));
        return seen.length === 3;
      });
      expect(seen).toEqual([0, 1, 2]);
      await eventually(async () => {
        const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
        return stats.lastCheckpointedEventRevision === 2n;
      });
    },
  );

  test('with a message timeout of 0 that is not acknowledged › comes again', async () => {
    const { subscribe } = await streamWithGroup(1, { messageTimeout: 0 });
    const subscription = subscribe();
    await consume(subscription, async (event) => {
      if (event.retryCount === 1) await subscription.ack(event);
      return event.retryCount === 1;
    });
  });

  test('that is not acknowledged in time › comes again', async () => {
    const { subscribe } = await streamWithGroup(1, { messageTimeout: 50 });
    const subscription = subscribe();
    await consume(subscription, async (event) => {
      if (event.retryCount === 1) await subscription.ack(event);
      return event.retryCount === 1;
    });
  });

  test('whose consumer has gone › is given to the next one', async () => {
    const { subscribe } = await streamWithGroup(1);
    await consume(subscribe(), () => Promise.resolve(true));
    const next = subscribe();
    await consume(next, async (event) => {
      await next.ack(event);
      return revisionOf(event) === 0;
    });
  });

  test('that was parked › lies in a stream of the group, and as many are replayed as asked for', async () => {
    const { stream, group, subscribe } = await streamWithGroup(6);
    const subscription = subscribe();
    const seen: number[] = [];
    const replayed: unknown[] = [];
    const parkedStream = `$persistentsubscription-${stream}::${group}-parked`;
    await consume(subscription, async (event) => {
      seen.push(revisionOf(event));
      if (seen.length > 6) replayed.push([event.link?.streamId, event.link?.revision]);
      if (seen.length <= 6) await subscription.nack('park', 'later', event);
      else await subscription.ack(event);
      if (seen.length === 6) {
        const parked = async () => {
          const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
          return stats.parkedMessageCount;
        };
        await eventually(async () => (await parked()) === 6n);
        const links = [];
        for await (const { event: link } of client.readStream(parkedStream)) links.push(link);
        expect(links.map((link) => link?.type)).toEqual(Array.from({ length: 6 }, () => '$>'));
        expect(Buffer.from(links[5]?.data as Uint8Array).toString()).toBe(`5@${stream}`);
        const { added, reason } = links[5]?.metadata as Readonly<Record<string, string>>;
        expect(reason).toBe("Client explicitly NAK'ed message.\nlater");
        expect(Math.abs(Date.parse(added ?? '') - Date.now())).toBeLessThan(30_000);
        await client.replayParkedMessagesToStream(stream, group, { stopAt: 4 });
        expect(await parked()).toBe(2n);
      }
      return seen.length === 10;
    });
    expect(seen.slice(6)).toEqual([0, 1, 2, 3]);
    expect(replayed).toEqual([0n, 1n, 2n, 3n].map((revision) => [parkedStream, revision]));
  });

  test('that is replayed and not acknowledged when the server stops › is still parked, and can be replayed again', async () => {
    const { stream, group, subscribe } = await streamWithGroup(3);
    const parked = async () => {
      const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
      return Number(stats.parkedMessageCount);
    };
    const first = subscribe();
    const seen: number[] = [];
    await consume(first, async (event) => {
      await first.nack('park', 'later', event);
      return seen.push(revisionOf(event)) === 3;
    });
    await eventually(async () => (await parked()) === 3);
    await client.replayParkedMessagesToStream(stream, group);
    const second = subscribe();
    seen.length = 0;
    await consume(second, async (event) => {
      seen.push(revisionOf(event));
      if (seen.length === 1) await second.ack(event);
      return seen.length === 3;
    });
    expect(seen).toEqual([0, 1, 2]);
    await eventually(async () => {
      const metadata = await log.store().readStream(`$$$persistentsubscription-${stream}::${group}-parked`);
      return (metadata.at(-1)?.data as { readonly $tb: number } | undefined)?.$tb === 1;
    });
    await client.dispose();
    await log.stop();
    await log.start();
    client = connect();
    expect(await parked()).toBe(2);
    await client.replayParkedMessagesToStream(stream, group);
    const third = client.subscribeToPersistentSubscriptionToStream(stream, group);
    seen.length = 0;
    await consume(third, async (event) => {
      await third.ack(event);
      return seen.push(revisionOf(event)) === 2;
    });
    expect(seen).toEqual([1, 2]);
    await eventually(async () => (await parked()) === 0);
  });
});

describe('a group that asks for what there is not', () => {
  type AllSettings = Parameters<EventStoreDBClient['createPersistentSubscriptionToAll']>[1];
  const far = { commit: 1_000_000n, prepare: 1_000_000n };
  const cases: readonly (readonly [string, Partial<AllSettings>])[] = [
    ['a read batch as large as the history buffer', { readBatchSize: 20, historyBufferSize: 20 }],
    ['a history buffer of 0', { readBatchSize: 0, historyBufferSize: 0 }],
    ['a start beyond the end of all', { startFrom: far }],
  ];
  test.each(cases)('%s › is refused with the reason', async (_, settings) => {
    const group = unique('group');
    const all = persistentSubscriptionToAllSettingsFromDefaults(settings);
    await expect(client.createPersistentSubscriptionToAll(group, all)).rejects.toMatchObject({
      type: 'persistent-subscription-failed',
      groupName: group,
      message: expect.stringContaining('out of the range of valid values') as unknown,
    });
  });

  test('a replay that stops before 0 › is refused with the reason', async () => {
    const { stream, group } = await streamWithGroup(1);
    await expect(client.replayParkedMessagesToStream(stream, group, { stopAt: -1 })).rejects.toMatchObject({
      type: 'persistent-subscription-failed',
      reason: 'Cannot stop replaying parked message at a negative version.',
    });
  });

  test('odd but possible settings › are taken', async () => {
    const odd = {
      readBatchSize: 0,
      messageTimeout: -1,
      checkPointLowerBound: 5,
      checkPointUpperBound: 2,
      liveBufferSize: 0,
    };
    const { stream, group } = await streamWithGroup(1, odd);
    const { settings } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
    expect(settings).toMatchObject(odd);
  });
});

describe('what is known of a group', () => {
  test('is its settings exactly, its connections while there are some, and how far it is', async () => {
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({
      startFrom: 1n,
      checkPointLowerBound: 1,
      checkPointUpperBound: 1,
      consumerStrategyName: 'Pinned',
      maxSubscriberCount: 7,
    });
    const [stream, group] = ['스트림 0️⃣', unique('ヽ༼ຈل͜ຈ༽ﾉ')];
    await client.appendToStream(stream, events(3));
    await client.createPersistentSubscriptionToStream(stream, group, settings);
    const known = () => client.getPersistentSubscriptionToStreamInfo(stream, group);
    const before = await known();
    expect(before).toMatchObject({ eventSource: stream, groupName: group, settings, connections: [] });
    expect(before.stats).toMatchObject({
      lastKnownEventRevision: undefined,
      lastCheckpointedEventRevision: undefined,
    });
    const subscription = client.subscribeToPersistentSubscriptionToStream(stream, group);
    await consume(subscription, async (event) => {
      expect((await known()).connections).toMatchObject([{ connectionName: client.connectionName }]);
      await subscription.ack(event);
      return revisionOf(event) === 2;
    });
    await eventually(async () => (await known()).connections.length === 0);
    expect((await known()).stats).toMatchObject({
      lastKnownEventRevision: 2n,
      lastCheckpointedEventRevision: 2n,
    });
    expect(await client.listPersistentSubscriptionsToStream(stream)).toMatchObject([{ groupName: group }]);
    const changed = { ...settings, startFrom: END, maxSubscriberCount: 'unbounded' } as const;
    await client.updatePersistentSubscriptionToStream(stream, group, changed);
    expect((await known()).settings).toEqual(changed);
  });

  test('on all from a position › begins with the event there, and is named by it', async () => {
    const group = unique('group');
    const { position } = await client.appendToStream(unique('stream'), events(2));
    const { commit, prepare } = position as Position;
    const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: { commit, prepare } });
    await client.createPersistentSubscriptionToAll(group, settings);
    const subscription = client.subscribeToPersistentSubscriptionToAll(group);
    for await (const event of subscription) {
      expect(event.event?.position).toEqual(position);
      await subscription.ack(event);
      break;
    }
    await subscription.unsubscribe();
    expect(await client.getPersistentSubscriptionToAllInfo(group)).toMatchObject({
      settings: { startFrom: { commit, prepare } },
    });
  });

  test('survives a restart, and the group goes on behind its checkpoint', async () => {
    const { stream, group, subscribe } = await streamWithGroup(4, { checkPointUpperBound: 1 });
    const subscription = subscribe();
    await consume(subscription, async (event) => {
      await subscription.ack(event);
      return revisionOf(event) === 1;
    });
    await eventually(async () => {
      const { connections, stats } = await client.getPersistentSubscriptionToStreamInfo(stream, group);
      return connections.length === 0 && stats.lastCheckpointedEventRevision === 1n;
    });
    await client.dispose();
    await log.stop();
    await log.start();
    client = connect();
    const next = client.subscribeToPersistentSubscriptionToStream(stream, group);
    const seen: number[] = [];
    await consume(next, async (event) => {
      await next.ack(event);
      return seen.push(revisionOf(event)) === 2;
    });
    expect(seen).toEqual([2, 3]);
  });
});

test('a checkpoint › is kept as text: a revision, or a position of all', async () => {
  const { stream, group, subscribe } = await streamWithGroup(5, { checkPointUpperBound: 1 });
  const subscription = subscribe();
  const checkpointOf = async (source: string, name: string) => {
    const written = await log.store().readStream(`$persistentsubscription-${source}::${name}-checkpoint`);
    return written.at(-1)?.data;
  };
  await consume(subscription, async (event) => {
    await subscription.ack(event);
    if (revisionOf(event) !== 4) return false;
    // A client that leaves at once may take its last acknowledgement along.
    await eventually(async () => (await checkpointOf(stream, group)) === '4');
    return true;
  });
  const [type, onAll] = [unique('Type'), unique('group')];
  const { position } = await client.appendToStream(unique('stream'), events(1, type));
  const settings = persistentSubscriptionToAllSettingsFromDefaults({
    startFrom: START,
    checkPointUpperBound: 1,
  });
  await client.createPersistentSubscriptionToAll(onAll, settings, {
    filter: eventTypeFilter({ prefixes: [type] }),
  });
  const all = client.subscribeToPersistentSubscriptionToAll(onAll);
  for await (const event of all) {
    await all.ack(event);
    break;
  }
  await all.unsubscribe();
  const { commit, prepare } = position as Position;
  await eventually(async () => (await checkpointOf('$all', onAll)) === `C:${commit}/P:${prepare}`);
});

test('a group on all with a filter › is given what the filter chooses, and is listed', async () => {
  const [type, group] = [unique('Type'), unique('group')];
  const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START });
  await client.createPersistentSubscriptionToAll(group, settings, {
    filter: eventTypeFilter({ prefixes: [type] }),
  });
  await client.appendToStream(unique('stream'), [...events(2), ...events(2, type)]);
  await client.appendToStream(unique('stream'), events(1, type));
  const subscription = client.subscribeToPersistentSubscriptionToAll(group);
  const seen: string[] = [];
  for await (const event of subscription) {
    seen.push(event.event?.type ?? '');
    await subscription.ack(event);
    if (seen.length === 3) break;
  }
  await subscription.unsubscribe();
  expect(seen).toEqual([type, type, type]);
  expect(await client.getPersistentSubscriptionToAllInfo(group)).toMatchObject({
    eventSource: '$all',
    settings,
  });
  expect((await client.listAllPersistentSubscriptions()).map(({ groupName }) => groupName)).toContain(group);
  const onAll = await client.listPersistentSubscriptionsToAll();
  expect(onAll.map(({ groupName }) => groupName)).toContain(group);
});
