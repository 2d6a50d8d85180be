// Orders, placed in a market: the product, or a database that it is compared with. Both get the same orders from the same
// callers, and are measured by the same code.
import type { PlaceOrder } from '@holdfast/ordering';
import { quantile, type Figures } from './statistics.js';
import { hasMoney, type Shop } from './workload.js';

/** Resources used so far. NaN where the value is unknown. */
export type Usage = {
  /** user and system time of every process that takes part */
  readonly cpuSeconds: number;
  /** written to the log, or the write-ahead log */
  readonly bytes: number;
  readonly syncs: number;
};

export type Market = {
  /** Places an order. Resolves when the end of the order survives a crash; true when it was confirmed. */
  place(order: PlaceOrder): Promise<boolean>;
  /** Resolves when no work of the orders is left: read models have caught up. */
  idle(): Promise<void>;
  usage(): Promise<Usage>;
  /** @throws when money or stock does not add up */
  verify(): Promise<void>;
  close(): Promise<void>;
};

export type System = {
  readonly name: string;
  /** Opens a new market whose shop is stocked. All its files are in `folder`. */
  open(
    this: void,
    options: {
      readonly folder: string;
      readonly shop: Shop;
      readonly inFlight: number;
    },
  ): Promise<Market>;
};

export type Run = { readonly placed: readonly Placed[]; readonly seconds: number };
export type Placed = { readonly order: PlaceOrder; readonly confirmed: boolean; readonly ms: number };

/** Each of `inFlight` callers has one order at a time, until `orders` are done. */
export async function callers(
  market: Market,
  inFlight: number,
  orders: number,
  draw: () => PlaceOrder,
): Promise<Run> {
  const placed: Placed[] = [];
  let left = orders;
  const start = performance.now();
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const order = draw();
      const begin = performance.now();
      const confirmed = await market.place(order);
      placed.push({ order, confirmed, ms: performance.now() - begin });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return { placed, seconds: (performance.now() - start) / 1000 };
}

export type Load = {
  readonly inFlight: number;
  readonly orders: number;
  /** orders before the measured ones, to warm up */
  readonly warmUp: number;
  readonly draw: () => PlaceOrder;
};

const warmUpInFlight = 16;

/** The warm-up, then the measured orders, then the check of their outcome. */
export async function measureOrders(
  market: Market,
  { inFlight, orders, warmUp, draw }: Load,
): Promise<Figures> {
  await callers(market, warmUpInFlight, warmUp, draw);
  const { placed, seconds, figures } = await measured(market, () => callers(market, inFlight, orders, draw));
  assertOutcomes(placed);
  await market.verify();
  return { ...orderFigures({ placed, seconds }), ...figures };
}

/** The clock stops with the last order's end; resources are counted until the read models have caught up. */
export async function measured(
  market: Market,
  run: () => Promise<Run>,
): Promise<Run & { readonly figures: Figures }> {
  await market.idle();
  const before = await market.usage();
  const { placed, seconds } = await run();
  await market.idle();
  const after = await market.usage();
  const perOrder = (of: keyof Usage): number => (after[of] - before[of]) / placed.length;
  const figures = {
    'CPU s per 1,000': 1000 * perOrder('cpuSeconds'),
    'bytes/order': perOrder('bytes'),
    'syncs/order': perOrder('syncs'),
  };
  return { placed, seconds, figures };
}

export function orderFigures({ placed, seconds }: Run): Figures {
  const times = placed.map(({ ms }) => ms);
  return {
    'orders/s': placed.length / seconds,
    'p50 ms': quantile(times, 0.5),
    'p99 ms': quantile(times, 0.99),
    'refused %': (100 * placed.filter(({ confirmed }) => !confirmed).length) / placed.length,
  };
}

/** There is stock for every order: an order is confirmed if its customer has money. */
function assertOutcomes(placed: readonly Placed[]): void {
  for (const { order, confirmed } of placed) {
    const { orderId, customerId } = order.data;
    if (confirmed !== hasMoney(customerId))
      throw new Error(`order ${orderId} was ${confirmed ? 'confirmed' : 'refused'}, which is wrong`);
  }
}
