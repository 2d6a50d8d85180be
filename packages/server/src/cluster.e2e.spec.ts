// The product as eight processes and a gateway, each killed and started again while orders flow. At the end every order is
// confirmed or failed, stock and money add up, and the read models equal a replay of the log.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import type { Document } from '@holdfast/kernel';
import { projections } from '@holdfast/projections';
import { openEmbeddedReadStore, openMongoReadStore } from '@holdfast/read-store';
import { nodeEnvironment, openRemoteProjections, startProjections, type ReadModels } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { missingForCluster, startCluster } from './test/cluster.js';
import { ask, signIn } from './test/program.js';

const orders = 2000;
const buyersAtOnce = 12;
const admin = { email: 'admin@example.com', password: 'an administrator of specs' };
const password = 'a password of specs';
const deposited = 2_000_000;
const stockOf: Readonly<Record<string, number>> = { 'PLENTY-1': 100_000, 'PLENTY-2': 100_000, SCARCE: 100 };
const skus = Object.keys(stockOf);

const missing = missingForCluster();
if (missing !== null) console.warn(`SKIPPED: the product as a cluster, for ${missing}`);

(missing === null ? test : test.skip)(
  'a cluster whose every process is killed once while 2,000 orders flow › loses none, doubles none, and all adds up',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-cluster-'));
    const cluster = await startCluster(directory, {
      DEMO: 'false',
      JWT_SECRET: 'a secret that all processes of the spec share',
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      RESERVATION_TTL_MS: '3000',
    });
    const { url } = cluster;
    try {
      let staff = await until(() => signIn(url, admin.email, admin.password));
      const buyers = await openShop(url, staff);

      /** key of a request → the order's id, once it was acknowledged */
      const acknowledged = new Map<string, string>();
      let next = 0;
      const buy = async (): Promise<void> => {
        for (let n = next++; n < orders; n = next++) {
          const { token } = buyers[n % buyers.length] ?? { token: '' };
          const input = orderNumber(n);
          const key = input.idempotencyKey;
          // While a process is down, the same request sent again is the same order.
          const orderId = await until(async () => {
            const { placeOrder: placed } = await ask<Placed>(url, placeOrder, { input }, token);
            const id = placed.order?.id ?? placed.orderId;
            if (id === undefined) throw new Error(JSON.stringify(placed));
            return id;
          });
          acknowledged.set(key, orderId);
          if (n % 6 === 0)
            await until(() => ask(url, payOrder, { i: { idempotencyKey: key, orderId } }, token));
          if (n % 9 === 4)
            await until(() => ask(url, cancelOrder, { i: { idempotencyKey: key, orderId } }, token));
        }
      };
      const kill = async (): Promise<void> => {
        for (const [n, member] of cluster.members.entries()) {
          const due = ((n + 1) * orders) / (cluster.members.length + 1);
          await eventually(
            () => {
              expect(acknowledged.size).toBeGreaterThanOrEqual(due);
            },
            { timeoutMs: 120_000 },
          );
          // One of them becomes a zombie: it sleeps for longer than its leases last, and wakes up before it is killed.
          if (n === 0) cluster.sleeper.pause();
          if (n === 2) cluster.sleeper.resume();
          await member.kill();
          await until(() => member.start());
        }
      };
      await Promise.all([kill(), ...Array.from({ length: buyersAtOnce }, buy)]);

      expect(new Set(acknowledged.values()).size).toBe(orders);
      staff = await until(() => signIn(url, admin.email, admin.password));
      await eventually(
        async () => {
          const { parkedEvents, completed, compensated } = await ask<AtRest>(url, atRest, {}, staff);
          expect(parkedEvents.totalCount).toBe(0);
          expect(completed.totalCount + compensated.totalCount).toBe(orders);
        },
        { timeoutMs: 300_000 },
      );
      const found = await everyOrder(url, staff);
      expect(new Set(found.map(({ id }) => id))).toEqual(new Set(acknowledged.values()));
      expect(new Set(found.map(({ status }) => status))).toEqual(
        new Set(['CONFIRMED', 'FAILED', 'CANCELLED']),
      );
      const { reconciliation } = await ask<Reconciled>(url, reconciled, {}, staff);
      expect(reconciliation.checks.filter(({ ok }) => !ok)).toEqual([]);

      // Independent of the program's own reconciliation: exactly the sold units and the paid money are gone.
      const confirmed = found.filter(({ status }) => status === 'CONFIRMED');
      for (const sku of skus) {
        const sold = confirmed
          .flatMap(({ lines }) => lines)
          .reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
        const query = `query ($sku: String!) { product(sku: $sku) { stock { available } } }`;
        const { product } = await ask<Stock>(url, query, { sku }, staff);
        expect({ sku, available: product.stock.available }).toEqual({
          sku,
          available: (stockOf[sku] ?? 0) - sold,
        });
      }
      const spent = confirmed.reduce((sum, { total }) => sum + Number(total.amount), 0);
      let left = 0;
      for (const { email } of buyers) {
        const query = `{ wallet { balance { amount } held { amount } } }`;
        const { wallet } = await ask<Wallet>(url, query, {}, await signIn(url, email, password));
        left += Number(wallet?.balance.amount ?? 0);
        expect(Number(wallet?.held.amount ?? 0)).toBe(0);
      }
      expect(left).toBe((buyers.length - 1) * deposited - spent);

      await expectLive(url, await signIn(url, admin.email, admin.password));
      await expectOwnWrites(url, await signIn(url, buyers[0]?.email ?? '', password));
      await expectReplayed(cluster, join(directory, 'replay'));
    } finally {
      await cluster.end();
      await rm(directory, { recursive: true });
    }
  },
  900_000,
);

