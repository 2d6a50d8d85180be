// Projections whose runner is another operating-system process: documents and positions come from the read store that both
// share, requests go through the log.
import type { Cancel, Position } from '@holdfast/kernel';
import { beforeAll } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { Projections, ProjectionState, ProjectionStatus } from './projections.js';
import { delay } from './follow.js';
import { generationOf, generationsCollection, groupCheckpoint, type Generation } from './generations.js';
import { lagBehind } from './lag.js';
import {
  openProjectionReader,
  type ProjectionReader,
  type ProjectionReaderOptions,
} from './projection-reader.js';
import { diffGenerations, type RebuildDiff } from './rebuild-diff.js';
import { heldIn, NothingHeld, UnknownProjection } from './rebuilds.js';
import { rebuildRequest, type RebuildRequest } from './request-events.js';
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

  const ask = async (name: string, request: RebuildRequest, actor: string): Promise<ProjectionStatus> => {
    await askFor(options, name, request, actor);
    return (await status()).find((one) => one.name === name) as ProjectionStatus;
  };

  return {
    ...reader,
    status,
    rebuild: async (name, actor = 'system', hold = false, reason) => {
      if (!projections.some((projection) => projection.name === name))
        throw new UnknownProjection(`there is no projection ${name}`);
      return ask(name, rebuildRequest(hold, reason), actor);
    },
    switchOver: async (name, actor, reason) => {
      heldIn(await status(), name, 'rebuilt');
      return ask(name, { type: 'ProjectionSwitchRequested', data: { reason } }, actor);
    },
    abandon: async (name, actor, reason) => {
      heldIn(await status(), name, 'held');
      return ask(name, { type: 'ProjectionAbandonRequested', data: { reason } }, actor);
    },
    diff: async (name) => {
      heldIn(await status(), name, 'rebuilt');
      return diffOf(options, name);
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
      const hold = known[n]?.hold ?? null;
      const position = reader.position(name);
      const lag = await lagBehind({ store, environment }, position);
      const built =
        building === null ? null : ((await readStore.checkpoint(generationOf(name, building))) ?? -1);
      return {
        name,
        version,
        position,
        ...lag,
        state: stateOf(building, hold, lag.caughtUp),
        held: hold !== null,
        progress: built === null ? null : synced < 0 ? 1 : (built + 1) / (synced + 1),
        lastError: null,
      } as const;
    }),
  );
}

const stateOf = (building: number | null, hold: Generation['hold'], caughtUp: boolean): ProjectionState =>
  building === null ? (caughtUp ? 'RUNNING' : 'CATCHING_UP') : hold === 'ready' ? 'REBUILT' : 'REBUILDING';

/** Number of attempts to read both generations at one position; the runner keeps them apart for a moment at most. */
const maxLooks = 20;
const betweenLooksMs = 50;

/** Another process writes meanwhile, so both positions are read before and after. The last attempt counts anyway. */
async function diffOf(
  { readStore, projections, environment }: RemoteProjectionsOptions,
  name: string,
): Promise<RebuildDiff> {
  const projection = projections.find((one) => one.name === name);
  if (projection === undefined) throw new UnknownProjection(`there is no projection ${name}`);
  for (let look = 1; ; look++) {
    const [known] = await readStore.getMany<Generation>(generationsCollection.name, [name]);
    const { served = 0, building = null } = known ?? {};
    if (building === null)
      throw new NothingHeld(`${name} has no held rebuild: rebuildProjection with hold begins one`);
    const positions = async () => ({
      position: (await readStore.checkpoint(groupCheckpoint)) ?? beforeAll,
      rebuiltPosition: (await readStore.checkpoint(generationOf(name, building))) ?? beforeAll,
    });
    const before = await positions();
    const generations = { served, rebuilt: building };
    const found = await diffGenerations(readStore, projection, generations, environment.random);
    const after = await positions();
    const isStill = after.position === before.position && after.rebuiltPosition === before.rebuiltPosition;
    if ((isStill && after.position === after.rebuiltPosition) || look === maxLooks)
      return { name, ...after, ...found };
    await delay(environment, betweenLooksMs, new AbortController().signal);
  }
}
