// The whole program, killed at random moments while orders flow. At the end every order is confirmed or failed, and stock
// and money add up.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { ask, signIn, startProgram, type Program } from './test/program.js';

const kills = 8;
const admin = { email: 'admin@example.com', password: 'an administrator of specs' };
const skus = ['PLENTY-1', 'PLENTY-2', 'SCARCE'];
const stockOf: Readonly<Record<string, number>> = { 'PLENTY-1': 100_000, 'PLENTY-2': 100_000, SCARCE: 40 };
const deposited = 150_000;

const placeOrder = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    __typename
    ... on OrderSuccess { order { id } }
    ... on OutOfStockError { orderId }
    ... on InsufficientFundsError { orderId }
  }
}`;
const payOrder = `mutation ($input: PayOrderInput!) { payOrder(input: $input) { __typename } }`;
const cancelOrder = `mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename } }`;

type Placed = {
  readonly placeOrder: { readonly order?: { readonly id: string }; readonly orderId?: string };
};

let directory: string;
let program: Program;
const start = async (): Promise<void> => {
  program = await startProgram({
    DATA_DIR: directory,
    DEMO: 'false',
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    RESERVATION_TTL_MS: '1500',
    PAYMENT_TIMEOUT_MS: '5000',
  });
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-kill-'));
  await start();
});
afterEach(async () => {
  await program.kill();
  await rm(directory, { recursive: true });
});

describe('the program, killed again and again while orders flow', () => {
  test('loses no acknowledged order, doubles none, and every order is confirmed or fails', async () => {
    const staff = await signIn(program.url, admin.email, admin.password);
    for (const sku of skus) {
      const product = { idempotencyKey: sku, sku, name: sku, price: { amount: '250', currency: 'EUR' } };
      await ask(
        program.url,
        `mutation ($i: CreateProductInput!) { createProduct(input: $i) { __typename } }`,
        { i: product },
        staff,
      );
      const stock = { idempotencyKey: sku, sku, quantity: stockOf[sku] };
      await ask(
        program.url,
        `mutation ($i: ReceiveStockInput!) { receiveStock(input: $i) { __typename } }`,
        { i: stock },
        staff,
      );
    }
    const customers: { readonly email: string; token: string }[] = [];
    for (let n = 0; n < 4; n++) {
      const email = `buyer${n}@example.com`;
      const { register } = await ask<{ readonly register: { readonly accessToken: string } }>(
        program.url,
        `mutation ($email: String!) {
          register(email: $email, password: "a password of specs", name: "Buyer") { ... on Session { accessToken } }
        }`,
        { email },
      );
      // The last customer has no money.
      const deposit = { idempotencyKey: 'start', amount: { amount: String(deposited), currency: 'EUR' } };
      if (n < 3) {
        const mutation = `mutation ($i: DepositInput!) { deposit(input: $i) { __typename } }`;
        await ask(program.url, mutation, { i: deposit }, register.accessToken);
      }
      customers.push({ email, token: register.accessToken });
    }

    /** key of a request → the order's id, once it was acknowledged */
    const acknowledged = new Map<string, string>();
    const unanswered = new Map<string, () => Promise<void>>();
    let running = true;
    const buyer = async (n: number): Promise<void> => {
      const customer = customers[n];
      if (customer === undefined) return;
      for (let k = 0; running; k++) {
        const key = `${n}-${k}`;
        const input = {
          idempotencyKey: key,
          lines: [
            { sku: skus[k % 2], quantity: 1 + (k % 3) },
            ...(k % 4 === 0 ? [{ sku: 'SCARCE', quantity: 1 }] : []),
          ],
          paymentMode: k % 3 === 0 ? 'ON_CONFIRMATION' : 'AUTOMATIC',
          shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
        };
        const place = async (): Promise<void> => {
          const { placeOrder: placed } = await ask<Placed>(
            program.url,
            placeOrder,
            { input },
            customer.token,
          );
          const id = placed.order?.id ?? placed.orderId;
          if (id === undefined) throw new Error(`no order in ${JSON.stringify(placed)}`);
          acknowledged.set(key, id);
        };
        unanswered.set(key, place);
        try {
          await place();
          unanswered.delete(key);
          const orderId = acknowledged.get(key);
          if (k % 6 === 0)
            await ask(program.url, payOrder, { input: { idempotencyKey: key, orderId } }, customer.token);
          if (k % 9 === 4) {
            await ask(program.url, cancelOrder, { input: { idempotencyKey: key, orderId } }, customer.token);
          }
        } catch {
          // The program was killed meanwhile: the request is repeated at the end, with its key.
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    };
    const buyers = customers.flatMap((_, n) => [buyer(n)]);
    for (let n = 0; n < kills; n++) {
      await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 700));
      await program.kill();
      await start();
    }
    running = false;
    await Promise.all(buyers);
    expect(acknowledged.size).toBeGreaterThan(50);
    await Promise.all([...unanswered.values()].map((place) => place()));

    // An acknowledged order exists under the same id, however often the request is repeated.
    const token = await signIn(program.url, admin.email, admin.password);
    const orders = await eventually(
      async () => {
        const found = await everyOrder(program.url, token);
        expect(found.filter(({ status }) => !['CONFIRMED', 'FAILED', 'CANCELLED'].includes(status))).toEqual(
          [],
        );
        return found;
      },
      { timeoutMs: 30_000 },
    );
    expect(new Set(orders.map(({ id }) => id))).toEqual(new Set(acknowledged.values()));
    expect(new Set(orders.map(({ status }) => status))).toEqual(
      new Set(['CONFIRMED', 'FAILED', 'CANCELLED']),
    );

    const { reconciliation, sagas, parkedEvents } = await eventually(
      async () => {
        const state = await ask<State>(program.url, atRest, {}, token);
        expect(
          state.sagas.nodes.filter(({ status }) => status !== 'COMPLETED' && status !== 'COMPENSATED'),
        ).toEqual([]);
        return state;
      },
      { timeoutMs: 30_000 },
    );
    expect(reconciliation.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(sagas.totalCount).toBe(orders.length);
    expect(parkedEvents.totalCount).toBe(0);

    const invoices = await everyInvoice(program.url, token);
    expect(invoices.map(({ number }) => number)).toEqual(
      invoices.map((_, n) => `INV-${new Date().getUTCFullYear()}-${String(n + 1).padStart(6, '0')}`),
    );
    const numberOf = new Map(invoices.map(({ orderId, number }) => [orderId, number]));
    expect(numberOf.size).toBe(invoices.length);
    for (const { id, status, invoice } of orders)
      if (status === 'CONFIRMED') expect(invoice?.number).toBe(numberOf.get(id));

    // Independent of the program's own reconciliation: exactly the units and money of the confirmed orders are gone.
    const confirmed = orders.filter(({ status }) => status === 'CONFIRMED');
    const sold = (sku: string): number =>
      confirmed
        .flatMap(({ lines }) => lines)
        .reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
    for (const sku of skus) {
      const { product } = await ask<{ readonly product: { readonly stock: { readonly available: number } } }>(
        program.url,
        `query ($sku: String!) { product(sku: $sku) { stock { available } } }`,
        { sku },
        token,
      );
      expect({ sku, available: product.stock.available }).toEqual({
        sku,
        available: (stockOf[sku] ?? 0) - sold(sku),
      });
      expect(product.stock.available).toBeGreaterThanOrEqual(0);
    }
    const spent = confirmed.reduce((sum, { total }) => sum + Number(total.amount), 0);
    let left = 0;
    for (const { email } of customers) {
      const own = await signIn(program.url, email, 'a password of specs');
      const { wallet } = await ask<{ readonly wallet: Wallet | null }>(
        program.url,
        `{ wallet { balance { amount } held { amount } } }`,
        {},
        own,
      );
      left += Number(wallet?.balance.amount ?? 0);
      expect(Number(wallet?.held.amount ?? 0)).toBe(0);
    }
    expect(left).toBe(3 * deposited - spent);
  }, 400_000);
});

type Wallet = { readonly balance: { readonly amount: string }; readonly held: { readonly amount: string } };
type FoundOrder = {
  readonly id: string;
  readonly status: string;
  readonly total: { readonly amount: string };
  readonly invoice: { readonly number: string } | null;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
};
type State = {
  readonly reconciliation: { readonly checks: readonly { readonly ok: boolean }[] };
  readonly sagas: { readonly totalCount: number; readonly nodes: readonly { readonly status: string }[] };
  readonly parkedEvents: { readonly totalCount: number };
};

const atRest = `{
  reconciliation { checks { name ok expected actual } }
  sagas(first: 100) { totalCount nodes { status } }
  parkedEvents { totalCount }
}`;

type Orders = {
  readonly orders: {
    readonly nodes: readonly FoundOrder[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
};

const pageOfOrders = `query ($after: Cursor) {
  orders(first: 100, after: $after) {
    nodes { id status total { amount } invoice { number } lines { sku quantity } }
    pageInfo { hasNextPage endCursor }
  }
}`;

async function everyOrder(url: string, token: string): Promise<readonly FoundOrder[]> {
  const found: FoundOrder[] = [];
  for (let after: string | null = null; ;) {
    const { orders }: Orders = await ask<Orders>(url, pageOfOrders, { after }, token);
    found.push(...orders.nodes);
    if (!orders.pageInfo.hasNextPage) return found;
    after = orders.pageInfo.endCursor;
  }
}

type IssuedInvoice = { readonly orderId: string; readonly number: string };
type Invoices = {
  readonly stream: {
    readonly nodes: readonly { readonly data: IssuedInvoice }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
};

const pageOfInvoices = `query ($name: String!, $after: Cursor) {
  stream(name: $name, first: 100, after: $after) { nodes { data } pageInfo { hasNextPage endCursor } }
}`;

/** Of this year, in the order in which they were issued. */
async function everyInvoice(url: string, token: string): Promise<readonly IssuedInvoice[]> {
  const name = `invoices-${new Date().getUTCFullYear()}`;
  const found: IssuedInvoice[] = [];
  for (let after: string | null = null; ;) {
    const { stream }: Invoices = await ask<Invoices>(url, pageOfInvoices, { name, after }, token);
    found.push(...stream.nodes.map(({ data }) => data));
    if (!stream.pageInfo.hasNextPage) return found;
    after = stream.pageInfo.endCursor;
  }
}
