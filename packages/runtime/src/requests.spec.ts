// Requests to a worker in another process, over shared stores: the requesting process has no state of the worker in memory.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { type EventStore, storeWith } from '@holdfast/event-store';
import type { DomainEvent, Process, Projection, RecordedEvent } from '@holdfast/kernel';
import { streamId } from '@holdfast/kernel';
import { createCommandHandler } from './command-handler.js';
import type { ParkedEvents } from './parked-events.js';
import type { Projections } from './projections.js';
import type { Work } from './leases.js';
import { partitionOf } from './partitions.js';
import { startProcess } from './process-runner.js';
import { runProjections } from './projection-runner.js';
import { openRemoteProjections } from './remote-projections.js';
import { followRequests } from './request-follower.js';
import { askForParkedEvents } from './requests.js';
import { event, openStores, type Stores } from './test/stores.js';
import { tally, type Added } from './test/tally.js';

let environment: FakeEnvironment;
let stores: Stores;
let broken: boolean;
let written: number;
let works: Work[];
const onError = (): void => undefined;

beforeEach(async () => {
  environment = fakeEnvironment();
  stores = await openStores(environment);
  broken = true;
  written = 0;
  works = [];
});
afterEach(async () => {
  for (const work of works.reverse()) await work.stop();
  await stores.remove();
});

const append = async (stream: string, ...amounts: readonly number[]): Promise<void> => {
  for (const amount of amounts) {
    written += 1;
    await stores.store.append(stream, [event('Added', { amount }, written)], 'any');
  }
};
const typesOf = async (stream: string): Promise<readonly string[]> =>
  (await stores.store.readStream(stream)).map(({ type }) => type);
/** Moves fake time forward, slower than the disk, until the work is done. */
const meanwhile = async <T>(asked: Promise<T>, stepMs = 5): Promise<T> => {
  const done = { is: false };
  void asked.finally(() => (done.is = true)).catch(onError);
  await environment.until(stepMs, () => {
    expect(done.is).toBe(true);
  });
  return asked;
};
const soon = (assertion: () => Promise<void>): Promise<void> => environment.until(50, assertion);

