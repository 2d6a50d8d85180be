// The checkout itself: one order after another from each caller, over a wide shop.
import { measureOrders } from '../orders.js';
import { seeded } from '../random.js';
import type { Scenario } from '../scenario.js';
import { ordersIn } from '../workload.js';

export const saga: Scenario = {
  name: 'saga',
  about: 'an order from its submission until it is CONFIRMED or FAILED in its stream, synced',
  cases: (scale, { systems, atMarket }) => {
    const warmUp = Math.ceil(scale.orders / 4);
    return scale.inFlight.flatMap((inFlight) => {
      // A single caller waits for every sync, so a tenth of the orders takes the same time.
      const orders = inFlight === 1 ? Math.ceil(scale.orders / 10) : scale.orders;
      return systems.map((system) => ({
        system: system.name,
        name: `${inFlight} in flight`,
        run: (seed) =>
          atMarket(system, { shop: scale.shop, inFlight }, (market) =>
            measureOrders(market, { inFlight, orders, warmUp, draw: ordersIn(scale.shop, seeded(seed)) }),
          ),
      }));
    });
  },
};
