// `holdfast start` from outside: its output, the demo, its stop, and the errors that keep it from starting.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ask, run, signIn, type Program, usePrograms } from './test/program.js';

const programs = usePrograms('start');
const start = (environment: Readonly<Record<string, string>> = {}): Promise<Program> =>
  programs.start({ DEMO_ORDERS: 'true', ...environment });

const refused = async (environment: Readonly<Record<string, string>>) =>
  run(['start'], { DATA_DIR: programs.directory, PORT: '0', ...environment });

const customer = ['customer@demo.example', 'demo-customer'] as const;
const buyerOfDemo = ['buyer@demo.example', 'demo-buyer'] as const;
const operator = ['operator@demo.example', 'demo-operator'] as const;
const admin = { ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: 'an administrator of specs' };

const placeOrder = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) { __typename ... on OrderSuccess { order { id status } } }
}`;
type Placed = { readonly placeOrder: { readonly __typename: string; readonly order?: Order } };
type Order = { readonly id: string; readonly status: string };
const order = (sku: string, more: object) => ({
  idempotencyKey: `one ${sku}`,
  lines: [{ sku, quantity: 1 }],
  shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  ...more,
});
const automatic = { paymentMode: 'AUTOMATIC', waitFor: 'CONFIRMED' };

type Listed = {
  readonly products: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly sku: string; readonly stock: { readonly available: number } }[];
  };
};
const products = `{ products(first: 100) { totalCount nodes { sku stock { available } } } }`;

describe('the demo', () => {
  test('without its orders › names no order to walk through', async () => {
    const { output } = await start({ DEMO_ORDERS: 'false' });
    expect(output()).toContain('Demo operator');
    expect(output()).not.toMatch(/Demo buyer|UNDER_REVIEW/);
  });

  test('is printed at the start, sells to its customer, and shows the order to its operator', async () => {
    const { url, output } = await start();
    // With built pages there are two more lines.
    const lines = output()
      .split('\n')
      .filter((line) => !/^ {2}(Storefront|Console) /.test(line));
    expect(lines).toEqual([
      'Holdfast is running.',
      `  GraphQL        ${url}`,
      `  Subscriptions  ${url.replace('http', 'ws')}`,
      expect.stringMatching(
        /^ {2}Card gateway {3}http:\/\/127\.0\.0\.1:\d+, simulated: .*\/pay\/…, no money moves$/,
      ),
      expect.stringMatching(
        /^ {2}Carrier {8}http:\/\/127\.0\.0\.1:\d+, simulated: POST \/simulate\/scan, no parcel moves$/,
      ),
      `  Data           ${programs.directory}`,
      `  Demo customer  ${customer.join(' / ')}`,
      `  Demo operator  ${operator.join(' / ')}`,
      `  Demo buyer     ${buyerOfDemo.join(' / ')}, with an order in each status that lasts, within a minute`,
      'To walk one through: sign in as the operator, and approve the order that is UNDER_REVIEW with reviewOrder, then packOrder and shipOrder.',
      'Ctrl-C stops it.',
      '',
    ]);

    const buyer = await signIn(url, ...customer);
    const listed = await eventually(async () => {
      const found = await ask<Listed>(url, products, {}, buyer);
      expect(found.products.totalCount).toBeGreaterThan(36);
      return found;
    });
    const [{ sku } = { sku: '' }] = listed.products.nodes;
    const { placeOrder: placed } = await ask<Placed>(
      url,
      placeOrder,
      { input: order(sku, automatic) },
      buyer,
    );
    expect(placed).toMatchObject({ __typename: 'OrderSuccess', order: { status: 'CONFIRMED' } });

    const staff = await signIn(url, ...operator);
    const orderId = placed.order?.id;
    // The orders of the demo are being made meanwhile: the read models follow them.
    await eventually(
      async () => {
        const seen = await ask(
          url,
          `query ($orderId: ID!) {
          saga(orderId: $orderId) { status steps { name status } }
          streams(first: 100, prefix: "order-${orderId}") { nodes { name category lastEventType } }
          reconciliation { ok }
        }`,
          { orderId },
          staff,
        );
        expect(seen).toMatchObject({
          saga: { status: 'COMPLETED' },
          streams: {
            nodes: [{ name: `order-${orderId}`, category: 'order', lastEventType: 'OrderConfirmed' }],
          },
          reconciliation: { ok: true },
        });
      },
      { timeoutMs: 60_000 },
    );
  });

  test('has an order in each status that lasts soon, which the next start leaves as they are', async () => {
    const first = await start();
    const statuses = async (url: string): Promise<readonly string[]> => {
      const buyer = await signIn(url, ...buyerOfDemo);
      type Found = {
        readonly orders: {
          readonly nodes: readonly { readonly status: string; readonly failureReason: string | null }[];
        };
      };
      const { orders } = await ask<Found>(
        url,
        '{ orders(first: 100) { nodes { status failureReason } } }',
        {},
        buyer,
      );
      return orders.nodes.map(({ status, failureReason }) => failureReason ?? status).sort();
    };
    /** The statuses that an order is in or was in; PAID lasts for a moment only. */
    const everReached = async (url: string): Promise<readonly string[]> => {
      type Found = {
        readonly orders: {
          readonly nodes: readonly {
            readonly history: { readonly nodes: readonly { readonly to: string }[] };
          }[];
        };
      };
      const query = '{ orders(first: 100) { nodes { history(first: 100) { nodes { to } } } } }';
      const { orders } = await ask<Found>(url, query, {}, await signIn(url, ...buyerOfDemo));
      const reached = orders.nodes.flatMap(({ history }) => history.nodes.map(({ to }) => to));
      return [...new Set(reached)].sort();
    };
    const everyStatus = async (url: string): Promise<readonly string[]> => {
      type Found = { readonly __type: { readonly enumValues: readonly { readonly name: string }[] } };
      const query = '{ __type(name: "OrderStatus") { enumValues { name } } }';
      return (await ask<Found>(url, query)).__type.enumValues.map(({ name }) => name).sort();
    };
    /** The codes of the scans of each parcel, the longest way first. */
    const parcels = async (url: string): Promise<readonly (readonly string[])[]> => {
      type Parcel = { readonly scans: readonly { readonly code: string }[] };
      type Found = {
        readonly orders: { readonly nodes: readonly { readonly shipments: readonly Parcel[] }[] };
      };
      const query = '{ orders(first: 100) { nodes { shipments { scans { code } } } } }';
      const { orders } = await ask<Found>(url, query, {}, await signIn(url, ...buyerOfDemo));
      return orders.nodes
        .flatMap(({ shipments }) => shipments.map(({ scans }) => scans.map(({ code }) => code)))
        .sort((a, b) => b.length - a.length);
    };
    const expected = [
      'ADDRESS_INVALID',
      'CONFIRMED',
      'CONFIRMED',
      'CREATED',
      'CUSTOMER_CANCELLED',
      'DELIVERED',
      'DELIVERED',
      'FRAUD_REJECTED',
      'IN_TRANSIT',
      'OUT_OF_STOCK',
      'PAYMENT_DECLINED',
      'PAYMENT_PENDING',
      'RESERVED',
      'SHIPPED',
      'UNDER_REVIEW',
    ];
    await eventually(async () => expect(await statuses(first.url)).toEqual(expected), { timeoutMs: 60_000 });
    expect(await everReached(first.url)).toEqual(await everyStatus(first.url));
    expect(await parcels(first.url)).toEqual([
      ['IN_TRANSIT', 'DELIVERED'],
      ['IN_TRANSIT', 'DELIVERED'],
      ['IN_TRANSIT'],
      [],
    ]);
    await first.stop();
    const again = await start();
    expect(await statuses(again.url)).toEqual(expected);
  }, 180_000);

  test('is not created with DEMO=false', async () => {
    const { url, output } = await start({ DEMO: 'false', ...admin });
    expect(output()).not.toMatch(/demo/i);
    const staff = await signIn(url, admin.ADMIN_EMAIL, admin.ADMIN_PASSWORD);
    const { events } = await ask<{ readonly events: { readonly nodes: readonly object[] } }>(
      url,
      '{ events { nodes { type data } } }',
      {},
      staff,
    );
    expect(events.nodes).toEqual([
      { type: 'EmailKeyChosen', data: expect.anything() },
      { type: 'EmailClaimed', data: expect.anything() },
      { type: 'AccountRegistered', data: expect.objectContaining({ roles: ['ADMIN'] }) },
      { type: 'AdminsCounted', data: expect.anything() },
      { type: 'SessionStarted', data: expect.anything() },
    ]);
  });
});

describe('the administrator of the settings', () => {
  test('may do everything, and has the password of the settings from the next start on', async () => {
    const first = await start({ DEMO: 'false', ...admin });
    await first.stop();
    const { url } = await start({ DEMO: 'false', ...admin, ADMIN_PASSWORD: 'another password' });
    await expect(signIn(url, admin.ADMIN_EMAIL, admin.ADMIN_PASSWORD)).resolves.toBeUndefined();
    const token = await signIn(url, admin.ADMIN_EMAIL, 'another password');
    const answer = await ask(
      url,
      `mutation { createProduct(input: { idempotencyKey: "1", sku: "A", name: "A", price: { amount: "1", currency: "EUR" } }) { __typename } }`,
      {},
      token,
    );
    expect(answer).toEqual({ createProduct: { __typename: 'ProductSuccess' } });
  });
});

type Update = { readonly cursor: string; readonly order: { readonly status: string } };

/** Follows the updates of an order on a socket of its own, with `times` subscriptions. */
function follow(url: string, token: string, id: string, { after = null as string | null, times = 1 } = {}) {
  const updates: Update[] = [];
  const closed: number[] = [];
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
    on: { closed: (event) => closed.push((event as { readonly code: number }).code) },
  });
  for (let n = 0; n < times; n++) {
    client.subscribe<{ readonly orderUpdated: Update }>(
      {
        query: `subscription ($id: ID!, $after: Cursor) {
          orderUpdated(id: $id, after: $after) { cursor order { status } }
        }`,
        variables: { id, after },
      },
      {
        next: ({ data }) => {
          if (data) updates.push(data.orderUpdated);
        },
        error: () => undefined,
        complete: () => undefined,
      },
    );
  }
  return { updates, closed };
}

describe('Ctrl-C', () => {
  test('returns waiting mutations, ends subscriptions and exits 0, and the next start continues from there', async () => {
    const first = await start();
    const buyer = await signIn(first.url, ...customer);
    // The order is not paid, so without the stop only its reservation's deadline, in 15 minutes, would end the wait.
    const waiting = ask<Placed>(
      first.url,
      placeOrder,
      { input: order('OAK-TRAY', { waitFor: 'CONFIRMED', waitMs: 30_000 }) },
      buyer,
    );
    const id = await eventually(async () => {
      const { orders } = await ask<{ readonly orders: { readonly nodes: readonly Order[] } }>(
        first.url,
        '{ orders { nodes { id status } } }',
        {},
        buyer,
      );
      expect(orders.nodes).toMatchObject([{ status: 'RESERVED' }]);
      return orders.nodes[0]?.id ?? '';
    });
    const many = 12;
    const followed = follow(first.url, buyer, id, { times: many });
    await eventually(() => expect(followed.updates).toHaveLength(many));

    expect(await first.stop()).toBe(0);
    expect(first.output()).toMatch(/Stopping: [^\n]+\nStopped\.\n$/);
    expect(first.output()).not.toMatch(/warning/i);
    expect(await waiting).toMatchObject({ placeOrder: { order: { id, status: 'RESERVED' } } });
    await eventually(() => expect(followed.closed).toEqual([1001]));

    // The earlier token is still accepted, so the signing key is the same; so are the cursor, the orders and the catalogue.
    const second = await start();
    const [{ cursor } = { cursor: '' }] = followed.updates;
    const resumed = follow(second.url, buyer, id, { after: cursor });
    const answer = await ask(
      second.url,
      `mutation ($id: ID!) {
        payOrder(input: { idempotencyKey: "1", orderId: $id }) { ... on OrderSuccess { order { status } } }
      }`,
      { id },
      buyer,
    );
    expect(answer).toEqual({ payOrder: { order: { status: 'CONFIRMED' } } });
    await eventually(() =>
      expect(resumed.updates.map((update) => update.order.status)).toEqual([
        'PAYMENT_PENDING',
        'PAID',
        'CONFIRMED',
      ]),
    );
    expect(
      await ask(second.url, '{ products { totalCount } wallet { entries { totalCount } } }', {}, buyer),
    ).toEqual({ products: { totalCount: 43 }, wallet: { entries: { totalCount: 3 } } });
  });
});

describe('in production', () => {
  const production = { NODE_ENV: 'production' };

  test('a weak secret is refused', async () => {
    const { code, stderr } = await refused({ ...production, JWT_SECRET: 'secret' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^holdfast: JWT_SECRET: is too weak for production[^\n]*\n$/),
    });
  });

  test('the accounts of a demo that was tried first do not sign in, and are signed out', async () => {
    const tried = await start();
    const token = await signIn(tried.url, ...operator);
    await tried.stop();
    const { url } = await start(production);
    for (const [email, password] of [customer, operator])
      await expect(signIn(url, email, password)).resolves.toBeUndefined();
    expect(await ask(url, '{ me { id } }', {}, token)).toEqual({ me: null });
  });

  test('there is no demo and no introspection', async () => {
    const { url, output } = await start(production);
    expect(output()).not.toMatch(/demo/i);
    await expect(ask(url, '{ __schema { types { name } } }')).rejects.toThrow(/introspection/i);
    expect(await ask(url, products)).toEqual({ products: { totalCount: 0, nodes: [] } });
  });
});

describe('the key of the e-mail addresses', () => {
  test('is made anew when it is lost, and everyone can still sign in', async () => {
    const first = await start();
    await first.stop();
    await rm(join(programs.directory, 'email-key'));
    const { url } = await start();
    expect(await signIn(url, ...customer)).toEqual(expect.any(String));
    const register = `mutation ($email: String!) {
      register(email: $email, password: "correct horse", name: "Eve") { __typename }
    }`;
    expect(await ask(url, register, { email: customer[0] })).toEqual({
      register: { __typename: 'ValidationError' },
    });
  });
});

describe('a start that fails prints one line and exits with code 1', () => {
  const oneLine = (line: RegExp) => ({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^holdfast: ${line.source}[^\\n]*\\n$`)),
  });

  test('a bad setting', async () => {
    expect(await refused({ PORT: 'http' })).toEqual(oneLine(/PORT: /));
  });

  test('only some of the roles, on stores that no other process can share', async () => {
    expect(await run(['start', '--roles', 'process'], { DATA_DIR: programs.directory })).toEqual(
      oneLine(/--roles: process alone needs EVENTSTORE_URL and MONGODB_URL[^\n]*/),
    );
    expect(await run(['start', '--roles', 'worker'], { DATA_DIR: programs.directory })).toEqual(
      oneLine(/--roles: "worker" is none of api, process, projections, bridge/),
    );
  });

  test('a folder that another process has open', async () => {
    await start({ DEMO: 'false' });
    expect(await refused({ DEMO: 'false' })).toEqual(oneLine(/\S+ is in use by process \d+/));
    const elsewhere = { DEMO: 'false', EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false' };
    expect(await refused(elsewhere)).toEqual(oneLine(/\S+ is in use by process \d+/));
  });

  test('a port that is taken', async () => {
    const { url } = await start({ DEMO: 'false' });
    const { port } = new URL(url);
    const other = join(programs.directory, 'other');
    expect(await refused({ DEMO: 'false', DATA_DIR: other, PORT: port })).toEqual(
      oneLine(new RegExp(`port ${port} on 127\\.0\\.0\\.1 is in use; set PORT to another`)),
    );
  });

  test('a kept secret that is empty, with which anyone could sign tokens', async () => {
    const first = await start({ DEMO: 'false' });
    const file = join(programs.directory, 'jwt-secret');
    expect(await readFile(file, 'utf8')).toHaveLength(43);
    await first.stop();
    await writeFile(file, '');
    expect(await refused({ DEMO: 'false' })).toEqual(oneLine(/\S+jwt-secret is damaged/));
  });
});