describe('parked events of a process that two workers share', () => {
  type Counted = DomainEvent<'Counted', { readonly amount: number }>;
  const counting: Process<Added, Counted, number, never> = {
    name: 'counting',
    initialState: 0,
    inputPrefixes: ['tally-'],
    route: ({ stream }) => ({ kind: 'start', id: streamId(stream) }),
    decide: (input) => {
      if (input.kind !== 'event') return [];
      if (broken) throw new Error('broken');
      return [{ type: 'Counted', data: input.event.data }];
    },
    evolve: (sum, { data }) => sum + data.amount,
    pending: () => [],
  };
  const startShare = async (index: number): Promise<void> => {
    const { store, readStore } = stores;
    const commands = createCommandHandler({ store, environment, aggregates: [tally] });
    const partition = { index, of: 2 };
    const all = { store, readStore, commands, environment, process: counting, partition, onError };
    const { consumer, stop } = await startProcess(all);
    const name = `counting-${index}`;
    works.push({ stop }, followRequests({ ...all, name, consumers: [consumer] }));
  };
  const parked = (): ParkedEvents =>
    askForParkedEvents({ store: stores.store, environment }, ['process-counting']);
  const ids = ['a', 'b', 'c', 'd'];

  beforeEach(async () => {
    expect(new Set(ids.map((id) => partitionOf(id, 2))).size).toBe(2);
    await startShare(0);
    await startShare(1);
    for (const id of ids) await append(`tally-${id}`, 1, 2);
    await soon(async () => {
      expect((await typesOf('parked-process-counting')).length).toBe(2 * ids.length);
    });
  });

  test('when all are retried › each worker handles its own events and those that waited behind them, and the count includes all', async () => {
    expect(await parked().retry({ consumer: 'process-counting', dryRun: true }, 'staff:1')).toBe(8);
    broken = false;
    expect(await meanwhile(parked().retry({ consumer: 'process-counting', dryRun: false }, 'staff:1'))).toBe(
      8,
    );
    for (const id of ids) expect(await typesOf(`counting-${id}`)).toEqual(['Counted', 'Counted']);
    expect(await parked().retry({ dryRun: true }, 'staff:1')).toBe(0);
  });

  test('when one is retried and fails again › none was handled, and the next request is answered', async () => {
    const selection = { ids: ['process-counting:0'], dryRun: false };
    expect(await meanwhile(parked().retry(selection, 'staff:1'))).toBe(0);
    broken = false;
    expect(await meanwhile(parked().retry(selection, 'staff:1'))).toBe(2);
    expect(await typesOf('counting-a')).toEqual(['Counted', 'Counted']);
  });

  test('when one is discarded › it is never handled, and the person and the reason are on record', async () => {
    const selection = { ids: ['process-counting:0'], reason: 'known', dryRun: false };
    expect(await meanwhile(parked().discard(selection, 'staff:1'))).toBe(1);
    const last = (await stores.store.readStream('parked-process-counting')).at(-1);
    expect(last).toMatchObject({
      type: 'ParkedEventDiscarded',
      data: { position: 0, key: 'a', reason: 'known' },
      metadata: { actor: 'staff:1' },
    });
  });

  test('when no worker answers › the request stays valid, and the next worker carries it out', async () => {
    for (const work of works.splice(0).reverse()) await work.stop();
    broken = false;
    const selection = { consumer: 'process-counting', dryRun: false };
    expect(await meanwhile(parked().retry(selection, 'staff:1'), 1000)).toBe(0);
    await startShare(0);
    await startShare(1);
    await soon(async () => {
      for (const id of ids) expect(await typesOf(`counting-${id}`)).toEqual(['Counted', 'Counted']);
    });
  });

  test('when the caller waits for every answer and a worker starts late › the count includes its events', async () => {
    for (const work of works.splice(0).reverse()) await work.stop();
    broken = false;
    const { signal } = new AbortController();
    const asked = parked().retry({ consumer: 'process-counting', dryRun: false }, 'staff:1', signal);
    await environment.advance(60_000);
    await startShare(0);
    await startShare(1);
    expect(await meanwhile(asked)).toBe(8);
  });

  test('when the caller stops waiting › it has the count of the answers that came until then', async () => {
    for (const work of works.splice(0).reverse()) await work.stop();
    const waiting = new AbortController();
    const asked = parked().retry({ consumer: 'process-counting', dryRun: false }, 'staff:1', waiting.signal);
    await environment.advance(60_000);
    waiting.abort();
    expect(await asked).toBe(0);
  });
});

