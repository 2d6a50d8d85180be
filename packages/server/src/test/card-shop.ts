// The whole product over GraphQL, with the simulated gateway as a server of its own: engine, API, webhooks, and customers.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi, webhooksPath, type ApiSettings } from '@holdfast/api';
import {
  openSimulatedGateway,
  simulatedGateway,
  type PaymentGateway,
  type SimulatedGateway,
  type WebhookDelivery,
} from '@holdfast/gateways';
import type { Role } from '@holdfast/accounts';
import type { Environment } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { openEngine, type Engine, type EngineOptions } from '../engine.js';
import { cardsOf } from '../payments/webhooks.js';
import { ask, signIn } from './program.js';

const apiKey = 'key-for-specs';
export const webhookSecret = 'secret-for-specs';
export const password = 'a password of specs';

export type Customer = { readonly id: string; readonly token: string };
export type Answer = Readonly<Record<string, unknown>> & { readonly __typename: string };
export type ShownOrder = {
  readonly id: string;
  readonly status: string;
  readonly failureReason: string | null;
  readonly payment: {
    readonly method: string;
    readonly status: string;
    readonly transactionId: string | null;
    readonly attempts: number;
    readonly redirectUrl: string | null;
    readonly declineCode: string | null;
    readonly amount: { readonly amount: string; readonly currency: string };
    readonly refunded: { readonly amount: string };
  } | null;
};

export type CardShop = {
  readonly gateway: SimulatedGateway;
  /** the shop's own way to the gateway */
  readonly atGateway: PaymentGateway;
  /** attempts of the gateway to deliver webhooks, oldest first */
  readonly deliveries: readonly WebhookDelivery[];
  readonly engine: Engine;
  readonly url: string;
  ask<T>(query: string, variables: object, token: string): Promise<T>;
  customer(): Promise<Customer>;
  staff(...roles: readonly Role[]): Promise<string>;
  /** Sells a product, and returns its SKU. */
  product(price?: number, currency?: string): Promise<string>;
  /** An order that waits to be paid; `more` changes its input. */
  place(customer: Customer, sku: string, more?: object): Promise<ShownOrder>;
  pay(customer: Customer, orderId: string, more?: object): Promise<Answer & { readonly order: ShownOrder }>;
  cancel(customer: Customer, orderId: string): Promise<Answer>;
  order(customer: Customer, id: string): Promise<ShownOrder>;
  deposit(customer: Customer, amount: number, more?: object): Promise<Answer>;
  wallet(
    customer: Customer,
  ): Promise<{ readonly balance: { readonly amount: string; readonly currency: string } }>;
  /** The customer's actions on the gateway's page. */
  onPage(url: string | null | undefined, choice: 'pay' | 'decline' | 'leave'): Promise<void>;
  available(sku: string): Promise<number>;
  close(): Promise<void>;
};

const orderFields = `id status failureReason payment { method status transactionId attempts redirectUrl declineCode
  amount { amount currency } refunded { amount } }`;
export const address = { name: 'B', line1: '1', city: 'Paris', postalCode: '75001', country: 'FR' };

/** Time that runs `speed` times as fast, so that waits of minutes are over in seconds. */
function hastened(environment: Environment, speed: number): Environment {
  const { clock, scheduler } = environment;
  const began = clock.now();
  return {
    ...environment,
    clock: { now: () => Math.floor(began + (clock.now() - began) * speed) },
    scheduler: { ...scheduler, after: (ms, run) => scheduler.after(Math.ceil(ms / speed), run) },
  };
}

/**
 * `speed`: how many times as fast as usual time runs in the shop and at its gateway. Sessions and the limits of requests keep to
 * real time.
 */
export async function openCardShop(
  settings: Partial<ApiSettings> = {},
  options: Partial<EngineOptions> = {},
  speed = 1,
): Promise<CardShop> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-cards-'));
  const environment = hastened(nodeEnvironment(), speed);
  const deliveries: WebhookDelivery[] = [];
  const onDelivery = (delivery: WebhookDelivery): void => void deliveries.push(delivery);
  const gateway = await openSimulatedGateway({ environment, apiKey, onDelivery });
  const { clock } = environment;
  const port = simulatedGateway({ url: gateway.url, apiKey, webhookSecret, clock, timeoutMs: 500 });
  const engine = await openEngine({
    ...{ dataDirectory: directory, environment, gateway: port, onError: () => undefined },
    ...{ reservationTtlMs: 900_000, paymentTimeoutMs: 600_000, onFatal: () => undefined },
    ...options,
  });
  const silent = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: console.error,
  };
  const api = await createApi({
    ...engine,
    environment: nodeEnvironment(),
    logger: silent,
    cards: cardsOf({ ...engine, gateways: { current: port, former: null } }),
    settings: {
      ...{ host: '127.0.0.1', port: 0, production: false, jwtSecret: 'a secret of specs, 32 letters long' },
      ...{ limits: { loginsPerAddress: 10_000 } as never },
      ...settings,
    },
  });
  await api.listen();
  const url = api.url();
  gateway.tell({ url: new URL(webhooksPath, url).href, secret: webhookSecret });
  let people = 0;
  const person = async (roles: readonly Role[]): Promise<string> => {
    const email = `person-${(people += 1)}@example.com`;
    await api.people.known.ensure({ email, password, name: 'Person', roles });
    return signIn(url, email, password);
  };
  const idOf = async (token: string): Promise<string> =>
    (await ask<{ readonly me: { readonly id: string } }>(url, '{ me { id } }', {}, token)).me.id;
  const catalog = await person(['CATALOG', 'OPERATOR']);
  return {
    ...{ gateway, atGateway: port, deliveries, engine, url },
    ask: (query, variables, token) => ask(url, query, variables, token),
    async customer() {
      const token = await person(['CUSTOMER']);
      return { token, id: await idOf(token) };
    },
    staff: (...roles) => person(roles),
    ...callsOf(url, catalog, environment.ids.next),
    close: async () => {
      await api.close();
      await engine.stop();
      await gateway.close();
      await rm(directory, { recursive: true });
    },
  };
}

