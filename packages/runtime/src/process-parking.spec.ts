// A process runner parks an event that it can't read, route or decide on, together with the events that depend on it. It
// goes on with all others, and a retry takes effect.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createParkedEvents } from './parked-events.js';
import { partitionOf } from './partitions.js';
import { openProcessRig, type ProcessRig } from './test/process-rig.js';
import { deadlineMs, emptying } from './test/process.js';
import { event, withPromises } from './test/stores.js';

let rig: ProcessRig;

beforeEach(async () => {
  rig = await openProcessRig();
});
afterEach(() => rig.remove());

const mended = emptying();
/** Can't route an amount. Each spec "mends" it by starting a runner that can. */
const notRouting = (amount: number): typeof mended => ({
  ...mended,
  route: (recorded) => {
    if (recorded.data.amount === amount) throw new Error(`can't route ${amount}`);
    return mended.route(recorded);
  },
});
const append = (stream: string, data: object, n: number, metadata: object = {}): unknown => {
  const made = event('Added', data, n);
  return rig.stores.store.append(stream, [{ ...made, metadata: { ...made.metadata, ...metadata } }], 'any');
};
const all = { dryRun: false };

describe('an event that can not be routed', () => {
  test('and names no process › holds back its stream and the process of that name; others go on', async () => {
    await rig.start({ process: notRouting(11) });
    await rig.append('tally-a', 11, 12);
    await rig.append('tally-b', 12);
    await rig.becomes('b', ['Filled']);
    await rig.parkedAre({ stream: 'tally-a', key: 'tally-a', attempts: 1 }, { key: 'tally-a', attempts: 0 });
    expect(await rig.typesOf('a')).toEqual([]);
  });

  test('and comes in one batch with events that depend on it › is not overtaken', async () => {
    const together = [11, 12].map((amount, n) => event('Added', { amount }, 100 + n));
    await rig.stores.store.append('tally-a', together, 'any');
    await rig.start({ process: notRouting(11), store: withPromises(rig.stores.store) });
    await rig.parkedAre({ revision: 0, attempts: 1 }, { revision: 1, attempts: 0 });
    expect(await rig.typesOf('a')).toEqual([]);
  });

  test.each<[string, object, object]>([
    ['names its order', { amount: 11, orderId: 'b' }, {}],
    ['answers a command of a process', { amount: 11 }, { actor: 'process:emptying', correlationId: 'b' }],
  ])('and %s › holds back that process alone', async (_, data, metadata) => {
    await rig.start({ process: notRouting(11) });
    await append('tally-a', data, 100, metadata);
    await rig.append('tally-a', 12);
    await rig.append('tally-b', 12);
    await rig.becomes('a', ['Filled']);
    await rig.parkedAre(
      { stream: 'tally-a', key: 'b', attempts: 1 },
      { stream: 'tally-b', key: 'b', attempts: 0 },
    );
    expect(await rig.typesOf('b')).toEqual([]);
  });

  test('when it can be routed and is retried › takes effect, and the events behind it follow in order', async () => {
    await rig.start({ process: notRouting(12) });
    await rig.append('tally-a', 12, -12);
    await rig.parkedAre({ attempts: 1 }, { attempts: 0 });
    await rig.stop();
    const { consumer } = await rig.start({ process: mended });
    await rig.environment.advance(100);
    expect(await rig.typesOf('a')).toEqual([]);
    const why = { ...all, reason: 'mended' };
    expect(await createParkedEvents(rig.stores.store, [consumer]).retry(why, 'staff:1')).toBe(2);
    const retried = (await rig.stores.store.readStream('parked-process-emptying')).at(-1);
    expect(retried).toMatchObject({ data: { reason: 'mended' }, metadata: { actor: 'staff:1' } });
    await rig.becomes('a', ['Filled', 'Emptied']);
    await rig.append('tally-a', 3);
    await rig.environment.advance(100);
    expect(consumer.parking.all()).toEqual([]);
  });

  test('when the process went on without it and it is retried › still takes effect', async () => {
    await rig.start({ process: notRouting(-12) });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled']);
    await rig.append('tally-a', -12);
    await rig.parkedAre({ attempts: 1 });
    await rig.stop();
    const failed = event('EmptyingFailed', { attempt: 1, retryAt: '2026-01-01T00:00:09.000Z' }, 200);
    const further = { ...failed, metadata: { ...failed.metadata, inputPosition: 1000 } };
    await rig.stores.store.append('emptying-a', [further], 'any');
    const { consumer } = await rig.start({ process: mended });
    expect(await createParkedEvents(rig.stores.store, [consumer]).retry(all, 'staff:1')).toBe(1);
    await rig.becomes('a', ['Filled', 'EmptyingFailed', 'Emptied']);
  });

  test('when it still can not be routed and is retried › stays parked, and is not recorded as retried', async () => {
    const { consumer } = await rig.start({ process: notRouting(11) });
    await rig.append('tally-a', 11);
    await rig.parkedAre({ attempts: 1 });
    expect(await createParkedEvents(rig.stores.store, [consumer]).retry(all, 'staff:1')).toBe(0);
    const types = (await rig.stores.store.readStream('parked-process-emptying')).map(({ type }) => type);
    expect(types).toEqual(['EventParked', 'EventParked']);
    expect((await rig.parked())[1]).toMatchObject({ attempts: 2 });
  });

  test('when it comes again after a restart › is not parked twice', async () => {
    await rig.start({ process: notRouting(11) });
    await rig.append('tally-a', 11);
    await rig.parkedAre({ attempts: 1 });
    const second = await rig.start({ process: notRouting(11) });
    await rig.environment.until(10, () => {
      expect(second.handled()).toBeGreaterThan(0);
    });
    expect(await rig.parked()).toHaveLength(1);
  });

  test('when partitions share the work › holds its stream back in all of them, until one of them retried it', async () => {
    const partition = (index: number) => ({ index, of: 2 });
    const byStream = (process: typeof mended): typeof mended => ({
      ...process,
      route: (recorded) => {
        process.route(recorded);
        return { kind: 'start', id: (recorded.data as unknown as { id: string }).id };
      },
    });
    // The stream belongs to one partition, an id of the other has events in it.
    const owner = partitionOf('tally-all', 2);
    const id = ['a', 'b', 'c', 'd'].find((one) => partitionOf(one, 2) !== owner) ?? '';
    for (const index of [0, 1])
      await rig.start({ process: byStream(notRouting(11)), partition: partition(index) });
    await append('tally-all', { amount: 11, id }, 100);
    await append('tally-all', { amount: 12, id }, 101);
    // Each runner parks one of the two events, in any order.
    await rig.environment.until(10, async () => {
      const parked = [...(await rig.parked())].sort((one, other) => one.position - other.position);
      expect(parked).toMatchObject([
        { attempts: 1, key: 'tally-all' },
        { attempts: 0, key: 'tally-all' },
      ]);
    });
    await rig.stores.store.synced((await rig.stores.store.end()).written);
    await rig.stop();
    const mendedRunners = [];
    for (const index of [0, 1])
      mendedRunners.push(await rig.start({ process: byStream(mended), partition: partition(index) }));
    const consumers = mendedRunners.map(({ consumer }) => consumer);
    expect(await createParkedEvents(rig.stores.store, consumers).retry(all, 'staff:1')).toBe(2);
    await rig.becomes(id, ['Filled']);
    await append('tally-all', { amount: -12, id }, 102);
    await rig.becomes(id, ['Filled', 'Emptied']);
  });

  test('when it was discarded and the inputs come from the beginning again › stays without effect', async () => {
    const { consumer } = await rig.start({ process: notRouting(12) });
    await rig.append('tally-a', 12);
    await rig.parkedAre({ attempts: 1 });
    await createParkedEvents(rig.stores.store, [consumer]).discard({ ...all, reason: 'a test' }, 'staff:1');
    // No checkpoint was stored yet, so this one begins where the first did.
    await rig.start({ process: mended });
    await rig.append('tally-b', 12);
    await rig.becomes('b', ['Filled']);
    expect(await rig.typesOf('a')).toEqual([]);
  });
});

