// A live process that can't be loaded is parked with the reason. A runner whose state is behind the stream reads on.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { storeWith, type EventStore } from '@holdfast/event-store';
import { createParkedEvents } from './parked-events.js';
import { openProcessRig, type ProcessRig } from './test/process-rig.js';
import { deadlineMs, emptying, type Decision } from './test/process.js';
import { event } from './test/stores.js';

let rig: ProcessRig;

beforeEach(async () => {
  rig = await openProcessRig();
});
afterEach(() => rig.remove());

const mended = emptying();
const all = { dryRun: false };

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
    await rig.parkedAre({ stream: 'emptying-a', revision, eventType, key: 'a', attempts: 1 });
    await rig.append('tally-a', -12);
    await rig.parkedAre({ stream: 'emptying-a' }, { stream: 'tally-a', key: 'a', attempts: 0 });
  });

  test('when it was mended and is retried › is loaded and goes on with the waiting events', async () => {
    await broken();
    await rig.stores.store.append('emptying-a', [nonsense], 'any');
    await rig.start({ process: strict });
    await rig.append('tally-a', -12);
    await rig.parkedAre({ stream: 'emptying-a' }, { stream: 'tally-a', attempts: 0 });
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
    await rig.parkedAre({ attempts: 1 });
    expect(await createParkedEvents(rig.stores.store, [consumer]).retry(all, 'staff:1')).toBe(0);
    await rig.parkedAre({ attempts: 1 }, { stream: 'emptying-a', attempts: 2 });
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
    await rig.parkedAre({ stream: 'emptying-a', revision: 0, key: 'a', attempts: 1 });
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
