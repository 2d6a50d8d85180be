// Events that a group gives to its consumers: acknowledged, refused, late, parked and replayed.
import { describe, expect, test } from '@jest/globals';
import {} from '@eventstore/db-client';
import { consume, eventually, revisionOf, streamWithGroup } from '../test/group.js';
import { events, serveForSpecs } from '../test/official-client.js';

const served = serveForSpecs();

describe('an event of a group', () => {
  test('refused with retry › comes again with its retries counted, until it is parked', async () => {
    const { stream, group, subscribe } = await streamWithGroup(served, 1, { maxRetryCount: 2 });
    const subscription = subscribe();
    const retries: number[] = [];
    await consume(subscription, async (event) => {
      retries.push(event.retryCount);
      await subscription.nack('retry', 'again', event);
      return retries.length === 3;
    });
    expect(retries).toEqual([0, 1, 2]);
    await eventually(async () => {
      const { stats } = await served.client.getPersistentSubscriptionToStreamInfo(stream, group);
      return stats.parkedMessageCount === 1n;
    });
  });

  test.each(['skip', 'stop'] as const)(
    'refused with %s › is done, and its consumer stays connected and gets further events',
    async (action) => {
      const { stream, group, subscribe } = await streamWithGroup(served, 2, { checkPointUpperBound: 1 });
      const subscription = subscribe();
      const seen: number[] = [];
      await consume(subscription, async (event) => {
        seen.push(revisionOf(event));
        if (seen.length < 3) await subscription.nack(action, 'no more', event);
        else await subscription.ack(event);
        if (seen.length === 2) await served.client.appendToStream(stream, events(1));
        return seen.length === 3;
      });
      expect(seen).toEqual([0, 1, 2]);
      await eventually(async () => {
        const { stats } = await served.client.getPersistentSubscriptionToStreamInfo(stream, group);
        return stats.lastCheckpointedEventRevision === 2n;
      });
    },
  );

  test('with a message timeout of 0 that is not acknowledged › comes again', async () => {
    const { subscribe } = await streamWithGroup(served, 1, { messageTimeout: 0 });
    const subscription = subscribe();
    await consume(subscription, async (event) => {
      if (event.retryCount === 1) await subscription.ack(event);
      return event.retryCount === 1;
    });
  });

  test('that is not acknowledged in time › comes again', async () => {
    const { subscribe } = await streamWithGroup(served, 1, { messageTimeout: 50 });
    const subscription = subscribe();
    await consume(subscription, async (event) => {
      if (event.retryCount === 1) await subscription.ack(event);
      return event.retryCount === 1;
    });
  });

  test('whose consumer has gone › is given to the next one', async () => {
    const { subscribe } = await streamWithGroup(served, 1);
    await consume(subscribe(), () => Promise.resolve(true));
    const next = subscribe();
    await consume(next, async (event) => {
      await next.ack(event);
      return revisionOf(event) === 0;
    });
  });

  test('that was parked › is in a stream of the group, and as many are replayed as asked for', async () => {
    const { stream, group, subscribe } = await streamWithGroup(served, 6);
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
          const { stats } = await served.client.getPersistentSubscriptionToStreamInfo(stream, group);
          return stats.parkedMessageCount;
        };
        await eventually(async () => (await parked()) === 6n);
        const links = [];
        for await (const { event: link } of served.client.readStream(parkedStream)) links.push(link);
        expect(links.map((link) => link?.type)).toEqual(Array.from({ length: 6 }, () => '$>'));
        expect(Buffer.from(links[5]?.data as Uint8Array).toString()).toBe(`5@${stream}`);
        const { added, reason } = links[5]?.metadata as Readonly<Record<string, string>>;
        expect(reason).toBe("Client explicitly NAK'ed message.\nlater");
        expect(Math.abs(Date.parse(added ?? '') - Date.now())).toBeLessThan(30_000);
        await served.client.replayParkedMessagesToStream(stream, group, { stopAt: 4 });
        expect(await parked()).toBe(2n);
      }
      return seen.length === 10;
    });
    expect(seen.slice(6)).toEqual([0, 1, 2, 3]);
    expect(replayed).toEqual([0n, 1n, 2n, 3n].map((revision) => [parkedStream, revision]));
  });

  test('that is replayed and not acknowledged when the server stops › is still parked, and can be replayed again', async () => {
    const { stream, group, subscribe } = await streamWithGroup(served, 3);
    const parked = async () => {
      const { stats } = await served.client.getPersistentSubscriptionToStreamInfo(stream, group);
      return Number(stats.parkedMessageCount);
    };
    const first = subscribe();
    const seen: number[] = [];
    await consume(first, async (event) => {
      await first.nack('park', 'later', event);
      return seen.push(revisionOf(event)) === 3;
    });
    await eventually(async () => (await parked()) === 3);
    await served.client.replayParkedMessagesToStream(stream, group);
    const second = subscribe();
    seen.length = 0;
    await consume(second, async (event) => {
      seen.push(revisionOf(event));
      if (seen.length === 1) await second.ack(event);
      return seen.length === 3;
    });
    expect(seen).toEqual([0, 1, 2]);
    await eventually(async () => {
      const metadata = await served.log
        .store()
        .readStream(`$$$persistentsubscription-${stream}::${group}-parked`);
      return (metadata.at(-1)?.data as { readonly $tb: number } | undefined)?.$tb === 1;
    });
    await served.restart();
    expect(await parked()).toBe(2);
    await served.client.replayParkedMessagesToStream(stream, group);
    const third = served.client.subscribeToPersistentSubscriptionToStream(stream, group);
    seen.length = 0;
    await consume(third, async (event) => {
      await third.ack(event);
      return seen.push(revisionOf(event)) === 2;
    });
    expect(seen).toEqual([1, 2]);
    await eventually(async () => (await parked()) === 0);
  });
});