/** Every call here is idempotent, so it is repeated until a process is up again. */
const until = <T>(attempt: () => Promise<T>): Promise<T> => eventually(attempt, { timeoutMs: 60_000 });

/** The last of the buyers has no money. */
async function openShop(
  url: string,
  staff: string,
): Promise<readonly { readonly email: string; readonly token: string }[]> {
  for (const sku of skus) {
    const product = { idempotencyKey: sku, sku, name: sku, price: { amount: '250', currency: 'EUR' } };
    await ask(
      url,
      `mutation ($i: CreateProductInput!) { createProduct(input: $i) { __typename } }`,
      { i: product },
      staff,
    );
    const stock = { idempotencyKey: sku, sku, quantity: stockOf[sku] };
    await ask(
      url,
      `mutation ($i: ReceiveStockInput!) { receiveStock(input: $i) { __typename } }`,
      { i: stock },
      staff,
    );
  }
  const buyers: { readonly email: string; readonly token: string }[] = [];
  for (let n = 0; n < 6; n++) {
    const email = `buyer${n}@example.com`;
    const { register } = await ask<{ readonly register: { readonly accessToken: string } }>(
      url,
      `mutation ($email: String!, $password: String!) {
        register(email: $email, password: $password, name: "Buyer") { ... on Session { accessToken } }
      }`,
      { email, password },
    );
    const token = register.accessToken;
    const deposit = { idempotencyKey: 'start', amount: { amount: String(deposited), currency: 'EUR' } };
    const mutation = `mutation ($i: DepositInput!) { deposit(input: $i) { __typename } }`;
    if (n < 5) await ask(url, mutation, { i: deposit }, token);
    buyers.push({ email, token });
  }
  return buyers;
}

const orderNumber = (n: number) => ({
  idempotencyKey: `order-${n}`,
  lines: [
    { sku: skus[n % 2], quantity: 1 + (n % 3) },
    ...(n % 4 === 0 ? [{ sku: 'SCARCE', quantity: 1 }] : []),
  ],
  paymentMode: n % 3 === 0 ? 'ON_CONFIRMATION' : 'AUTOMATIC',
  shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
});

