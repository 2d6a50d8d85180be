// The engine of one process among several, on stores that all of them share: what its roles do, and for the rest how to
// ask those that do it (ADR 0008).
import { noInstruments } from '@holdfast/api';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
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
  processConsumer,
  reactorCheckpoint,
  reactorConsumer,
  remembering,
  runProjections,
  startFeed,
  startProcess,
  startReactor,
  startWorker,
  type ProcessRunner,
  type ReactorRunner,
  type Worker,
} from '@holdfast/runtime';
import { openCommands, type Engine, type EngineOptions } from './engine.js';
import { processesOf, runningProcess, runningReactor, watched, type AnyProcess } from './processes.js';
import type { Role } from './settings.js';
import { staffAlarm } from './staff-alarm.js';
import { ownLog } from './own-events.js';

export type SharedEngineOptions = Omit<EngineOptions, 'dataDirectory' | 'eventStoreUrl'> & {
  readonly eventStoreUrl: string;
  readonly mongodbUrl: string;
  readonly roles: readonly Role[];
};

/** More than this many `process` workers leave some idle. Part of the names of checkpoints: another number begins anew. */
const processPartitions = 8;

/** The read store has effects of events that the event store does not have: one of the two is not the other's. */
export class AnotherLog extends Error {
  override readonly name = 'AnotherLog';
}

/** @throws AnotherLog, StoreUnavailable, ReadStoreUnavailable */
export async function openSharedEngine(options: SharedEngineOptions): Promise<Engine> {
  const { environment, instruments = noInstruments, roles, onError } = options;
  const log = instruments.store(
    await openEventStoreDb({
      url: options.eventStoreUrl,
      environment,
      streamPrefix: options.streamPrefix ?? '',
    }),
  );
  const processes = watched(options.processes ?? processesOf(options), instruments);
  const store = ownLog(log, processes);
  const readStore = await openMongoReadStore({ url: options.mongodbUrl, environment });
  const shares = Array.from({ length: processPartitions }, (_, index) => ({
    index,
    of: processPartitions,
  }));
  const checkpoints = processes.flatMap(({ name }) => shares.map((share) => processCheckpoint(name, share)));
  if (!(await isOfThisLog(store, readStore, [groupCheckpoint, ...checkpoints]))) {
    throw new AnotherLog(
      'the read models were built from another log than the one at EVENTSTORE_URL: name another database in MONGODB_URL, and they are built anew',
    );
  }
  const commands = await openCommands(options, store, impatient(readStore, environment));
  const seen = await openRemoteProjections({ store, readStore, projections, environment, onError });
  const live = await startFeed(store, environment, onError, commands.learn);

  const running = new Map<string, Set<ProcessRunner>>(processes.map(({ name }) => [name, new Set()]));
  /** Each process manager has leases of its own, so that its partitions are shared out by themselves. */
  const startWorkerOf = (process: AnyProcess): Promise<Worker> =>
    startWorker({
      readStore,
      environment,
      role: `process/${process.name}`,
      partitions: processPartitions,
      outlastsStore: true,
      onError,
      start: async (index, held) => {
        const share = { index, of: processPartitions };
        const runner = await startProcess({
          store,
          readStore: remembering(held),
          commands,
          process,
          environment,
          share,
          onError,
        });
        const name = processCheckpoint(process.name, share);
        const consumers = [runner.consumer];
        const requests = followRequests({ store, readStore: held, environment, name, consumers, onError });
        running.get(process.name)?.add(runner);
        return {
          stop: async () => {
            running.get(process.name)?.delete(runner);
            await requests.stop();
            await runner.stop();
          },
        };
      },
    });
  const reactor = staffAlarm(options.onAlarm ?? (() => undefined));
  let alarms: ReactorRunner | null = null;
  const startAlarms = (): Promise<Worker> =>
    startWorker({
      readStore,
      environment,
      role: `reactor/${reactor.name}`,
      partitions: 1,
      onError,
      start: async (_, held) => {
        const runner = await startReactor({
          store,
          readStore: held,
          commands,
          environment,
          reactor,
          onError,
        });
        alarms = runner;
        const name = reactorCheckpoint(reactor.name);
        const consumers = [runner.consumer];
        const requests = followRequests({ store, readStore: held, environment, name, consumers, onError });
        return {
          stop: async () => {
            alarms = null;
            await requests.stop();
            await runner.stop();
          },
        };
      },
    });
  const workers = roles.includes('process')
    ? await Promise.all([...processes.map(startWorkerOf), startAlarms()])
    : [];

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

  return {
    environment,
    log,
    store,
    readStore,
    commands,
    projections: seen,
    parked: askForParkedEvents({ store, environment }, [
      ...processes.map(({ name }) => processConsumer(name)),
      reactorConsumer(reactor.name),
      ...projections.map(({ name }) => name),
    ]),
    processes: processes.map(({ name }) => runningProcess(name, () => [...(running.get(name) ?? [])])),
    reactors: [runningReactor(reactor.name, () => alarms)],
    feed: live.feed,
    stop: async () => {
      await Promise.all([...workers.map((worker) => worker.stop()), projecting?.stop()]);
      await seen.stop();
      await live.stop();
      await store.close();
      await readStore.close();
    },
  };
}
