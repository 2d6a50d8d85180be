// Orders of several buyers at the real program while its processes are killed, and the sums that must be right at the end.
import { expect } from '@jest/globals';
import { ask, signIn } from './program.js';

export const admin = { email: 'admin@example.com', password: 'an administrator of specs' };
const password = 'a password of specs';
const scarce = 'SCARCE';
const skus = ['PLENTY-1', 'PLENTY-2', scarce];

export type Buyer = { readonly email: string; readonly token: string };
export type Shop = {
  readonly buyers: readonly Buyer[];
  readonly stockOf: Readonly<Record<string, number>>;
  /** in minor units, by all buyers together */
  readonly deposited: number;
};

/** Creates products with stock, and buyers with money. The last of the buyers has none. */
export async function openShop(
  url: string,
  options: { readonly scarce: number; readonly buyers: number; readonly deposit: number },
): Promise<Shop> {
  const staff = await signIn(url, admin.email, admin.password);
  const stockOf = { 'PLENTY-1': 100_000, 'PLENTY-2': 100_000, [scarce]: options.scarce };
  for (const [sku, quantity] of Object.entries(stockOf)) {
    const product = { idempotencyKey: sku, sku, name: sku, price: { amount: '250', currency: 'EUR' } };
    await ask(url, createProduct, { i: product }, staff);
    await ask(url, receiveStock, { i: { idempotencyKey: sku, sku, quantity } }, staff);
  }
  const buyers: Buyer[] = [];
  for (let n = 0; n < options.buyers; n++) {
    const email = `buyer${n}@example.com`;
    const { register: session } = await ask<Registered>(url, register, { email, password });
    const amount = { amount: String(options.deposit), currency: 'EUR' };
    if (n < options.buyers - 1)
      await ask(url, deposit, { i: { idempotencyKey: 'start', amount } }, session.accessToken);
    buyers.push({ email, token: session.accessToken });
  }
  return { buyers, stockOf, deposited: (options.buyers - 1) * options.deposit };
}

/** Signs a buyer in again, for a token that is valid now. */
export const signInBuyer = (url: string, { email }: Buyer): Promise<string> => signIn(url, email, password);

/** Places the n-th order under its key, and returns its id. @throws when there is no response */
export async function placeOrder(url: string, { token }: Buyer, key: string, n: number): Promise<string> {
  const input = {
    idempotencyKey: key,
    lines: [
      { sku: skus[n % 2], quantity: 1 + (n % 3) },
      ...(n % 4 === 0 ? [{ sku: scarce, quantity: 1 }] : []),
    ],
    paymentMode: n % 3 === 0 ? 'ON_CONFIRMATION' : 'AUTOMATIC',
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  };
  const { placeOrder: placed } = await ask<Placed>(url, placing, { input }, token);
  const id = placed.order?.id ?? placed.orderId;
  if (id === undefined) throw new Error(`no order in ${JSON.stringify(placed)}`);
  return id;
}

type Keyed = { readonly idempotencyKey: string; readonly orderId: string };

export const payOrder = (url: string, { token }: Buyer, i: Keyed): Promise<unknown> =>
  ask(url, `mutation ($i: PayOrderInput!) { payOrder(input: $i) { __typename } }`, { i }, token);

export const cancelOrder = (url: string, { token }: Buyer, i: Keyed): Promise<unknown> =>
  ask(url, `mutation ($i: CancelOrderInput!) { cancelOrder(input: $i) { __typename } }`, { i }, token);

export type FoundOrder = {
  readonly id: string;
  readonly status: string;
  readonly total: Amount;
  readonly invoice: { readonly number: string } | null;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
};

export async function everyOrder(url: string, token: string): Promise<readonly FoundOrder[]> {
  const found: FoundOrder[] = [];
  for (let after: string | null = null; ;) {
    const { orders }: Orders = await ask<Orders>(url, pageOfOrders, { after }, token);
    found.push(...orders.nodes);
    if (!orders.pageInfo.hasNextPage) return found;
    after = orders.pageInfo.endCursor;
  }
}

/** Every acknowledged order exists under the same id, and the runs reached every kind of end and no other status. */
export function expectEnded(found: readonly FoundOrder[], acknowledged: Iterable<string>): void {
  expect(new Set(found.map(({ id }) => id))).toEqual(new Set(acknowledged));
  expect(new Set(found.map(({ status }) => status))).toEqual(new Set(['CONFIRMED', 'FAILED', 'CANCELLED']));
}

export async function expectReconciled(url: string, staff: string): Promise<void> {
  const query = `{ reconciliation { checks { name ok expected actual } } }`;
  const { reconciliation } = await ask<Reconciled>(url, query, {}, staff);
  expect(reconciliation.checks.filter(({ ok }) => !ok)).toEqual([]);
}

/** Independent of the program's own reconciliation: exactly the units and money of the confirmed orders are gone. */
export async function expectSums(
  url: string,
  { buyers, stockOf, deposited }: Shop,
  staff: string,
  found: readonly FoundOrder[],
): Promise<void> {
  const confirmed = found.filter(({ status }) => status === 'CONFIRMED');
  for (const [sku, received] of Object.entries(stockOf)) {
    const sold = confirmed
      .flatMap(({ lines }) => lines)
      .reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0);
    const query = `query ($sku: String!) { product(sku: $sku) { stock { available } } }`;
    const { product } = await ask<Stock>(url, query, { sku }, staff);
    expect({ sku, available: product.stock.available }).toEqual({ sku, available: received - sold });
    expect(product.stock.available).toBeGreaterThanOrEqual(0);
  }
  const spent = confirmed.reduce((sum, { total }) => sum + Number(total.amount), 0);
  let left = 0;
  for (const buyer of buyers) {
    const query = `{ wallet { balance { amount } held { amount } } }`;
    const { wallet } = await ask<Wallet>(url, query, {}, await signInBuyer(url, buyer));
    left += Number(wallet?.balance.amount ?? 0);
    expect(Number(wallet?.held.amount ?? 0)).toBe(0);
  }
  expect(left).toBe(deposited - spent);
}

const createProduct = `mutation ($i: CreateProductInput!) { createProduct(input: $i) { __typename } }`;
const receiveStock = `mutation ($i: ReceiveStockInput!) { receiveStock(input: $i) { __typename } }`;
const deposit = `mutation ($i: DepositInput!) { deposit(input: $i) { __typename } }`;
const register = `mutation ($email: String!, $password: String!) {
  register(email: $email, password: $password, name: "Buyer") { ... on Session { accessToken } }
}`;
const placing = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    __typename
    ... on OrderSuccess { order { id } }
    ... on OutOfStockError { orderId }
    ... on InsufficientFundsError { orderId }
  }
}`;
const pageOfOrders = `query ($after: Cursor) {
  orders(first: 100, after: $after) {
    nodes { id status total { amount } invoice { number } lines { sku quantity } }
    pageInfo { hasNextPage endCursor }
  }
}`;

type Amount = { readonly amount: string };
type Registered = { readonly register: { readonly accessToken: string } };
type Placed = {
  readonly placeOrder: { readonly order?: { readonly id: string }; readonly orderId?: string };
};
type Stock = { readonly product: { readonly stock: { readonly available: number } } };
export type Wallet = { readonly wallet: { readonly balance: Amount; readonly held: Amount } | null };
type Reconciled = { readonly reconciliation: { readonly checks: readonly { readonly ok: boolean }[] } };
type Orders = {
  readonly orders: {
    readonly nodes: readonly FoundOrder[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
};