const placeOrder = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    __typename
    ... on OrderSuccess { order { id } }
    ... on OutOfStockError { orderId }
    ... on InsufficientFundsError { orderId }
  }
}`;
const payOrder = `mutation ($i: PayOrderInput!) { payOrder(input: $i) { __typename } }`;
const cancelOrder = `mutation ($i: CancelOrderInput!) { cancelOrder(input: $i) { __typename } }`;
const reconciled = `{ reconciliation { checks { name ok expected actual } } }`;
const atRest = `{
  completed: sagas(first: 1, status: COMPLETED) { totalCount }
  compensated: sagas(first: 1, status: COMPENSATED) { totalCount }
  parkedEvents { totalCount }
}`;
const pageOfOrders = `query ($after: Cursor) {
  orders(first: 100, after: $after) {
    nodes { id status total { amount } lines { sku quantity } }
    pageInfo { hasNextPage endCursor }
  }
}`;

type Placed = {
  readonly placeOrder: { readonly order?: { readonly id: string }; readonly orderId?: string };
};
type Counted = { readonly totalCount: number };
type Reconciled = {
  readonly reconciliation: { readonly checks: readonly { readonly ok: boolean }[] };
};
type AtRest = {
  readonly completed: Counted;
  readonly compensated: Counted;
  readonly parkedEvents: Counted;
};
type Stock = { readonly product: { readonly stock: { readonly available: number } } };
type Changed = { readonly stockChanged: { readonly cursor: string } };
type Amount = { readonly amount: string };
type Wallet = { readonly wallet: { readonly balance: Amount; readonly held: Amount } | null };
type Deposited = {
  readonly deposit: { readonly position: string; readonly wallet: { readonly balance: Amount } };
};
type FoundOrder = {
  readonly id: string;
  readonly status: string;
  readonly total: Amount;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
};
type Orders = {
  readonly orders: {
    readonly nodes: readonly FoundOrder[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
};

async function everyOrder(url: string, token: string): Promise<readonly FoundOrder[]> {
  const found: FoundOrder[] = [];
  for (let after: string | null = null; ;) {
    const { orders: page }: Orders = await ask<Orders>(url, pageOfOrders, { after }, token);
    found.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return found;
    after = page.pageInfo.endCursor;
  }
}

/** Sockets and requests are spread over both `api` processes: each socket gets every update, in the log's order. */
async function expectLive(url: string, staff: string): Promise<void> {
  const clients = [0, 1].map(() =>
    createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${staff}` },
    }),
  );
  const query = `subscription { stockChanged(skus: ["SCARCE"]) { cursor } }`;
  const heard = clients.map((client) => client.iterate<Changed>({ query }));
  const next = (): Promise<readonly (string | undefined)[]> =>
    Promise.all(
      heard.map(async (updates) => {
        const { value } = (await updates.next()) as { readonly value?: { readonly data?: Changed | null } };
        return value?.data?.stockChanged.cursor;
      }),
    );
  await next();
  for (let n = 0; n < 4; n++) {
    const stock = { idempotencyKey: `live-${n}`, sku: 'SCARCE', quantity: 1 };
    await ask(
      url,
      `mutation ($i: ReceiveStockInput!) { receiveStock(input: $i) { __typename } }`,
      { i: stock },
      staff,
    );
    const [first, second] = await next();
    expect(first).toBeDefined();
    expect(second).toBe(first);
  }
  for (const client of clients) await client.dispose();
}

/** A query with the position of a write reflects the write, in any process. */
async function expectOwnWrites(url: string, token: string): Promise<void> {
  const deposit = `mutation ($i: DepositInput!) {
    deposit(input: $i) { ... on WalletSuccess { position wallet { balance { amount } } } }
  }`;
  const query = `query ($p: Position!) { wallet(atLeast: $p) { balance { amount } held { amount } } }`;
  for (let n = 0; n < 4; n++) {
    const input = { idempotencyKey: `own-${n}`, amount: { amount: '1', currency: 'EUR' } };
    const { deposit: paid } = await ask<Deposited>(url, deposit, { i: input }, token);
    const variables = { p: paid.position };
    const seen = await Promise.all(
      Array.from({ length: 4 }, () => ask<Wallet>(url, query, variables, token)),
    );
    for (const { wallet } of seen) expect(wallet?.balance).toEqual(paid.wallet.balance);
  }
}

/** Compares every document of every read model with a replay of the log from its beginning. */
async function expectReplayed(
  { eventStoreUrl, mongodbUrl }: { readonly eventStoreUrl: string; readonly mongodbUrl: string },
  directory: string,
): Promise<void> {
  const environment = nodeEnvironment();
  const onError = (error: unknown): never => {
    throw error;
  };
  const store = await openEventStoreDb({ url: eventStoreUrl, environment });
  const served = await openMongoReadStore({ url: mongodbUrl, environment });
  const replayed = await openEmbeddedReadStore({ directory });
  const shown = await openRemoteProjections({ store, readStore: served, projections, environment, onError });
  const replay = await startProjections({ store, readStore: replayed, projections, environment, onError });
  const end = (await store.end()).synced;
  for (const { name, collections = {} } of projections) {
    expect(await replay.reached(name, end, 60_000)).toBe(true);
    expect(await shown.reached(name, end, 60_000)).toBe(true);
    for (const collection of [name, ...Object.keys(collections)]) {
      const [expected, actual] = [await allOf(replay, collection), await allOf(shown, collection)];
      expect({ collection, documents: actual.size }).toEqual({ collection, documents: expected.size });
      for (const [id, document] of expected) expect(actual.get(id)).toEqual(document);
    }
  }
  await replay.stop();
  await shown.stop();
  await store.close();
  await served.close();
  await replayed.close();
}

async function allOf(models: ReadModels, collection: string): Promise<ReadonlyMap<string, Document>> {
  const found = new Map<string, Document>();
  for (let after: string | undefined; ;) {
    const page = await models.find<Document>(collection, {
      limit: 500,
      ...(after !== undefined && { after }),
    });
    for (const { document } of page.items) found.set(document.id, document);
    after = page.items.at(-1)?.cursor;
    if (!page.hasMore) return found;
  }
}
