// What the process holds while orders keep coming: it must not grow with the number of orders that have been.
import { readFileSync } from 'node:fs';
import { callers } from '../orders.js';
import { seeded } from '../random.js';
import type { Scenario } from '../scenario.js';
import { ordersIn, wideShop } from '../workload.js';

const inFlight = 64;
const samples = 20;

export const memory: Scenario = {
  name: 'memory',
  about: `resident memory over a long run, ${inFlight} in flight, sampled ${samples} times`,
  cases: ({ orders }, { systems: [system], atMarket, say }) => {
    if (system === undefined) return [];
    return [
      {
        system: system.name,
        name: `${orders.toLocaleString('en')} orders`,
        run: (seed) =>
          atMarket(system, { shop: wideShop, inFlight }, async (market) => {
            const draw = ordersIn(wideShop, seeded(seed));
            const sizes: number[] = [];
            for (let n = 1; n <= samples; n++) {
              await callers(market, inFlight, Math.ceil(orders / samples), draw);
              sizes.push(process.memoryUsage.rss() / 2 ** 20);
              say(`${Math.ceil((orders * n) / samples)} orders: ${describe()}`);
            }
            await market.verify();
            const half = sizes[samples / 2 - 1] ?? Number.NaN;
            return { 'peak MiB': Math.max(...sizes), 'end ÷ half': (sizes.at(-1) ?? Number.NaN) / half };
          }),
      },
    ];
  },
};

/** Pages of files, such as the read store's, count as resident, yet the kernel takes them back when it wants to. */
function describe(): string {
  const { rss, heapUsed, external } = process.memoryUsage();
  const inFiles = process.platform === 'linux' ? residentInFiles() : null;
  const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  const files = inFiles === null ? '' : `, of it ${mib(inFiles)} pages of files`;
  return `${mib(rss)} resident${files}; heap ${mib(heapUsed)}, buffers ${mib(external)}`;
}

function residentInFiles(): number | null {
  const found = /^RssFile:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return found === undefined ? null : Number(found) * 1024;
}
