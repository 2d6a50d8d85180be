// A start on an existing log: until the engine is open, and until the end of its first order.
import { openHoldfast } from '../holdfast.js';
import type { Scenario } from '../scenario.js';
import { customerOf, lineOf, placeOrder } from '../workload.js';

export const open: Scenario = {
  name: 'open',
  about:
    'a start on a log of so many events, until the engine is open and until its first order is CONFIRMED',
  cases: ({ events }, { filled }) => {
    let opened = 0;
    return events.map((count) => ({
      system: 'Holdfast',
      name: `${count.toLocaleString('en')} events`,
      run: async () => {
        const folder = await filled(count);
        const begin = performance.now();
        const market = await openHoldfast(folder);
        const open = performance.now() - begin;
        const order = placeOrder(`after-opening-${count}-${opened++}`, customerOf(1), [lineOf(1, 1)]);
        const confirmed = await market.place(order);
        const first = performance.now() - begin;
        const { synced } = await market.engine.store.end();
        await market.close();
        if (!confirmed || synced + 1 < count)
          throw new Error('the log that was opened is not the one that was filled');
        return { 'open ms': open, 'first order ms': first };
      },
    }));
  },
};
