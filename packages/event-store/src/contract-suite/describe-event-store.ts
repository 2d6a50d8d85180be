// What every event store must do, whichever it is. An adapter's spec calls this once; there is nothing to switch off.
// eslint-disable-next-line no-restricted-syntax -- a server keeps what earlier runs wrote, so names must be new each time
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { beforeAll as beginning, type Json, type NewEvent, type RecordedEvent } from '@holdfast/kernel';
import {
  type Appended,
  type Batch,
  type EventStore,
  EventTooLarge,
  type ExpectedRevision,
  StoreClosed,
  type SubscribeOptions,
} from '../port.js';

export type StoreUnderTest = {
  readonly store: EventStore;
  /** closes the store, if it is not, and opens the same log again */
  reopen(): Promise<EventStore>;
  /** closes what is open and removes the log, where it is the test's own */
  dispose(): Promise<void>;
};

/** Any event, for the specs of adapters too. */
export const event = (data: Json = {}): NewEvent => ({
  id: randomUUID(),
  type: 'SomethingHappened',
  data,
  metadata: {
    correlationId: 'c-1',
    causationId: 'c-2',
    commandId: 'c-3',
    actor: 'system',
    at: '2026-01-02T03:04:05.678Z',
    schemaVersion: 1,
  },
});

const events = (count: number): NewEvent[] => Array.from({ length: count }, (_, n) => event({ n }));
export const idsOf = (list: readonly NewEvent[]): string[] => list.map(({ id }) => id);

