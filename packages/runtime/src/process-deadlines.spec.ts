// An event from before a deadline counts, however late it is read: after an outage of the runner, and while it lags.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  openEmbeddedEventStore,
  type Batch,
  type EventStore,
  type SubscribeOptions,
  storeWith,
} from '@holdfast/event-store';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import { openServer } from '@holdfast/event-store-server';
import { eventually, type FakeEnvironment } from '@holdfast/testing';
import type { CommandHandler } from './commands.js';
import { partitionOf } from './partitions.js';
import { nodeEnvironment } from './node-environment.js';
import { openProcessRig, silent, type ProcessRig } from './test/process-rig.js';
import { startProcess } from './process-runner.js';
import { deadlineMs, emptying } from './test/process.js';
import { event, type Stores } from './test/stores.js';

let rig: ProcessRig;
let environment: FakeEnvironment;
let stores: Stores;

beforeEach(async () => {
  rig = await openProcessRig();
  ({ environment, stores } = rig);
});
afterEach(() => rig.remove());

const passDeadline = async (): Promise<void> => {
  environment.jump(Date.parse('2026-01-01T00:00:00.000Z') + deadlineMs + 1000 - environment.clock.now());
  await environment.advance(2000);
};

/** The same store behind a gate: while it is shut, subscriptions return no batch. */
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
    store: { ...storeWith(store), subscribeAll: subscribed },
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
    await rig.start();
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled']);
    await rig.stop();
    await rig.append('tally-a', -12);
    const gate = gated(stores.store);
    gate.shut();
    await rig.start({ store: gate.store });
    await passDeadline();
    expect(await rig.typesOf('a')).toEqual(['Filled']);
    gate.open();
    await rig.becomes('a', ['Filled', 'Emptied']);
    await environment.advance(deadlineMs);
    expect(await rig.typesOf('a')).toEqual(['Filled', 'Emptied']);
  });

  test('when the runner was down until after it, and no answer came › fires', async () => {
    await rig.start();
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled']);
    await rig.stop();
    await rig.start();
    await passDeadline();
    await rig.becomes('a', ['Filled', 'Expired'], 500);
  });

  test('when the runner lags by more than it, and the answer came in time › does not fire', async () => {
    const gate = gated(stores.store);
    await rig.start({ store: gate.store });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled']);
    gate.shut();
    await rig.append('tally-a', -12);
    await passDeadline();
    expect(await rig.typesOf('a')).toEqual(['Filled']);
    gate.open();
    await rig.becomes('a', ['Filled', 'Emptied']);
  });

  test('when nothing happens in the log › fires as soon as it is due', async () => {
    await rig.start();
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled'], 1);
    const due = Date.parse('2026-01-01T00:00:00.000Z') + deadlineMs;
    await environment.advance(due - environment.clock.now() - 1);
    expect(await rig.typesOf('a')).toEqual(['Filled']);
    await environment.advance(1);
    expect(await rig.typesOf('a')).toEqual(['Filled', 'Expired']);
  });

  test('that is due at the restart › waits for the answer of the command that the restart sends', async () => {
    await rig.start();
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled']);
    await rig.stop();
    environment.jump(2 * deadlineMs);
    let carryOut = (): void => undefined;
    const slow: CommandHandler = {
      ...silent,
      handle: () =>
        new Promise((resolve) => {
          carryOut = () => {
            void rig.append('tally-a', -12).then(() => {
              resolve({ ok: true, stream: 'tally-a', revision: 1, position: 2, repeated: false });
            });
          };
        }),
    };
    await rig.start({ commands: slow });
    await environment.advance(1000);
    carryOut();
    await rig.becomes('a', ['Filled', 'Emptied']);
  });

  test('when one partition lags › is held back there, and fires in the others', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const [late, prompt] = [0, 1].map((index) => ids.find((id) => partitionOf(id, 2) === index)) as [
      string,
      string,
    ];
    const gate = gated(stores.store);
    await rig.start({ store: gate.store, partition: { index: 0, of: 2 } });
    await rig.start({ partition: { index: 1, of: 2 } });
    await rig.append(`tally-${late}`, 12);
    await rig.append(`tally-${prompt}`, 12);
    await rig.becomes(late, ['Filled']);
    await rig.becomes(prompt, ['Filled']);
    gate.shut();
    await rig.append(`tally-${late}`, -12);
    await passDeadline();
    await rig.becomes(prompt, ['Filled', 'Expired'], 500);
    expect(await rig.typesOf(late)).toEqual(['Filled']);
    gate.open();
    await rig.becomes(late, ['Filled', 'Emptied']);
  });

  test('when the end of the log can not be read › is tried again', async () => {
    let isAway = false;
    const flaky: EventStore = {
      ...storeWith(stores.store),
      end: () => {
        if (isAway) throw new Error('away');
        return stores.store.end();
      },
    };
    await rig.start({ store: flaky });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled']);
    isAway = true;
    await passDeadline();
    expect(await rig.typesOf('a')).toEqual(['Filled']);
    expect(rig.errors.map(String)).toContain('Error: away');
    isAway = false;
    await rig.becomes('a', ['Filled', 'Expired'], 500);
  });
});

describe('a deadline in a log on EventStoreDB that others write to', () => {
  test('when the last event is of another program › fires', async () => {
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
      onError: (error) => rig.errors.push(error),
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
    expect(rig.errors).toEqual([]);
    await runner.stop();
    await store.close();
    await server.close();
    await log.close();
    await rm(directory, { recursive: true });
  }, 30_000);
});
