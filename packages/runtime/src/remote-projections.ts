// The projections of a runner in another process: read from the read store that both share, asked for by the log.
import type { Cancel, Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { Projections, ProjectionStatus } from './contract.js';
import { generationOf, generationsCollection, type Generation } from './generations.js';
import { lagBehind } from './lag.js';
import { openProjectionReader, type ProjectionReaderOptions } from './projection-reader.js';
import { UnknownProjection } from './projection-runner.js';
import { askFor } from './requests.js';

export type RemoteProjectionsOptions = Omit<ProjectionReaderOptions, 'hurry' | 'projections'> & {
  readonly store: EventStore;
  readonly projections: readonly (ProjectionReaderOptions['projections'][number] & {
    readonly version: number;
  })[];
  onError(this: void, error: unknown): void;
};

/** How often it looks how far the runner is, while somebody waits and while nobody does. */
const waitedForMs = 25;
const idleMs = 500;

export async function openRemoteProjections(options: RemoteProjectionsOptions): Promise<Projections> {
  const { store, readStore, projections, environment, onError } = options;
  const { scheduler } = environment;
  let awaited: Position = -1;
  let stopped = false;
  let cancel: Cancel = () => undefined;
  let looking: Promise<void> | null = null;

  const hurry = (position: Position): void => {
    awaited = Math.max(awaited, position);
    if (looking === null) lookIn(waitedForMs);
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
          lookIn(isAwaited ? waitedForMs : idleMs);
        });
    });
  };
  lookIn(idleMs);

  const status = async (): Promise<readonly ProjectionStatus[]> => {
    const { synced } = await store.end();
    const names = projections.map(({ name }) => name);
    await readStore.define([generationsCollection]);
    const known = await readStore.getMany<Generation>(generationsCollection.name, names);
    await reader.refresh();
    return Promise.all(
      projections.map(async ({ name, version }, n) => {
        const building = known[n]?.building ?? null;
        const at = reader.position(name);
        const lag = await lagBehind({ store, environment }, at);
        const built =
          building === null ? null : ((await readStore.checkpoint(generationOf(name, building))) ?? -1);
        return {
          name,
          version,
          position: at,
          ...lag,
          state: building !== null ? 'REBUILDING' : lag.caughtUp ? 'RUNNING' : 'CATCHING_UP',
          progress: built === null ? null : synced < 0 ? 1 : (built + 1) / (synced + 1),
          lastError: null,
        } as const;
      }),
    );
  };

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
