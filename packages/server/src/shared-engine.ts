// The engine of one operating-system process among several, on stores that all of them share: it does the work of its roles,
// and sends requests to the processes that do the rest (ADR 0008).
import { noInstruments } from '@holdfast/api';
import type { Bridge } from '@holdfast/bridge';
import type { EventStore } from '@holdfast/event-store';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import { projections } from '@holdfast/projections';
import { openMongoReadStore, type ReadStore } from '@holdfast/read-store';
import {
  askForParkedEvents,
  groupCheckpoint,
  impatient,
  isOfThisLog,
  openRemoteProjections,
  processConsumer,
  reactorConsumer,
  startFeed,
  type ProcessRunner,
  type ReactorRunner,
  type Worker,
} from '@holdfast/runtime';
import { openCommands, type Engine, type EngineOptions } from './engine.js';
import { ownLog } from './own-events.js';
import { processesOf, runningProcess, watched, type AnyProcess } from './processes.js';
import { bridgeName, bridgeReactors } from './bridge/open-bridge.js';
import { bridgeStateOf, runningBridge } from './bridge/bridge-state.js';
import { reactorsOf, runningReactor } from './reactors.js';
import type { Role } from './roles.js';
import {
  checkpointsOf,
  startBridgeWorker,
  startProcessWorker,
  startProjectionsWorker,
  startReactorWorker,
  type SharedWork,
} from './shared-workers.js';

export type SharedEngineOptions = Omit<EngineOptions, 'dataDirectory' | 'eventStoreUrl'> & {
  readonly eventStoreUrl: string;
  readonly mongodbUrl: string;
  readonly roles: readonly Role[];
};

/** The read store has effects of events that are not in the event store: the two do not belong together. */
export class AnotherLog extends Error {
  override readonly name = 'AnotherLog';
}

/** @throws AnotherLog, StoreUnavailable, ReadStoreUnavailable */
export async function openSharedEngine(options: SharedEngineOptions): Promise<Engine> {
  const { environment, instruments = noInstruments, roles, onError } = options;
  const { eventStoreUrl: url, mongodbUrl, streamPrefix = '' } = options;
  const log = instruments.store(await openEventStoreDb({ url, environment, streamPrefix }));
  const plain = options.processes ?? processesOf(options);
  const managers = watched(plain, instruments);
  const store = ownLog(log, managers);
  const readStore = await openMongoReadStore({ url: mongodbUrl, environment });
  await mustBeOfThisLog(store, readStore, managers);
  const commands = await openCommands(options, store, impatient(readStore, environment));
  const reader = await openRemoteProjections({ store, readStore, projections, environment, onError });
  const live = await startFeed(store, environment, onError, commands.learn);

  const work: SharedWork = { store, readStore, commands, environment, onError };
  const running = new Map(managers.map(({ name }) => [name, new Set<ProcessRunner>()]));
  const runnersOf = (name: string): readonly ProcessRunner[] => [...(running.get(name) ?? [])];
  const reactors = [
    ...reactorsOf(options, { store, commands }),
    ...(await bridgeReactors(options.bridge, { ...options, commands })),
  ];
  const reacting = new Map<string, ReactorRunner | null>();
  const starting: Promise<Worker>[] = [];
  if (roles.includes('process')) {
    for (const manager of managers)
      starting.push(startProcessWorker(work, manager, running.get(manager.name) ?? new Set()));
    for (const reactor of reactors)
      starting.push(startReactorWorker(work, reactor, (runner) => reacting.set(reactor.name, runner)));
  }
  const held: { bridge: Bridge | null } = { bridge: null };
  const { bridge = null } = options;
  if (roles.includes('bridge') && bridge !== null)
    starting.push(startBridgeWorker(work, bridge, (running) => (held.bridge = running)));
  if (roles.includes('projections')) starting.push(startProjectionsWorker(work, instruments.onBatch));
  const workers = await Promise.all(starting);

  return {
    environment,
    log,
    store,
    readStore,
    commands,
    projections: reader,
    parked: askForParkedEvents({ store, environment }, [
      ...managers.map(({ name }) => processConsumer(name)),
      ...[...reactors.map(({ name }) => name), bridgeName].map(reactorConsumer),
      ...projections.map(({ name }) => name),
    ]),
    managers: plain,
    processes: managers.map(({ name }) => runningProcess(name, () => runnersOf(name))),
    reactors: [
      ...reactors.map(({ name }) => runningReactor(name, () => reacting.get(name) ?? null)),
      runningBridge(() => held.bridge, bridge === null ? null : work),
    ],
    bridge: bridgeStateOf(work, () => held.bridge),
    feed: live.feed,
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      await reader.stop();
      await live.stop();
      await store.close();
      await readStore.close();
    },
  };
}

/** @throws AnotherLog */
async function mustBeOfThisLog(
  store: EventStore,
  readStore: ReadStore,
  managers: readonly AnyProcess[],
): Promise<void> {
  const checkpoints = managers.flatMap(({ name }) => checkpointsOf(name));
  if (await isOfThisLog(store, readStore, [groupCheckpoint, ...checkpoints])) return;
  throw new AnotherLog(
    'the read models were built from another log than the one at EVENTSTORE_URL: name another database in MONGODB_URL, and they are built anew',
  );
}
