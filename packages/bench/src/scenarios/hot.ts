// One SKU for all reservations: its stream and its reserved units grow. Neither may slow it down.
import { CommandMessage } from '@holdfast/api';
import { OrderId, type Sku } from '@holdfast/kernel';
import { contextOf, openHoldfast, stockShop, type Holdfast } from '../holdfast.js';
import type { Scenario } from '../scenario.js';
import type { Figures } from '../statistics.js';
import { skuOf } from '../workload.js';

const inFlight = 64;
const window = 10_000;

export const hot: Scenario = {
  name: 'hot',
  about: `reservations of one SKU, ${inFlight} in flight: the cost of the last ${window.toLocaleString('en')} against that of the first`,
  cases: ({ reservations }, { inFolder }) => [
    {
      system: 'Holdfast',
      name: `${reservations.toLocaleString('en')} reservations`,
      run: () =>
        inFolder(async (folder) => {
          const market = await openHoldfast(folder);
          try {
            return await measureReservations(market, reservations);
          } finally {
            await market.close();
          }
        }),
    },
  ],
};

async function measureReservations(market: Holdfast, reservations: number): Promise<Figures> {
  const windows = Math.max(2, Math.floor(reservations / window));
  const size = Math.floor(reservations / windows);
  await stockShop(market, { skus: 2, customers: 0, stock: 1_000_000_000 });
  // Another SKU warms the code up, so that the first window is not slower.
  await reserve(market, skuOf(1), 'warm-up', 5 * size);
  const costs: number[] = [];
  const begin = performance.now();
  for (let n = 0; n < windows; n++) {
    await market.idle();
    const before = await market.usage();
    await reserve(market, skuOf(0), `window-${n}`, size);
    await market.idle();
    const after = await market.usage();
    costs.push((1e6 * (after.cpuSeconds - before.cpuSeconds)) / size);
  }
  const seconds = (performance.now() - begin) / 1000;
  await market.verify();
  const product = await market.engine.projections.get<{ id: string; reserved: number }>(
    'stock-level',
    skuOf(0),
  );
  if (product?.reserved !== windows * size)
    throw new Error(`${String(product?.reserved)} units are reserved, not ${windows * size}`);
  const [first = Number.NaN, last = Number.NaN] = [costs[0], costs.at(-1)];
  return {
    'last ÷ first': last / first,
    'first CPU µs': first,
    'last CPU µs': last,
    'reservations/s': (windows * size) / seconds,
  };
}

async function reserve(market: Holdfast, sku: Sku, name: string, count: number): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const orderId = OrderId(`${name}-${next++}`);
      const command = { type: 'ReserveStock', data: { sku, orderId, quantity: 1 } } as const;
      await market.execute(new CommandMessage(command, contextOf(`reserve-${orderId}`)));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
}
