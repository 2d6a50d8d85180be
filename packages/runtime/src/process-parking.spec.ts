// A process runner parks an event that it can't read, route or decide on, together with the events that depend on it. It
// goes on with all others, and a retry takes effect.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type EventStore, storeWith } from '@holdfast/event-store';
import { partitionOf } from './partitions.js';
import { createParkedEvents } from './parked-events.js';
import type { Parked } from './parking.js';
import { openProcessRig, type ProcessRig } from './test/process-rig.js';
import { deadlineMs, emptying, type Decision } from './test/process.js';
import { withPromises, event } from './test/stores.js';

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
const parkedEvents = async (): Promise<readonly Parked[]> =>
  (await rig.stores.store.readStream('parked-process-emptying'))
    .filter(({ type }) => type === 'EventParked')
    .map(({ data }) => data as Parked);
const parkedAre = async (...expected: readonly Partial<Parked>[]): Promise<void> => {
  await rig.environment.until(10, async () => {
    expect(await parkedEvents()).toMatchObject(expected);
  });
  // The runner counts it as parked once it is synced.
  await rig.stores.store.synced((await rig.stores.store.end()).written);
  await rig.environment.advance(10);
};
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
    await parkedAre({ stream: 'tally-a', key: 'tally-a', attempts: 1 }, { key: 'tally-a', attempts: 0 });
    expect(await rig.typesOf('a')).toEqual([]);
  });

  test('and comes in one batch with events that depend on it › is not overtaken', async () => {
    const together = [11, 12].map((amount, n) => event('Added', { amount }, 100 + n));
    await rig.stores.store.append('tally-a', together, 'any');
    await rig.start({ process: notRouting(11), store: withPromises(rig.stores.store) });
    await parkedAre({ revision: 0, attempts: 1 }, { revision: 1, attempts: 0 });
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
    await parkedAre(
      { stream: 'tally-a', key: 'b', attempts: 1 },
      { stream: 'tally-b', key: 'b', attempts: 0 },
    );
    expect(await rig.typesOf('b')).toEqual([]);
  });

  test('when it can be routed and is retried › takes effect, and the events behind it follow in order', async () => {
    await rig.start({ process: notRouting(12) });
    await rig.append('tally-a', 12, -12);
    await parkedAre({ attempts: 1 }, { attempts: 0 });
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
    await parkedAre({ attempts: 1 });
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
    await parkedAre({ attempts: 1 });
    expect(await createParkedEvents(rig.stores.store, [consumer]).retry(all, 'staff:1')).toBe(0);
    const types = (await rig.stores.store.readStream('parked-process-emptying')).map(({ type }) => type);
    expect(types).toEqual(['EventParked', 'EventParked']);
    expect((await parkedEvents())[1]).toMatchObject({ attempts: 2 });
  });

  test('when it comes again after a restart › is not parked twice', async () => {
    await rig.start({ process: notRouting(11) });
    await rig.append('tally-a', 11);
    await parkedAre({ attempts: 1 });
    const second = await rig.start({ process: notRouting(11) });
    await rig.environment.until(10, () => {
      expect(second.handled()).toBeGreaterThan(0);
    });
    expect(await parkedEvents()).toHaveLength(1);
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
    await parkedAre({ attempts: 1, key: 'tally-all' }, { attempts: 0, key: 'tally-all' });
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
    await parkedAre({ attempts: 1 });
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
    await parkedAre({ attempts: 1 });
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
    await parkedAre({ attempts: 1, key: `tally-${id}` });
    await rig.environment.advance(2 * deadlineMs);
    expect(await rig.typesOf(id)).toEqual(['Filled']);
    await createParkedEvents(rig.stores.store, consumers).discard({ ...all, reason: 'a test' }, 'staff:1');
    await rig.becomes(id, ['Filled', 'Expired'], 100);
  });
});

