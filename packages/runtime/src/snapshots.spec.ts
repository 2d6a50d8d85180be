// Snapshots of states of any size, and snapshots that can't be read.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EventStore, storeWith } from '@holdfast/event-store';
import { entriesOfPart, PersistentMap, type Aggregate, type Json } from '@holdfast/kernel';
import { ReadStoreUnavailable, type ReadStore } from '@holdfast/read-store';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { createCommandHandler } from './command-handler.js';
import type { CommandHandler } from './commands.js';
import { openSnapshots } from './snapshots.js';
import { openStores, type Stores } from './test/stores.js';
import type { Add, Added } from './test/tally.js';

type Entries = PersistentMap<string, string>;

/** Keeps an entry of two kilobytes for every event. */
const hoard: Aggregate<Add, Added, Entries, never> = {
  category: 'hoard',
  commandTypes: ['Add'],
  stream: () => 'hoard-a',
  initialState: PersistentMap.empty(),
  evolve: (state, { data }) => state.set(`${data.amount}`, 'x'.repeat(2000)),
  decide: ({ data }) => ({
    ok: true,
    value: Array.from({ length: 500 }, (_, n) => ({ type: 'Added', data: { amount: data.amount + n } })),
  }),
  snapshot: {
    version: 1,
    parts: (state) => state.slices(entriesOfPart) as Iterable<Json>,
    add: (state, part) => state.setAll(part as unknown as readonly (readonly [string, string])[]),
  },
};

let environment: FakeEnvironment;
let stores: Stores;
let errors: unknown[];
beforeEach(async () => {
  environment = fakeEnvironment();
  stores = await openStores(environment);
  errors = [];
});
afterEach(() => stores.remove());

const open = async (
  store: EventStore = stores.store,
  readStore: ReadStore = stores.readStore,
): Promise<CommandHandler> => {
  const snapshots = await openSnapshots(store, readStore, (error) => errors.push(error), environment);
  return createCommandHandler({ store, environment, aggregates: [hoard], snapshots });
};

/** 500 events by each command. */
const fill = async (commands: CommandHandler, first: number, count: number): Promise<void> => {
  for (let n = first; n < first + count; n++) {
    const context = { commandId: `${n}`, correlationId: 'r', causationId: 'r', actor: 'system' };
    await commands.handle({ type: 'Add', data: { id: 'a', amount: n * 500 } }, context);
  }
};

const headOf = async () =>
  (await stores.readStore.getMany('snapshots', ['hoard-a']))[0] as unknown as {
    readonly revision: number;
    readonly parts: number;
  } | null;

const revisionAtLeast = (revision: number): Promise<void> =>
  eventually(async () => {
    expect((await headOf())?.revision).toBeGreaterThanOrEqual(revision);
  });

/** A store that records the first revision that was read. */
const watched = (): { readonly store: EventStore; firstRead(): number | undefined } => {
  let first: number | undefined;
  return {
    firstRead: () => first,
    store: {
      ...storeWith(stores.store),
      readStream: (stream, options) => {
        first ??= options?.from;
        return stores.store.readStream(stream, options);
      },
    },
  };
};

describe('a state of twenty megabytes', () => {
  beforeEach(async () => {
    const commands = await open();
    await fill(commands, 0, 20);
    // taken at 1,000 events, and then after as many new events as the last snapshot had entries
    await revisionAtLeast(7000);
  });

  test('is stored in parts, and read again without the events before it', async () => {
    expect((await headOf())?.parts).toBeGreaterThan(7);
    const { store, firstRead } = watched();
    const { state, revision } = await (await open(store)).load(hoard, 'hoard-a');
    expect(revision).toBe(9999);
    expect(state.size).toBe(10_000);
    expect(state.get('1')).toHaveLength(2000);
    expect(firstRead()).toBeGreaterThan(7000);
    expect(errors).toEqual([]);
  });

  test('whose snapshot lacks a part, or has one of another revision › is replayed', async () => {
    const { store, firstRead } = watched();
    const torn: ReadStore = new Proxy(stores.readStore, {
      get: (target, name) => {
        if (name !== 'getMany') return (Reflect.get(target, name) as () => unknown).bind(target);
        return async (collection: string, ids: readonly string[]) => {
          const found = await target.getMany(collection, ids);
          return collection === 'snapshot-parts' ? found.map((one, n) => (n === 1 ? null : one)) : found;
        };
      },
    });
    const { state } = await (await open(store, torn)).load(hoard, 'hoard-a');
    expect(state.size).toBe(10_000);
    expect(firstRead()).toBe(0);
  });
});

test('when snapshots can be neither read nor written › commands are carried out, and the errors are told', async () => {
  const away: ReadStore = new Proxy(stores.readStore, {
    get: (_, name) =>
      name === 'define'
        ? () => undefined
        : () => Promise.reject(new ReadStoreUnavailable(`no ${String(name)}`)),
  });
  const commands = await open(stores.store, away);
  await fill(commands, 0, 4);
  expect((await commands.load(hoard, 'hoard-a')).revision).toBe(1999);
  await eventually(() => {
    expect(errors.map(String)).toEqual(expect.arrayContaining([expect.stringContaining('no getMany')]));
  });
  expect((await (await open(stores.store, away)).load(hoard, 'hoard-a')).state.size).toBe(2000);
});

test('a process that writes an older snapshot late › leaves the newer one whole', async () => {
  const commands = await open();
  await fill(commands, 0, 6);
  await revisionAtLeast(2000);
  const snapshots = await openSnapshots(
    stores.store,
    stores.readStore,
    (error) => errors.push(error),
    environment,
  );
  const before = await headOf();
  snapshots.write({ stream: 'hoard-a', version: 1, revision: 3, logPosition: 3, parts: [[['1', 'old']]] });
  await stores.store.synced(3);
  await environment.advance(0);
  expect(await headOf()).toEqual(before);
  expect((await (await open()).load(hoard, 'hoard-a')).state.size).toBe(3000);
  expect(errors).toEqual([]);
});
