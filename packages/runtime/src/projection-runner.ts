// Runs all projections on one subscription: one pass over the log, one write per batch, one checkpoint in that write.
// A read model that is built anew catches up beside the others and joins them at the end of a batch.
import type { Awaitable, Environment, Position, Projection, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { ReadStore } from '@holdfast/read-store';
import type { Projections, ProjectionState, ProjectionStatus } from './projections.js';
import { follow } from './follow.js';
import { createGenerationStore } from './generation-store.js';
import { generationsCollection, groupCheckpoint } from './generations.js';
import { lagBehind } from './lag.js';
import { createMutex } from './mutex.js';
import type { ParkingConsumer } from './parked-events.js';
import { build } from './projection-building.js';
import { createProjectionGroup, type ProjectionGroup } from './projection-group.js';
import { openProjectionReader } from './projection-reader.js';
import { createRebuilds, type Rebuilds } from './rebuilds.js';
import { openProjection, retryParked, type RunningProjection } from './running-projection.js';

export type ProjectionsOptions = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly projections: readonly Projection[];
  readonly environment: Environment;
  onError(this: void, error: unknown): void;
  /** Called with each batch before it is projected; the function that it returns is called once the batch is stored. */
  onBatch?(this: void, events: readonly RecordedEvent[]): () => void;
};

export type ProjectionRunner = Pick<Projections, 'status' | 'stop'> &
  Rebuilds & {
    readonly consumers: readonly ParkingConsumer[];
    /** A reader waits for a position: until it is reached, no write is put off. */
    hurry(this: void, position: Position): void;
  };

export type ProjectionRunnerOptions = ProjectionsOptions & {
  /** Called when new documents are stored; awaited before a replaced generation is dropped. */
  onProgress(this: void): Awaitable<void>;
};

/** Under load a document is written once for all of its events in a batch, so large batches cost less per event. */
const batchEvents = 5000;

/** Runs all projections in this thread, beside their readers. */
export async function startProjections(
  options: ProjectionsOptions,
): Promise<Projections & { readonly consumers: readonly ParkingConsumer[] }> {
  let refresh = (): Promise<void> => Promise.resolve();
  const runner = await runProjections({ ...options, onProgress: () => refresh() });
  const reader = await openProjectionReader({ ...options, hurry: runner.hurry });
  refresh = reader.refresh;
  return { ...reader, ...runner, rebuild: (name, _actor, hold) => runner.rebuild(name, hold) };
}

export async function runProjections(options: ProjectionRunnerOptions): Promise<ProjectionRunner> {
  const { store, readStore, environment } = options;
  const exclusive = createMutex();
  const stopping = new AbortController();
  const { signal } = stopping;
  const generations = createGenerationStore(readStore);
  await readStore.define([generationsCollection]);
  const position = await generations.reached(groupCheckpoint);
  const running: RunningProjection[] = [];
  const opening = { ...options, generations, groupPosition: position };
  for (const projection of options.projections) running.push(await openProjection(projection, opening));

  const group = createProjectionGroup({ ...options, generations, running, position, exclusive, signal });
  const building = { ...options, generations, exclusive, signal, groupPosition: group.position };
  const builds = running.filter((one) => one.building !== null).map((one) => build(one, building));
  const following = follow({
    store,
    environment,
    upTo: 'synced',
    maxEvents: batchEvents,
    signal,
    start: group.start,
    handle: group.handle,
    onError: group.failed,
  });
  const status = (one: RunningProjection): Promise<ProjectionStatus> => statusOf(one, group, options, signal);

  const rebuilds = createRebuilds({
    ...building,
    running,
    written: group.written,
    status,
    began: (work) => builds.push(work),
  });

  return {
    ...rebuilds,
    hurry: group.hurry,
    status: () => Promise.all(running.map(status)),
    stop: async () => {
      stopping.abort();
      group.wake();
      await Promise.all([following, ...builds]);
      await group.written().catch(() => undefined);
    },
    consumers: running.map((projection) => ({
      parking: projection.parking,
      retry: (event, actor, reason) =>
        exclusive(async () => {
          await group.written();
          await retryParked(projection, readStore, event, { actor, ...(reason !== undefined && { reason }) });
        }),
    })),
  };
}

async function statusOf(
  projection: RunningProjection,
  group: ProjectionGroup,
  log: Pick<ProjectionRunnerOptions, 'store' | 'environment'>,
  signal: AbortSignal,
): Promise<ProjectionStatus> {
  const { name, model, joined, building, lastError } = projection;
  const position = joined ? group.position() : (building?.position ?? group.position());
  const { synced: end } = await log.store.end();
  return {
    name,
    version: model.projection.version,
    position,
    ...(await lagBehind(log, position)),
    state: stateOf(projection, group, signal),
    held: building?.hold ?? false,
    progress: building === null ? null : end < 0 ? 1 : (building.position + 1) / (end + 1),
    lastError: lastError ?? group.fault(),
  };
}

function stateOf(
  { replaced, building }: RunningProjection,
  group: ProjectionGroup,
  signal: AbortSignal,
): ProjectionState {
  if (signal.aborted || replaced) return 'STOPPED';
  if (building !== null) return building.hold && building.caughtUp ? 'REBUILT' : 'REBUILDING';
  if (group.fault() !== null) return 'FAULTED';
  return group.caughtUp() ? 'RUNNING' : 'CATCHING_UP';
}