describe('a live process that can not be loaded at the start', () => {
  const nonsense = event('Nonsense', {}, 300);
  /** Throws at unknown decisions, as a strict fold does. */
  const strict: typeof mended = {
    ...mended,
    evolve: (state, decision) => {
      if ((decision.type as string) === 'Nonsense') throw new Error('unknown decision Nonsense');
      return mended.evolve(state, decision);
    },
  };
  const tolerant: typeof mended = {
    ...mended,
    evolve: (state, decision) =>
      (decision.type as string) === 'Nonsense' ? state : mended.evolve(state, decision),
  };
  const broken = async (): Promise<void> => {
    await rig.start();
    await rig.append('tally-a', 12);
    await rig.append('tally-b', 12);
    await rig.becomes('a', ['Filled']);
    await rig.becomes('b', ['Filled']);
    await rig.environment.advance(2000);
    await rig.stop();
  };
  const damaged = (store: EventStore): EventStore => ({
    ...storeWith(store),
    readStream: async (stream, options = {}) => {
      const events = await store.readStream(stream, options);
      if (stream === 'emptying-a' && events.length > 0) throw new Error('bytes that are no event');
      return events;
    },
  });

  test.each<[string, number, string]>([
    ['because one of its events means nothing', 1, 'Nonsense'],
    ['because one of its records is damaged', 0, 'unreadable'],
  ])('%s › is parked with the reason, and the others run', async (_, revision, eventType) => {
    await broken();
    const isDamaged = eventType === 'unreadable';
    if (!isDamaged) await rig.stores.store.append('emptying-a', [nonsense], 'any');
    await rig.start({ process: strict, ...(isDamaged && { store: damaged(rig.stores.store) }) });
    await rig.append('tally-b', -12);
    await rig.becomes('b', ['Filled', 'Emptied']);
    await parkedAre({ stream: 'emptying-a', revision, eventType, key: 'a', attempts: 1 });
    await rig.append('tally-a', -12);
    await parkedAre({ stream: 'emptying-a' }, { stream: 'tally-a', key: 'a', attempts: 0 });
  });

  test('when it was mended and is retried › is loaded and goes on with the waiting events', async () => {
    await broken();
    await rig.stores.store.append('emptying-a', [nonsense], 'any');
    await rig.start({ process: strict });
    await rig.append('tally-a', -12);
    await parkedAre({ stream: 'emptying-a' }, { stream: 'tally-a', attempts: 0 });
    await rig.stop();
    const { consumer } = await rig.start({ process: tolerant });
    const parked = createParkedEvents(rig.stores.store, [consumer]);
    expect(await parked.retry(all, 'staff:1')).toBe(2);
    await rig.becomes('a', ['Filled', 'Nonsense', 'Emptied']);
    expect(consumer.parking.all()).toEqual([]);
  });

  test('when it was not mended and is retried › stays parked', async () => {
    await broken();
    await rig.stores.store.append('emptying-a', [nonsense], 'any');
    const { consumer } = await rig.start({ process: strict });
    await parkedAre({ attempts: 1 });
    expect(await createParkedEvents(rig.stores.store, [consumer]).retry(all, 'staff:1')).toBe(0);
    await parkedAre({ attempts: 1 }, { stream: 'emptying-a', attempts: 2 });
  });

  test('when its deadline makes it throw while it runs › is parked, and the others run', async () => {
    const { decide, ...rest } = mended;
    const throwing = (
      input: Parameters<typeof decide>[0],
      state: Parameters<typeof decide>[1],
    ): readonly Decision[] => {
      if (input.kind === 'deadline') throw new Error('no deadlines here');
      return decide(input, state);
    };
    await rig.start({ process: { ...rest, decide: throwing } });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled']);
    await rig.environment.advance(2 * deadlineMs);
    await parkedAre({ stream: 'emptying-a', revision: 0, key: 'a', attempts: 1 });
    await rig.append('tally-b', 12);
    await rig.becomes('b', ['Filled']);
  });
});

describe('a runner whose state is behind the stream', () => {
  test('and which decides nothing › reads on and decides again', async () => {
    await rig.start();
    await rig.append('tally-a', 3);
    await rig.environment.advance(50);
    const dueAt = new Date(rig.environment.clock.now() + deadlineMs).toISOString();
    await rig.stores.store.append('emptying-a', [event('Filled', { amount: 12, dueAt }, 400)], 'any');
    await rig.append('tally-a', -12);
    await rig.becomes('a', ['Filled', 'Emptied']);
  });

  test('reads no stream for inputs that it decides on, and its stream once for one that it does not', async () => {
    const reads: string[] = [];
    const counting: EventStore = {
      ...storeWith(rig.stores.store),
      readStream: (stream, options) => {
        if (stream.startsWith('emptying-')) reads.push(stream);
        return rig.stores.store.readStream(stream, options);
      },
    };
    await rig.start({ store: counting });
    await rig.environment.advance(50);
    await rig.append('tally-a', 12, -12);
    await rig.becomes('a', ['Filled', 'Emptied']);
    expect(reads).toEqual([]);
    await rig.append('tally-b', 12);
    await rig.becomes('b', ['Filled']);
    await rig.append('tally-b', 3);
    await rig.environment.advance(50);
    expect(reads).toEqual(['emptying-b']);
  });
});
