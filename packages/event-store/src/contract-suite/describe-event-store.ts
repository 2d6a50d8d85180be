// The contract of every event store. An adapter's spec calls this once; there are no options.
import { describe } from '@jest/globals';
import { describeAppending } from './appending.js';
import { describeClosing } from './closing.js';
import { describeKeeping } from './keeping.js';
import { describeReading } from './reading.js';
import { describeRepeating } from './repeating.js';
import { describeSubscribing } from './subscribing.js';
import { createRig, type StoreUnderTest } from './rig.js';

export { event, idsOf, type StoreUnderTest } from './rig.js';

/** Runs the contract against stores that `open` makes, one for each test. */
export function describeEventStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`event store contract: ${name}`, () => {
    const rig = createRig(open);
    describeAppending(rig);
    describeRepeating(rig);
    describeKeeping(rig);
    describeReading(rig);
    describeSubscribing(rig);
    describeClosing(rig);
  });
}
