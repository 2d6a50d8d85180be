// Read models on the embedded stores: batches, restarts, rebuilds, new versions, events that can't be projected.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import type { Document, Projection, RecordedEvent } from '@holdfast/kernel';
import type { ReadStore } from '@holdfast/read-store';
import { createParkedEvents, parkedId } from './parked-events.js';
import { startProjections } from './projection-runner.js';
import { event, openStores, type Stores } from './test/stores.js';

type Sum = Document & { readonly sum: number };
const sum = (id: string, total: number): Sum => ({ id, sum: total });
const amountOf = ({ data }: RecordedEvent): number => (data as { readonly amount: number }).amount;

/** Sums the amounts of each stream; throws on those that are `poison`. */
const sums = (version = 1, poison?: { readonly amount: number }): Projection<Sum> => ({
  name: 'sums',
  version,
  prefixes: ['tally-'],
  indexes: { bySum: ['sum'] },
  key: ({ stream }) => stream,
  project: (recorded, document) => {
    const amount = amountOf(recorded);
    if (amount === poison?.amount) throw new Error(`can't add ${amount}`);
    return [{ document: { id: recorded.stream, sum: (document?.sum ?? 0) + amount * version } }];
  },
});

/** Every event of every stream, by position. */
const journal: Projection = {
  name: 'journal',
  version: 1,
  prefixes: [''],
  indexes: {},
  key: ({ position }) => String(position),
  project: (recorded) => [{ document: { id: String(recorded.position) } }],
};

type Running = Awaited<ReturnType<typeof startProjections>>;

let environment: FakeEnvironment;
let stores: Stores;
let running: Running[];
let errors: unknown[];
let written: number;

const start = async (projections: readonly Projection[], readStore = stores.readStore): Promise<Running> => {
  const runner = await startProjections({
    store: stores.store,
    readStore,
    projections,
    environment,
    onError: (error) => errors.push(error),
  });
  running.push(runner);
  return runner;
};
const append = async (stream: string, ...amounts: readonly number[]): Promise<number> => {
  for (const amount of amounts) {
    written += 1;
    await stores.store.append(stream, [event('Added', { amount }, written)], 'any');
  }
  const { written: position } = await stores.store.end();
  await stores.store.synced(position);
  return position;
};
/** Moves fake time along until the read model is there. */
const caughtUp = async (runner: Running, name = 'sums'): Promise<void> => {
  const { synced } = await stores.store.end();
  await environment.until(100, () => {
    expect(runner.position(name)).toBeGreaterThanOrEqual(synced);
  });
};
const sumOf = async (runner: Running, stream: string): Promise<number | undefined> =>
  (await runner.get<Sum>('sums', stream))?.sum;

beforeEach(async () => {
  environment = fakeEnvironment();
  stores = await openStores(environment);
  running = [];
  errors = [];
  written = 0;
});
afterEach(async () => {
  await Promise.all(running.map((runner) => runner.stop()));
  await stores.remove();
});

