// Stores that are down, hang, lose their replies or are slow: the errors that callers get, the readiness that a load
// balancer sees, and that everything is caught up with afterwards.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreUnavailable } from '@holdfast/event-store';
import { ReadStoreUnavailable } from '@holdfast/read-store';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { createClient } from 'graphql-ws';
import { SignJWT } from 'jose';
import { WebSocket } from 'ws';
import { MetricsController } from './health.controller.js';
import { createHealth } from './health.js';
import { createProbes } from './probes.js';
import { openTelemetry } from '../telemetry/telemetry.js';
import { createMetrics } from '../telemetry/metrics.js';
import { startRig, type Answer, type Rig } from '../test/rig.js';
import { openShop } from '../test/shop.js';
import type { Fields } from '../test/selected.js';
import { unreliable, type Day } from '../test/unreliable.js';

const jwtSecret = 'a secret of the specs, 32 letters long';
const log = unreliable(() => new StoreUnavailable('connection refused by 10.0.0.7:2113'));
const documents = unreliable(() => new ReadStoreUnavailable('no primary at 10.0.0.8:27017'));
let rig: Rig;
let operator: string;

beforeAll(async () => {
  rig = await startRig({ jwtSecret, operationMs: 1_500 }, { store: log.around, readStore: documents.around });
  const shop = await openShop(rig);
  operator = shop.operator;
  await shop.product(100, 1_000, 'LAMP');
});

afterEach(async () => {
  log.day('well');
  documents.day('well');
  await eventually(async () => expect((await ready()).status).toBe(200), { timeoutMs: 15_000 });
}, 20_000);

afterAll(async () => {
  await rig.stop();
});

/** A health check as monitoring makes it: without a reply within 2 s the program counts as dead. */
const health = async (path: string) => {
  const response = await fetch(new URL(path, rig.url), { signal: AbortSignal.timeout(2_000) });
  return { status: response.status, body: (await response.json()) as { readonly checks?: object } };
};
const ready = () => health('/health/ready');

