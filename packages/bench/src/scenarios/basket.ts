// Orders of 100 SKUs each, to measure the cost per line of a saga with a hundred reservations.
import { measureOrders } from '../orders.js';
import { seeded } from '../random.js';
import type { Scenario } from '../scenario.js';
import { ordersIn } from '../workload.js';

const lines = 100;
const inFlight = 16;

export const basket: Scenario = {
  name: 'basket',
  about: `orders of ${lines} lines, ${inFlight} in flight, from submission until their end is synced`,
  cases: (scale, { systems, atMarket }) =>
    systems.map((system) => ({
      system: system.name,
      name: `${lines} lines`,
      run: (seed) =>
        atMarket(system, { shop: scale.shop, inFlight }, async (market) => {
          const draw = ordersIn(scale.shop, seeded(seed), () => lines);
          const figures = await measureOrders(market, {
            inFlight,
            orders: Math.ceil(scale.orders / 20),
            warmUp: Math.ceil(scale.orders / 80),
            draw,
          });
          return { 'lines/s': (figures['orders/s'] ?? Number.NaN) * lines, ...figures };
        }),
    })),
};
