// Memory of the process during a long run of orders: it must not grow with the number of orders. Pages of the read
// store's file count as resident too, but the kernel can take them back, so both figures are shown.
import { readFileSync } from 'node:fs';
import { callers } from '../orders.js';
import { seeded } from '../random.js';
import type { Scenario } from '../scenario.js';
import { ordersIn } from '../workload.js';

const inFlight = 64;
const samples = 20;

export const memory: Scenario = {
  name: 'memory',
  about: `memory over a long run, ${inFlight} in flight, sampled ${samples} times: its own, and with pages of files`,
  once: true,
  cases: ({ orders, shop }, { systems: [system], atMarket, say }) => {
    if (system === undefined) return [];
    return [
      {
        system: system.name,
        name: `${orders.toLocaleString('en')} orders`,
        run: (seed) =>
          atMarket(system, { shop, inFlight }, async (market) => {
            const draw = ordersIn(shop, seeded(seed));
            const sizes: Size[] = [];
            for (let n = 1; n <= samples; n++) {
              await callers(market, inFlight, Math.ceil(orders / samples), draw);
              const size = sizeNow();
              sizes.push(size);
              const { own, resident, heap } = size;
              const done = Math.ceil((orders * n) / samples).toLocaleString('en');
              say(
                `${done} orders: own ${mib(own)}, of it heap ${mib(heap)}; with pages of files ${mib(resident)}`,
              );
            }
            await market.verify();
            const own = sizes.map((size) => size.own);
            const most = (from: number, to: number): number => Math.max(...own.slice(from, to));
            return {
              'own MiB': most(0, samples) / 2 ** 20,
              '2nd ÷ 1st half': most(samples / 2, samples) / most(0, samples / 2),
              'with files MiB': Math.max(...sizes.map((size) => size.resident)) / 2 ** 20,
            };
          }),
      },
    ];
  },
};

/** In bytes. */
type Size = { readonly own: number; readonly resident: number; readonly heap: number };

const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** On a system that does not separate pages of files, all resident memory counts as own. */
function sizeNow(): Size {
  const { rss, heapUsed } = process.memoryUsage();
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const own = /^RssAnon:\s+(\d+) kB/m.exec(status)?.[1];
  return { own: own === undefined ? rss : Number(own) * 1024, resident: rss, heap: heapUsed };
}