type Call = <T>(mutation: readonly [string, string, string], input: object, token: string) => Promise<T>;

const callAt =
  (url: string): Call =>
  async <T>([name, type, fields]: readonly [string, string, string], input: object, token: string) => {
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename
      ... on ErrorResult { errorCode message retryable } ${fields} } }`;
    const data = await ask<Readonly<Record<string, T>>>(url, query, { input }, token);
    return data[name] as T;
  };

const callsOf = (url: string, catalog: string, nextId: () => string) => ({
  ...productsOf(url, catalog, nextId),
  ...ordersOf(url, nextId),
  ...walletsOf(url, nextId),
  onPage: async (page: string | null | undefined, choice: string) => {
    await fetch(page ?? '', { method: 'POST', body: new URLSearchParams({ choice }), redirect: 'manual' });
  },
});

function productsOf(
  url: string,
  catalog: string,
  nextId: () => string,
): Pick<CardShop, 'product' | 'available'> {
  const call = callAt(url);
  return {
    async product(price = 2500, currency = 'EUR') {
      const sku = `SKU-${nextId()}`;
      const money = { amount: String(price), currency };
      const made = { idempotencyKey: 'c', sku, name: 'Lamp', price: money };
      await call(['createProduct', 'CreateProductInput', ''], made, catalog);
      await call(
        ['receiveStock', 'ReceiveStockInput', ''],
        { idempotencyKey: 'r', sku, quantity: 10 },
        catalog,
      );
      return sku;
    },
    async available(sku) {
      const query = `query ($sku: String!) { product(sku: $sku) { stock { available } } }`;
      type Found = { readonly product: { readonly stock: { readonly available: number } } };
      return (await ask<Found>(url, query, { sku })).product.stock.available;
    },
  };
}

function ordersOf(url: string, nextId: () => string): Pick<CardShop, 'place' | 'pay' | 'cancel' | 'order'> {
  const call = callAt(url);
  return {
    async place({ token }, sku, more = {}) {
      const input = {
        ...{ idempotencyKey: nextId(), lines: [{ sku, quantity: 1 }], paymentMethod: 'CARD' },
        ...{ shippingAddress: address, waitFor: 'RESERVED', waitMs: 20_000, ...more },
      };
      const fields = `... on OrderSuccess { order { ${orderFields} } } ... on ValidationError { fields }`;
      const placing = ['placeOrder', 'PlaceOrderInput', fields] as const;
      return (await call<{ readonly order: ShownOrder }>(placing, input, token)).order;
    },
    pay({ token }, orderId, more = {}) {
      const fields = `... on OrderSuccess { order { ${orderFields} } } ... on OrderStateError { status }
        ... on PaymentDeclinedError { declineCode orderId } ... on ValidationError { fields }`;
      const input = { idempotencyKey: 'pay', orderId, method: 'CARD', waitMs: 20_000, ...more };
      return call(['payOrder', 'PayOrderInput', fields], input, token);
    },
    cancel: ({ token }, orderId) =>
      call(['cancelOrder', 'CancelOrderInput', ''], { idempotencyKey: 'cancel', orderId }, token),
    async order({ token }, id) {
      const query = `query ($id: ID!) { order(id: $id) { ${orderFields} } }`;
      return (await ask<{ readonly order: ShownOrder }>(url, query, { id }, token)).order;
    },
  };
}

function walletsOf(url: string, nextId: () => string): Pick<CardShop, 'deposit' | 'wallet'> {
  const call = callAt(url);
  return {
    deposit({ token }, amount, more = {}) {
      const fields = `... on WalletSuccess { wallet { balance { amount currency } } }
        ... on CardDeclinedError { declineCode } ... on DepositPending { depositId redirectUrl }
        ... on ValidationError { fields }`;
      const input = {
        ...{ idempotencyKey: nextId(), amount: { amount: String(amount), currency: 'EUR' } },
        ...{ cardToken: 'tok_ok', waitMs: 20_000, ...more },
      };
      return call(['deposit', 'DepositInput', fields], input, token);
    },
    async wallet({ token }) {
      const query = '{ wallet { balance { amount currency } } }';
      return (await ask<{ readonly wallet: Awaited<ReturnType<CardShop['wallet']>> }>(url, query, {}, token))
        .wallet;
    },
  };
}
