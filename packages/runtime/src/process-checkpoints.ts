// A process runner stores how far its inputs are handled and which processes are live, so that a restart loads the live
// ones and no others. Both are in one write.
import { beforeAll, type Cancel, type Environment, type Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { ReadStore, Write } from '@holdfast/read-store';
import { lastSeen } from './same-log.js';

export type ProcessCheckpointsOptions = {
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly environment: Pick<Environment, 'scheduler'>;
  readonly checkpoint: string;
  readonly collection: string;
  /** whether this runner also stores the identity of the log that the read store was built from */
  readonly saysWhichLog: boolean;
  handled(this: void): Position;
  onError(this: void, error: unknown): void;
};

export type ProcessCheckpoints = {
  /** Forgets everything in memory and returns the stored position and the ids of the live processes. */
  load(this: void): Promise<{ readonly position: Position; readonly live: readonly string[] }>;
  /** `isLive`: the process has work or a deadline pending */
  note(this: void, id: string, isLive: boolean): void;
  /** how many processes are live */
  live(this: void): number;
  /** Begins to save at intervals. */
  start(this: void): void;
  /** Saves a last time. */
  stop(this: void): Promise<void>;
};

const everyMs = 1000;
const pageOfDocuments = 1000;

export function createProcessCheckpoints(options: ProcessCheckpointsOptions): ProcessCheckpoints {
  const { readStore, environment, checkpoint, collection, handled } = options;
  const live = new Set<string>();
  /** live processes that the read store knows */
  const saved = new Set<string>();
  /** ids whose last write failed with an unknown outcome; written again next time */
  const unsure = new Set<string>();
  const touched = new Set<string>();
  let savedPosition = beforeAll;

  const load: ProcessCheckpoints['load'] = async () => {
    for (const ids of [live, saved, unsure, touched]) ids.clear();
    const position = (await readStore.checkpoint(checkpoint)) ?? beforeAll;
    for await (const id of idsIn(readStore, collection)) saved.add(id);
    return { position, live: [...saved] };
  };

  const save = async (): Promise<void> => {
    const position = handled();
    if (position === savedPosition && touched.size === 0) return;
    const ids = [...touched];
    touched.clear();
    const writes = ids
      .filter((id) => live.has(id) !== saved.has(id) || unsure.has(id))
      .map((id): Write => ({ collection, ...(live.has(id) ? { document: { id } } : { removed: id }) }));
    // A write that was refused or failed goes with the next checkpoint.
    if (!(await apply(options, writes, position))) {
      for (const id of ids) {
        touched.add(id);
        unsure.add(id);
      }
      return;
    }
    savedPosition = position;
    unsure.clear();
    for (const write of writes) {
      if ('document' in write) saved.add(write.document.id);
      else saved.delete(write.removed);
    }
  };

  let cancel: Cancel = () => undefined;
  let saving: Promise<void> = Promise.resolve();
  const start = (): void => {
    cancel = environment.scheduler.after(everyMs, () => {
      saving = save().then(start);
    });
  };

  return {
    load,
    note(id, isLive) {
      touched.add(id);
      if (isLive) live.add(id);
      else live.delete(id);
    },
    live: () => live.size,
    start,
    async stop() {
      cancel();
      await saving;
      cancel();
      await save();
    },
  };
}

/** The ids of all documents of a collection. */
async function* idsIn(readStore: ReadStore, collection: string): AsyncGenerator<string> {
  for (let after: string | undefined; ;) {
    const page = await readStore.find(collection, {
      limit: pageOfDocuments,
      ...(after !== undefined && { after }),
    });
    for (const { document } of page.items) yield document.id;
    after = page.items.at(-1)?.cursor;
    if (!page.hasMore) return;
  }
}

/**
 * Stores a checkpoint. The decisions before it are synced first: after a crash no checkpoint may be ahead of them. Returns
 * false when the write was refused or failed.
 */
async function apply(
  { store, readStore, checkpoint, saysWhichLog, onError }: ProcessCheckpointsOptions,
  writes: readonly Write[],
  position: Position,
): Promise<boolean> {
  try {
    const { written } = await store.end();
    await store.synced(written);
    const seen = saysWhichLog ? await lastSeen(store, written) : [];
    return await readStore.apply([...writes, ...seen], { name: checkpoint, position });
  } catch (error) {
    onError(error);
    return false;
  }
}
