// Read models of tallies on embedded stores, in fake time.
import { expect } from '@jest/globals';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import type { Document, RecordedEvent, Projection } from '@holdfast/kernel';
import type { ReadStore } from '@holdfast/read-store';
import { startProjections } from '../projection-runner.js';
import { openStores, event, type Stores } from './stores.js';

export type Sum = Document & { readonly sum: number };
export const sum = (id: string, total: number): Sum => ({ id, sum: total });
const amountOf = ({ data }: RecordedEvent): number => (data as { readonly amount: number }).amount;

/** Sums the amounts of each stream; throws on those that are `poison`. */
export const sums = (version = 1, poison?: { readonly amount: number }): Projection<Sum> => ({
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
export const journal: Projection = {
  name: 'journal',
  version: 1,
  prefixes: [''],
  indexes: {},
  key: ({ position }) => String(position),
  project: (recorded) => [{ document: { id: String(recorded.position) } }],
};

export type Running = Awaited<ReturnType<typeof startProjections>>;

export type ProjectionRig = {
  readonly environment: FakeEnvironment;
  /** the stores; others after `reopen` */
  readonly stores: Stores;
  readonly errors: unknown[];
  start(projections: readonly Projection[], readStore?: ReadStore): Promise<Running>;
  /** Stops all runners. */
  stop(): Promise<void>;
  /** Opens the stores again on the same folder. All runners must be stopped. */
  reopen(): Promise<void>;
  /** Returns the position of the last event, once it is synced. */
  append(stream: string, ...amounts: readonly number[]): Promise<number>;
  /** Moves fake time along until the read model is there. */
  caughtUp(runner: Running, name?: string): Promise<void>;
  remove(): Promise<void>;
};

export const sumOf = async (runner: Running, stream: string): Promise<number | undefined> =>
  (await runner.get<Sum>('sums', stream))?.sum;

export async function openProjectionRig(): Promise<ProjectionRig> {
  const environment = fakeEnvironment();
  let stores = await openStores(environment);
  const running: Running[] = [];
  const errors: unknown[] = [];
  let written = 0;

  const stop = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((runner) => runner.stop()));
  };
  return {
    environment,
    get stores() {
      return stores;
    },
    errors,
    async start(projections, readStore = stores.readStore) {
      const runner = await startProjections({
        store: stores.store,
        readStore,
        projections,
        environment,
        onError: (error) => errors.push(error),
      });
      running.push(runner);
      return runner;
    },
    stop,
    async reopen() {
      stores = await stores.reopen();
    },
    async append(stream, ...amounts) {
      for (const amount of amounts) {
        written += 1;
        await stores.store.append(stream, [event('Added', { amount }, written)], 'any');
      }
      const { written: position } = await stores.store.end();
      await stores.store.synced(position);
      return position;
    },
    async caughtUp(runner, name = 'sums') {
      const { synced } = await stores.store.end();
      await environment.until(100, () => {
        expect(runner.position(name)).toBeGreaterThanOrEqual(synced);
      });
    },
    async remove() {
      await stop();
      await stores.remove();
    },
  };
}

/** The same read store as an object whose calls a spec can replace. */
export const boundReadStore = (store: ReadStore): ReadStore => ({
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