describe('projections', () => {
  test('events from before and after the start are in the read model, once', async () => {
    await append('tally-a', 1, 2);
    const runner = await start([sums(), journal]);
    await append('tally-b', 10);
    await append('tally-a', 3);
    await caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(6);
    expect(await sumOf(runner, 'tally-b')).toBe(10);
    expect(await runner.count('journal')).toBe(4);
  });

  test('documents are returned with exactly their position, also while events are applied', async () => {
    const slow: ReadStore = {
      ...boundReadStore(stores.readStore),
      // A written batch can be read for a while before the write returns.
      apply: async (writes, checkpoint) => {
        const applied = await stores.readStore.apply(writes, checkpoint);
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
        return applied;
      },
    };
    const runner = await start([sums()], slow);
    const last = 200;
    const appending = append('tally-a', ...Array.from({ length: last + 1 }, () => 1));
    for (let at = -1; at < last;) {
      const { position, documents } = await runner.getAtPosition<Sum>('sums', ['tally-a']);
      expect(documents[0]?.sum ?? 0).toBe(position + 1);
      at = position;
      await environment.advance(100);
    }
    await appending;
  });

  test('a restart goes on behind the checkpoint', async () => {
    await append('tally-a', 1);
    const first = await start([sums()]);
    await caughtUp(first);
    await first.stop();
    running = [];
    stores = await stores.reopen();
    await append('tally-a', 2);
    const second = await start([sums()]);
    await caughtUp(second);
    expect(await sumOf(second, 'tally-a')).toBe(3);
  });

  test('a wait for a position ends when it is reached, or at its time limit', async () => {
    const runner = await start([sums()]);
    const early = runner.reached('sums', 0, 60_000);
    await append('tally-a', 1);
    expect(await early).toBe(true);
    const never = runner.reached('sums', 99, 500);
    await environment.advance(500);
    expect(await never).toBe(false);
  });

  test('a write that fails is tried again, and nothing is counted twice', async () => {
    let failures = 2;
    const failing: ReadStore = {
      ...boundReadStore(stores.readStore),
      apply: (writes, checkpoint) => {
        if (checkpoint.name === 'projections' && failures-- > 0) throw new Error('disk trouble');
        return stores.readStore.apply(writes, checkpoint);
      },
    };
    const runner = await start([sums()], failing);
    await append('tally-a', 1, 2);
    await caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(3);
    expect(errors).toHaveLength(2);
  });

  test('a write that took effect, but whose reply was lost, is not repeated together with newer events', async () => {
    const last = await append('tally-a', 1, 2);
    let lost = false;
    let isMore = false;
    const forgetful: ReadStore = {
      ...boundReadStore(stores.readStore),
      apply: async (writes, checkpoint) => {
        const applied = await stores.readStore.apply(writes, checkpoint);
        if (lost || checkpoint.name !== 'projections' || checkpoint.position < last) return applied;
        lost = true;
        await append('tally-a', 4);
        isMore = true;
        throw new Error('the connection broke');
      },
    };
    const runner = await start([sums()], forgetful);
    await eventually(() => {
      expect(isMore).toBe(true);
    });
    await caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(7);
  });

  test('a batch that is projected while the one before is being written builds on it, or comes again with it', async () => {
    const last = 12_000;
    const events = Array.from({ length: last + 1 }, () => event('Added', { amount: 1 }, (written += 1)));
    for (let n = 0; n < events.length; n += 1000)
      await stores.store.append('tally-a', events.slice(n, n + 1000), 'any');
    await stores.store.synced(last);
    const attempts: number[] = [];
    const slow: ReadStore = {
      ...boundReadStore(stores.readStore),
      apply: async (writes, checkpoint) => {
        if (checkpoint.name !== 'projections') return stores.readStore.apply(writes, checkpoint);
        attempts.push(checkpoint.position);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (attempts.length === 2) throw new Error('disk trouble');
        return stores.readStore.apply(writes, checkpoint);
      },
    };
    const runner = await start([sums()], slow);
    await caughtUp(runner);
    expect(attempts.length).toBeGreaterThan(3);
    expect(errors).toHaveLength(1);
    expect(await sumOf(runner, 'tally-a')).toBe(last + 1);
    expect(await runner.count('sums')).toBe(1);
  });

  test('a page of a rebuild that was written, but whose reply was lost, is not written again', async () => {
    await append('tally-a', 1, 2);
    let lost = false;
    const forgetful: ReadStore = {
      ...boundReadStore(stores.readStore),
      apply: async (writes, checkpoint) => {
        const applied = await stores.readStore.apply(writes, checkpoint);
        if (lost || checkpoint.name !== 'sums@2') return applied;
        lost = true;
        await append('tally-a', 4);
        throw new Error('the connection broke');
      },
    };
    const runner = await start([sums()], forgetful);
    await caughtUp(runner);
    await runner.rebuild('sums');
    await environment.until(1000, async () => {
      expect((await runner.status())[0]).toMatchObject({ state: 'RUNNING', lagEvents: 0 });
    });
    expect(await sumOf(runner, 'tally-a')).toBe(7);
  });
});

