// The same orders as `saga`, as a customer's program sends them: GraphQL over HTTP, connections kept open. Beside them a
// mutation that does nothing: the cost of HTTP, GraphQL and the check of the token by themselves.
import { CommandMessage } from '@holdfast/api';
import { CustomerId } from '@holdfast/kernel';
import { withClient, type Client } from '../client-process.js';
import { contextOf, stockShop } from '../holdfast.js';
import { measured, orderFigures, type Run } from '../orders.js';
import { integer, seeded } from '../random.js';
import type { Scale, Scenario } from '../scenario.js';
import type { Figures } from '../statistics.js';
import { dataOf, openServed, signIn, type Served } from '../served.js';
import { funds, ordersIn, shippingAddress } from '../workload.js';

const mostCustomers = 100;

const place = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) { __typename ... on OrderSuccess { order { id status } } }
}`;
/** The empty key is refused before any look-up. */
const nothing = `mutation { payOrder(input: { idempotencyKey: "", orderId: "none" }) { __typename } }`;

export const api: Scenario = {
  name: 'api',
  about:
    'placeOrder over HTTP with waitFor: CONFIRMED, until the answer; beside it a mutation that does nothing',
  cases: (scale, { inFolder }) =>
    scale.inFlight.map((inFlight) => ({
      system: 'Holdfast',
      name: `${inFlight} in flight`,
      run: (seed) =>
        inFolder((folder) =>
          withClient(async (client) => {
            const market = await openServed(folder);
            try {
              return await measureApi(market, client, { inFlight, scale, seed });
            } finally {
              await market.close();
            }
          }),
        ),
    })),
};

async function measureApi(
  market: Served,
  client: Client,
  { inFlight, scale, seed }: { readonly inFlight: number; readonly scale: Scale; readonly seed: number },
): Promise<Figures> {
  await stockShop(market, { ...scale.shop, customers: 0 });
  const customers = Math.min(mostCustomers, scale.orders / 10);
  const people = Array.from({ length: customers }, (_, n) => ({
    email: `buyer-${n}@example.com`,
    name: 'A. Buyer',
    roles: ['CUSTOMER'] as const,
  }));
  const buyers = await signIn(market, client, people);
  // As in `saga`, every twentieth has no money.
  const rich = buyers.filter((_, n) => n % 20 !== 0);
  for (const { id } of rich) {
    const deposit = { type: 'Deposit', data: { customerId: CustomerId(id), amount: funds } } as const;
    await market.execute(new CommandMessage(deposit, contextOf(`deposit-${id}`)));
  }

  const url = market.api.url();
  const random = seeded(seed);
  const draw = ordersIn(scale.shop, random);
  const request = (buyer: (typeof buyers)[number]) => {
    const order = draw();
    const { orderId, lines } = order.data;
    const input = {
      idempotencyKey: orderId,
      lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      paymentMode: 'AUTOMATIC',
      shippingAddress,
      waitFor: 'CONFIRMED',
      waitMs: 30_000,
    };
    return { order, token: buyer.token, body: JSON.stringify({ query: place, variables: { input } }) };
  };
  const send = async (count: number): Promise<Run> => {
    const requests = Array.from({ length: count }, () => {
      const buyer = buyers[integer(random, buyers.length)];
      return request(buyer as (typeof buyers)[number]);
    });
    const expected = requests.filter(({ token }) => rich.some((one) => one.token === token)).length;
    const { answers, seconds } = await client.post({ url, inFlight, requests });
    const placed = answers.map(({ body, ms }, n) => ({
      order: (requests[n] as (typeof requests)[number]).order,
      confirmed: wasConfirmed(body),
      ms,
    }));
    const confirmed = placed.filter((one) => one.confirmed).length;
    if (confirmed !== expected) throw new Error(`${confirmed} orders were confirmed, not ${expected}`);
    return { placed, seconds };
  };

  const orders = inFlight === 1 ? Math.ceil(scale.orders / 10) : scale.orders;
  await send(Math.ceil(scale.orders / 5));
  const { placed, seconds, figures } = await measured(market, () => send(orders));
  await market.verify();
  const tokens = buyers.map(({ token }) => token);
  const nothingPerSecond = await measureNothing(client, { url, inFlight, tokens, requests: orders });
  return {
    ...orderFigures({ placed, seconds }),
    'nothing/s': nothingPerSecond,
    '% of nothing': (100 * (placed.length / seconds)) / nothingPerSecond,
    ...figures,
  };
}

/** Requests per second of a mutation that does nothing, after a warm-up of a fifth as many. */
async function measureNothing(
  client: Client,
  options: {
    readonly url: string;
    readonly inFlight: number;
    readonly tokens: readonly string[];
    readonly requests: number;
  },
): Promise<number> {
  const { url, inFlight, tokens } = options;
  const requests = Array.from({ length: options.requests }, (_, n) => ({
    token: tokens[n % tokens.length] as string,
    body: JSON.stringify({ query: nothing }),
  }));
  await client.post({ url, inFlight, requests: requests.slice(0, Math.ceil(requests.length / 5)) });
  const { answers, seconds } = await client.post({ url, inFlight, requests });
  for (const { body } of answers) dataOf(body);
  return requests.length / seconds;
}

type PlacedOrder = {
  readonly placeOrder: { readonly __typename: string; readonly order?: { readonly status: string } };
};

function wasConfirmed(body: string): boolean {
  const { placeOrder } = dataOf<PlacedOrder>(body);
  if (placeOrder.__typename === 'InsufficientFundsError') return false;
  if (placeOrder.order?.status === 'CONFIRMED') return true;
  throw new Error(`the API returned ${body}`);
}
