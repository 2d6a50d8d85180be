// The folds that the command handler keeps: in memory, and in snapshots.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { type EventStore, storeWith } from '@holdfast/event-store';
import { createCommandHandler } from './command-handler.js';
import type { CommandContext, CommandHandler } from './commands.js';
import { openSnapshots } from './snapshots.js';
import { withPromises, openStores, type Stores } from './test/stores.js';
import { add, tally } from './test/tally.js';

const context = (commandId: string, fingerprint?: string): CommandContext => ({
  commandId,
  correlationId: 'request',
  causationId: 'request',
  actor: 'system',
  ...(fingerprint !== undefined && { fingerprint }),
});

let environment: FakeEnvironment;
let stores: Stores;
const handlerOn = (store: EventStore): CommandHandler =>
  createCommandHandler({ store, environment, aggregates: [tally] });

beforeEach(async () => {
  environment = fakeEnvironment();
  stores = await openStores(environment);
});
afterEach(() => stores.remove());

const amounts = async (store: EventStore, id: string): Promise<readonly number[]> =>
  (await store.readStream(`tally-${id}`)).map(({ data }) => (data as { readonly amount: number }).amount);

describe('snapshots', () => {
  const open = async (): Promise<CommandHandler> =>
    createCommandHandler({
      store: stores.store,
      environment,
      aggregates: [tally],
      snapshots: await openSnapshots(
        stores.store,
        stores.readStore,
        (error) => {
          throw error;
        },
        environment,
      ),
    });
  const snapshotOf = async (stream: string): Promise<unknown> =>
    (await stores.readStore.getMany('snapshots', [stream]))[0];

  test('a long stream is loaded from its snapshot and the events behind it', async () => {
    const commands = await open();
    for (let n = 0; n < 1500; n++) await commands.handle(add('long', 1), context(`${n}`, 'one'));
    await eventually(async () => {
      expect(await snapshotOf('tally-long')).toMatchObject({ version: 1 });
    });
    let readFrom: number | undefined;
    const watched: EventStore = {
      ...storeWith(stores.store),
      readStream: (stream, options) => {
        readFrom ??= options?.from;
        return stores.store.readStream(stream, options);
      },
    };
    const snapshots = await openSnapshots(stores.store, stores.readStore, () => undefined, environment);
    const fresh = createCommandHandler({ store: watched, environment, aggregates: [tally], snapshots });
    expect(await fresh.load(tally, 'tally-long')).toEqual({ state: { sum: 1500 }, revision: 1499 });
    expect(readFrom).toBeGreaterThanOrEqual(1000);
    expect(await fresh.handle(add('long', 1), context('7', 'one'))).toMatchObject({
      repeated: true,
      revision: 7,
    });
  });

  test('a short stream has none', async () => {
    const commands = await open();
    for (let n = 0; n < 500; n++) await commands.handle(add('short', 1), context(`${n}`));
    await stores.store.synced(499);
    await environment.advance(0);
    expect(await snapshotOf('tally-short')).toBeNull();
  });
});

describe('folds in memory', () => {
  const reading = (store: EventStore): { readonly store: EventStore; readonly reads: string[] } => {
    const reads: string[] = [];
    return {
      reads,
      store: {
        ...storeWith(store),
        readStream: (stream, options) => {
          reads.push(stream);
          return store.readStream(stream, options);
        },
      },
    };
  };
  const loaded = (handler: CommandHandler) => handler.load(tally, 'tally-a', 'known');

  test('that the log updates › are known without a read, with the events of other processes', async () => {
    const { store, reads } = reading(withPromises(stores.store));
    const commands = createCommandHandler({ store, environment, aggregates: [tally] });
    const other = handlerOn(stores.store);
    await commands.handle(add('a', 1), context('1'));
    await other.handle(add('a', 5), context('2'));
    reads.length = 0;
    expect(await loaded(commands)).toEqual({ state: { sum: 1 }, revision: 0 });
    commands.learn(await stores.store.readStream('tally-a'));
    expect(await loaded(commands)).toEqual({ state: { sum: 6 }, revision: 1 });
    expect(reads).toEqual([]);
    expect(await commands.handle(add('a', -6), context('3'))).toMatchObject({ ok: true, revision: 2 });
    expect(reads).toEqual([]);
  });

  test('that missed an event of the log › read on when they are asked for', async () => {
    const { store, reads } = reading(withPromises(stores.store));
    const commands = createCommandHandler({ store, environment, aggregates: [tally] });
    const other = handlerOn(stores.store);
    await commands.handle(add('a', 1), context('1'));
    for (const id of ['2', '3']) await other.handle(add('a', 5), context(id));
    commands.learn((await stores.store.readStream('tally-a')).slice(2));
    reads.length = 0;
    expect(await loaded(commands)).toEqual({ state: { sum: 11 }, revision: 2 });
    expect(reads).toEqual(['tally-a']);
  });

  test('of streams without a command › are not made', async () => {
    const { store, reads } = reading(withPromises(stores.store));
    const commands = createCommandHandler({ store, environment, aggregates: [tally] });
    await handlerOn(stores.store).handle(add('a', 5), context('1'));
    commands.learn(await stores.store.readStream('tally-a'));
    expect(reads).toEqual([]);
    expect(await loaded(commands)).toEqual({ state: { sum: 5 }, revision: 0 });
    expect(reads).toEqual(['tally-a']);
  });

  test('of a stream whose name is new › are begun without a read, and an existing stream is noticed', async () => {
    const { store, reads } = reading(withPromises(stores.store));
    const beginning = { ...tally, beginWith: ['Add'] as const };
    const commands = createCommandHandler({ store, environment, aggregates: [beginning] });
    expect(await commands.handle(add('a', 5), context('1', 'five'))).toMatchObject({ revision: 0 });
    expect(await commands.handle(add('a', 1), context('2'))).toMatchObject({ revision: 1 });
    expect(reads).toEqual([]);
    const later = createCommandHandler({ store, environment, aggregates: [beginning] });
    expect(await later.handle(add('a', 5), context('1', 'five'))).toMatchObject({
      revision: 0,
      repeated: true,
    });
    const last = createCommandHandler({ store, environment, aggregates: [beginning] });
    expect(await last.handle(add('a', -6), context('3'))).toMatchObject({ ok: true, revision: 2 });
    expect(await amounts(store, 'a')).toEqual([5, 1, -6]);
  });

  test('commands that are sent in one go share an append, where the store returns promises', async () => {
    const inner = withPromises(stores.store);
    let appends = 0;
    const store: EventStore = {
      ...storeWith(inner),
      append: (...call) => {
        appends += 1;
        return inner.append(...call);
      },
    };
    const commands = createCommandHandler({ store, environment, aggregates: [tally] });
    await commands.handle(add('a', 1), context('first'));
    appends = 0;
    const outcomes = ['1', '2', '3'].map((id) => commands.handle(add('a', 1), context(id)));
    expect(await Promise.all(outcomes)).toMatchObject([{ revision: 1 }, { revision: 2 }, { revision: 3 }]);
    expect(appends).toBe(1);
  });
});
