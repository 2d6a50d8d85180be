// What happened before a deadline counts, however late it is read: after an outage of the runner, and while it lags.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  openEmbeddedEventStore,
  openEventStoreDb,
  openServer,
  type Batch,
  type EventStore,
  type SubscribeOptions,
} from '@holdfast/event-store';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import type { CommandHandler } from './contract.js';
import { partitionOf } from './leases.js';
import { nodeEnvironment } from './node-environment.js';
import { startProcess, type ProcessRunner, type ProcessShare } from './process-runner.js';
import { deadlineMs, emptying } from './process.fixture.js';
import { bound, event, openStores, type Stores } from './stores.fixture.js';

let environment: FakeEnvironment;
let stores: Stores;
let runners: ProcessRunner[];
let errors: unknown[];
let written: number;

beforeEach(async () => {
  environment = fakeEnvironment();
  stores = await openStores(environment);
  runners = [];
  errors = [];
  written = 0;
});
afterEach(async () => {
  for (const runner of runners) await runner.stop();
  await stores.remove();
});

const silent: CommandHandler = {
  handle: () => new Promise(() => undefined),
  load: () => Promise.reject(new Error('nothing is loaded here')),
};

const start = async (
  options: {
    readonly store?: EventStore;
    readonly commands?: CommandHandler;
    readonly share?: ProcessShare;
  } = {},
): Promise<ProcessRunner> => {
  const runner = await startProcess({
    store: stores.store,
    readStore: stores.readStore,
    commands: silent,
    process: emptying(),
    environment,
    onError: (error) => errors.push(error),
    ...options,
  });
  runners.push(runner);
  return runner;
};
const stop = async (): Promise<void> => {
  for (const runner of runners.splice(0)) await runner.stop();
};
const append = async (stream: string, ...amounts: readonly number[]): Promise<void> => {
  for (const amount of amounts) {
    written += 1;
    await stores.store.append(stream, [event('Added', { amount }, written)], 'any');
  }
};
const typesOf = async (id: string): Promise<readonly string[]> =>
  (await stores.store.readStream(`emptying-${id}`)).map(({ type }) => type);
const becomes = (id: string, types: readonly string[], stepMs = 10): Promise<void> =>
  eventually(async () => {
    await environment.advance(stepMs);
    expect(await typesOf(id)).toEqual(types);
  });
const passDeadline = async (): Promise<void> => {
  environment.jump(Date.parse('2026-01-01T00:00:00.000Z') + deadlineMs + 1000 - environment.clock.now());
  await environment.advance(2000);
};

