// Projections whose runner is another operating-system process: documents and positions come from the read store that both
// share, requests go through the log.
import type { Cancel, Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { Projections, ProjectionStatus } from './projections.js';
import { generationOf, generationsCollection, type Generation } from './generations.js';
import { lagBehind } from './lag.js';
import {
  openProjectionReader,
  type ProjectionReader,
  type ProjectionReaderOptions,
} from './projection-reader.js';
import { UnknownProjection } from './projection-runner.js';
import { askFor } from './requests.js';

export type RemoteProjectionsOptions = Omit<ProjectionReaderOptions, 'hurry' | 'projections'> & {
  readonly store: EventStore;
  readonly projections: readonly (ProjectionReaderOptions['projections'][number] & {
    readonly version: number;
  })[];
  onError(this: void, error: unknown): void;
};

/** Intervals at which the runner's position is read, while a reader waits for it and otherwise. */
const awaitedMs = 25;
const idleMs = 500;

export async function openRemoteProjections(options: RemoteProjectionsOptions): Promise<Projections> {
  const { projections, environment, onError } = options;
  const { scheduler } = environment;
  let awaited: Position = -1;
  let stopped = false;
  let cancel: Cancel = () => undefined;
  let looking: Promise<void> | null = null;

  const hurry = (position: Position): void => {
    awaited = Math.max(awaited, position);
    if (looking === null) lookIn(awaitedMs);
  };
  const reader = await openProjectionReader({ ...options, hurry });
  const lookIn = (ms: number): void => {
    if (stopped) return;
    cancel();
    cancel = scheduler.after(ms, () => {
      looking = reader
        .refresh()
        .catch(onError)
        .then(() => {
          looking = null;
          const isAwaited = projections.some(({ name }) => reader.position(name) < awaited);
          lookIn(isAwaited ? awaitedMs : idleMs);
        });
    });
  };
  lookIn(idleMs);

  const status = (): Promise<readonly ProjectionStatus[]> => statusOf(options, reader);

  return {
    ...reader,
    status,
    rebuild: async (name, actor = 'system') => {
      if (!projections.some((projection) => projection.name === name))
        throw new UnknownProjection(`there is no projection ${name}`);
      await askFor(options, name, { type: 'ProjectionRebuildRequested', data: {} }, actor);
      return (await status()).find((one) => one.name === name) as ProjectionStatus;
    },
    stop: async () => {
      stopped = true;
      cancel();
      await looking;
    },
  };
}

async function statusOf(
  { store, readStore, projections, environment }: RemoteProjectionsOptions,
  reader: ProjectionReader,
): Promise<readonly ProjectionStatus[]> {
  const { synced } = await store.end();
  const names = projections.map(({ name }) => name);
  await readStore.define([generationsCollection]);
  const known = await readStore.getMany<Generation>(generationsCollection.name, names);
  await reader.refresh();
  return Promise.all(
    projections.map(async ({ name, version }, n) => {
      const building = known[n]?.building ?? null;
      const position = reader.position(name);
      const lag = await lagBehind({ store, environment }, position);
      const built =
        building === null ? null : ((await readStore.checkpoint(generationOf(name, building))) ?? -1);
      return {
        name,
        version,
        position,
        ...lag,
        state: building !== null ? 'REBUILDING' : lag.caughtUp ? 'RUNNING' : 'CATCHING_UP',
        progress: built === null ? null : synced < 0 ? 1 : (built + 1) / (synced + 1),
        lastError: null,
      } as const;
    }),
  );
}
