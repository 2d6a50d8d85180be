// Wraps of the read store for work that goes on while the store is away. Such work needs the store only for speed, or to
// start again.
import type { Document, Environment, Position } from '@holdfast/kernel';
import { ReadStoreUnavailable, type Find, type Page, type ReadStore } from '@holdfast/read-store';

/** Waiting longer for a cache costs more than working without it. */
const patienceMs = 500;
const restMs = 5000;

/**
 * Returns the store for documents that are only a cache, such as snapshots. A `getMany` that takes longer than half a
 * second throws ReadStoreUnavailable, and so does every `getMany` in the next five seconds, at once.
 */
export function impatient(store: ReadStore, { clock, scheduler }: Environment): ReadStore {
  let awayUntilMs = -Infinity;
  const away = (): ReadStoreUnavailable => {
    awayUntilMs = clock.now() + restMs;
    return new ReadStoreUnavailable(`the read store did not answer in ${patienceMs} ms`);
  };
  const getMany = async <D extends Document>(
    collection: string,
    ids: readonly string[],
  ): Promise<readonly (D | null)[]> => {
    if (clock.now() < awayUntilMs) throw new ReadStoreUnavailable('the read store was away a moment ago');
    return new Promise((resolve, reject) => {
      const cancel = scheduler.after(patienceMs, () => {
        reject(away());
      });
      const found = new Promise<readonly (D | null)[]>((answer) => {
        answer(store.getMany<D>(collection, ids));
      });
      found.finally(cancel).then(resolve, (error: unknown) => {
        reject(error instanceof ReadStoreUnavailable ? away() : (error as Error));
      });
    });
  };
  return { ...boundTo(store), getMany };
}

/**
 * The same store for one process runner. It remembers the last checkpoint with its documents, so that the runner can start
 * again from there while the store is away. Only for a store with this one writer.
 */
export function remembering(store: ReadStore): ReadStore {
  const checkpoints = new Map<string, Position>();
  const collections = new Map<string, { readonly documents: Map<string, Document>; isWhole: boolean }>();

  const unlessAway = async <T>(ask: () => T | Promise<T>, remembered: () => T | undefined): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      const known = error instanceof ReadStoreUnavailable ? remembered() : undefined;
      if (known === undefined) throw error;
      return known;
    }
  };

  const find = async <D extends Document>(collection: string, options: Find): Promise<Page<D>> => {
    const isFirst = options.after === undefined;
    const known = collections.get(collection);
    const pageOfAll = (): Page<D> | undefined => {
      if (known?.isWhole !== true || !isFirst) return undefined;
      const all = [...known.documents.values()] as D[];
      return { items: all.map((document) => ({ document, cursor: document.id })), hasMore: false };
    };
    const page = await unlessAway(() => store.find<D>(collection, options), pageOfAll);
    const read = isFirst || known === undefined ? { documents: new Map(), isWhole: false } : known;
    for (const { document } of page.items) read.documents.set(document.id, document);
    read.isWhole = !page.hasMore;
    collections.set(collection, read);
    return page;
  };

  return {
    ...boundTo(store),
    find,
    checkpoint: async (name) => {
      const position = await unlessAway(
        () => store.checkpoint(name),
        () => checkpoints.get(name),
      );
      if (position !== null) checkpoints.set(name, position);
      return position;
    },
    apply: async (writes, checkpoint, fence) => {
      const isStored = await store.apply(writes, checkpoint, fence);
      if (!isStored) return false;
      checkpoints.set(checkpoint.name, checkpoint.position);
      for (const write of writes) {
        const documents = collections.get(write.collection)?.documents;
        if ('document' in write) documents?.set(write.document.id, write.document);
        else documents?.delete(write.removed);
      }
      return true;
    },
  };
}

const boundTo = (store: ReadStore): ReadStore => ({
  define: (...call) => store.define(...call),
  apply: (...call) => store.apply(...call),
  getMany: (...call) => store.getMany(...call),
  find: (...call) => store.find(...call),
  count: (...call) => store.count(...call),
  checkpoint: (name) => store.checkpoint(name),
  lease: (name) => store.lease(name),
  swapLease: (...call) => store.swapLease(...call),
  drop: (...call) => store.drop(...call),
  close: () => store.close(),
});