describe('a rebuild', () => {
  test('replaces the documents by those of a replay, and reports its progress', async () => {
    await append('tally-a', 1, 2);
    const runner = await start([sums(), journal]);
    await caughtUp(runner);
    const status = await runner.rebuild('sums');
    expect(status).toMatchObject({ name: 'sums', state: 'REBUILDING' });
    await append('tally-a', 3);
    await environment.until(100, async () => {
      expect((await runner.status())[0]).toMatchObject({ state: 'RUNNING', progress: null, lagEvents: 0 });
    });
    expect(await sumOf(runner, 'tally-a')).toBe(6);
    await append('tally-a', 4);
    await caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(10);
  });

  test('of a projection that does not exist is refused', async () => {
    const runner = await start([sums()]);
    await expect(runner.rebuild('nothing')).rejects.toThrow('there is no projection nothing');
  });

  test('happens by itself when the version is raised, from the first event', async () => {
    await append('tally-a', 1, 2);
    const first = await start([sums(), journal]);
    await caughtUp(first);
    await first.stop();
    running = [];
    const second = await start([sums(10), journal]);
    await append('tally-a', 3);
    await environment.until(100, async () => {
      expect(await sumOf(second, 'tally-a')).toBe(60);
    });
    expect((await second.status())[0]).toMatchObject({ version: 10, state: 'RUNNING' });
    expect(await second.count('journal')).toBe(3);
  });

  test('happens by itself for a projection that is new on a log with history', async () => {
    await append('tally-a', 1, 2);
    const first = await start([journal]);
    await caughtUp(first, 'journal');
    await first.stop();
    running = [];
    const second = await start([journal, sums()]);
    await caughtUp(second);
    expect(await sumOf(second, 'tally-a')).toBe(3);
  });
});

