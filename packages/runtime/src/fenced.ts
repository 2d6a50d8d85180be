// The read store of one lease holder: every write carries the lease's token, so that the writes of a worker that lost its
// lease without noticing are refused (ADR 0008).
import { LeaseLost, type Fence, type ReadStore } from '@holdfast/read-store';

/** The same store; its writes throw LeaseLost once another worker holds the lease. */
export function fenced(store: ReadStore, fence: Fence): ReadStore {
  const mustHold = async (): Promise<void> => {
    if ((await store.lease(fence.lease))?.token !== fence.token)
      throw new LeaseLost(`${fence.lease} is not held under the token ${fence.token} any more`);
  };
  return {
    apply: (writes, checkpoint) => store.apply(writes, checkpoint, fence),
    // Check and drop are not atomic. Losing the lease between them costs one extra rebuild and corrupts nothing.
    drop: async (...call) => {
      await mustHold();
      await store.drop(...call);
    },
    define: (collections) => store.define(collections),
    getMany: (...call) => store.getMany(...call),
    find: (...call) => store.find(...call),
    count: (...call) => store.count(...call),
    checkpoint: (name) => store.checkpoint(name),
    lease: (name) => store.lease(name),
    swapLease: (...call) => store.swapLease(...call),
    close: () => Promise.resolve(),
  };
}
