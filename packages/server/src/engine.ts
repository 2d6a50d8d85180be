// Wires the domain to the stores: everything that runs without a network. The API, the import and the benchmarks are built
// on this.
import { aggregates as accountAggregates } from '@holdfast/accounts';
import { bulkRuns, noInstruments, type BridgeState, type Instruments } from '@holdfast/api';
import type { BridgeSettings } from '@holdfast/bridge';
import { alarm, intervention, type OrderCheck } from '@holdfast/checkout';
import { fulfilmentRequests } from '@holdfast/fulfilment';
import { lockFolder, type EventStore } from '@holdfast/event-store';
import { allocation, stock } from '@holdfast/inventory';
import type { Environment } from '@holdfast/kernel';
import { aggregates as orderingAggregates } from '@holdfast/ordering';
import { paymentAt, webhookInbox } from '@holdfast/payments';
import { projections } from '@holdfast/projections';
import type { ReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  createParkedEvents,
  groupCheckpoint,
  openSnapshots,
  processCheckpoint,
  rebuildRequest,
  recordRebuild,
  startFeed,
  startProcess,
  startProjections,
  startReactor,
  type CommandHandler,
  type Feed,
  type LearningCommandHandler,
  type ParkedEvents,
  type Projections,
} from '@holdfast/runtime';
import { aggregates as shippingAggregates } from '@holdfast/shipping';
import { deposit, wallet } from '@holdfast/wallet';
import { bridgeAggregates, bridgeReactors, openBridge, type OrderDefaults } from './bridge/open-bridge.js';
import { bridgeStateOf, runningBridge } from './bridge/bridge-state.js';
import { processesOf, runningProcess, watched, type AnyProcess, type RunningProcess } from './processes.js';
import { startProjectionThread, type ProjectionThread } from './projection-thread.js';
import { ownLog } from './own-events.js';
import { nameOfCurrent } from './payments/gateways.js';
import { reactorsOf, runningReactor, type ReactorSettings, type RunningReactor } from './reactors.js';
import { logIn, openEvents, openReadModels, readModelsIn, type StoreOptions } from './engine-stores.js';

export type EngineOptions = StoreOptions &
  ReactorSettings &
  OrderDefaults & {
    readonly reservationTtlMs: number;
    readonly paymentTimeoutMs: number;
    /** how long to wait for the answer of an outside keeper of the stock; 60 s unless given */
    readonly stockAnswerMs?: number;
    /** called for every order that is paid; passes every order unless given */
    readonly check?: OrderCheck;
    /** number of cards that may be declined before an order fails; 1 unless given */
    readonly paymentAttempts?: number;
    /** the process managers, each with a name of its own; those of the product unless given */
    readonly processes?: readonly AnyProcess[];
    /** the bridge to Kafka; none unless given */
    readonly bridge?: BridgeSettings | null;
    /** metrics and traces of the parts; none unless given */
    readonly instruments?: Instruments;
    /** whether the projections have a thread, and so a core, of their own; only with the stores of the data directory */
    readonly projectionThread?: boolean;
  };

export type Engine = {
  readonly environment: Environment;
  /** events as they are stored, for servers of the log */
  readonly log: EventStore;
  /** events in their present shape */
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly commands: CommandHandler;
  readonly projections: Projections;
  readonly parked: ParkedEvents;
  /** the process managers without instruments, for forks of orders */
  readonly managers: readonly AnyProcess[];
  /** every process manager, also those that other operating-system processes run */
  readonly processes: readonly RunningProcess[];
  /** every reactor, also those that other operating-system processes run */
  readonly reactors: readonly RunningReactor[];
  /** Returns the progress of the bridge to Kafka; null when no bridge has ever run. */
  bridge(this: void): Promise<BridgeState | null>;
  readonly feed: Feed;
  /** Finishes accepted work, saves checkpoints, closes the stores. */
  stop(): Promise<void>;
};

/** Opens the command handler: the same on all stores. */
export async function openCommands(
  {
    environment,
    instruments = noInstruments,
    bridge,
    gateway,
    onError,
  }: Pick<EngineOptions, 'environment' | 'instruments' | 'bridge' | 'gateway' | 'onError'>,
  store: EventStore,
  readStore: ReadStore,
): Promise<LearningCommandHandler> {
  const aggregates = [
    ...orderingAggregates,
    ...shippingAggregates,
    ...[
      stock,
      allocation,
      wallet,
      deposit,
      paymentAt(gateway === undefined ? null : nameOfCurrent({ current: gateway })),
      webhookInbox,
    ],
    ...[intervention, fulfilmentRequests, alarm, bulkRuns],
    ...accountAggregates,
    ...(await bridgeAggregates(bridge)),
  ];
  const snapshots = await openSnapshots(store, readStore, onError, environment);
  const handler = createCommandHandler({ store, environment, aggregates, snapshots });
  return { ...instruments.commands(handler), learn: handler.learn };
}