const place = (token: string, key: string): Promise<Answer> =>
  rig.ask(
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) { __typename ... on OrderSuccess { order { id status } } }
    }`,
    {
      input: {
        idempotencyKey: key,
        waitMs: 0,
        lines: [{ sku: 'LAMP', quantity: 1 }],
        shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
      },
    },
    token,
  );

/** The error has everything that a caller needs to act, and nothing about the inside. */
function expectToTryAgain({ data, errors }: Answer<Fields | null>): void {
  expect(data?.placeOrder ?? data?.orders ?? null).toBeNull();
  expect(errors).toMatchObject([
    {
      extensions: {
        code: 'SERVICE_UNAVAILABLE',
        retryable: true,
        correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    },
  ]);
  expect(JSON.stringify(errors)).not.toContain('10.0.0');
}

const ordersOf = async (token: string) => {
  const { data } = await rig.ask('{ orders { totalCount nodes { id status } } }', {}, token);
  return data.orders;
};

describe('an event store that', () => {
  test.each<[string, Day]>([
    ['hangs', 'hanging'],
    ['is down', 'down'],
    ['loses its answers', 'lost'],
  ])(
    '%s makes a caller try again, and the same key then places the order once',
    async (_, day) => {
      const { token } = await rig.customer();
      log.day(day);
      expectToTryAgain(await place(token, 'once'));
      log.day('well');
      const answer = await eventually(async () => {
        const again = await place(token, 'once');
        expect(again.errors).toBeUndefined();
        return again;
      });
      expect(answer.data.placeOrder).toMatchObject({ __typename: 'OrderSuccess' });
      const { id } = answer.data.placeOrder.order;
      // The checkout, whose subscription broke, has caught up too.
      await eventually(
        async () =>
          expect(await ordersOf(token)).toEqual({ totalCount: 1, nodes: [{ id, status: 'RESERVED' }] }),
        { timeoutMs: 15_000 },
      );
    },
    30_000,
  );

  test.each<[string, Day]>([
    ['hangs', 'hanging'],
    ['is down', 'down'],
  ])('%s turns readiness red within 2 s and by name, while the program is alive', async (_, day) => {
    log.day(day);
    expect(await ready()).toMatchObject({
      status: 503,
      body: { checks: { eventStore: 'unreachable', readStore: 'ok' } },
    });
    expect(await health('/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
  });

  test('hangs before the caller is authenticated makes the caller try again as well', async () => {
    const unknownSession = await new SignJWT({ sid: 'never-seen' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('a')
      .setIssuer('holdfast')
      .setAudience('holdfast-api')
      .setNotBefore('0s')
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(jwtSecret));
    log.day('hanging');
    expectToTryAgain(await rig.ask('{ orders { totalCount } }', {}, unknownSession));
    log.day('down');
    expectToTryAgain(await rig.ask('{ orders { totalCount } }', {}, unknownSession));
  });

  test('hangs is reported to a subscriber as well', async () => {
    const client = createClient({
      url: rig.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      connectionParams: { authorization: `Bearer ${operator}` },
    });
    await new Promise((resolve) => client.on('connected', resolve));
    log.day('hanging');
    const errors = await new Promise((resolve) => {
      client.subscribe(
        { query: '{ stream(name: "order-none") { nodes { id } } }' },
        {
          next: (message) => {
            resolve(message.errors);
          },
          error: resolve,
          complete: () => undefined,
        },
      );
    });
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } }]);
    await client.dispose();
  });

  test('is slow is waited for', async () => {
    const { token } = await rig.customer();
    log.day('slow');
    const { data } = await place(token, 'patience');
    expect(data.placeOrder.__typename).toBe('OrderSuccess');
    expect((await ready()).status).toBe(200);
  });
});

describe('a read store that', () => {
  test.each<[string, Day]>([
    ['hangs', 'hanging'],
    ['is down', 'down'],
  ])(
    '%s makes a query try again and readiness red, but orders can be placed',
    async (_, day) => {
      const { token } = await rig.customer();
      documents.day(day);
      expectToTryAgain(await rig.ask('{ orders { totalCount } }', {}, token));
      expect(await ready()).toMatchObject({
        status: 503,
        body: { checks: { eventStore: 'ok', readStore: 'unreachable' } },
      });
      // The result would have to show the order, which can't be read; the decision itself is stored.
      await place(token, 'meanwhile');
      documents.day('well');
      await eventually(
        async () =>
          expect(await ordersOf(token)).toMatchObject({ totalCount: 1, nodes: [{ status: 'RESERVED' }] }),
        { timeoutMs: 15_000 },
      );
    },
    30_000,
  );

  test('fails a batch makes the program not ready, until the batch is written', async () => {
    const { token } = await rig.customer();
    documents.day('down');
    await place(token, 'unwritten');
    await eventually(async () =>
      expect((await ready()).body).toMatchObject({ checks: { projections: 'faulted' } }),
    );
    documents.day('well');
    await eventually(async () => expect((await ready()).status).toBe(200), { timeoutMs: 15_000 });
  }, 30_000);
});

describe('a role without GraphQL', () => {
  test('serves the routes for monitoring, and nothing else', async () => {
    const { store, projections } = rig.source;
    const settings = { host: '127.0.0.1', port: 0 };
    const environment = nodeEnvironment();
    const silent = () => undefined;
    const telemetry = await openTelemetry({
      now: () => performance.now(),
      environment,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      tracesTo: null,
    });
    const given = { store, projections: projections as never, environment, settings, telemetry };
    const probes = await createProbes(given);
    await probes.listen();
    const at = async (path: string) => (await fetch(new URL(path, probes.url()))).status;
    expect(await at('/health/live')).toBe(200);
    expect(await at('/health/ready')).toBe(200);
    expect(await at('/metrics')).toBe(200);
    expect(await at('/graphql')).toBe(404);
    expect(await at('/')).toBe(404);
    await probes.close();
  });

  test.each([
    ['0.0.0.0', undefined, false],
    ['::', undefined, false],
    ['10.0.0.7', undefined, false],
    ['127.0.0.1', undefined, true],
    ['::1', undefined, true],
    ['0.0.0.0', 'Bearer a token for the scraper', true],
    ['127.0.0.1', 'Bearer another', false],
  ])('on %s with the authorization %s shows its metrics: %s', async (host, authorization, shown) => {
    const metricsToken = authorization === undefined ? null : 'a token for the scraper';
    const metrics = createMetrics(() => performance.now());
    const controller = new MetricsController({ metrics, settings: { host, metricsToken } });
    const answer = (async () => controller.metrics(authorization))();
    if (shown) await expect(answer).resolves.toContain('process_cpu_seconds_total');
    else await expect(answer).rejects.toThrow('Not Found');
  });
});

test('a program that stops is not ready any more', async () => {
  const { store, projections } = rig.source;
  const stopping = createHealth({ store, projections: projections as never, environment: nodeEnvironment() });
  expect((await stopping.readiness()).status).toBe('ok');
  stopping.stopping();
  expect(await stopping.readiness()).toMatchObject({
    status: 'unavailable',
    checks: { process: 'stopping' },
  });
});
