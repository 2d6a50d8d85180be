// Operators in a cluster: the process that receives their requests does not run the checkouts. The requests take effect all
// the same, and the timeline names the operator.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { missingForCluster, startCluster, type Cluster } from './test/cluster.js';
import { ask, signIn } from './test/program.js';

const admin = { email: 'admin@example.com', password: 'an administrator of specs' };
const missing = missingForCluster();
if (missing !== null) console.warn(`SKIPPED: operators in a cluster, for ${missing}`);

let directory: string;
let cluster: Cluster;
let staff: string;

const until = <T>(attempt: () => Promise<T>): Promise<T> => eventually(attempt, { timeoutMs: 90_000 });

/** Appends an event of a version that does not exist yet. */
const appendFromTheFuture = async (stream: string, type: string): Promise<void> => {
  const environment = nodeEnvironment();
  const store = await openEventStoreDb({ url: cluster.eventStoreUrl, environment });
  const id = environment.ids.next();
  const metadata = {
    correlationId: id,
    causationId: id,
    commandId: id,
    actor: 'system',
    at: '2026-01-01T00:00:00.000Z',
    schemaVersion: 99,
  };
  await store.append(stream, [{ id, type, data: {}, metadata }], 'any');
  await store.close();
};

type Typed = { readonly __typename: string };
type Node = { readonly type: string; readonly data: object };
type Saga = {
  readonly status: string;
  readonly steps: readonly { readonly name: string; readonly attempts: number; readonly status: string }[];
  readonly timeline: { readonly nodes: readonly Node[] };
};
type Parked = { readonly id: string; readonly attempts: number; readonly event: { readonly stream: string } };

const sagaOf = async (orderId: string): Promise<Saga> => {
  const query = `query ($id: ID!) { saga(orderId: $id) {
    status steps { name attempts status } timeline { nodes { type data } } } }`;
  return (await ask<{ readonly saga: Saga }>(cluster.url, query, { id: orderId }, staff)).saga;
};
const decision = async (orderId: string, type: string): Promise<Node | undefined> =>
  (await sagaOf(orderId)).timeline.nodes.find((node) => node.type === type);

const operate = async (mutation: string, orderId: string, reason: string): Promise<void> => {
  const query = `mutation ($input: SagaStepInput!) { ${mutation}(input: $input) { __typename } }`;
  const input = { idempotencyKey: mutation, orderId, step: 'refund', reason };
  const answer = await ask<Readonly<Record<string, Typed>>>(cluster.url, query, { input }, staff);
  expect(answer[mutation]?.__typename).toBe('SagaSuccess');
};

const parkedOf = async (consumer: string): Promise<readonly Parked[]> => {
  const query = `query ($consumer: String!) {
    parkedEvents(consumer: $consumer) { nodes { id attempts event { stream } } } }`;
  type Answer = { readonly parkedEvents: { readonly nodes: readonly Parked[] } };
  return (await ask<Answer>(cluster.url, query, { consumer }, staff)).parkedEvents.nodes;
};
const chosen = async (mutation: string, selection: object): Promise<number | undefined> => {
  const query = `mutation ($selection: ParkedSelection!) {
    ${mutation}(selection: $selection) { ... on ParkedSuccess { count } } }`;
  type Answer = Readonly<Record<string, { readonly count: number }>>;
  return (await ask<Answer>(cluster.url, query, { selection }, staff))[mutation]?.count;
};

