// The work that operating-system processes on shared stores divide among themselves: process managers by partition, each
// reactor as a whole, and the projections as a whole. Each of them has leases of its own (ADR 0008).
import type { Bridge, BridgeSettings } from '@holdfast/bridge';
import { projections } from '@holdfast/projections';
import type { ReadStore } from '@holdfast/read-store';
import {
  followRequests,
  groupCheckpoint,
  processCheckpoint,
  reactorCheckpoint,
  remembering,
  runProjections,
  startProcess,
  startReactor,
  startWorker,
  type CommandHandler,
  type ParkingConsumer,
  type Rebuilds,
  type ProcessRunner,
  type Reactor,
  type ReactorRunner,
  type Work,
  type Worker,
} from '@holdfast/runtime';
import type { Instruments } from '@holdfast/api';
import type { EventStore } from '@holdfast/event-store';
import type { Environment } from '@holdfast/kernel';
import type { AnyProcess } from './processes.js';
import { bridgeName, openBridge } from './bridge/open-bridge.js';

/**
 * How many parts a process manager is divided into: with more `process` workers some are idle. Each part reads the whole log, so
 * that those with little to do have few. The number is part of checkpoint names, so it must not change.
 */
const partitionsOf = (manager: string): number => (manager === 'checkout' ? 8 : 2);

export type SharedWork = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly commands: CommandHandler;
  readonly environment: Environment;
  onError(this: void, error: unknown): void;
};

/** Names of the checkpoints of all partitions of a process manager. */
export const checkpointsOf = (manager: string): readonly string[] =>
  Array.from({ length: partitionsOf(manager) }, (_, index) =>
    processCheckpoint(manager, { index, of: partitionsOf(manager) }),
  );

/** Runs the partitions of one process manager whose leases this worker holds; `running` has their runners. */
export const startProcessWorker = (
  work: SharedWork,
  manager: AnyProcess,
  running: Set<ProcessRunner>,
): Promise<Worker> =>
  startWorker({
    ...work,
    role: `process/${manager.name}`,
    partitions: partitionsOf(manager.name),
    outlastsStore: true,
    start: async (index, held) => {
      const partition = { index, of: partitionsOf(manager.name) };
      const runner = await startProcess({
        ...work,
        readStore: remembering(held),
        process: manager,
        partition,
      });
      const name = processCheckpoint(manager.name, partition);
      const requests = requestsTo(work, held, name, [runner.consumer]);
      running.add(runner);
      return {
        stop: async () => {
          running.delete(runner);
          await requests.stop();
          await runner.stop();
        },
      };
    },
  });

/** `onRunner` is called with the runner when it starts in this process, and with null when it has ended. */
export const startReactorWorker = (
  work: SharedWork,
  reactor: Reactor,
  onRunner: (runner: ReactorRunner | null) => void,
): Promise<Worker> =>
  startWorker({
    ...work,
    role: `reactor/${reactor.name}`,
    partitions: 1,
    start: async (_, held) => {
      const runner = await startReactor({ ...work, readStore: held, reactor });
      const requests = requestsTo(work, held, reactorCheckpoint(reactor.name), [runner.consumer]);
      onRunner(runner);
      return {
        stop: async () => {
          onRunner(null);
          await requests.stop();
          await runner.stop();
        },
      };
    },
  });

/**
 * One bridge at a time publishes. `onBridge` is called with it when it starts in this process, and with null when it has
 * ended.
 */
export const startBridgeWorker = (
  work: SharedWork,
  settings: BridgeSettings,
  onBridge: (bridge: Bridge | null) => void,
): Promise<Worker> =>
  startWorker({
    ...work,
    role: 'bridge',
    partitions: 1,
    start: async (_, held) => {
      const bridge = await openBridge(settings, { ...work, readStore: held });
      const requests = requestsTo(work, held, reactorCheckpoint(bridgeName), [bridge.consumer]);
      onBridge(bridge);
      return {
        stop: async () => {
          onBridge(null);
          await requests.stop();
          await bridge.stop();
        },
      };
    },
  });

export const startProjectionsWorker = (work: SharedWork, onBatch: Instruments['onBatch']): Promise<Worker> =>
  startWorker({
    ...work,
    role: 'projections',
    partitions: 1,
    start: async (_, held) => {
      const runner = await runProjections({
        ...work,
        readStore: held,
        projections,
        onProgress: () => undefined,
        ...(onBatch !== undefined && { onBatch }),
      });
      const requests = requestsTo(work, held, groupCheckpoint, runner.consumers, runner);
      return {
        stop: async () => {
          await requests.stop();
          await runner.stop();
        },
      };
    },
  });

const requestsTo = (
  { store, environment, onError }: SharedWork,
  readStore: ReadStore,
  name: string,
  consumers: readonly ParkingConsumer[],
  rebuilds?: Rebuilds,
): Work =>
  followRequests({
    store,
    readStore,
    environment,
    name,
    consumers,
    onError,
    ...(rebuilds !== undefined && { rebuilds }),
  });