describe('a held rebuild', () => {
  const isRebuilt = (runner: Running): Promise<void> =>
    environment.until(100, async () => {
      expect((await runner.status())[0]).toMatchObject({ state: 'REBUILT', held: true, progress: 1 });
    });
  const begin = async (runner: Running): Promise<void> => {
    await runner.rebuild('sums', 'staff:1', true);
    await isRebuilt(runner);
  };
  /** In steps so small that the held rebuild has not looked for new events meanwhile. */
  const servedIsAt = (runner: Running, position: number): Promise<void> =>
    environment.until(1, () => {
      expect(runner.position('sums')).toBe(position);
    });
  /** Documents as a fault of an earlier release left them: one wrong, one missing, one too many. */
  const damage = async (): Promise<void> => {
    await stores.readStore.apply(
      [
        { collection: 'sums@1', document: sum('tally-a', 99) },
        { collection: 'sums@1', removed: 'tally-b' },
        { collection: 'sums@1', document: sum('tally-z', 1) },
      ],
      { name: 'damage', position: 1 },
    );
  };

  test('shows how it differs, at one position, and is served from the switch on', async () => {
    await append('tally-a', 1, 2);
    await append('tally-b', 5);
    await append('tally-c', 7);
    const runner = await start([sums(), journal]);
    await caughtUp(runner);
    await damage();
    await begin(runner);
    const position = await append('tally-c', 1);
    await servedIsAt(runner, position);
    expect(await runner.diff('sums')).toEqual({
      name: 'sums',
      position,
      rebuiltPosition: position,
      servedCount: 3,
      rebuiltCount: 3,
      compared: 4,
      same: 1,
      changed: 1,
      onlyServed: 1,
      onlyRebuilt: 1,
      samples: [
        {
          collection: 'sums',
          id: 'tally-a',
          served: { id: 'tally-a', sum: 99 },
          rebuilt: { id: 'tally-a', sum: 3 },
        },
        { collection: 'sums', id: 'tally-b', served: null, rebuilt: sum('tally-b', 5) },
        { collection: 'sums', id: 'tally-z', served: sum('tally-z', 1), rebuilt: null },
      ],
    });
    expect(await sumOf(runner, 'tally-a')).toBe(99);

    await servedIsAt(runner, await append('tally-a', 4));
    expect(await runner.switchOver('sums', 'staff:1', 'it is right')).toMatchObject({
      held: false,
      progress: null,
    });
    await caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(7);
    expect(await sumOf(runner, 'tally-z')).toBeUndefined();
    await append('tally-b', 1);
    await caughtUp(runner);
    expect(await sumOf(runner, 'tally-b')).toBe(6);
  });

  test('of many documents is compared by a bounded sample, with 20 of those that differ', async () => {
    const amounts = Array.from({ length: 1200 }, (_, n) => `tally-${String(n).padStart(4, '0')}`);
    for (const stream of amounts) await append(stream, 1);
    const runner = await start([sums()]);
    await caughtUp(runner);
    const wrong = amounts.map((id) => ({ collection: 'sums@1', document: { id, sum: 2 } }));
    await stores.readStore.apply(wrong, { name: 'damage', position: 1 });
    await begin(runner);
    const diff = await runner.diff('sums');
    expect(diff).toMatchObject({ servedCount: 1200, rebuiltCount: 1200, same: 0 });
    // 250 from each end, and at most 250 between them by each generation.
    expect(diff.changed).toBe(diff.compared);
    expect(diff.compared).toBeGreaterThan(500);
    expect(diff.compared).toBeLessThanOrEqual(1000);
    expect(diff.samples).toHaveLength(20);
  });

  test('that is abandoned leaves the served documents as they are, and another one can begin', async () => {
    await append('tally-a', 1, 2);
    const runner = await start([sums()]);
    await caughtUp(runner);
    await damage();
    await begin(runner);
    expect(await runner.abandon('sums', 'staff:1', 'not now')).toMatchObject({
      state: 'RUNNING',
      held: false,
    });
    expect(await sumOf(runner, 'tally-a')).toBe(99);
    await append('tally-c', 1);
    await caughtUp(runner);
    expect([await sumOf(runner, 'tally-a'), await sumOf(runner, 'tally-c')]).toEqual([99, 1]);
    await begin(runner);
    await runner.switchOver('sums', 'staff:1', 'now');
    expect(await sumOf(runner, 'tally-a')).toBe(3);
  });

  test('that is not there is neither compared, switched to nor abandoned; nor is a rebuild without hold', async () => {
    const runner = await start([sums()]);
    const each = () => [
      runner.diff('sums'),
      runner.switchOver('sums', 'staff:1', 'a test'),
      runner.abandon('sums', 'staff:1', 'a test'),
    ];
    for (const one of each()) await expect(one).rejects.toThrow('sums has no rebuild that is held');
    await expect(runner.diff('nothing')).rejects.toThrow('there is no projection nothing');
  });

  test('begins again after a restart, and still waits', async () => {
    await append('tally-a', 1, 2);
    const first = await start([sums()]);
    await caughtUp(first);
    await damage();
    await begin(first);
    await first.stop();
    running = [];
    const second = await start([sums()]);
    await isRebuilt(second);
    expect(await sumOf(second, 'tally-a')).toBe(99);
    expect(await second.diff('sums')).toMatchObject({ changed: 1, onlyServed: 1 });
    await second.switchOver('sums', 'staff:1', 'a test');
    expect(await sumOf(second, 'tally-a')).toBe(3);
  });

  test('parks what it refused, also when a restart came between', async () => {
    const poison = { amount: 0 };
    const first = await start([sums(1, poison)]);
    await append('tally-a', 1, 13, 2);
    await caughtUp(first);
    poison.amount = 13;
    await begin(first);
    await first.stop();
    running = [];
    const second = await start([sums(1, poison)]);
    await isRebuilt(second);
    await second.switchOver('sums', 'staff:1', 'a test');
    const events = createParkedEvents(stores.store, second.consumers);
    expect(await events.retry({ consumer: 'sums', dryRun: true }, 'staff:1')).toBe(2);
  });

  test('leaves parked events to the served read model until the switch', async () => {
    const poison = { amount: 13 };
    const runner = await start([sums(1, poison)]);
    const events = createParkedEvents(stores.store, runner.consumers);
    const parkedCount = () => events.retry({ consumer: 'sums', dryRun: true }, 'staff:1');
    await append('tally-a', 1, 13, 2);
    await caughtUp(runner);
    poison.amount = 0;
    await begin(runner);
    await runner.abandon('sums', 'staff:1', 'a test');
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([1, 2]);
    await begin(runner);
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([1, 2]);
    await runner.switchOver('sums', 'staff:1', 'a test');
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([16, 0]);
  });

  test('parks what it refuses with the switch, and not before', async () => {
    const poison = { amount: 0 };
    const runner = await start([sums(1, poison)]);
    const events = createParkedEvents(stores.store, runner.consumers);
    const parkedCount = () => events.retry({ consumer: 'sums', dryRun: true }, 'staff:1');
    await append('tally-a', 1, 13, 2);
    await caughtUp(runner);
    poison.amount = 13;
    await begin(runner);
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([16, 0]);
    await runner.switchOver('sums', 'staff:1', 'a test');
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([1, 2]);
  });
});

