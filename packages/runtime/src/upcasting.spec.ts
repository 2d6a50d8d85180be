// Events of older versions through every way of reading a store, and those that can't be lifted.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventStore } from '@holdfast/event-store';
import { beforeAll, type NewEvent, type RecordedEvent, type Upcasters } from '@holdfast/kernel';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { createCommandHandler } from './command-handler.js';
import { startFeed } from './feed.js';
import { withPromises, event, openStores, type Stores } from './test/stores.js';
import { add, tally } from './test/tally.js';
import { shownForm, UnreadableEvent, whenReadable, withUpcasting } from './upcasting.js';

/** Version 1 called the amount `value`. */
const upcasters: Upcasters = { Added: [({ value }: { readonly value: number }) => ({ amount: value })] };
const written = (data: unknown, n: number, schemaVersion: number): NewEvent => {
  const made = event('Added', data, n);
  return { ...made, metadata: { ...made.metadata, schemaVersion } };
};
const atVersion2 = { ...tally, schemaVersions: { Added: 2 } };
const dataOf = (events: readonly RecordedEvent[]): readonly unknown[] => events.map(({ data }) => data);

let environment: FakeEnvironment;
let stores: Stores;

beforeEach(async () => {
  environment = fakeEnvironment();
  stores = await openStores(environment);
});
afterEach(() => stores.remove());

/** The batches of a subscription up to the end of the log. */
async function subscribed(store: EventStore): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const batch of store.subscribeAll({ after: beforeAll })) {
    events.push(...batch.events);
    if (batch.caughtUp) break;
  }
  return events;
}

describe.each([
  ['a store that answers at once', (store: EventStore) => store],
  ['a store that returns promises', withPromises],
])('a log with events of version 1, on %s', (_, adapt) => {
  let store: EventStore;
  beforeEach(async () => {
    store = withUpcasting(adapt(stores.store), upcasters);
    await stores.store.append('tally-a', [written({ value: 5 }, 1, 1), written({ amount: 6 }, 2, 2)], 'any');
    await stores.store.synced(1);
  });
  const present = [{ amount: 5 }, { amount: 6 }];

  test('is read in the present shape, by stream, by position and by subscription, and stays as it was stored', async () => {
    expect(dataOf(await store.readStream('tally-a'))).toEqual(present);
    expect(dataOf(await store.readAll())).toEqual(present);
    expect(dataOf(await subscribed(store))).toEqual(present);
    const versions = (await store.readAll()).map(({ metadata }) => metadata.schemaVersion);
    expect(versions).toEqual([2, 2]);
    expect(dataOf(await stores.store.readAll())).toEqual([{ value: 5 }, { amount: 6 }]);
  });

  test('is decided on and followed in the present shape', async () => {
    const commands = createCommandHandler({ store, environment, aggregates: [atVersion2] });
    expect(await commands.load(atVersion2, 'tally-a')).toEqual({ state: { sum: 11 }, revision: 1 });
    const context = { commandId: '1', correlationId: 'r', causationId: 'r', actor: 'system' };
    expect(await commands.handle(add('a', -11), context)).toMatchObject({ ok: true, revision: 2 });
    const live = await startFeed(store, environment, (error) => {
      throw error;
    });
    const leaving = new AbortController();
    const fed: RecordedEvent[] = [];
    const following = (async () => {
      for await (const events of live.feed({ streams: 'all', after: -1, signal: leaving.signal }))
        fed.push(...events);
    })();
    await eventually(() => {
      expect(dataOf(fed)).toEqual([...present, { amount: -11 }]);
    });
    leaving.abort();
    await following;
    await live.stop();
  });

  test('and one of an unknown version › returns it to readers, and only its data throws', async () => {
    await stores.store.append('tally-a', [written({ sum: 7 }, 3, 3), written({ amount: 8 }, 4, 2)], 'any');
    await stores.store.synced(3);
    const events = await subscribed(store);
    expect(events.map(({ revision, type }) => [revision, type])).toEqual(
      [0, 1, 2, 3].map((revision) => [revision, 'Added']),
    );
    const [, , unknown] = events;
    if (unknown === undefined) throw new Error('the event was not given');
    expect(() => unknown.data).toThrow(UnreadableEvent);
    expect(() => unknown.data).toThrow('revision 2 of tally-a');
    expect(whenReadable(() => unknown.data)).toBeUndefined();
    expect(shownForm(unknown)).toMatchObject({ data: { sum: 7 }, metadata: { schemaVersion: 3 } });
    expect(events.map((one) => whenReadable(() => one.data))).toEqual([...present, undefined, { amount: 8 }]);
  });
});

test('when an upcaster throws › the event is unreadable, with the reason', async () => {
  const store = withUpcasting(stores.store, {
    Added: [
      () => {
        throw new Error('no value');
      },
    ],
  });
  await stores.store.append('tally-a', [written({}, 1, 1)], 'any');
  const [first] = await store.readStream('tally-a');
  expect(() => first?.data).toThrow(/Added, revision 0 of tally-a, can't be read: no value/);
});

test('when no event of a page is of an older version › the same page is returned', () => {
  const page: readonly RecordedEvent[] = [];
  const bare = { ...stores.store, readStream: () => page } as unknown as EventStore;
  expect(withUpcasting(bare, upcasters).readStream('tally-a')).toBe(page);
});

test('a subscription that is left while it waits › ends at its source', async () => {
  const store = withUpcasting(stores.store, upcasters);
  const leaving = new AbortController();
  const batches = store.subscribeAll({ after: beforeAll, signal: leaving.signal })[Symbol.asyncIterator]();
  expect((await batches.next()).value).toMatchObject({ caughtUp: true });
  const waiting = batches.next();
  leaving.abort();
  expect((await waiting).done).toBe(true);
});

test("when an event that another process wrote can't be read › no command is decided past it", async () => {
  const store = withUpcasting(stores.store, upcasters);
  const commands = createCommandHandler({ store, environment, aggregates: [atVersion2] });
  const context = { commandId: '1', correlationId: 'r', causationId: 'r', actor: 'system' };
  await commands.handle(add('a', 5), context);
  await stores.store.append('tally-a', [written({ sum: 7 }, 3, 3)], 'any');
  for (const amount of [-5, 1])
    await expect(async () => commands.handle(add('a', amount), context)).rejects.toThrow(UnreadableEvent);
  expect(await stores.store.readStream('tally-a')).toHaveLength(2);
});
