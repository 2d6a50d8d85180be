// The folds that the command handler keeps: in memory, and in snapshots.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { storeWith, type EventStore } from '@holdfast/event-store';
import { amounts, context, openCommandRig, type CommandRig } from './test/command-rig.js';
import { createCommandHandler } from './command-handler.js';
import type { CommandHandler } from './commands.js';
import { openSnapshots } from './snapshots.js';
import { withPromises, event } from './test/stores.js';
import { tally, add } from './test/tally.js';

let rig: CommandRig;

beforeEach(async () => {
  rig = await openCommandRig();
});
afterEach(() => rig.remove());

describe('snapshots', () => {
  const open = async (): Promise<CommandHandler> =>
    createCommandHandler({
      store: rig.stores.store,
      environment: rig.environment,
      aggregates: [tally],
      snapshots: await openSnapshots(
        rig.stores.store,
        rig.stores.readStore,
        (error) => {
          throw error;
        },
        rig.environment,
      ),
    });
  const snapshotOf = async (stream: string): Promise<unknown> =>
    (await rig.stores.readStore.getMany('snapshots', [stream]))[0];

  test('a long stream is loaded from its snapshot and the events behind it', async () => {
    const commands = await open();
    for (let n = 0; n < 1500; n++) await commands.handle(add('long', 1), context(`${n}`, 'one'));
    await eventually(async () => {
      expect(await snapshotOf('tally-long')).toMatchObject({ version: 1 });
    });
    let readFrom: number | undefined;
    const watched: EventStore = {
      ...storeWith(rig.stores.store),
      readStream: (stream, options) => {
        readFrom ??= options?.from;
        return rig.stores.store.readStream(stream, options);
      },
    };
    const snapshots = await openSnapshots(
      rig.stores.store,
      rig.stores.readStore,
      () => undefined,
      rig.environment,
    );
    const fresh = createCommandHandler({
      store: watched,
      environment: rig.environment,
      aggregates: [tally],
      snapshots,
    });
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
    await rig.stores.store.synced(499);
    await rig.environment.advance(0);
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
    const { store, reads } = reading(withPromises(rig.stores.store));
    const commands = createCommandHandler({ store, environment: rig.environment, aggregates: [tally] });
    const other = rig.handlerOn(rig.stores.store);
    await commands.handle(add('a', 1), context('1'));
    await other.handle(add('a', 5), context('2'));
    reads.length = 0;
    expect(await loaded(commands)).toEqual({ state: { sum: 1 }, revision: 0 });
    commands.learn(await rig.stores.store.readStream('tally-a'));
    expect(await loaded(commands)).toEqual({ state: { sum: 6 }, revision: 1 });
    expect(reads).toEqual([]);
    expect(await commands.handle(add('a', -6), context('3'))).toMatchObject({ ok: true, revision: 2 });
    expect(reads).toEqual([]);
  });

  test('that missed an event of the log › read on when they are asked for', async () => {
    const { store, reads } = reading(withPromises(rig.stores.store));
    const commands = createCommandHandler({ store, environment: rig.environment, aggregates: [tally] });
    const other = rig.handlerOn(rig.stores.store);
    await commands.handle(add('a', 1), context('1'));
    for (const id of ['2', '3']) await other.handle(add('a', 5), context(id));
    commands.learn((await rig.stores.store.readStream('tally-a')).slice(2));
    reads.length = 0;
    expect(await loaded(commands)).toEqual({ state: { sum: 11 }, revision: 2 });
    expect(reads).toEqual(['tally-a']);
  });

  test('of streams without a command › are not made', async () => {
    const { store, reads } = reading(withPromises(rig.stores.store));
    const commands = createCommandHandler({ store, environment: rig.environment, aggregates: [tally] });
    await rig.handlerOn(rig.stores.store).handle(add('a', 5), context('1'));
    commands.learn(await rig.stores.store.readStream('tally-a'));
    expect(reads).toEqual([]);
    expect(await loaded(commands)).toEqual({ state: { sum: 5 }, revision: 0 });
    expect(reads).toEqual(['tally-a']);
  });

  test('of a stream whose name is new › are begun without a read, and an existing stream is noticed', async () => {
    const { store, reads } = reading(withPromises(rig.stores.store));
    const beginning = { ...tally, beginWith: ['Add'] as const };
    const commands = createCommandHandler({ store, environment: rig.environment, aggregates: [beginning] });
    expect(await commands.handle(add('a', 5), context('1', 'five'))).toMatchObject({ revision: 0 });
    expect(await commands.handle(add('a', 1), context('2'))).toMatchObject({ revision: 1 });
    expect(reads).toEqual([]);
    const later = createCommandHandler({ store, environment: rig.environment, aggregates: [beginning] });
    expect(await later.handle(add('a', 5), context('1', 'five'))).toMatchObject({
      revision: 0,
      repeated: true,
    });
    const last = createCommandHandler({ store, environment: rig.environment, aggregates: [beginning] });
    expect(await last.handle(add('a', -6), context('3'))).toMatchObject({ ok: true, revision: 2 });
    expect(await amounts(store, 'a')).toEqual([5, 1, -6]);
  });

  test('commands that are sent in one go share an append, where the store returns promises', async () => {
    const inner = withPromises(rig.stores.store);
    let appends = 0;
    const store: EventStore = {
      ...storeWith(inner),
      append: (...call) => {
        appends += 1;
        return inner.append(...call);
      },
    };
    const commands = createCommandHandler({ store, environment: rig.environment, aggregates: [tally] });
    await commands.handle(add('a', 1), context('first'));
    appends = 0;
    const outcomes = ['1', '2', '3'].map((id) => commands.handle(add('a', 1), context(id)));
    expect(await Promise.all(outcomes)).toMatchObject([{ revision: 1 }, { revision: 2 }, { revision: 3 }]);
    expect(appends).toBe(1);
  });
});

test('a stream of three million events is folded without holding up everything else', async () => {
  const length = 3_000_000;
  let made = 0;
  const one = { ...event('Added', { amount: 1 }, 0), stream: 'tally-a', revision: 0, position: 0 };
  const page = Array.from({ length: 999 }, () => one);
  const long: EventStore = {
    ...storeWith(rig.stores.store),
    readStream: (_, { from = 0 } = {}) => {
      if (from >= length) return [];
      made += 1000;
      return [...page, { ...one, revision: from + 999 }];
    },
  };
  let longestBetween = 0;
  let before = 0;
  const over = new AbortController();
  const turns = (async () => {
    while (!over.signal.aborted) {
      longestBetween = Math.max(longestBetween, made - before);
      before = made;
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  })();
  const loaded = await rig.handlerOn(long).load(tally, 'tally-a');
  over.abort();
  await turns;
  expect(loaded.state).toEqual({ sum: length });
  expect(longestBetween).toBeLessThanOrEqual(10_000);
});
