// Workers on one read store, each with its own time, so that one can stand still while the others continue.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { LeaseLost, ReadStoreUnavailable, type ReadStore } from '@holdfast/read-store';
import { partitionOf } from './partitions.js';
import { startWorker, type Worker } from './worker.js';
import { openStores, type Stores } from './test/stores.js';

const ttlMs = 3000;
const partitions = 8;

type Started = {
  readonly environment: FakeEnvironment;
  readonly worker: Worker;
  readonly errors: unknown[];
  /** the stores of the running work, by partition */
  readonly working: Map<number, ReadStore>;
};

let stores: Stores;
let started: Started[];
let seed = 0;
/** number of calls of the store that have not returned yet */
let asking = 0;
let away: (asker: number) => boolean;
/** One worker's access to the store, which can be cut. */
const reached = (asker: number): ReadStore =>
  new Proxy(stores.readStore, {
    get:
      (store, name) =>
      async (...call: unknown[]): Promise<unknown> => {
        if (away(asker)) throw new ReadStoreUnavailable('away');
        asking += 1;
        try {
          return await (Reflect.get(store, name) as (...call: unknown[]) => unknown).apply(store, call);
        } finally {
          asking -= 1;
        }
      },
  });

const start = async (
  begin: (partition: number) => void = () => undefined,
  outlastsStore = false,
): Promise<Started> => {
  seed += 1;
  const environment = { ...fakeEnvironment({ seed }), ids: { next: () => `worker-${seed}` } };
  const working = new Map<number, ReadStore>();
  const errors: unknown[] = [];
  const worker = await startWorker({
    readStore: reached(started.length),
    environment,
    role: 'process',
    partitions,
    ttlMs,
    outlastsStore,
    start: async (partition, readStore) => {
      await Promise.resolve();
      begin(partition);
      working.set(partition, readStore);
      return {
        stop: () => {
          if (working.get(partition) === readStore) working.delete(partition);
          return Promise.resolve();
        },
      };
    },
    onError: (error) => errors.push(error),
  });
  const one = { environment, worker, errors, working };
  started.push(one);
  await quiet();
  return one;
};
/** Moves the time of these workers, and of no others. */
const pass = async (ms: number, ...those: readonly Started[]): Promise<void> => {
  for (let passed = 0; passed < ms; passed += ttlMs / 6) {
    for (const { environment } of those) {
      await environment.advance(ttlMs / 6);
      await quiet();
    }
  }
};
/** Waits until the store has no open calls: it works in real time. */
const quiet = async (): Promise<void> => {
  for (let turns = 0; turns < 5; turns = asking === 0 ? turns + 1 : 0)
    await new Promise<void>((resolve) => setImmediate(resolve));
};
const held = ({ working }: Started): readonly number[] => [...working.keys()].sort();
const inAll = (...those: readonly Started[]): readonly number[] => those.flatMap(held).sort();
const every = Array.from({ length: partitions }, (_, n) => n);

beforeEach(async () => {
  stores = await openStores(fakeEnvironment());
  started = [];
  away = () => false;
});
afterEach(async () => {
  await Promise.all(started.map(({ worker }) => worker.stop()));
  await stores.remove();
});

describe('the partitions', () => {
  test('when one worker is alone › are all done by it', async () => {
    const one = await start();
    expect(held(one)).toEqual(every);
    expect(one.worker.partitions()).toEqual(every);
  });

  test.each([2, 3, 5, 8])('when there are %i workers › are shared out, each done by one', async (count) => {
    const workers: Started[] = [];
    for (let n = 0; n < count; n++) workers.push(await start());
    await pass(2 * ttlMs, ...workers);
    expect(inAll(...workers)).toEqual(every);
    const fair = Math.ceil(partitions / count);
    expect(Math.max(...workers.map((worker) => held(worker).length))).toBe(fair);
  });

  test('when there are more workers than partitions › are done by some, and the others wait', async () => {
    const workers: Started[] = [];
    for (let n = 0; n < partitions + 1; n++) workers.push(await start());
    await pass(3 * ttlMs, ...workers);
    expect(workers.map((worker) => held(worker).length)).toEqual([...every.map(() => 1), 0]);
    await workers[0]?.worker.stop();
    await pass(ttlMs, ...workers.slice(1));
    expect(inAll(...workers.slice(1))).toEqual(every);
  });

  test('stay with their workers while no worker starts or stops', async () => {
    const [one, two] = [await start(), await start()];
    await pass(2 * ttlMs, one, two);
    const before = [...one.working.values(), ...two.working.values()];
    await pass(5 * ttlMs, one, two);
    const after = [...one.working.values(), ...two.working.values()];
    expect(after.every((store, n) => store === before[n])).toBe(true);
  });

  test('of a worker that stops › are taken by another in the next round', async () => {
    const [one, two] = [await start(), await start()];
    await pass(2 * ttlMs, one, two);
    await one.worker.stop();
    expect(held(one)).toEqual([]);
    await pass(ttlMs / 3, two);
    expect(held(two)).toEqual(every);
  });

  test('of a worker that died › are taken by another when its time to live is over, not before', async () => {
    const [one, two] = [await start(), await start()];
    await pass(2 * ttlMs, one, two);
    const before = held(two);
    // The other worker may have seen a renewal just now.
    await pass(ttlMs / 2, two);
    expect(held(two)).toEqual(before);
    await pass(ttlMs, two);
    expect(held(two)).toEqual(every);
  });
});

