// The whole program, killed at random moments while orders flow. At the end every order is confirmed or failed, and stock
// and money add up.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
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
  type Buyer,
  type FoundOrder,
  type Shop,
} from './test/flowing-orders.js';
import { ask, signIn, startProgram, type Program } from './test/program.js';

const kills = 8;

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
    const shop = await openShop(program.url, { scarce: 40, buyers: 4, deposit: 150_000 });
    const acknowledged = await ordersWhileKilled(shop);
    expect(acknowledged.size).toBeGreaterThan(50);

    const staff = await signIn(program.url, admin.email, admin.password);
    const orders = await ended(staff);
    expectEnded(orders, acknowledged.values());
    await expectAtRest(staff, orders.length);
    await expectReconciled(program.url, staff);
    await expectInvoices(staff, orders);
    await expectSums(program.url, shop, staff, orders);
  }, 400_000);
});

/** Kills the program while the buyers order. Returns the ids of all orders, by the key of the request. */
async function ordersWhileKilled({ buyers }: Shop): Promise<ReadonlyMap<string, string>> {
  const acknowledged = new Map<string, string>();
  const unanswered = new Map<string, () => Promise<void>>();
  let running = true;
  let restarted = Promise.resolve();
  const buy = async (buyer: Buyer, n: number): Promise<void> => {
    for (let k = 0; running; k++) {
      const key = `${n}-${k}`;
      const place = async (): Promise<void> =>
        void acknowledged.set(key, await placeOrder(program.url, buyer, key, k));
      unanswered.set(key, place);
      try {
        await place();
        unanswered.delete(key);
        const input = { idempotencyKey: key, orderId: acknowledged.get(key) ?? '' };
        if (k % 6 === 0) await payOrder(program.url, buyer, input);
        if (k % 9 === 4) await cancelOrder(program.url, buyer, input);
      } catch {
        // The program was killed meanwhile: the request is repeated at the end, with its key.
        await new Promise((resolve) => setTimeout(resolve, 20));
        await restarted;
      }
    }
  };
  const buying = buyers.map(buy);
  for (let n = 0; n < kills; n++) {
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 700));
    restarted = program.kill().then(start);
    await restarted;
  }
  running = false;
  await Promise.all(buying);
  for (const place of unanswered.values()) await place();
  return acknowledged;
}

/** All orders, once each of them has ended. */
const ended = (staff: string): Promise<readonly FoundOrder[]> =>
  eventually(
    async () => {
      const found = await everyOrder(program.url, staff);
      expect(found.filter(({ status }) => !['CONFIRMED', 'FAILED', 'CANCELLED'].includes(status))).toEqual(
        [],
      );
      return found;
    },
    { timeoutMs: 30_000 },
  );

type State = {
  readonly sagas: { readonly totalCount: number; readonly nodes: readonly { readonly status: string }[] };
  readonly parkedEvents: { readonly totalCount: number };
};

/** Every order has a saga, every saga has ended, and no event is parked. */
async function expectAtRest(staff: string, orders: number): Promise<void> {
  const query = `{ sagas(first: 100) { totalCount nodes { status } } parkedEvents { totalCount } }`;
  const { sagas, parkedEvents } = await eventually(
    async () => {
      const state = await ask<State>(program.url, query, {}, staff);
      expect(
        state.sagas.nodes.filter(({ status }) => status !== 'COMPLETED' && status !== 'COMPENSATED'),
      ).toEqual([]);
      return state;
    },
    { timeoutMs: 30_000 },
  );
  expect(sagas.totalCount).toBe(orders);
  expect(parkedEvents.totalCount).toBe(0);
}

/** Invoice numbers have no gap, each order has at most one, and every confirmed order has its own. */
async function expectInvoices(staff: string, orders: readonly FoundOrder[]): Promise<void> {
  const invoices = await everyInvoice(program.url, staff);
  expect(invoices.map(({ number }) => number)).toEqual(
    invoices.map((_, n) => `INV-${new Date().getUTCFullYear()}-${String(n + 1).padStart(6, '0')}`),
  );
  const numberOf = new Map(invoices.map(({ orderId, number }) => [orderId, number]));
  expect(numberOf.size).toBe(invoices.length);
  for (const { id, status, invoice } of orders)
    if (status === 'CONFIRMED') expect(invoice?.number).toBe(numberOf.get(id));
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
