// Groups of persistent subscriptions, as the official client sees them: their life, their consumers and their settings.
import { describe, expect, test } from '@jest/globals';
import {
  END,
  type EventStoreDBClient,
  eventTypeFilter,
  PersistentSubscriptionDoesNotExistError,
  PersistentSubscriptionExistsError,
  PersistentSubscriptionMaximumSubscribersReachedError,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
} from '@eventstore/db-client';
import { consume, eventually, revisionOf, streamWithGroup, unique } from '../test/group.js';
import { events, serveForSpecs } from '../test/official-client.js';

const served = serveForSpecs();

describe('a group', () => {
  test.each([
    { startFrom: START, first: 0 },
    { startFrom: 2n, first: 2 },
    { startFrom: END, first: 4 },
  ] as const)(
    'that starts from $startFrom › is given revision $first first, then all that follow',
    async ({ startFrom, first }) => {
      const { stream, subscribe } = await streamWithGroup(served, 4, { startFrom });
      const subscription = subscribe();
      const told: string[] = [];
      subscription.on('confirmation', () => {
        told.push(subscription.id ?? '');
        void served.client.appendToStream(stream, events(3));
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

  test('that exists already, or does not exist › is refused with the name of stream and group', async () => {
    const { stream, group } = await streamWithGroup(served, 1);
    const settings = persistentSubscriptionToStreamSettingsFromDefaults();
    await expect(served.client.createPersistentSubscriptionToStream(stream, group, settings)).rejects.toThrow(
      PersistentSubscriptionExistsError,
    );
    const calls: readonly (() => Promise<unknown>)[] = [
      () => served.client.updatePersistentSubscriptionToStream(stream, 'none', settings),
      () => served.client.deletePersistentSubscriptionToStream(stream, 'none'),
      () => served.client.getPersistentSubscriptionToStreamInfo(stream, 'none'),
      () => served.client.replayParkedMessagesToStream(stream, 'none'),
      () =>
        consume(served.client.subscribeToPersistentSubscriptionToStream(stream, 'none'), () =>
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
    const { subscribe } = await streamWithGroup(served, 1, { maxSubscriberCount: 1 });
    const one = subscribe();
    await new Promise((resolve) => one.on('confirmation', resolve));
    await expect(consume(subscribe(), () => Promise.resolve(false))).rejects.toThrow(
      PersistentSubscriptionMaximumSubscribersReachedError,
    );
    await one.unsubscribe();
    one.resume();
  });

  test('of two consumers in turn › sends each of them half of the events', async () => {
    const { stream, subscribe } = await streamWithGroup(served, 0);
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
    await served.client.appendToStream(stream, events(20));
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

  test('that is changed › drops its consumers, and gives replayed events to those that subscribe again', async () => {
    const { stream, group, subscribe } = await streamWithGroup(served, 1);
    const subscription = subscribe();
    await expect(
      consume(subscription, async (event) => {
        await subscription.nack('park', 'later', event);
        await eventually(async () => {
          const { stats } = await served.client.getPersistentSubscriptionToStreamInfo(stream, group);
          return stats.parkedMessageCount === 1n;
        });
        await served.client.updatePersistentSubscriptionToStream(
          stream,
          group,
          persistentSubscriptionToStreamSettingsFromDefaults({ maxRetryCount: 3 }),
        );
        return false;
      }),
    ).rejects.toMatchObject({ type: 'persistent-subscription-dropped' });
    await served.client.replayParkedMessagesToStream(stream, group);
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({ maxRetryCount: 4 });
    await served.client.updatePersistentSubscriptionToStream(stream, group, settings);
    const again = subscribe();
    await consume(again, async (event) => {
      await again.ack(event);
      return revisionOf(event) === 0;
    });
    const { settings: known } = await served.client.getPersistentSubscriptionToStreamInfo(stream, group);
    expect(known.maxRetryCount).toBe(4);
  });

  test('when all groups are started again › drops its consumers, and they can subscribe again', async () => {
    const { subscribe } = await streamWithGroup(served, 2);
    const subscription = subscribe();
    await expect(
      consume(subscription, async (event) => {
        await subscription.ack(event);
        if (revisionOf(event) === 1) await served.client.restartPersistentSubscriptionSubsystem();
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
    await served.client.createPersistentSubscriptionToAll(group, settings, {
      filter: eventTypeFilter({ prefixes: [type] }),
    });
    const by = new Map<string, Set<number>>();
    let seen = 0;
    const consumers = [0, 1].map((n) => {
      const one = served.client.subscribeToPersistentSubscriptionToAll(group, { bufferSize: 1 });
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
    for (let i = 0; i < 12; i++) await served.client.appendToStream(unique('stream'), events(3, type));
    await eventually(() => Promise.resolve(seen === 36));
    await Promise.all(consumers.map(({ one }) => one.unsubscribe()));
    await Promise.all(consumers.map(({ running }) => running));
    expect(by.size).toBe(12);
    for (const consumersOfStream of by.values()) expect(consumersOfStream.size).toBe(1);
    expect(new Set([...by.values()].flatMap((consumersOfStream) => [...consumersOfStream])).size).toBe(2);
  });

  test('that is deleted › drops its consumers with an error that names stream and group', async () => {
    const { stream, group, subscribe } = await streamWithGroup(served, 1);
    const subscription = subscribe();
    subscription.on(
      'confirmation',
      () => void served.client.deletePersistentSubscriptionToStream(stream, group),
    );
    await expect(consume(subscription, () => Promise.resolve(false))).rejects.toMatchObject({
      type: 'persistent-subscription-dropped',
      streamName: stream,
      groupName: group,
    });
  });
});

describe('a group with settings that can not be', () => {
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
    await expect(served.client.createPersistentSubscriptionToAll(group, all)).rejects.toMatchObject({
      type: 'persistent-subscription-failed',
      groupName: group,
      message: expect.stringContaining('out of the range of valid values') as unknown,
    });
  });

  test('a replay that stops before 0 › is refused with the reason', async () => {
    const { stream, group } = await streamWithGroup(served, 1);
    await expect(
      served.client.replayParkedMessagesToStream(stream, group, { stopAt: -1 }),
    ).rejects.toMatchObject({
      type: 'persistent-subscription-failed',
      reason: 'Cannot stop replaying parked message at a negative version.',
    });
  });

  test('odd but possible settings › are accepted', async () => {
    const odd = {
      readBatchSize: 0,
      messageTimeout: -1,
      checkPointLowerBound: 5,
      checkPointUpperBound: 2,
      liveBufferSize: 0,
    };
    const { stream, group } = await streamWithGroup(served, 1, odd);
    const { settings } = await served.client.getPersistentSubscriptionToStreamInfo(stream, group);
    expect(settings).toMatchObject(odd);
  });
});

test('a group on all with a filter › gets the events that the filter chooses, and is listed', async () => {
  const [type, group] = [unique('Type'), unique('group')];
  const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START });
  await served.client.createPersistentSubscriptionToAll(group, settings, {
    filter: eventTypeFilter({ prefixes: [type] }),
  });
  await served.client.appendToStream(unique('stream'), [...events(2), ...events(2, type)]);
  await served.client.appendToStream(unique('stream'), events(1, type));
  const subscription = served.client.subscribeToPersistentSubscriptionToAll(group);
  const seen: string[] = [];
  for await (const event of subscription) {
    seen.push(event.event?.type ?? '');
    await subscription.ack(event);
    if (seen.length === 3) break;
  }
  await subscription.unsubscribe();
  expect(seen).toEqual([type, type, type]);
  expect(await served.client.getPersistentSubscriptionToAllInfo(group)).toMatchObject({
    eventSource: '$all',
    settings,
  });
  expect((await served.client.listAllPersistentSubscriptions()).map(({ groupName }) => groupName)).toContain(
    group,
  );
  const onAll = await served.client.listPersistentSubscriptionsToAll();
  expect(onAll.map(({ groupName }) => groupName)).toContain(group);
});
