// Subscriptions of the official client, to streams and to the whole log.
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  type AllStreamResolvedEvent,
  END,
  eventTypeFilter,
  excludeSystemEvents,
  type Position,
  StreamDeletedError,
  streamNameFilter,
} from '@eventstore/db-client';
import { event, events, newStream, serveForSpecs } from '../test/official-client.js';

const served = serveForSpecs();

describe('a subscription', () => {
  test('to a stream › gets the events after a revision, one message that it caught up, then new events', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, events(4));
    const subscription = served.client.subscribeToStream(stream, { fromRevision: 1n });
    const told: string[] = [];
    subscription.on('confirmation', () => told.push('confirmation'));
    subscription.on('caughtUp', () => {
      told.push('caughtUp');
      void served.client
        .appendToStream(stream, events(2))
        .then(() => served.client.appendToStream(newStream(), event()));
    });
    for await (const { event: of } of subscription) {
      told.push(String(of?.revision));
      if (of?.revision === 5n) break;
    }
    expect(told).toEqual(['confirmation', '2', '3', 'caughtUp', '4', '5']);
    await subscription.unsubscribe();
  });

  test('to the end of a stream that does not exist › gets its first event', async () => {
    const stream = newStream();
    const subscription = served.client.subscribeToStream(stream, { fromRevision: END });
    subscription.on('caughtUp', () => void served.client.appendToStream(stream, event()));
    for await (const { event: of } of subscription) {
      expect(of?.revision).toBe(0n);
      break;
    }
    await subscription.unsubscribe();
  });

  test('to a stream that gets a tombstone › gets the tombstone, without a body, and ends', async () => {
    const stream = newStream();
    await served.client.appendToStream(stream, event());
    const subscription = served.client.subscribeToStream(stream);
    subscription.on('caughtUp', () => void served.client.tombstoneStream(stream));
    const seen: unknown[] = [];
    const run = async (): Promise<void> => {
      for await (const { event: of } of subscription) seen.push([of?.type, of?.revision, of?.data]);
    };
    await expect(run()).rejects.toThrow(StreamDeletedError);
    expect(seen).toEqual([
      ['Counted', 0n, { n: 0 }],
      ['$streamDeleted', 9_223_372_036_854_775_807n, new Uint8Array()],
    ]);
  });

  const filters = {
    'stream prefix': (mark: string) => streamNameFilter({ prefixes: [`${mark}-a`, `${mark}-b`] }),
    'stream expression': (mark: string) => streamNameFilter({ regex: `^${mark}-[ab]` }),
    'type prefix': (mark: string) => eventTypeFilter({ prefixes: [`${mark}-a`, `${mark}-b`] }),
    'type expression': (mark: string) => eventTypeFilter({ regex: `^${mark}-(a|b)$` }),
  };
  test.each(Object.entries(filters))(
    'with a filter by %s › gets the chosen events and no others',
    async (_, filter) => {
      const mark = randomUUID();
      for (const name of ['a', 'b', 'c', 'a']) {
        await served.client.appendToStream(`${mark}-${name}`, events(2, `${mark}-${name}`));
      }
      const subscription = served.client.subscribeToAll({ filter: filter(mark) });
      const seen: string[] = [];
      for await (const { event: of } of subscription) {
        seen.push(of?.streamId.slice(-1) ?? '');
        if (seen.length === 6) break;
      }
      expect(seen.join('')).toBe('aabbaa');
      await subscription.unsubscribe();
    },
  );

  test('with a filter › reaches a checkpoint every 64 events, chosen or not, while catching up and live', async () => {
    const stream = newStream();
    const { position } = await served.client.appendToStream(stream, event());
    const start = (position as Position).commit;
    await served.client.appendToStream(stream, events(100));
    const checkpoints: bigint[] = [];
    const subscription = served.client.subscribeToAll({
      fromPosition: position as Position,
      filter: excludeSystemEvents({
        checkpointInterval: 2,
        checkpointReached: (_, at) => {
          checkpoints.push(at.commit - start);
        },
      }),
    });
    subscription.on('caughtUp', () => {
      void served.client.setStreamMetadata(stream, { maxCount: 1000 }).then(async () => {
        await served.client.appendToStream(stream, [...events(99), event(0, 'Last')]);
      });
    });
    for await (const { event: of } of subscription as AsyncIterable<AllStreamResolvedEvent>) {
      if (of?.type === 'Last') break;
    }
    expect(checkpoints).toEqual([64n, 128n, 192n]);
    await subscription.unsubscribe();
  });

  test('that begins and ends 80 times quickly › does not keep the server from replying', async () => {
    await Promise.all(
      Array.from({ length: 80 }, async () => {
        const subscription = served.client.subscribeToAll();
        await subscription.unsubscribe();
        subscription.resume();
      }),
    );
    const appended = served.client.appendToStream(newStream(), event(), { deadline: 120_000 });
    expect(await appended).toMatchObject({ success: true });
  });
});