/** The same store, whose subscriptions give nothing on while the gate is shut. */
function gated(store: EventStore): { readonly store: EventStore; shut(): void; open(): void } {
  let opened = Promise.resolve();
  let open = (): void => undefined;
  async function* subscribed(options: SubscribeOptions): AsyncGenerator<Batch> {
    for await (const batch of store.subscribeAll(options)) {
      await opened;
      yield batch;
    }
  }
  return {
    store: { ...bound(store), subscribeAll: subscribed },
    shut: () => {
      opened = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: () => {
      open();
    },
  };
}

describe('a deadline', () => {
  test('when the runner was down until after it, and the answer came in time › does not fire', async () => {
    await start();
    await append('tally-a', 12);
    await becomes('a', ['Filled']);
    await stop();
    await append('tally-a', -12);
    const gate = gated(stores.store);
    gate.shut();
    await start({ store: gate.store });
    await passDeadline();
    expect(await typesOf('a')).toEqual(['Filled']);
    gate.open();
    await becomes('a', ['Filled', 'Emptied']);
    await environment.advance(deadlineMs);
    expect(await typesOf('a')).toEqual(['Filled', 'Emptied']);
  });

  test('when the runner was down until after it, and no answer came › fires', async () => {
    await start();
    await append('tally-a', 12);
    await becomes('a', ['Filled']);
    await stop();
    await start();
    await passDeadline();
    await becomes('a', ['Filled', 'Expired'], 500);
  });

  test('when the runner lags by more than it, and the answer came in time › does not fire', async () => {
    const gate = gated(stores.store);
    await start({ store: gate.store });
    await append('tally-a', 12);
    await becomes('a', ['Filled']);
    gate.shut();
    await append('tally-a', -12);
    await passDeadline();
    expect(await typesOf('a')).toEqual(['Filled']);
    gate.open();
    await becomes('a', ['Filled', 'Emptied']);
  });

  test('when nothing happens in the log › fires as soon as it is due', async () => {
    await start();
    await append('tally-a', 12);
    await becomes('a', ['Filled'], 1);
    const due = Date.parse('2026-01-01T00:00:00.000Z') + deadlineMs;
    await environment.advance(due - environment.clock.now() - 1);
    expect(await typesOf('a')).toEqual(['Filled']);
    await environment.advance(1);
    expect(await typesOf('a')).toEqual(['Filled', 'Expired']);
  });

  test('that is due at the restart › waits for the answer of the command that the restart sends', async () => {
    await start();
    await append('tally-a', 12);
    await becomes('a', ['Filled']);
    await stop();
    environment.jump(2 * deadlineMs);
    let carryOut = (): void => undefined;
    const slow: CommandHandler = {
      ...silent,
      handle: () =>
        new Promise((resolve) => {
          carryOut = () => {
            void append('tally-a', -12).then(() => {
              resolve({ ok: true, stream: 'tally-a', revision: 1, position: 2, repeated: false });
            });
          };
        }),
    };
    await start({ commands: slow });
    await environment.advance(1000);
    carryOut();
    await becomes('a', ['Filled', 'Emptied']);
  });

  test('when one partition lags › is held back there, and fires in the others', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const [late, prompt] = [0, 1].map((index) => ids.find((id) => partitionOf(id, 2) === index)) as [
      string,
      string,
    ];
    const gate = gated(stores.store);
    await start({ store: gate.store, share: { index: 0, of: 2 } });
    await start({ share: { index: 1, of: 2 } });
    await append(`tally-${late}`, 12);
    await append(`tally-${prompt}`, 12);
    await becomes(late, ['Filled']);
    await becomes(prompt, ['Filled']);
    gate.shut();
    await append(`tally-${late}`, -12);
    await passDeadline();
    await becomes(prompt, ['Filled', 'Expired'], 500);
    expect(await typesOf(late)).toEqual(['Filled']);
    gate.open();
    await becomes(late, ['Filled', 'Emptied']);
  });

  test('when the log can not be asked for its end › is tried again', async () => {
    let isAway = false;
    const flaky: EventStore = {
      ...bound(stores.store),
      end: () => {
        if (isAway) throw new Error('away');
        return stores.store.end();
      },
    };
    await start({ store: flaky });
    await append('tally-a', 12);
    await becomes('a', ['Filled']);
    isAway = true;
    await passDeadline();
    expect(await typesOf('a')).toEqual(['Filled']);
    expect(errors.map(String)).toContain('Error: away');
    isAway = false;
    await becomes('a', ['Filled', 'Expired'], 500);
  });
});

describe('a deadline in a log on EventStoreDB that others write to', () => {
  test('when the last event is none of ours › fires', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-deadlines-'));
    const real = nodeEnvironment();
    const log = await openEmbeddedEventStore({ directory, environment: real });
    const server = await openServer({ store: log, environment: real, host: '127.0.0.1', port: 0 });
    const store = await openEventStoreDb({
      url: `esdb://127.0.0.1:${server.port}?tls=false`,
      environment: real,
    });
    const { decide, ...rest } = emptying();
    const shortly: typeof decide = (input, state) =>
      decide(input, state).map((decision) =>
        decision.type === 'Filled'
          ? { ...decision, data: { ...decision.data, dueAt: new Date(Date.now() + 300).toISOString() } }
          : decision,
      );
    const runner = await startProcess({
      store,
      readStore: stores.readStore,
      commands: silent,
      process: { ...rest, decide: shortly },
      environment: real,
      onError: (error) => errors.push(error),
    });
    await store.append('tally-a', [event('Added', { amount: 12 }, 1)], 'any');
    let others = 1;
    await eventually(
      async () => {
        await store.append('elsewhere-1', [event('Noise', {}, (others += 1))], 'any');
        const types = (await store.readStream('emptying-a')).map(({ type }) => type);
        expect(types).toEqual(['Filled', 'Expired']);
      },
      { timeoutMs: 20_000 },
    );
    expect(errors).toEqual([]);
    await runner.stop();
    await store.close();
    await server.close();
    await log.close();
    await rm(directory, { recursive: true });
  }, 30_000);
});
