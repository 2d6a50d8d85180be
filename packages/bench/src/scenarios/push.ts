// Live updates: the time from the commit of a change of stock until all its subscribers have it.
import { CommandMessage } from '@holdfast/api';
import { withClient, type Client } from '../client-process.js';
import { contextOf, stockShop } from '../holdfast.js';
import type { Scenario } from '../scenario.js';
import { openServed, type Served } from '../served.js';
import { quantile, type Figures } from '../statistics.js';
import { skuOf } from '../workload.js';

const warmUp = 5;
/** pause between two changes, so that no change waits for another */
const pauseMs = 200;

const query = `subscription { stockChanged(skus: ["${skuOf(0)}"]) { cursor product { stock { onHand available } } } }`;

export const push: Scenario = {
  name: 'push',
  about: 'from the sync of a change of stock until it is on the socket of each subscriber to that SKU',
  cases: ({ subscribers: groups, changes }, { inFolder }) =>
    groups.map((subscribers) => ({
      system: 'Holdfast',
      name: `${subscribers.toLocaleString('en')} subscribed`,
      run: () =>
        inFolder((folder) =>
          withClient(async (client) => {
            const market = await openServed(folder);
            try {
              return await measurePushes(market, client, { subscribers, changes });
            } finally {
              await market.close();
            }
          }),
        ),
    })),
};

async function measurePushes(
  market: Served,
  client: Client,
  { subscribers, changes }: { readonly subscribers: number; readonly changes: number },
): Promise<Figures> {
  await stockShop(market, { skus: 1, customers: 0, stock: 1 });
  const url = market.api.url().replace(/^http/, 'ws');
  const { received } = await client.subscribe({ url, query, subscribers, messages: warmUp + changes });
  const commits: number[] = [];
  for (let n = 0; n < warmUp + changes; n++) {
    const command = { type: 'ReceiveStock', data: { sku: skuOf(0), quantity: 1 } } as const;
    await market.execute(new CommandMessage(command, contextOf(`change-${n}`)));
    commits.push(market.disk.counts.syncedAtMs);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  const times = await received();
  await market.verify();
  const late = times.flatMap((ofOne) =>
    ofOne.slice(warmUp).map((at, n) => at - (commits[warmUp + n] ?? Number.NaN)),
  );
  if (late.length !== subscribers * changes || late.some((ms) => !(ms > 0)))
    throw new Error('a subscriber missed a change, or received it before it was synced');
  return { 'p99 ms': quantile(late, 0.99), 'p50 ms': quantile(late, 0.5), 'max ms': Math.max(...late) };
}
