// Runs the projections on a second core. Their thread reads the log from its files and writes the read models; for
// everything else it calls the thread that has the log. Readers stay in this thread, and read the read store.
import { Worker } from 'node:worker_threads';
import type { EventStore } from '@holdfast/event-store';
import { StoreClosed } from '@holdfast/event-store';
import type { Environment, Position } from '@holdfast/kernel';
import { projections } from '@holdfast/projections';
import type { ReadStore } from '@holdfast/read-store';
import {
  heldIn,
  openProjectionReader,
  UnknownProjection,
  type ParkedEvents,
  type ProjectionRunner,
  type Projections,
  type Rebuilds,
} from '@holdfast/runtime';
import { createBirpc } from 'birpc';

/** Calls of the projections' thread to the thread that has the log. */
export type LogSide = Pick<EventStore, 'append' | 'synced' | 'readStream' | 'end'> & {
  /** Resolves with the last synced position once it is larger than `position`. @throws StoreClosed */
  syncedBehind(position: Position): Promise<Position>;
  progress(): Promise<void>;
  report(error: string): void;
};

/** Calls to the projections' thread. They return once it has started. */
export type ProjectionSide = Pick<ProjectionRunner, 'hurry' | 'status' | 'stop'> & Rebuilds & ParkedEvents;

export type ProjectionThreadData = { readonly logDirectory: string; readonly readModels: string };

export type ProjectionThread = Projections & { readonly parked: ParkedEvents };

export async function startProjectionThread(
  options: ProjectionThreadData & {
    readonly store: EventStore;
    readonly readStore: ReadStore;
    readonly environment: Environment;
    onError(this: void, error: unknown): void;
    /** the thread has ended by itself */
    onFatal(this: void, error: unknown): void;
  },
): Promise<ProjectionThread> {
  const { store, readStore, environment, logDirectory, readModels, onError, onFatal } = options;
  const workerData: ProjectionThreadData = { logDirectory, readModels };
  const worker = new Worker(new URL('./projection-worker.js', import.meta.url), { workerData });
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  failed.catch(onFatal);

  let refresh = (): Promise<void> => Promise.resolve();
  const log: LogSide = {
    append: (...call) => store.append(...call),
    synced: (position) => store.synced(position),
    readStream: (...call) => store.readStream(...call),
    end: () => store.end(),
    syncedBehind: async (position) => {
      for await (const batch of store.subscribeAll({ after: position, maxEvents: 1 }))
        if (batch.position > position) return (await store.end()).synced;
      throw new StoreClosed();
    },
    progress: () => refresh(),
    report: (error) => {
      onError(new Error(error));
    },
  };
  const thread = createBirpc<ProjectionSide, LogSide>(log, {
    post: (message) => {
      worker.postMessage(message);
    },
    on: (handle) => worker.on('message', handle),
    timeout: -1,
    eventNames: ['hurry'],
  });
  await Promise.race([thread.status(), failed]);
  const hurry = (position: Position): void => {
    void thread.hurry(position);
  };
  const reader = await openProjectionReader({ readStore, projections, environment, hurry });
  refresh = reader.refresh;

  return {
    ...reader,
    status: () => thread.status(),
    ...rebuildsOf(thread),
    parked: {
      retry: (selection, actor) => thread.retry(selection, actor),
      discard: (selection, actor) => thread.discard(selection, actor),
    },
    stop: async () => {
      await thread.stop();
      await worker.terminate();
    },
  };
}

/** Classes of errors are lost between threads, so requests that can't be met are refused on this side. */
function rebuildsOf(
  thread: Pick<ProjectionSide, 'status' | keyof Rebuilds>,
): Pick<Projections, keyof Rebuilds> {
  return {
    rebuild: async (name, _actor, hold) => {
      if (projections.some((projection) => projection.name === name)) return thread.rebuild(name, hold);
      throw new UnknownProjection(`there is no projection ${name}`);
    },
    switchOver: async (name) => {
      heldIn(await thread.status(), name, 'rebuilt');
      return thread.switchOver(name);
    },
    abandon: async (name) => {
      heldIn(await thread.status(), name, 'held');
      return thread.abandon(name);
    },
    diff: async (name) => {
      heldIn(await thread.status(), name, 'rebuilt');
      return thread.diff(name);
    },
  };
}
