// The compared database keeps the same rules: a system that oversells would be no fair comparison. Needs a server:
// packages/bench/scripts/with-postgres.sh npm run test:acceptance -- packages/bench
import { describe, expect, test } from '@jest/globals';
import { createGrounds, postgres, scales, scenarios } from './index.js';
import type { System } from './orders.js';
import { customerOf, lineOf, placeOrder } from './workload.js';

const url = process.env['PG_URL'];
const withServer = url === undefined ? describe.skip : describe;
const systems = postgres(url ?? '');

withServer('an order on Postgres (set PG_URL)', () => {
  test.each(scenarios.filter(({ name }) => ['saga', 'flash', 'basket'].includes(name)))(
    'in $name: nothing is oversold or overdrawn, and the sums are right',
    async ({ cases }) => {
      const grounds = createGrounds(systems);
      for (const { run } of cases(scales.smoke, grounds)) await run(1);
      await grounds.close();
    },
  );

  test.each(systems.map((system) => [system.name, system] as const))(
    '%s: a refused order takes no units, also of SKUs with enough stock',
    async (_, system: System) => {
      const shop = { skus: 3, customers: 2, stock: 2 };
      const market = await system.open({ folder: '', shop, inFlight: 1 });
      const tooMuch = [lineOf(0, 1), lineOf(1, 2), lineOf(1, 1), lineOf(2, 1)];
      expect(await market.place(placeOrder('too-much', customerOf(1), tooMuch))).toBe(false);
      expect(await market.place(placeOrder('no-money', customerOf(0), [lineOf(0, 2)]))).toBe(false);
      const everything = [lineOf(0, 2), lineOf(1, 2), lineOf(2, 2)];
      expect(await market.place(placeOrder('everything', customerOf(1), everything))).toBe(true);
      await expect(market.place(placeOrder('everything', customerOf(1), everything))).rejects.toThrow(
        'duplicate key',
      );
      await market.verify();
      await market.close();
    },
  );
});