describe('projections in another process', () => {
  const sums: Projection<{ readonly id: string; readonly sum: number }> = {
    name: 'sums',
    version: 1,
    prefixes: ['tally-'],
    indexes: {},
    key: ({ stream }) => streamId(stream),
    project: (recorded, document) => {
      const { amount } = (recorded as RecordedEvent<Added>).data;
      return [{ document: { id: streamId(recorded.stream), sum: (document?.sum ?? 0) + amount } }];
    },
  };
  const projections = [sums as unknown as Projection];
  const startRunner = async (): Promise<void> => {
    const all = { ...stores, environment, projections, onError, onProgress: () => undefined };
    const runner = await runProjections(all);
    const { consumers } = runner;
    works.push(runner, followRequests({ ...all, name: 'projections', consumers, rebuilds: runner }));
  };
  const open = async (): Promise<Projections> => {
    const remote = await openRemoteProjections({ ...stores, environment, projections, onError });
    works.push(remote);
    return remote;
  };

  test('can be read as soon as they have reached a position, and report their position', async () => {
    const remote = await open();
    expect(await remote.get('sums', 'a')).toBeNull();
    await startRunner();
    await append('tally-a', 1, 2);
    expect(await meanwhile(remote.reached('sums', 1, 5000))).toBe(true);
    expect(await remote.get('sums', 'a')).toEqual({ id: 'a', sum: 3 });
    expect(await remote.status()).toMatchObject([
      { name: 'sums', position: 1, lagEvents: 0, state: 'RUNNING' },
    ]);
    expect(await meanwhile(remote.reached('sums', 2, 100))).toBe(false);
  });

  test('when a rebuild is requested › are built anew, and served from the new generation', async () => {
    await startRunner();
    await append('tally-a', 1, 2);
    const remote = await open();
    await meanwhile(remote.reached('sums', 1, 5000));
    const [before] = await stores.readStore.getMany<{ readonly id: string }>('generations', ['sums']);
    expect(await meanwhile(remote.rebuild('sums', 'staff:1'))).toMatchObject({ name: 'sums' });
    await soon(async () => {
      const [after] = await stores.readStore.getMany<{ readonly id: string }>('generations', ['sums']);
      expect(after).toMatchObject({ building: null });
      expect(after).not.toEqual(before);
    });
    await meanwhile(remote.reached('sums', 1, 5000));
    expect(await remote.get('sums', 'a')).toEqual({ id: 'a', sum: 3 });
    await expect(remote.rebuild('none')).rejects.toThrow('there is no projection none');
  });

  test('are rebuilt on hold › the difference is read, and the switch and the abandoning are requests with a reason', async () => {
    await startRunner();
    await append('tally-a', 1, 2);
    const remote = await open();
    await meanwhile(remote.reached('sums', 1, 5000));
    await expect(remote.diff('sums')).rejects.toThrow('sums has no held rebuild');
    const isRebuilt = () =>
      soon(async () => {
        expect((await remote.status())[0]).toMatchObject({ state: 'REBUILT', held: true });
      });
    await meanwhile(remote.rebuild('sums', 'staff:1', true));
    await isRebuilt();
    // Requests and their answers are events, too, so the position depends on how many are handled by now.
    const diff = await meanwhile(remote.diff('sums'));
    expect(diff).toMatchObject({ compared: 1, same: 1, samples: [], rebuiltPosition: diff.position });
    await meanwhile(remote.abandon('sums', 'staff:1', 'no longer needed'));
    expect((await remote.status())[0]).toMatchObject({ progress: null, held: false });
    await meanwhile(remote.rebuild('sums', 'staff:1', true));
    await isRebuilt();
    await meanwhile(remote.switchOver('sums', 'staff:1', 'looks right'));
    expect((await remote.status())[0]).toMatchObject({ progress: null, held: false });
    expect(await remote.get('sums', 'a')).toEqual({ id: 'a', sum: 3 });
    const asked = (await stores.store.readStream('control-sums')).filter(
      ({ type }) => type !== 'RequestAnswered',
    );
    expect(asked.map(({ type, data }) => [type, data])).toEqual([
      ['ProjectionRebuildRequested', { hold: true }],
      ['ProjectionAbandonRequested', { reason: 'no longer needed' }],
      ['ProjectionRebuildRequested', { hold: true }],
      ['ProjectionSwitchRequested', { reason: 'looks right' }],
    ]);
  });

  test('when a rebuild was requested before any worker ran › are built anew', async () => {
    const remote = await open();
    await append('tally-a', 1);
    expect(await meanwhile(remote.rebuild('sums', 'staff:1'), 1000)).toMatchObject({ name: 'sums' });
    await startRunner();
    await soon(async () => {
      expect(await typesOf('control-sums')).toEqual(['ProjectionRebuildRequested', 'RequestAnswered']);
    });
  });

  test('when there were no requests › the next worker starts after the events that the last one read', async () => {
    await append('tally-a', 1, 2, 3);
    await stores.store.synced(2);
    await startRunner();
    await soon(async () => {
      expect(await stores.readStore.checkpoint('requests:projections')).toBe(2);
    });
    for (const work of works.splice(0).reverse()) await work.stop();
    const begun: number[] = [];
    const store: EventStore = {
      ...storeWith(stores.store),
      subscribeAll: (options) => {
        begun.push(options.after);
        return stores.store.subscribeAll(options);
      },
    };
    const { readStore } = stores;
    works.push(
      followRequests({ store, readStore, environment, name: 'projections', consumers: [], onError }),
    );
    await soon(() => {
      expect(begun).toEqual([2]);
      return Promise.resolve();
    });
  });
});
