// The position of a consumer that handles batches side by side: the end of the last batch before the first open one.
import { beforeAll, type Position } from '@holdfast/kernel';

type OpenBatch = { readonly position: Position; isDone: boolean };

export type OpenBatches = {
  /** Returns a function to call when the batch up to `position` is done. */
  open(this: void, position: Position): () => void;
  /** Returns the position up to which everything is done. */
  handled(this: void): Position;
  /** Forgets the open batches: their ends no longer count. */
  reset(this: void, handled: Position): void;
};

/** `onProgress` is called whenever `handled` has moved on. */
export function createOpenBatches(onProgress: () => void): OpenBatches {
  let open: OpenBatch[] = [];
  let handled = beforeAll;
  return {
    open(position) {
      const batches = open;
      const batch = { position, isDone: false };
      batches.push(batch);
      return () => {
        batch.isDone = true;
        if (batches !== open || batches[0] !== batch) return;
        const firstOpen = batches.findIndex(({ isDone }) => !isDone);
        const done = batches.splice(0, firstOpen === -1 ? batches.length : firstOpen);
        handled = done.at(-1)?.position ?? handled;
        onProgress();
      };
    },
    handled: () => handled,
    reset(position) {
      open = [];
      handled = position;
    },
  };
}
