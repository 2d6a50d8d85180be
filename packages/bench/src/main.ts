// npm run bench -- saga [--runs n] [--orders n]: prints what one machine does, medians over several runs.
import { parseArgs } from 'node:util';
import { runSaga, type SagaRun } from './saga.js';
import { median } from './statistics.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    orders: { type: 'string', default: '10000' },
    'in-flight': { type: 'string', default: '1,16,64' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});

const scenario = positionals[0] ?? 'saga';
if (scenario !== 'saga') {
  process.stderr.write(`unknown scenario ${scenario}; there is: saga\n`);
  process.exit(2);
}

const summaries: Record<string, number>[] = [];
for (const inFlight of values['in-flight'].split(',').map(Number)) {
  const runs: SagaRun[] = [];
  for (let run = 0; run < Number(values.runs); run++) {
    // One caller waits for every sync: a tenth of the orders takes as long.
    const orders = inFlight === 1 ? Math.ceil(Number(values.orders) / 10) : Number(values.orders);
    runs.push(
      await runSaga({ inFlight, orders, warmUp: Math.ceil(orders / 5), seed: Number(values.seed) + run }),
    );
  }
  const middle = (key: keyof SagaRun): number => median(runs.map((run) => run[key]));
  const perSecond = runs.map((run) => run.ordersPerSecond);
  summaries.push({
    'in flight': inFlight,
    'orders/s': Math.round(middle('ordersPerSecond')),
    min: Math.round(Math.min(...perSecond)),
    max: Math.round(Math.max(...perSecond)),
    'p50 ms': round(middle('p50Ms')),
    'p99 ms': round(middle('p99Ms')),
    'CPU s per 1,000': round(middle('cpuSecondsPerThousand')),
    'events/order': round(middle('eventsPerOrder')),
    'failed %': round((100 * middle('failed')) / middle('orders')),
  });
}
if (values.json) process.stdout.write(`${JSON.stringify(summaries, null, 2)}\n`);
// eslint-disable-next-line no-console -- the table is the product of this program
else console.table(summaries);

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
