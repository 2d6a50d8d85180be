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
import { missingForCluster, startCluster, type Cluster } from './test/cluster.js';
import {
  admin,
  cancelOrder,
  everyOrder,
  expectEnded,
  expectReconciled,
  expectSums,
  openShop,
  payOrder,
  placeOrder,
  signInBuyer,
  type Shop,
  type Wallet,
} from './test/flowing-orders.js';
import { ask, signIn } from './test/program.js';

const orders = 2000;
const buyersAtOnce = 12;

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
      await until(() => signIn(url, admin.email, admin.password));
      const shop = await openShop(url, { scarce: 100, buyers: 6, deposit: 2_000_000 });
      const acknowledged = await ordersWhileKilled(cluster, shop);
      expect(new Set(acknowledged.values()).size).toBe(orders);

      const staff = await until(() => signIn(url, admin.email, admin.password));
      await expectAtRest(url, staff);
      const found = await everyOrder(url, staff);
      expectEnded(found, acknowledged.values());
      await expectReconciled(url, staff);
      await expectSums(url, shop, staff, found);
      const [buyer] = shop.buyers;
      await expectLive(url, await signIn(url, admin.email, admin.password));
      await expectOwnWrites(url, buyer === undefined ? '' : await signInBuyer(url, buyer));
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

/** Kills every process once while the buyers order. Returns the ids of all orders, by the key of the request. */
async function ordersWhileKilled(cluster: Cluster, { buyers }: Shop): Promise<ReadonlyMap<string, string>> {
  const { url } = cluster;
  const acknowledged = new Map<string, string>();
  let next = 0;
  const buy = async (): Promise<void> => {
    for (let n = next++; n < orders; n = next++) {
      const buyer = buyers[n % buyers.length] ?? { email: '', token: '' };
      const key = `order-${n}`;
      // While a process is down, the same request sent again is the same order.
      const orderId = await until(() => placeOrder(url, buyer, key, n));
      acknowledged.set(key, orderId);
      if (n % 6 === 0) await until(() => payOrder(url, buyer, { idempotencyKey: key, orderId }));
      if (n % 9 === 4) await until(() => cancelOrder(url, buyer, { idempotencyKey: key, orderId }));
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
  return acknowledged;
}

/** Every saga has ended, and no event is parked. */
const expectAtRest = (url: string, staff: string): Promise<void> =>
  eventually(
    async () => {
      const { parkedEvents, completed, compensated } = await ask<AtRest>(url, atRest, {}, staff);
      expect(parkedEvents.totalCount).toBe(0);
      expect(completed.totalCount + compensated.totalCount).toBe(orders);
    },
    { timeoutMs: 300_000 },
  );

const atRest = `{
  completed: sagas(first: 1, status: COMPLETED) { totalCount }
  compensated: sagas(first: 1, status: COMPENSATED) { totalCount }
  parkedEvents { totalCount }
}`;

type Counted = { readonly totalCount: number };
type AtRest = {
  readonly completed: Counted;
  readonly compensated: Counted;
  readonly parkedEvents: Counted;
};
type Changed = { readonly stockChanged: { readonly cursor: string } };
type Amount = { readonly amount: string };
type Deposited = {
  readonly deposit: { readonly position: string; readonly wallet: { readonly balance: Amount } };
};

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
      const [expected, actual] = [
        await everyDocument(replay, collection),
        await everyDocument(shown, collection),
      ];
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

async function everyDocument(models: ReadModels, collection: string): Promise<ReadonlyMap<string, Document>> {
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