/** Runs the contract against stores that `open` makes, one for each test. */
export function describeEventStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`event store contract: ${name}`, () => {
    let underTest: StoreUnderTest;
    let store: EventStore;
    /** a prefix that no other test's streams have */
    let prefix: string;

    beforeEach(async () => {
      underTest = await open();
      store = underTest.store;
      prefix = `t${randomUUID().replaceAll('-', '')}`;
    });
    afterEach(() => underTest.dispose());

    const stream = (id = '1'): string => `${prefix}-${id}`;
    const own = (): { readonly streamPrefixes: readonly string[] } => ({ streamPrefixes: [`${prefix}-`] });

    const append = async (
      to: string,
      list: readonly NewEvent[],
      expected: ExpectedRevision = 'any',
    ): Promise<Appended> => {
      const result = await store.append(to, list, expected);
      if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.rejection)}`);
      return result.value;
    };
    const appendSynced = async (to: string, list: readonly NewEvent[]): Promise<Appended> => {
      const appended = await append(to, list);
      await store.synced(appended.position);
      return appended;
    };

    /** Batches until `enough` says so, then leaves the subscription. */
    const take = async (
      options: SubscribeOptions,
      enough: (seen: readonly RecordedEvent[], batch: Batch) => boolean,
    ): Promise<RecordedEvent[]> => {
      const seen: RecordedEvent[] = [];
      for await (const batch of store.subscribeAll(options)) {
        seen.push(...batch.events);
        if (enough(seen, batch)) break;
      }
      return seen;
    };

    describe('appending with an expected revision', () => {
      const kinds: readonly {
        expected: ExpectedRevision;
        existing: number;
        outcome: 'accepted' | 'refused';
      }[] = [
        { expected: 'any', existing: 0, outcome: 'accepted' },
        { expected: 'any', existing: 2, outcome: 'accepted' },
        { expected: 'no_stream', existing: 0, outcome: 'accepted' },
        { expected: 'no_stream', existing: 2, outcome: 'refused' },
        { expected: 'stream_exists', existing: 0, outcome: 'refused' },
        { expected: 'stream_exists', existing: 2, outcome: 'accepted' },
        { expected: 1, existing: 2, outcome: 'accepted' },
        { expected: 0, existing: 2, outcome: 'refused' },
        { expected: 2, existing: 2, outcome: 'refused' },
        { expected: 0, existing: 0, outcome: 'refused' },
      ];
      test.each(kinds)(
        'when $expected is expected of a stream of $existing events › is $outcome',
        async ({ expected, existing, outcome }) => {
          const before = events(existing);
          if (existing > 0) await append(stream(), before);
          const added = event();
          const result = await store.append(stream(), [added], expected);
          if (outcome === 'accepted') {
            expect(result).toEqual({
              ok: true,
              value: { revision: existing, position: expect.any(Number) as unknown },
            });
            expect(idsOf(await store.readStream(stream()))).toEqual(idsOf([...before, added]));
          } else {
            expect(result).toEqual({
              ok: false,
              rejection: { code: 'RevisionConflict', stream: stream(), expected, actual: existing - 1 },
            });
            expect(idsOf(await store.readStream(stream()))).toEqual(idsOf(before));
          }
        },
      );

      test('when a stale append was refused › the stream goes on taking those that are not', async () => {
        const [first, second, third] = [event(), event(), event()];
        await append(stream(), [first], 'no_stream');
        for (let i = 0; i < 3; i++) {
          expect((await store.append(stream(), events(2), 7)).ok).toBe(false);
          expect((await store.append(stream(), [event()], 'no_stream')).ok).toBe(false);
        }
        await append(stream(), [second], 0);
        await append(stream(), [third], 1);
        expect(idsOf(await store.readStream(stream()))).toEqual(idsOf([first, second, third]));
      });

      test('when many append with the same expectation at once › one wins and the others see where it is', async () => {
        await append(stream(), [event()], 'no_stream');
        const results = await Promise.all(
          Array.from({ length: 8 }, async () => store.append(stream(), [event()], 0)),
        );
        expect(results.filter(({ ok }) => ok)).toHaveLength(1);
        for (const result of results) {
          if (!result.ok) expect(result.rejection.actual).toBe(1);
        }
        expect(await store.readStream(stream())).toHaveLength(2);
      });
    });

    describe('what was appended', () => {
      test('comes back as it was, with its place in the stream and in the log', async () => {
        const list = [
          event({
            text: 'Größe "42" \\ 漢字 🛒 \u2028 \0',
            list: [],
            nested: { empty: {}, no: null, yes: true },
          }),
          event([1, -0.5, 1e21, 9_007_199_254_740_991]),
          { ...event('plain'), type: 'Ünusual' },
        ];
        const appended = await append(stream('ü'), list, 'no_stream');
        const read = await store.readStream(stream('ü'));
        expect(read).toEqual(
          list.map((one, i) => ({
            ...one,
            stream: stream('ü'),
            revision: i,
            position: (read[i] as RecordedEvent).position,
          })),
        );
        expect(appended).toEqual({ revision: 2, position: read[2]?.position });
      });

      test('when the store was closed and opened again › is the same, and revisions and positions go on', async () => {
        const list = [event({ text: 'Größe 漢字' }), event(), event()];
        await appendSynced(stream(), list);
        const before = await store.readStream(stream());
        store = await underTest.reopen();
        expect(await store.readStream(stream())).toEqual(before);
        const appended = await append(stream(), [event()], 2);
        expect(appended.revision).toBe(3);
        expect(appended.position).toBeGreaterThan((before[2] as RecordedEvent).position);
      });

      test('keeps the order of the appends in the log, in which positions grow', async () => {
        const order: string[] = [];
        let position = beginning;
        for (let i = 0; i < 20; i++) {
          const list = events(1 + (i % 3));
          order.push(...idsOf(list));
          position = (await append(stream(String(i % 4)), list)).position;
        }
        await store.synced(position);
        const log = await store.readAll({ filter: own() });
        expect(idsOf(log)).toEqual(order);
        expect(log.every((one, i) => i === 0 || one.position > (log[i - 1] as RecordedEvent).position)).toBe(
          true,
        );
      });
    });

    describe('an append that is repeated', () => {
      const expectations: readonly { first: ExpectedRevision; again: ExpectedRevision }[] = [
        { first: 'no_stream', again: 'no_stream' },
        { first: 'any', again: 'any' },
        { first: 'any', again: 'stream_exists' },
      ];
      test.each(expectations)(
        'with $again › is acknowledged as before and written once, also after later appends and a restart',
        async ({ first, again }) => {
          const list = events(2);
          const appended = await append(stream(), list, first);
          expect(await append(stream(), list, again)).toEqual(appended);
          await appendSynced(stream(), [event()]);
          expect(await append(stream(), list, again)).toEqual(appended);
          store = await underTest.reopen();
          expect(await append(stream(), list, again)).toEqual(appended);
          expect(await store.readStream(stream())).toHaveLength(3);
        },
      );

      test('after others were recognised in its stream › is recognised too', async () => {
        const [first, second] = [event(), event()];
        const appended = await append(stream(), [first]);
        expect(await append(stream(), [first])).toEqual(appended);
        const next = await append(stream(), [second]);
        expect(await append(stream(), [second])).toEqual(next);
        expect(idsOf(await store.readStream(stream()))).toEqual(idsOf([first, second]));
      });

      test('with the revision it had › is acknowledged as before and written once, also after a restart', async () => {
        await append(stream(), events(3));
        const list = events(2);
        const appended = await append(stream(), list, 2);
        expect(await append(stream(), list, 2)).toEqual(appended);
        await appendSynced(stream(), events(2));
        expect(await append(stream(), list, 2)).toEqual(appended);
        store = await underTest.reopen();
        expect(await append(stream(), list, 2)).toEqual(appended);
        expect(await store.readStream(stream())).toHaveLength(7);
      });

      test.each(['any', 'stream_exists', 'no_stream', -1 + 1] as const)(
        'with %s and something else beside it › is a conflict and writes nothing',
        async (expected) => {
          const list = events(3);
          await append(stream(), list);
          const [first, second, third] = list as [NewEvent, NewEvent, NewEvent];
          for (const mixed of [
            [second, event()],
            [event(), third],
            [third, second],
            [first, third],
          ]) {
            expect(await store.append(stream(), mixed, expected)).toMatchObject({
              ok: false,
              rejection: { code: 'RevisionConflict', expected, actual: 2 },
            });
          }
          expect(idsOf(await store.readStream(stream()))).toEqual(idsOf(list));
        },
      );

      test('to another stream › is another event there', async () => {
        const list = events(2);
        await append(stream('1'), list);
        await append(stream('2'), list);
        expect(idsOf(await store.readStream(stream('2')))).toEqual(idsOf(list));
      });
    });

    describe('reading a stream', () => {
      test('that has no events › gives none', async () => {
        await append(stream('10'), [event()]);
        expect(await store.readStream(stream('1'))).toEqual([]);
        expect(await store.readStream(stream('1'), { direction: 'backwards' })).toEqual([]);
      });

      test('gives the revisions that direction, from and limit ask for', async () => {
        await append(stream('1'), events(4));
        await append(stream('2'), events(3));
        await append(stream('1'), events(6));
        const read = async (options: Parameters<EventStore['readStream']>[1]): Promise<number[]> =>
          (await store.readStream(stream('1'), options)).map(({ revision }) => revision);
        expect(await read({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(await read({ from: 7 })).toEqual([7, 8, 9]);
        expect(await read({ from: 3, limit: 2 })).toEqual([3, 4]);
        expect(await read({ from: 8, limit: 100 })).toEqual([8, 9]);
        expect(await read({ from: 10 })).toEqual([]);
        expect(await read({ direction: 'backwards', limit: 3 })).toEqual([9, 8, 7]);
        expect(await read({ direction: 'backwards', from: 4, limit: 2 })).toEqual([4, 3]);
        expect(await read({ direction: 'backwards', from: 1, limit: 9 })).toEqual([1, 0]);
        expect(await read({ direction: 'backwards', from: 99, limit: 1 })).toEqual([9]);
      });
    });

    describe('reading the log', () => {
      test('gives the events that direction, from, limit and filter ask for, also after a restart', async () => {
        await append(stream('a-1'), events(3));
        await append(stream('b-1'), events(2));
        await append(stream('a-2'), events(2));
        await appendSynced(stream('c-1'), events(2));
        const all = await store.readAll({ filter: own() });
        expect(all).toHaveLength(9);
        const middle = (all[3] as RecordedEvent).position;
        const last = all[8] as RecordedEvent;
        const check = async (): Promise<void> => {
          const read = (options: Parameters<EventStore['readAll']>[0]): unknown =>
            store.readAll({ filter: own(), ...options });
          expect(await read({})).toEqual(all);
          expect(await read({ from: middle, limit: 2 })).toEqual(all.slice(3, 5));
          expect(await read({ direction: 'backwards' })).toEqual([...all].reverse());
          expect(await read({ direction: 'backwards', from: middle, limit: 2 })).toEqual([all[3], all[2]]);
          expect(await read({ filter: { streamPrefixes: [stream('a-'), stream('c-1')] } })).toEqual(
            all.filter((one) => !one.stream.startsWith(stream('b-'))),
          );
          expect(await read({ filter: { streamPrefixes: [`${stream('a-1')}Some`] } })).toEqual([]);
          expect(await read({ after: middle, limit: 2 })).toEqual(all.slice(4, 6));
          expect(await read({ after: beginning, limit: 1 })).toEqual(all.slice(0, 1));
          expect(await read({ after: last.position })).toEqual([]);
          expect(await read({ direction: 'backwards', after: middle, limit: 2 })).toEqual([all[2], all[1]]);
          expect(await store.readAll({ from: last.position, limit: 1 })).toEqual([last]);
        };
        await check();
        store = await underTest.reopen();
        await check();
      });
    });

    describe('a subscription', () => {
      test('to a part of the log that has nothing › says at once that it caught up', async () => {
        let first: Batch | undefined;
        await take({ after: (await store.end()).synced, filter: own() }, (_, batch) => {
          first = batch;
          return true;
        });
        expect(first).toMatchObject({ events: [], caughtUp: true });
      });

      test('gives everything after a position, says when it caught up, then what comes', async () => {
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
        'up to what is %s that starts amid concurrent appends › sees each event once, in log order',
        async (upTo) => {
          const after = (await appendSynced(stream('0'), events(1))).position;
          const appending = Array.from({ length: 8 }, async (_, caller) => {
            for (let i = 0; i < 60; i++) {
              const { position } = await append(stream(String(caller)), events(1 + (i % 2)));
              if (i % 3 === 0) await store.synced(position);
            }
          });
          const subscriptions = Array.from({ length: 3 }, () =>
            take({ after, filter: own(), upTo }, (so) => so.length === 8 * 90),
          );
          await Promise.all(appending);
          const results = await Promise.all(subscriptions);
          await store.synced((results[0]?.at(-1) as RecordedEvent).position);
          const log = await store.readAll({ after, filter: own() });
          for (const seen of results) expect(seen).toEqual(log);
        },
      );

      test('that has thousands of events to catch up with › says that it did only with the last of them', async () => {
        const after = (await appendSynced(stream('0'), events(1))).position;
        for (let i = 0; i < 25; i++) await append(stream('1'), events(100));
        await appendSynced(stream('1'), events(1));
        const caughtUp = (_: unknown, batch: Batch): boolean => batch.caughtUp;
        expect(await take({ after, filter: own() }, caughtUp)).toHaveLength(2501);
        store = await underTest.reopen();
        expect(await take({ after, filter: own() }, caughtUp)).toHaveLength(2501);
      });

      test('whose filter chooses other streams › moves its position over what it leaves out', async () => {
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
        for await (const batch of store.subscribeAll({ after, filter: own() })) {
          seen.push(...batch.events);
          if (!appended) {
            appended = true;
            let position = after;
            for (let i = 0; i < 40; i++) {
              const list = events(100);
              expected.push(...idsOf(list));
              position = (await append(stream(String(i % 7)), list)).position;
            }
            await store.synced(position);
          }
          if (seen.length >= expected.length) break;
        }
        expect(idsOf(seen)).toEqual(expected);
      });

      test('never gives a batch of more events than asked for', async () => {
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

      test('whose handler appends › is given its own events after those before them', async () => {
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

      test('up to what is synced › never shows an event before it is', async () => {
        const after = (await appendSynced(stream('0'), events(1))).position;
        const appending = (async () => {
          for (let i = 0; i < 30; i++) await append(stream('1'), events(20));
        })();
        let checked = 0;
        for await (const batch of store.subscribeAll({ after, filter: own() })) {
          const { written, synced } = await store.end();
          expect(batch.position).toBeLessThanOrEqual(synced);
          expect(synced).toBeLessThanOrEqual(written);
          checked += batch.events.length;
          if (checked === 600) break;
        }
        await appending;
      });

      test('when its signal is aborted, before or while it waits › ends', async () => {
        const { synced: after } = await store.end();
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

      test('when its holder returns it while it waits › ends', async () => {
        const subscription = store.subscribeAll({ after: (await store.end()).synced, filter: own() });
        const iterator = subscription[Symbol.asyncIterator]();
        expect(await iterator.next()).toMatchObject({ done: false });
        const waiting = iterator.next();
        await iterator.return?.();
        expect(await waiting).toMatchObject({ done: true });
      });

      test('when the store is closed › ends', async () => {
        let live = false;
        const seen = await take({ after: (await store.end()).synced, filter: own() }, (_, batch) => {
          if (batch.caughtUp && !live) {
            live = true;
            void store.close();
          }
          return false;
        });
        expect(seen).toEqual([]);
      });
    });

    describe('waiting until it is synced', () => {
      test('when many wait at once, some for what others appended › each wait ends with its event readable in the log', async () => {
        await Promise.all(
          Array.from({ length: 32 }, async (_, caller) => {
            for (let i = 0; i < 10; i++) {
              const { position } = await append(stream(String(caller)), [event()]);
              const { written } = await store.end();
              await store.synced(position);
              expect((await store.readAll({ from: position, limit: 1 }))[0]?.position).toBe(position);
              await store.synced(written);
              await store.synced(position);
              expect((await store.end()).synced).toBeGreaterThanOrEqual(written);
            }
          }),
        );
      });
    });

    describe('an append over the limit', () => {
      const large = (bytes: number): NewEvent => event('x'.repeat(bytes));

      test('in one event or together › throws EventTooLarge, writes nothing and leaves the stream in order', async () => {
        await append(stream(), [event()]);
        const attempt = async (list: readonly NewEvent[]): Promise<unknown> =>
          store.append(stream(), list, 0);
        await expect(attempt([large(1_048_577)])).rejects.toThrow(EventTooLarge);
        await expect(attempt([event(), large(600_000), large(600_000)])).rejects.toThrow(EventTooLarge);
        const kept = event();
        await append(stream(), [kept], 0);
        expect(idsOf(await store.readStream(stream())).slice(1)).toEqual([kept.id]);
      });

      test('but just below it › is kept whole', async () => {
        const one = large(1_000_000);
        await appendSynced(stream(), [one]);
        store = await underTest.reopen();
        expect((await store.readStream(stream()))[0]?.data).toEqual(one.data);
      });
    });

    describe('a closed store', () => {
      test('has synced what was written, and answers everything with StoreClosed', async () => {
        const list = events(3);
        await append(stream(), list);
        await store.close();
        await store.close();
        const calls: readonly (() => unknown)[] = [
          () => store.append(stream(), [event()], 'any'),
          () => store.synced(0),
          () => store.readStream(stream()),
          () => store.readAll(),
          () => store.end(),
          () => take({ after: beginning }, () => true),
        ];
        for (const call of calls) {
          await expect(Promise.resolve().then(call)).rejects.toThrow(StoreClosed);
        }
        store = await underTest.reopen();
        expect(idsOf(await store.readAll({ filter: own() }))).toEqual(idsOf(list));
      });
    });
  });
}
