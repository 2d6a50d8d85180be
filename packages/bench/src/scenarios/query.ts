// The cost of reading: an order by its id and a page of 20, from the read model itself and through the API.
import type { OrderSummary } from '@holdfast/projections';
import { withClient, type Client, type Posted } from '../client-process.js';
import { integer, seeded, type Random } from '../random.js';
import type { Scenario } from '../scenario.js';
import { dataOf, openServed, signIn, type Served } from '../served.js';
import { quantile, type Figures } from '../statistics.js';
import { customerOf, filledShop } from '../workload.js';

const inFlight = 16;
const page = 20;
const orders = 'order-summary';

const fields = 'id status total { amount currency } lines { sku name quantity } placedAt';
const byId = `query ($id: ID!) { order(id: $id) { ${fields} } }`;
const pageOf = `query ($customerId: ID!) {
  orders(first: ${page}, customerId: $customerId) { nodes { ${fields} } pageInfo { hasNextPage endCursor } }
}`;

type Reading = {
  readonly name: string;
  /** @throws when there is no document */
  fromReadModel(market: Served, random: Random): Promise<void>;
  readonly query: string;
  readonly variables: (random: Random) => object;
  /** whether the API returned the documents that were asked for */
  answers(data: Readonly<Record<string, unknown>>): boolean;
};

// The fill uses order ids from 0 on, so every large enough log has the first hundred.
const knownOrders = 100;
const anOrder = (random: Random): string => `order-${integer(random, knownOrders)}`;
const aCustomer = (random: Random): string => customerOf(integer(random, filledShop.customers));

const readings: readonly Reading[] = [
  {
    name: 'order by id',
    fromReadModel: async ({ engine }, random) => {
      const id = anOrder(random);
      const found = await engine.projections.get<OrderSummary>(orders, id);
      if (found?.id !== id) throw new Error(`order ${id} is not in the read model`);
    },
    query: byId,
    variables: (random) => ({ id: anOrder(random) }),
    answers: ({ order }) => order !== null,
  },
  {
    name: `page of ${page}`,
    fromReadModel: async ({ engine }, random) => {
      const customerId = aCustomer(random);
      const find = {
        index: 'customer',
        equals: [customerId],
        limit: page,
        order: 'descending',
      } as const;
      const { items } = await engine.projections.find<OrderSummary>(orders, find);
      if (items.some(({ document }) => document.customerId !== customerId))
        throw new Error(`a page of ${customerId} holds an order of another`);
    },
    query: pageOf,
    variables: (random) => ({ customerId: aCustomer(random) }),
    answers: ({ orders: found }) => found !== null,
  },
];

export const query: Scenario = {
  name: 'query',
  about: `reads of orders: one caller in the process, ${inFlight} over HTTP as staff`,
  cases: ({ events: [events = 0], orders: count }, { filled }) =>
    readings.map((reading) => ({
      system: 'Holdfast',
      name: reading.name,
      run: async (seed) => {
        const folder = await filled(events);
        return withClient(async (client) => {
          const market = await openServed(folder);
          try {
            return await measureReading(market, client, { reading, count, random: seeded(seed) });
          } finally {
            await market.close();
          }
        });
      },
    })),
};

async function measureReading(
  market: Served,
  client: Client,
  { reading, count, random }: { readonly reading: Reading; readonly count: number; readonly random: Random },
): Promise<Figures> {
  for (let n = 0; n < count / 5; n++) await reading.fromReadModel(market, random);
  const times: number[] = [];
  const begin = performance.now();
  for (let n = 0; n < count; n++) {
    const started = performance.now();
    await reading.fromReadModel(market, random);
    times.push(1000 * (performance.now() - started));
  }
  const perSecond = count / ((performance.now() - begin) / 1000);

  const staff = { email: 'staff@example.com', name: 'Staff', roles: ['SUPPORT'] as const };
  const [session] = await signIn(market, client, [staff]);
  const post = async (requests: number): Promise<Posted> => {
    const posted = await client.post({
      url: market.api.url(),
      inFlight,
      requests: Array.from({ length: requests }, () => ({
        ...(session !== undefined && { token: session.token }),
        body: JSON.stringify({ query: reading.query, variables: reading.variables(random) }),
      })),
    });
    for (const { body } of posted.answers)
      if (!reading.answers(dataOf(body))) throw new Error(`the API returned ${body}`);
    return posted;
  };
  await post(Math.ceil(count / 5));
  const { answers, seconds } = await post(count);
  const overHttp = answers.map(({ ms }) => ms);
  return {
    'reads/s': perSecond,
    'p50 µs': quantile(times, 0.5),
    'p99 µs': quantile(times, 0.99),
    'over HTTP/s': count / seconds,
    'HTTP p50 ms': quantile(overHttp, 0.5),
    'HTTP p99 ms': quantile(overHttp, 0.99),
  };
}
