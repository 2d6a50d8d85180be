// The group of read models that share a checkpoint: each batch of the log is projected onto all of them, and one write
// stores the documents with the checkpoint. The next batch is projected during that write.
import type { Awaitable, Environment, Position, RecordedEvent } from '@holdfast/kernel';
import { beforeAll, streamCategory } from '@holdfast/kernel';
import type { Batch } from '@holdfast/event-store';
import type { ReadStore, Write } from '@holdfast/read-store';
import { groupCheckpoint } from './generations.js';
import type { GenerationStore } from './generation-store.js';
import type { Mutex } from './mutex.js';
import { projectOnto, type RunningProjection } from './running-projection.js';

export type ProjectionGroupOptions = {
  readonly readStore: ReadStore;
  readonly environment: Environment;
  readonly generations: GenerationStore;
  readonly running: readonly RunningProjection[];
  readonly position: Position;
  /** held while the group's position must not move */
  readonly exclusive: Mutex;
  readonly signal: AbortSignal;
  onBatch?(this: void, events: readonly RecordedEvent[]): () => void;
  /** Called when new documents are stored. */
  onProgress(this: void): Awaitable<void>;
  onError(this: void, error: unknown): void;
};

export type ProjectionGroup = {
  /** the last position whose effects are stored */
  position(this: void): Position;
  caughtUp(this: void): boolean;
  /** Why the subscription broke off; null once a batch is stored again. */
  fault(this: void): string | null;
  /** The subscription broke off. */
  failed(this: void, error: unknown): void;
  /** Drops the documents in memory and returns the stored position, to go on from there. */
  start(this: void): Promise<Position>;
  handle(this: void, batch: Batch): Promise<void>;
  /** Waits for the write that is under way. @throws when it fails */
  written(this: void): Promise<void>;
  /** Until this position is reached, batches follow each other without a pause. */
  hurry(this: void, position: Position): void;
  /** Ends the pause between two batches. */
  wake(this: void): void;
};

/**
 * Pause between two writes while no reader waits: longer than most orders take, so that a document which changes with each
 * step of an order is written once.
 */
const paceMs = 100;

export function createProjectionGroup(options: ProjectionGroupOptions): ProjectionGroup {
  const { readStore, generations, running, exclusive } = options;
  let { position } = options;
  let caughtUp = false;
  let fault: string | null = null;
  /** write of the last batch, or of the batch before the one that is being projected */
  let writing: Promise<void> = Promise.resolve();
  const pacing = createPacing(options);

  /** Waits for the running write. Its error becomes the caller's: the subscription has to start again. */
  const takeWrite = async (): Promise<void> => {
    const last = writing;
    writing = Promise.resolve();
    await last;
  };

  const write = async (batch: Batch, writes: readonly Write[]): Promise<void> => {
    await readStore.apply(writes, { name: groupCheckpoint, position: batch.position });
    position = batch.position;
    caughtUp = batch.caughtUp;
    fault = null;
    await options.onProgress();
  };

  const project = async (batch: Batch): Promise<void> => {
    const stored = options.onBatch?.(batch.events);
    const writes: Write[] = [];
    for (const [projection, events] of eventsByProjection(running, batch.events)) {
      const { model, parking } = projection;
      const isBlocked = (key: string, at: Position): boolean => parking.isBlocked(key, at);
      const projected = await projectOnto(projection, model, events, isBlocked, options.onError);
      for (const one of projected.writes) writes.push(one);
    }
    await takeWrite();
    writing = write(batch, writes).then(stored);
    writing.catch(() => undefined); // the next batch awaits it too, and throws the error
    // Unless the end is reached, the next batch is there already and is projected while this one is written.
    if (batch.caughtUp || running.some(({ building }) => building !== null)) await takeWrite();
  };

  const forgetModels = (): void => {
    for (const { model } of running) model.forget();
  };

  return {
    position: () => position,
    caughtUp: () => caughtUp,
    fault: () => fault,
    failed: (error) => {
      fault = String(error);
      options.onError(error);
    },
    start: () =>
      exclusive(async () => {
        forgetModels();
        await takeWrite();
        position = await generations.reached(groupCheckpoint);
        await options.onProgress();
        return position;
      }),
    handle: async (batch) => {
      await exclusive(() =>
        project(batch).catch((error: unknown) => {
          forgetModels();
          throw error;
        }),
      );
      if (batch.caughtUp && pacing.awaited() <= position) await pacing.pause();
    },
    written: () => writing,
    hurry: pacing.hurry,
    wake: pacing.wake,
  };
}

/** The pause between two batches. It is left out while a reader waits for a position. */
function createPacing({ environment, signal }: Pick<ProjectionGroupOptions, 'environment' | 'signal'>) {
  let awaited = beforeAll;
  let wake: (() => void) | null = null;
  return {
    awaited: (): Position => awaited,
    hurry: (target: Position): void => {
      awaited = Math.max(awaited, target);
      wake?.();
    },
    wake: (): void => {
      wake?.();
    },
    pause: async (): Promise<void> => {
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const cancel = environment.scheduler.after(paceMs, done);
        function done(): void {
          cancel();
          wake = null;
          resolve();
        }
        wake = done;
      });
    },
  };
}

/** Returns, for each joined read model, the events of its categories; in one pass over the events. */
function eventsByProjection(
  running: readonly RunningProjection[],
  events: readonly RecordedEvent[],
): ReadonlyMap<RunningProjection, readonly RecordedEvent[]> {
  const byProjection = new Map<RunningProjection, RecordedEvent[]>();
  const byCategory = new Map<string, RecordedEvent[][]>();
  for (const projection of running) if (projection.joined) byProjection.set(projection, []);
  for (const event of events) {
    const category = streamCategory(event.stream);
    let interested = byCategory.get(category);
    if (interested === undefined) {
      const wanting = [...byProjection].filter(([{ model }]) => model.wants(category));
      byCategory.set(category, (interested = wanting.map(([, wanted]) => wanted)));
    }
    for (const wanted of interested) wanted.push(event);
  }
  return byProjection;
}
