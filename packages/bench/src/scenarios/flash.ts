// A flash sale: all buyers want the same SKU at the same moment, and there is not enough of it.
import { callers, measured, orderFigures } from '../orders.js';
import { seeded } from '../random.js';
import type { Scenario } from '../scenario.js';
import { customerOf, hasMoney, lineOf, ordersIn, placeOrder, type Shop } from '../workload.js';

const units = 100;
const warmUp = 1_000;

export const flash: Scenario = {
  name: 'flash',
  about: `buyers who all at once want one of ${units} units of one SKU, until the last of them has an answer`,
  cases: ({ buyers, shop: usual }, { systems, atMarket }) => {
    // One more SKU, to warm the code up.
    const scarce = usual.skus;
    const shop: Shop = { skus: scarce + 1, customers: 2 * buyers, stock: units };
    const rich = Array.from({ length: shop.customers }, (_, n) => customerOf(n)).filter(hasMoney);
    return systems.map((system) => ({
      system: system.name,
      name: `${buyers.toLocaleString('en')} buyers`,
      run: (seed) =>
        atMarket(system, { shop, inFlight: 64 }, async (market) => {
          const others = ordersIn({ ...shop, skus: scarce }, seeded(seed));
          await callers(market, 64, Math.min(warmUp, buyers), others);
          let next = 0;
          const buy = () => {
            const customer = rich[next] ?? customerOf(1);
            return placeOrder(`flash-${next++}`, customer, [lineOf(scarce, 1)]);
          };
          const sale = () => callers(market, buyers, buyers, buy);
          const { placed, seconds, figures } = await measured(market, sale);
          await market.verify();
          const confirmed = placed.filter((one) => one.confirmed).length;
          if (confirmed !== Math.min(units, buyers))
            throw new Error(`${confirmed} orders were confirmed, for ${units} units`);
          return {
            'settled ms': seconds * 1000,
            confirmed,
            ...orderFigures({ placed, seconds }),
            ...figures,
          };
        }),
    }));
  },
};
