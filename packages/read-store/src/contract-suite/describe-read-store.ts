// The contract of every read store. An adapter's spec calls this once; there are no options.
import { describe } from '@jest/globals';
import { describeApplying } from './applying.js';
import { describeDefining } from './defining.js';
import { describeFinding } from './finding.js';
import { describeKeeping } from './keeping.js';
import { describeLeasing } from './leasing.js';
import { describeSorting } from './sorting.js';
import { createRig, type ReadStoreUnderTest } from './rig.js';

export type { ReadStoreUnderTest } from './rig.js';

/** Runs the contract against stores that `open` makes, an empty one for each test. */
export function describeReadStore(name: string, open: () => Promise<ReadStoreUnderTest>): void {
  describe(`read store contract: ${name}`, () => {
    const rig = createRig(open);
    describeApplying(rig);
    describeFinding(rig);
    describeSorting(rig);
    describeKeeping(rig);
    describeDefining(rig);
    describeLeasing(rig);
  });
}
