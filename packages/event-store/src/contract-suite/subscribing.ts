// Following the log: history, then live events, each once and in order.
import { describe, expect, test } from '@jest/globals';
import type { NewEvent, RecordedEvent } from '@holdfast/kernel';
import type { Batch } from '../port.js';
import { event, events, idsOf, type Rig } from './rig.js';

export function describeSubscribing(rig: Rig): void {
  const { stream, own, append, appendSynced, take } = rig;

  describe('a subscription', () => {
    test('to a part of the log that has no events › has caught up at once', async () => {
      let first: Batch | undefined;
      await take({ after: (await rig.store.end()).synced, filter: own() }, (_, batch) => {
        first = batch;
        return true;
      });
      expect(first).toMatchObject({ events: [], caughtUp: true });
    });

    test('gets everything after a position, then the news that it caught up, then new events', async () => {
      await append(stream('1'), events(2));
      const after = (await appendSynced(stream('2'), events(1))).position;
      const old = events(2);
      await appendSynced(stream('1'), old);
      const later = [event(), event()];
      let appending: Promise<unknown> | null = null;
      const seen = await take({ after, filter: own() }, (so, batch) => {
        if (batch.caughtUp && appending === null) {
          expect(idsOf(so)).toEqual(idsOf(old));
          appending = append(stream('3'), [later[0] as NewEvent]).then(() =>
            append(stream('1'), [later[1] as NewEvent]),
          );
        }
        return so.length === 4;
      });
      await appending;
      expect(idsOf(seen)).toEqual(idsOf([...old, ...later]));
    });

    test.each(['written', 'synced'] as const)(
      'up to the %s end that starts amid concurrent appends › sees each event once, in log order',
      async (upTo) => {
        const after = (await appendSynced(stream('0'), events(1))).position;
        const appending = Array.from({ length: 8 }, async (_, caller) => {
          for (let i = 0; i < 60; i++) {
            const { position } = await append(stream(String(caller)), events(1 + (i % 2)));
            if (i % 3 === 0) await rig.store.synced(position);
          }
        });
        const subscriptions = Array.from({ length: 3 }, () =>
          take({ after, filter: own(), upTo }, (so) => so.length === 8 * 90),
        );
        await Promise.all(appending);
        const results = await Promise.all(subscriptions);
        await rig.store.synced((results[0]?.at(-1) as RecordedEvent).position);
        const log = await rig.store.readAll({ after, filter: own() });
        for (const seen of results) expect(seen).toEqual(log);
      },
    );

    test('that has thousands of events to catch up with › has caught up only with the last of them', async () => {
      const after = (await appendSynced(stream('0'), events(1))).position;
      for (let i = 0; i < 25; i++) await append(stream('1'), events(100));
      await appendSynced(stream('1'), events(1));
      const caughtUp = (_: unknown, batch: Batch): boolean => batch.caughtUp;
      expect(await take({ after, filter: own() }, caughtUp)).toHaveLength(2501);
      await rig.reopen();
      expect(await take({ after, filter: own() }, caughtUp)).toHaveLength(2501);
    });

    test('whose filter chooses other streams › moves its position over the events that it leaves out', async () => {
      const after = (await appendSynced(stream('0'), events(1))).position;
      const { position } = await appendSynced(stream('1'), events(3));
      const filter = { streamPrefixes: [stream('none')] };
      const seen = await take({ after, filter }, (_, batch) => batch.position >= position);
      expect(seen).toEqual([]);
    });

    test('whose filter chooses other streams, once live › still moves its position', async () => {
      const after = (await appendSynced(stream('0'), events(1))).position;
      const filter = { streamPrefixes: [stream('none')] };
      let target = Infinity;
      let appending: Promise<unknown> | null = null;
      const seen = await take({ after, filter }, (_, batch) => {
        if (batch.caughtUp && target === Infinity) {
          target = batch.position + 1;
          appending = append(stream('1'), events(1));
        }
        return batch.position >= target;
      });
      await appending;
      expect(seen).toEqual([]);
    });

    test('that handles slowly while thousands of events are appended › loses none', async () => {
      const after = (await appendSynced(stream('0'), events(1))).position;
      const expected: string[] = [];
      let appended = false;
      const seen: RecordedEvent[] = [];
      for await (const batch of rig.store.subscribeAll({ after, filter: own() })) {
        seen.push(...batch.events);
        if (!appended) {
          appended = true;
          let position = after;
          for (let i = 0; i < 40; i++) {
            const list = events(100);
            expected.push(...idsOf(list));
            position = (await append(stream(String(i % 7)), list)).position;
          }
          await rig.store.synced(position);
        }
        if (seen.length >= expected.length) break;
      }
      expect(idsOf(seen)).toEqual(expected);
    });

    test('never gets a batch of more events than asked for', async () => {
      const after = (await appendSynced(stream('0'), events(1))).position;
      const list = events(25);
      await appendSynced(stream('1'), list);
      const sizes: number[] = [];
      const seen = await take({ after, filter: own(), maxEvents: 10 }, (so, batch) => {
        sizes.push(batch.events.length);
        return so.length === 25;
      });
      expect(idsOf(seen)).toEqual(idsOf(list));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(10);
    });

    test('whose handler appends › gets its own events after the earlier ones', async () => {
      const after = (await appendSynced(stream('0'), events(1))).position;
      await append(stream('cause'), events(5));
      const appending: Promise<unknown>[] = [];
      const seen = await take({ after, filter: own(), upTo: 'written' }, (so, batch) => {
        for (const cause of batch.events) {
          if (cause.stream !== stream('cause')) continue;
          appending.push(append(stream('effect'), [event(cause.revision)]));
        }
        return so.length === 10;
      });
      await Promise.all(appending);
      expect(seen.map(({ position }) => position)).toEqual(
        seen.map(({ position }) => position).sort((a, b) => a - b),
      );
      expect(seen.filter((one) => one.stream === stream('effect')).map(({ data }) => data)).toEqual([
        0, 1, 2, 3, 4,
      ]);
    });

    test('to synced events › never gets an event before it is synced', async () => {
      const after = (await appendSynced(stream('0'), events(1))).position;
      const appending = (async () => {
        for (let i = 0; i < 30; i++) await append(stream('1'), events(20));
      })();
      let checked = 0;
      for await (const batch of rig.store.subscribeAll({ after, filter: own() })) {
        const { written, synced } = await rig.store.end();
        expect(batch.position).toBeLessThanOrEqual(synced);
        expect(synced).toBeLessThanOrEqual(written);
        checked += batch.events.length;
        if (checked === 600) break;
      }
      await appending;
    });

    test('when its signal is aborted, before or while it waits › ends', async () => {
      const { synced: after } = await rig.store.end();
      const before = new AbortController();
      before.abort();
      expect(await take({ after, filter: own(), signal: before.signal }, () => false)).toEqual([]);
      const during = new AbortController();
      const seen = await take({ after, filter: own(), signal: during.signal }, (_, batch) => {
        if (batch.caughtUp) during.abort();
        return false;
      });
      expect(seen).toEqual([]);
    });

    test('when its consumer ends it while it waits › ends', async () => {
      const subscription = rig.store.subscribeAll({ after: (await rig.store.end()).synced, filter: own() });
      const iterator = subscription[Symbol.asyncIterator]();
      expect(await iterator.next()).toMatchObject({ done: false });
      const waiting = iterator.next();
      await iterator.return?.();
      expect(await waiting).toMatchObject({ done: true });
    });

    test('when the store is closed › ends', async () => {
      let live = false;
      const seen = await take({ after: (await rig.store.end()).synced, filter: own() }, (_, batch) => {
        if (batch.caughtUp && !live) {
          live = true;
          void rig.store.close();
        }
        return false;
      });
      expect(seen).toEqual([]);
    });
  });
}
