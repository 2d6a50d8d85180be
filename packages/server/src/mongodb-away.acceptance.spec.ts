// The product as a cluster whose MongoDB is away for longer than any lease lasts: orders are accepted and carried out.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { missingForCluster, startCluster, type Cluster } from './test/cluster.js';
import { ask, signIn } from './test/program.js';

const admin = { email: 'admin@example.com', password: 'an administrator of specs' };
const sku = 'PLENTY';
/** twice the time for which a lease lasts */
const awayMs = 12_000;
const warmUp = 40;

const missing = missingForCluster();
if (missing !== null) console.warn(`SKIPPED: a cluster without its MongoDB, for ${missing}`);

(missing === null ? test : test.skip)(
  'a cluster whose MongoDB is away for longer than its leases last › takes orders and carries them out, and shows them when it is back',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-away-'));
    const cluster = await startCluster(directory, {
      DEMO: 'false',
      JWT_SECRET: 'a secret that all processes of the spec share',
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
    });
    try {
      const token = await openShop(cluster);
      // Enough orders for each part of the checkout to have had one: all of them run.
      for (let n = 1; n <= warmUp; n++) await confirmed(cluster, token, `before-${n}`);
      const mongodb = cluster.members.find(({ name }) => name === 'MongoDB');
      await mongodb?.kill();
      const killedAt = performance.now();
      let taken = warmUp;
      while (performance.now() - killedAt < awayMs) {
        await confirmed(cluster, token, `away-${taken}`);
        taken += 1;
      }
      expect(taken).toBeGreaterThan(warmUp + 1);
      await mongodb?.start();
      await until(async () => {
        const query = `{ orders(first: 1, status: CONFIRMED) { totalCount } }`;
        const { orders } = await ask<{ readonly orders: { readonly totalCount: number } }>(
          cluster.url,
          query,
          {},
          token,
        );
        expect(orders.totalCount).toBe(taken);
      });
    } finally {
      await cluster.end();
      await rm(directory, { recursive: true });
    }
  },
  300_000,
);

/** Every call here is idempotent, so it is repeated until a process is up again. */
const until = <T>(attempt: () => Promise<T>): Promise<T> => eventually(attempt, { timeoutMs: 60_000 });

/** Returns the token of a customer with money. */
async function openShop({ url }: Cluster): Promise<string> {
  const send = <T>(mutation: string, token?: string): Promise<T> =>
    until(() => ask<T>(url, `mutation { ${mutation} }`, {}, token));
  const staff = await until(() => signIn(url, admin.email, admin.password));
  await send(
    `createProduct(input: { idempotencyKey: "p", sku: "${sku}", name: "Plenty",
      price: { amount: "250", currency: "EUR" } }) { __typename }`,
    staff,
  );
  await send(
    `receiveStock(input: { idempotencyKey: "s", sku: "${sku}", quantity: 100000 }) { __typename }`,
    staff,
  );
  const { register } = await send<{ readonly register: { readonly accessToken: string } }>(
    `register(email: "buyer@example.com", password: "a password of specs", name: "Buyer") {
      ... on Session { accessToken } }`,
  );
  const token = register.accessToken;
  await send(
    `deposit(input: { idempotencyKey: "d", amount: { amount: "2000000", currency: "EUR" } }) { __typename }`,
    token,
  );
  return token;
}

type Placed = { readonly placeOrder: { readonly order?: { readonly status: string } } };

/** Places an order, and waits until it is confirmed. */
async function confirmed({ url }: Cluster, token: string, key: string): Promise<void> {
  const input = {
    idempotencyKey: key,
    lines: [{ sku, quantity: 1 }],
    paymentMode: 'AUTOMATIC',
    waitFor: 'CONFIRMED',
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  };
  const placeOrder = `mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) { __typename ... on OrderSuccess { order { status } } }
  }`;
  await until(async () => {
    const { placeOrder: placed } = await ask<Placed>(url, placeOrder, { input }, token);
    expect(placed.order?.status).toBe('CONFIRMED');
  });
}
