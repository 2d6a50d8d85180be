// Effects on the outside world: one per event, under one key, tried again or parked. Their outcome is sent as a command.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { streamId, type RecordedEvent } from '@holdfast/kernel';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { createCommandHandler } from './command-handler.js';
import { createParkedEvents } from './parked-events.js';
import { reactorCheckpoint } from './reactor-checkpoint.js';
import { startReactor, type Reactor, type ReactorRunner } from './reactor-runner.js';
import { event, openStores, type Stores } from './test/stores.js';
import { add, tally } from './test/tally.js';

let environment: FakeEnvironment;
let stores: Stores;
let runner: ReactorRunner;
/** keys of the effects that were carried out */
let asked: string[];
let failures: number;

const start = async (
  answer = 1,
  giveUp: Reactor['giveUp'] | null = null,
  more: Partial<Reactor> = {},
): Promise<void> => {
  const { store, readStore } = stores;
  runner = await startReactor({
    store,
    readStore,
    commands: createCommandHandler({ store, environment, aggregates: [tally] }),
    environment,
    reactor: {
      name: 'calling',
      prefixes: ['call-'],
      react: (called: RecordedEvent) =>
        called.type !== 'Called'
          ? null
          : (key) => {
              asked.push(key);
              if (failures-- > 0) throw new Error('nobody answers');
              return add(streamId(called.stream), answer);
            },
      ...(giveUp !== null && { giveUp }),
      retry: { baseMs: 100, limitMs: 1000, attempts: 3 },
      ...more,
    },
    onError: () => undefined,
  });
};
const append = (stream: string, type: string, n: number): unknown =>
  stores.store.append(stream, [event(type, {}, n)], 'any');
const answersAre = (id: string, amounts: readonly number[]): Promise<void> =>
  environment.until(200, async () => {
    const events = await stores.store.readStream(`tally-${id}`);
    expect(events.map(({ data }) => data)).toEqual(amounts.map((amount) => ({ amount })));
  });
const keyOf = (n: number): string => `calling:${event('Called', {}, n).id}`;
const parkedTypes = async (): Promise<readonly string[]> =>
  (await stores.store.readStream('parked-reactor-calling')).map(({ type }) => type);

beforeEach(async () => {
  environment = fakeEnvironment();
  stores = await openStores(environment);
  asked = [];
  failures = 0;
});
afterEach(async () => {
  await runner.stop();
  await stores.remove();
});

