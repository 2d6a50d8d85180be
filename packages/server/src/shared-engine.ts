// The engine of one process among several, on stores that all of them share: what its roles do, and for the rest how to
// ask those that do it (ADR 0008).
import { noInstruments } from '@holdfast/api';
import { createCheckout } from '@holdfast/checkout';
import { openEventStoreDb } from '@holdfast/event-store';
import { projections } from '@holdfast/projections';
import { openMongoReadStore } from '@holdfast/read-store';
import {
  askForParkedEvents,
  followRequests,
  groupCheckpoint,
  impatient,
  isOfThisLog,
  openRemoteProjections,
  processCheckpoint,
  remembering,
  runProjections,
  startFeed,
  startProcess,
  startWorker,
  withUpcasting,
  type ProcessRunner,
} from '@holdfast/runtime';
import { openCommands, type Engine, type EngineOptions } from './engine.js';
import type { Role } from './settings.js';
import { upcasters } from './upcasters.js';

export type SharedEngineOptions = Omit<EngineOptions, 'dataDirectory' | 'eventStoreUrl'> & {
  readonly eventStoreUrl: string;
  readonly mongodbUrl: string;
  readonly roles: readonly Role[];
};

/** More than this many `process` workers leave some idle. Part of the names of checkpoints: another number begins anew. */
const checkoutPartitions = 8;

/** The read store has effects of events that the event store does not have: one of the two is not the other's. */
export class AnotherLog extends Error {
  override readonly name = 'AnotherLog';
}

/** @throws AnotherLog, StoreUnavailable, ReadStoreUnavailable */
export async function openSharedEngine(options: SharedEngineOptions): Promise<Engine> {
  const { environment, instruments = noInstruments, roles, onError } = options;
  const log = instruments.store(await openEventStoreDb({ url: options.eventStoreUrl, environment }));
  const store = withUpcasting(log, upcasters);
  const readStore = await openMongoReadStore({ url: options.mongodbUrl, environment });
  const shares = Array.from({ length: checkoutPartitions }, (_, index) => ({
    index,
    of: checkoutPartitions,
  }));
  const checkpoints = [groupCheckpoint, ...shares.map((share) => processCheckpoint('checkout', share))];
  if (!(await isOfThisLog(store, readStore, checkpoints))) {
    throw new AnotherLog(
      'the read models were built from another log than the one at EVENTSTORE_URL: name another database in MONGODB_URL, and they are built anew',
    );
  }
  const commands = await openCommands(options, store, impatient(readStore, environment));
  const seen = await openRemoteProjections({ store, readStore, projections, environment, onError });
  const live = await startFeed(store, environment, onError);

  const running = new Map<number, ProcessRunner>();
  const process = !roles.includes('process')
    ? null
    : await startWorker({
        readStore,
        environment,
        role: 'process',
        partitions: checkoutPartitions,
        outlastsStore: true,
        onError,
        start: async (index, held) => {
          const share = { index, of: checkoutPartitions };
          const runner = await startProcess({
            store,
            readStore: remembering(held),
            commands,
            process: instruments.process(createCheckout(options)),
            environment,
            share,
            onError,
          });
          const name = processCheckpoint('checkout', share);
          const consumers = [runner.consumer];
          const requests = followRequests({ store, readStore: held, environment, name, consumers, onError });
          running.set(index, runner);
          return {
            stop: async () => {
              if (running.get(index) === runner) running.delete(index);
              await requests.stop();
              await runner.stop();
            },
          };
        },
      });

  const { onBatch } = instruments;
  const projecting = !roles.includes('projections')
    ? null
    : await startWorker({
        readStore,
        environment,
        role: 'projections',
        partitions: 1,
        onError,
        start: async (_, held) => {
          const runner = await runProjections({
            store,
            readStore: held,
            projections,
            environment,
            onProgress: () => undefined,
            onError,
            ...(onBatch !== undefined && { onBatch }),
          });
          const { consumers, rebuild } = runner;
          const name = groupCheckpoint;
          const requests = followRequests({
            store,
            readStore: held,
            environment,
            name,
            consumers,
            rebuild,
            onError,
          });
          return {
            stop: async () => {
              await requests.stop();
              await runner.stop();
            },
          };
        },
      });

  const runners = (): readonly ProcessRunner[] => [...running.values()];
  return {
    environment,
    log,
    store,
    readStore,
    commands,
    projections: seen,
    parked: askForParkedEvents({ store, environment }, [
      'process-checkout',
      ...projections.map(({ name }) => name),
    ]),
    process: {
      handled: () => Math.min(...runners().map((runner) => runner.handled())),
      live: () => runners().reduce((sum, runner) => sum + runner.live(), 0),
    },
    feed: live.feed,
    stop: async () => {
      await Promise.all([process?.stop(), projecting?.stop()]);
      await seen.stop();
      await live.stop();
      await store.close();
      await readStore.close();
    },
  };
}