/** A customer's confirmed order, and the customer's id. */
async function confirmedOrder(): Promise<{
  readonly token: string;
  readonly orderId: string;
  readonly customerId: string;
}> {
  const { url } = cluster;
  const setUp = `mutation ($p: CreateProductInput!, $s: ReceiveStockInput!) {
    createProduct(input: $p) { __typename } receiveStock(input: $s) { __typename } }`;
  const product = {
    idempotencyKey: 'p',
    sku: 'LAMP',
    name: 'Lamp',
    price: { amount: '100', currency: 'EUR' },
  };
  await ask(url, setUp, { p: product, s: { idempotencyKey: 's', sku: 'LAMP', quantity: 10 } }, staff);
  const { register } = await ask<{
    readonly register: { readonly accessToken: string; readonly user: { readonly id: string } };
  }>(
    url,
    `mutation { register(email: "buyer@example.com", password: "a password of specs", name: "Buyer") {
      ... on Session { accessToken user { id } } } }`,
  );
  const token = register.accessToken;
  const deposit = { idempotencyKey: 'd', amount: { amount: '1000', currency: 'EUR' } };
  const mutation = `mutation ($i: DepositInput!) { deposit(input: $i) { __typename } }`;
  await ask(url, mutation, { i: deposit }, token);
  const input = {
    idempotencyKey: 'o',
    lines: [{ sku: 'LAMP', quantity: 1 }],
    paymentMode: 'AUTOMATIC',
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  };
  const place = `mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) { ... on OrderSuccess { order { id status } } } }`;
  const orderId = await until(async () => {
    const { placeOrder } = await ask<{
      readonly placeOrder: { readonly order?: { readonly id: string; readonly status: string } };
    }>(url, place, { input }, token);
    expect(placeOrder.order?.status).toBe('CONFIRMED');
    return placeOrder.order?.id ?? '';
  });
  return { token, orderId, customerId: register.user.id };
}

(missing === null ? describe : describe.skip)('operators in a cluster', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-operators-'));
    cluster = await startCluster(directory, {
      DEMO: 'false',
      JWT_SECRET: 'a secret that all processes of the spec share',
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
    });
    staff = await until(() => signIn(cluster.url, admin.email, admin.password));
  }, 180_000);
  afterAll(async () => {
    await cluster.end();
    await rm(directory, { recursive: true });
  });

  test('have a stuck undo tried, and settle it by hand › the checkout ends, and its timeline has operator and reason', async () => {
    const { token, orderId, customerId } = await confirmedOrder();
    await appendFromTheFuture(`wallet-${customerId}`, 'FundsDeposited');
    const cancel = `mutation ($i: CancelOrderInput!) { cancelOrder(input: $i) { __typename } }`;
    await ask(cluster.url, cancel, { i: { idempotencyKey: 'c', orderId } }, token);
    await until(async () => {
      const refund = (await sagaOf(orderId)).steps.find(({ name }) => name === 'refund');
      expect(refund?.attempts).toBeGreaterThan(0);
    });

    await operate('retrySagaStep', orderId, 'The wallet was looked at');
    await until(async () => {
      expect(await decision(orderId, 'StepRetried')).toMatchObject({
        data: {
          step: 'refund',
          reason: 'The wallet was looked at',
          actor: expect.stringMatching(/^staff:/),
        },
      });
    });
    expect((await sagaOf(orderId)).status).toMatch(/^COMPENSATI/);

    await operate('settleSagaStep', orderId, 'Paid back by bank transfer');
    await until(async () => {
      expect((await sagaOf(orderId)).status).toBe('COMPENSATED');
    });
    expect(await decision(orderId, 'StepSettled')).toMatchObject({
      data: {
        step: 'refund',
        reason: 'Paid back by bank transfer',
        actor: expect.stringMatching(/^staff:/),
      },
    });
  }, 300_000);

  test('retry an event that a process manager parked, and discard it', async () => {
    await appendFromTheFuture('stock-GHOST', 'StockReserved');
    const consumer = 'process-checkout';
    const parked = await until(async () => {
      const found = (await parkedOf(consumer)).find(({ event }) => event.stream === 'stock-GHOST');
      expect(found?.attempts).toBe(1);
      return found as Parked;
    });
    expect(await chosen('retryParkedEvents', { ids: [parked.id] })).toBe(0);
    await until(async () => {
      const again = (await parkedOf(consumer)).find(({ id }) => id === parked.id);
      expect(again?.attempts).toBe(2);
    });
    expect(await chosen('discardParkedEvents', { ids: [parked.id], reason: 'Of no order' })).toBe(1);
    await until(async () => {
      expect((await parkedOf(consumer)).map(({ id }) => id)).not.toContain(parked.id);
    });
  }, 300_000);
});