describe('a reactor', () => {
  test('reacts once to an event, and sends the outcome as a command with the same key', async () => {
    await start();
    await append('call-a', 'Ignored', 1);
    await append('call-a', 'Called', 2);
    await answersAre('a', [1]);
    expect(asked).toEqual([keyOf(2)]);
    const [answer] = await stores.store.readStream('tally-a');
    expect(answer?.metadata).toMatchObject({
      commandId: keyOf(2),
      causationId: event('Called', {}, 2).id,
      actor: 'reactor:calling',
    });
  });

  test('that is new reacts to the whole log, or only to events after its first start', async () => {
    await append('call-a', 'Called', 1);
    await start(1, null, { fromNow: true });
    await append('call-a', 'Called', 2);
    await answersAre('a', [1]);
    expect(asked).toEqual([keyOf(2)]);
    await runner.stop();
    await append('call-a', 'Called', 3);
    await start(1, null, { fromNow: true });
    await answersAre('a', [1, 1]);
    await runner.stop();
    await start(1, null, { name: 'another' });
    await answersAre('a', [1, 1, 1, 1, 1]);
  });

  test('that crashed before its checkpoint calls again with the same key, and the outcome has one effect', async () => {
    await start();
    await append('call-a', 'Called', 1);
    await answersAre('a', [1]);
    await eventually(async () => {
      expect(await stores.readStore.checkpoint(reactorCheckpoint('calling'))).toBe(0);
    });
    await runner.stop();
    // A read store without the checkpoint.
    const { readStore } = stores;
    stores = {
      ...stores,
      readStore: Object.assign(Object.create(readStore) as typeof readStore, { checkpoint: () => null }),
    };
    await start();
    await eventually(() => {
      expect(asked).toEqual([keyOf(1), keyOf(1)]);
    });
    await append('call-b', 'Called', 2);
    await answersAre('b', [1]);
    await answersAre('a', [1]);
  });

  test('whose effect fails tries again after a while, under the same key', async () => {
    failures = 2;
    await start();
    await append('call-a', 'Called', 1);
    await answersAre('a', [1]);
    expect(asked).toEqual([keyOf(1), keyOf(1), keyOf(1)]);
    expect(await parkedTypes()).toEqual([]);
  });

  test('whose effect keeps failing parks the event and goes on; a retry takes effect', async () => {
    failures = 3;
    await start();
    await append('call-a', 'Called', 1);
    await environment.until(200, () => {
      expect(runner.consumer.parking.all()).toMatchObject([{ stream: 'call-a', attempts: 1 }]);
    });
    await append('call-b', 'Called', 2);
    await answersAre('b', [1]);
    await answersAre('a', []);
    const parked = createParkedEvents(stores.store, [runner.consumer]);
    expect(await parked.retry({ dryRun: false }, 'staff:1')).toBe(1);
    await answersAre('a', [1]);
  });

  test('that puts on record that it gave up › parks nothing, and goes on with the stream', async () => {
    failures = 3;
    await start(1, ({ stream }) => add(streamId(stream), 7));
    await append('call-a', 'Called', 1);
    await append('call-a', 'Called', 2);
    await answersAre('a', [7, 1]);
    expect(asked).toHaveLength(4);
    expect(await parkedTypes()).toEqual([]);
    const [fact] = await stores.store.readStream('tally-a');
    expect(fact?.metadata.commandId).toBe(`${keyOf(1)}:given-up`);
  });

  test('whose record of having given up is refused parks the event', async () => {
    failures = 3;
    await start(1, ({ stream }) => add(streamId(stream), -5));
    await append('call-a', 'Called', 1);
    await environment.until(200, async () => {
      expect(await parkedTypes()).toEqual(['EventParked']);
    });
    expect(asked).toHaveLength(3);
  });

  test('whose answer is refused parks the event at once', async () => {
    await start(-5);
    await append('call-a', 'Called', 1);
    await environment.until(10, async () => {
      expect(await parkedTypes()).toEqual(['EventParked']);
    });
    expect(asked).toHaveLength(1);
  });

  test('goes past events without an effect, and saves its position within a second', async () => {
    await start();
    await append('call-a', 'Ignored', 1);
    await append('call-b', 'Ignored', 2);
    await environment.until(1100, async () => {
      expect(await stores.readStore.checkpoint(reactorCheckpoint('calling'))).toBe(1);
    });
    expect(asked).toEqual([]);
  });

  test('that is stopped saves the position of the last event without an effect', async () => {
    await start();
    await append('call-a', 'Ignored', 1);
    await eventually(() => {
      expect(runner.handled()).toBe(0);
    });
    await runner.stop();
    expect(await stores.readStore.checkpoint(reactorCheckpoint('calling'))).toBe(0);
  });

  test('with a parked event parks the effects behind it in its stream, and no event without an effect', async () => {
    failures = 3;
    await start();
    await append('call-a', 'Called', 1);
    await append('call-a', 'Ignored', 2);
    await append('call-a', 'Called', 3);
    await environment.until(200, () => {
      expect(runner.consumer.parking.all()).toHaveLength(2);
    });
    expect(runner.consumer.parking.all()).toMatchObject([{ revision: 0 }, { revision: 2 }]);
    expect(runner.handled()).toBeGreaterThanOrEqual(2);
  });

  describe('with one effect that takes long', () => {
    let waiting: (() => void)[];
    const slow: Partial<Reactor> = {
      react: ({ stream }) =>
        stream === 'call-slow'
          ? () => new Promise((resolve) => waiting.push(() => resolve(add('slow', 1))))
          : () => add(streamId(stream), 1),
    };
    const answer = async (): Promise<void> => {
      const [next] = await eventually(() => {
        expect(waiting).toHaveLength(1);
        return waiting.splice(0);
      });
      next?.();
    };
    beforeEach(() => {
      waiting = [];
    });

    test('goes on with other streams, and its checkpoint waits for the slow one', async () => {
      await start(1, null, slow);
      await append('call-slow', 'Called', 1);
      await append('call-slow', 'Called', 2);
      await answersAre('a', []);
      await append('call-a', 'Called', 3);
      await answersAre('a', [1]);
      await answersAre('slow', []);
      expect(runner.handled()).toBe(-1);
      await answer();
      await answersAre('slow', [1]);
      await answer();
      await answersAre('slow', [1, 1]);
      await eventually(async () => {
        expect(await stores.readStore.checkpoint(reactorCheckpoint('calling'))).toBe(2);
      });
    });

    test('stops without its answer, and asks again at the next start', async () => {
      await start(1, null, slow);
      await append('call-slow', 'Called', 1);
      await append('call-a', 'Called', 2);
      await answersAre('a', [1]);
      await runner.stop();
      await start();
      await answersAre('slow', [1]);
      await answersAre('a', [1]);
      expect(asked.toSorted()).toEqual([keyOf(1), keyOf(2)]);
    });
  });

  test('with more events under way than it takes at once goes on when some are done', async () => {
    const waiting: (() => void)[] = [];
    await start(1, null, {
      react:
        ({ stream }) =>
        () =>
          new Promise((resolve) => waiting.push(() => resolve(add(streamId(stream), 1)))),
    });
    for (let n = 1; n <= 700; n += 1) await append(`call-${n}`, 'Called', n);
    await eventually(() => {
      expect(waiting).toHaveLength(500);
    });
    for (const answer of waiting.splice(0)) answer();
    await eventually(() => {
      expect(waiting).toHaveLength(200);
    });
    for (const answer of waiting.splice(0)) answer();
    await eventually(() => {
      expect(runner.handled()).toBeGreaterThanOrEqual(699);
    });
  });
});