describe('an event that a projection throws on', () => {
  test('is parked with its error; other documents and other projections go on', async () => {
    const runner = await start([sums(1, { amount: 13 }), journal]);
    await append('tally-a', 1, 13, 2);
    await append('tally-b', 5);
    await caughtUp(runner);
    expect(await sumOf(runner, 'tally-b')).toBe(5);
    expect(await sumOf(runner, 'tally-a')).toBe(1);
    expect(await runner.count('journal')).toBeGreaterThanOrEqual(4);
    const parked = await stores.store.readStream('parked-sums');
    expect(parked.map(({ data }) => data)).toMatchObject([
      { stream: 'tally-a', revision: 1, attempts: 1, reason: "Error: can't add 13" },
      { stream: 'tally-a', revision: 2, attempts: 0, reason: 'waits behind an earlier event of tally-a' },
    ]);
  });

  test('can be retried once its cause is gone, in order and once', async () => {
    const poison = { amount: 13 };
    const runner = await start([sums(1, poison)]);
    const events = createParkedEvents(stores.store, runner.consumers);
    await append('tally-a', 1, 13, 2);
    await caughtUp(runner);
    expect(await events.retry({ consumer: 'sums', dryRun: true }, 'staff:1')).toBe(2);
    expect(await events.retry({ consumer: 'sums', dryRun: false }, 'staff:1')).toBe(0);
    expect(await sumOf(runner, 'tally-a')).toBe(1);
    poison.amount = 0;
    expect(await events.retry({ ids: [parkedId('sums', 2)], dryRun: false }, 'staff:1')).toBe(0);
    const why = { consumer: 'sums', reason: 'mended', dryRun: false };
    expect(await events.retry(why, 'staff:1')).toBe(2);
    const retried = (await stores.store.readStream('parked-sums')).at(-1);
    expect(retried).toMatchObject({ data: { reason: 'mended' }, metadata: { actor: 'staff:1' } });
    expect(await events.retry({ consumer: 'sums', dryRun: false }, 'staff:1')).toBe(0);
    expect(await sumOf(runner, 'tally-a')).toBe(16);
  });

  test('can be discarded with a reason, and is skipped after a restart', async () => {
    const first = await start([sums(1, { amount: 13 })]);
    const events = createParkedEvents(stores.store, first.consumers);
    await append('tally-a', 1, 13);
    await caughtUp(first);
    await expect(events.discard({ consumer: 'sums', dryRun: false }, 'staff:1')).rejects.toThrow(
      'needs a reason',
    );
    expect(await events.discard({ consumer: 'sums', reason: 'a test', dryRun: false }, 'staff:1')).toBe(1);
    await first.stop();
    running = [];
    const second = await start([sums(1, { amount: 13 })]);
    await append('tally-a', 2);
    await caughtUp(second);
    expect(await sumOf(second, 'tally-a')).toBe(3);
  });

  test('is handled by a rebuild once its cause is gone, unless it was discarded', async () => {
    const poison = { amount: 13 };
    const runner = await start([sums(1, poison)]);
    const events = createParkedEvents(stores.store, runner.consumers);
    await append('tally-a', 1, 13, 2);
    await append('tally-b', 13, 5);
    await caughtUp(runner);
    await events.discard({ ids: [parkedId('sums', 3)], reason: 'a test', dryRun: false }, 'staff:1');
    poison.amount = 0;
    await runner.rebuild('sums');
    await environment.until(100, async () => {
      expect((await runner.status())[0]?.state).toBe('RUNNING');
    });
    expect(await sumOf(runner, 'tally-a')).toBe(16);
    expect(await sumOf(runner, 'tally-b')).toBe(5);
    expect(await events.retry({ consumer: 'sums', dryRun: true }, 'staff:1')).toBe(0);
  });

  test('blocks its document after a restart too', async () => {
    const first = await start([sums(1, { amount: 13 })]);
    await append('tally-a', 13);
    await caughtUp(first);
    await first.stop();
    running = [];
    const second = await start([sums(1, { amount: 13 })]);
    await append('tally-a', 2);
    await caughtUp(second);
    expect(await sumOf(second, 'tally-a')).toBeUndefined();
  });
});

const boundReadStore = (store: ReadStore): ReadStore => ({
  define: (collections) => store.define(collections),
  apply: (...call) => store.apply(...call),
  getMany: (collection, ids) => store.getMany(collection, ids),
  find: (collection, find) => store.find(collection, find),
  count: (collection, find) => store.count(collection, find),
  checkpoint: (name) => store.checkpoint(name),
  lease: (name) => store.lease(name),
  swapLease: (...call) => store.swapLease(...call),
  drop: (collections, checkpoints) => store.drop(collections, checkpoints),
  close: () => store.close(),
});