describe('a deadline of a process that has an event parked', () => {
  test('waits with it, and fires when it was discarded', async () => {
    const { consumer } = await rig.start({ process: notRouting(-12) });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled']);
    await rig.append('tally-a', -12);
    await rig.parkedAre({ attempts: 1 });
    await rig.environment.advance(2 * deadlineMs);
    expect(await rig.typesOf('a')).toEqual(['Filled']);
    await createParkedEvents(rig.stores.store, [consumer]).discard(
      { ...all, reason: 'a test', consumer: 'process-emptying' },
      'staff:1',
    );
    await rig.becomes('a', ['Filled', 'Expired'], 100);
  });

  test('fires also when the runner of another partition discarded it', async () => {
    const isSplit = (one: string): boolean => partitionOf(one, 2) !== partitionOf(`tally-${one}`, 2);
    const id = ['a', 'b', 'c', 'd', 'e', 'f'].find(isSplit) ?? '';
    const consumers = [];
    for (const index of [0, 1])
      consumers.push((await rig.start({ process: notRouting(-12), partition: { index, of: 2 } })).consumer);
    await rig.append(`tally-${id}`, 12);
    await rig.becomes(id, ['Filled']);
    await rig.append(`tally-${id}`, -12);
    await rig.parkedAre({ attempts: 1, key: `tally-${id}` });
    await rig.environment.advance(2 * deadlineMs);
    expect(await rig.typesOf(id)).toEqual(['Filled']);
    await createParkedEvents(rig.stores.store, consumers).discard({ ...all, reason: 'a test' }, 'staff:1');
    await rig.becomes(id, ['Filled', 'Expired'], 100);
  });
});