/** @throws StoreLocked, StoreCorrupted */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { dataDirectory, environment, instruments = noInstruments, onError } = options;
  // With the log on a server nothing else locks the folder, and two processes would overwrite each other's read models.
  const lock = typeof options.eventStoreUrl === 'string' ? lockFolder(logIn(dataDirectory)) : null;
  const log = instruments.store(await openEvents(options));
  const managers = options.processes ?? processesOf(options);
  const processes = watched(managers, instruments);
  const store = ownLog(log, processes);
  const checkpoints = [groupCheckpoint, ...processes.map(({ name }) => processCheckpoint(name))];
  const readStore = await openReadModels(options, store, checkpoints);
  const commands = await openCommands(options, store, readStore);
  const running = await startReadSide(options, log, readStore);
  const live = await startFeed(store, environment, onError, commands.learn);
  const runners = await Promise.all(
    processes.map((one) => startProcess({ store, readStore, commands, process: one, environment, onError })),
  );
  const reactors = [
    ...reactorsOf(options, { store, commands }),
    ...(await bridgeReactors(options.bridge, { ...options, commands })),
  ];
  const reacting = await Promise.all(
    reactors.map((reactor) => startReactor({ store, readStore, commands, environment, reactor, onError })),
  );
  const { bridge: settings = null } = options;
  const bridges =
    settings === null
      ? []
      : [await openBridge(settings, { store, readStore, commands, environment, onError })];
  const consumers = [...runners, ...reacting, ...bridges].map(({ consumer }) => consumer);
  const parked = bothOf(createParkedEvents(store, consumers), running.parked);
  return {
    environment,
    log,
    store,
    readStore,
    commands,
    projections: recordingRebuilds(running, { store, environment }),
    parked,
    managers,
    processes: runners.map((runner, n) => runningProcess(processes[n]?.name ?? '', () => [runner])),
    reactors: [
      ...reacting.map((runner, n) => runningReactor(reactors[n]?.name ?? '', () => runner)),
      ...bridges.map((bridge) => runningBridge(() => bridge, null)),
    ],
    bridge: bridgeStateOf({ store, readStore, environment }, () => bridges[0] ?? null),
    feed: live.feed,
    stop: async () => {
      await Promise.all([...runners, ...reacting, ...bridges].map((runner) => runner.stop()));
      await running.stop();
      await live.stop();
      await store.close();
      await readStore.close();
      lock?.release();
    },
  };
}

/**
 * In a cluster a rebuild is a request in the log. Here it needs no request, but requests of staff are still put on
 * record.
 */
const recordingRebuilds = (running: Projections, log: Parameters<typeof recordRebuild>[0]): Projections => ({
  ...running,
  rebuild: async (name, actor = 'system', hold = false, reason) => {
    const status = await running.rebuild(name, actor, hold);
    await recordRebuild(log, name, rebuildRequest(hold, reason), actor);
    return status;
  },
  switchOver: async (name, actor, reason) => {
    const status = await running.switchOver(name, actor, reason);
    await recordRebuild(log, name, { type: 'ProjectionSwitchRequested', data: { reason } }, actor);
    return status;
  },
  abandon: async (name, actor, reason) => {
    const status = await running.abandon(name, actor, reason);
    await recordRebuild(log, name, { type: 'ProjectionAbandonRequested', data: { reason } }, actor);
    return status;
  },
});

/** With tracing, projections run in this thread, where the rest is traced. */
async function startReadSide(
  options: EngineOptions,
  log: EventStore,
  readStore: ReadStore,
): Promise<ProjectionThread> {
  const { dataDirectory, projectionThread = false } = options;
  const onBatch = options.instruments?.onBatch;
  if (projectionThread && onBatch === undefined) {
    const logDirectory = logIn(dataDirectory);
    return startProjectionThread({
      ...options,
      // The thread upcasts the events that it reads by itself.
      store: log,
      readStore,
      logDirectory,
      readModels: readModelsIn(dataDirectory),
    });
  }
  const store = ownLog(log, options.processes);
  const running = await startProjections({
    ...options,
    store,
    readStore,
    projections,
    ...(onBatch !== undefined && { onBatch }),
  });
  return { ...running, parked: createParkedEvents(store, running.consumers) };
}

const bothOf = (one: ParkedEvents, other: ParkedEvents): ParkedEvents => ({
  retry: async (...call) => (await one.retry(...call)) + (await other.retry(...call)),
  discard: async (...call) => (await one.discard(...call)) + (await other.discard(...call)),
});