describe('a worker that stood still', () => {
  test('and wakes up after others took its work › writes nothing, stops, and takes a share again', async () => {
    const [zombie, other] = [await start(), await start()];
    await pass(2 * ttlMs, zombie, other);
    const [[partition, late]] = [...zombie.working] as [[number, ReadStore]];
    await pass(2 * ttlMs, other);
    expect(held(other)).toEqual(every);
    // It has not noticed the loss yet.
    expect(held(zombie)).toContain(partition);
    const checkpoint = { name: 'checkpoint', position: 1 };
    await expect(async () => late.apply([], checkpoint)).rejects.toThrow(LeaseLost);
    await expect(async () => late.drop([], ['checkpoint'])).rejects.toThrow(LeaseLost);
    await zombie.environment.advance(1);
    await pass(ttlMs / 3, zombie);
    expect(held(zombie)).toEqual([]);
    await pass(ttlMs, zombie, other);
    expect(inAll(zombie, other)).toEqual(every);
    expect(held(zombie)).toHaveLength(partitions / 2);
    const current = other.working.get(partition) ?? zombie.working.get(partition);
    expect(await current?.apply([], checkpoint)).toBe(true);
  });

  test('never shares a token with its successor, for any clocks', async () => {
    const [zombie, other] = [await start(), await start()];
    await pass(2 * ttlMs, zombie, other);
    const tokens = async (): Promise<readonly number[]> =>
      Promise.all(every.map(async (n) => (await stores.readStore.lease(`process/${n}`))?.token ?? 0));
    const [before, ofZombie] = [await tokens(), held(zombie)];
    zombie.environment.jump(-60 * 60 * 1000);
    other.environment.jump(60 * 60 * 1000);
    await pass(2 * ttlMs, other);
    expect(held(other)).toEqual(every);
    const after = await tokens();
    expect(after).toEqual(before.map((token, n) => (ofZombie.includes(n) ? token + 1 : token)));
  });
});

describe('when the read store is away', () => {
  test('a worker stops before its time to live is over, and goes on when the store is back', async () => {
    const one = await start();
    await pass(ttlMs, one);
    away = () => true;
    await pass(ttlMs - ttlMs / 6, one);
    expect(held(one)).toEqual([]);
    expect(one.errors.length).toBeGreaterThan(0);
    away = () => false;
    await pass(ttlMs / 3, one);
    expect(held(one)).toEqual(every);
  });

  test('for one of two workers › the other takes over, and only after the first has stopped', async () => {
    const [cut, other] = [await start(), await start()];
    await pass(2 * ttlMs, cut, other);
    away = (asker) => asker === 0;
    for (let passed = 0; passed < 3 * ttlMs; passed += ttlMs / 6) {
      await pass(ttlMs / 6, cut, other);
      expect(new Set(inAll(cut, other)).size).toBe(inAll(cut, other).length);
    }
    expect(held(other)).toEqual(every);
  });
});

describe('when the read store is away, of work that outlasts it', () => {
  const startLasting = (): Promise<Started> => start(undefined, true);

  test('a worker goes on however long that takes, and still has its leases when the store is back', async () => {
    const one = await startLasting();
    await pass(ttlMs, one);
    const before = [...one.working.values()];
    away = () => true;
    await pass(10 * ttlMs, one);
    expect(held(one)).toEqual(every);
    away = () => false;
    await pass(2 * ttlMs, one);
    expect([...one.working.values()]).toEqual(before);
    const leases = await Promise.all(every.map((n) => stores.readStore.lease(`process/${n}`)));
    expect(new Set(leases.map((lease) => lease?.token))).toEqual(new Set([1]));
  });

  test('both of two workers go on with their shares', async () => {
    const [one, two] = [await startLasting(), await startLasting()];
    await pass(2 * ttlMs, one, two);
    const before = [held(one), held(two)];
    away = () => true;
    await pass(5 * ttlMs, one, two);
    expect([held(one), held(two)]).toEqual(before);
    away = () => false;
    await pass(2 * ttlMs, one, two);
    expect(inAll(one, two)).toEqual(every);
  });

  test('for one of two workers › the other takes over, and the first stops when it reaches the store again', async () => {
    const [cut, other] = [await startLasting(), await startLasting()];
    await pass(2 * ttlMs, cut, other);
    const [[, late]] = [...cut.working] as [[number, ReadStore]];
    away = (asker) => asker === 0;
    await pass(3 * ttlMs, cut, other);
    expect(held(other)).toEqual(every);
    expect(held(cut).length).toBeGreaterThan(0);
    away = () => false;
    await expect(async () => late.apply([], { name: 'checkpoint', position: 1 })).rejects.toThrow(LeaseLost);
    await pass(2 * ttlMs, cut, other);
    expect(inAll(cut, other)).toEqual(every);
  });

  test('and that stops meanwhile › others take it when its time to live is over', async () => {
    const [one, other] = [await startLasting(), await startLasting()];
    await pass(2 * ttlMs, one, other);
    away = () => true;
    await one.worker.stop();
    expect(held(one)).toEqual([]);
    await pass(ttlMs, other);
    away = () => false;
    await pass(2 * ttlMs, other);
    expect(held(other)).toEqual(every);
  });
});

test('work that cannot begin is given up and begun again', async () => {
  let failures = 1;
  const one = await start((partition) => {
    if (partition === 3 && failures-- > 0) throw new Error('not yet');
  });
  await pass(ttlMs, one);
  expect(held(one)).toEqual(every);
  expect(one.errors.map(String)).toEqual(['Error: not yet']);
});

test('ids spread over the partitions, and each stays in its own', () => {
  const counts = every.map(() => 0);
  for (let n = 0; n < 8000; n++) {
    const partition = partitionOf(`order-${n}`, partitions);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(800);
  // Stored checkpoints depend on it.
  expect(['a', '0b1c', 'order-17'].map((id) => partitionOf(id, partitions))).toEqual([4, 3, 6]);
});
