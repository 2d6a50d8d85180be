// What operators see of the bridge: by GraphQL and in the metrics, and from its checkpoint while another process runs it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createApi, openTelemetry, type Api, type BridgeState } from '@holdfast/api';
import type { BridgeSettings } from '@holdfast/bridge';
import { CustomerId, money, OrderId, Sku, type Position } from '@holdfast/kernel';
import { nodeEnvironment, reactorCheckpoint } from '@holdfast/runtime';
import { eventually, lastingPort } from '@holdfast/testing';
import { statusOf } from '../bridge-command.js';
import { openEngine, type Engine } from '../engine.js';
import type { RunningReactor } from '../reactors.js';
import { carriedOut } from '../test/kafka-shop.js';
import { operator } from '../test/pages.js';
import { bridgeStateOf, runningBridge } from './bridge-state.js';
import { bridgeName } from './open-bridge.js';

const environment = nodeEnvironment();
const ignored = (): void => undefined;

let directory: string;
let engine: Engine;
let api: Api;

async function open(bridge: BridgeSettings | null): Promise<void> {
  engine = await openEngine({
    dataDirectory: directory,
    environment,
    bridge,
    reservationTtlMs: 60_000,
    paymentTimeoutMs: 60_000,
    onError: ignored,
    onFatal: ignored,
  });
  api = await createApi({
    ...engine,
    logger: { debug: ignored, info: ignored, warn: ignored, error: ignored },
    settings: {
      ...{ host: '127.0.0.1', port: 0, production: false },
      jwtSecret: 'a secret of the specs, 32 letters long',
    },
  });
  await api.listen();
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-bridge-state-'));
});
afterEach(async () => {
  await api.close();
  await engine.stop();
  await rm(directory, { recursive: true });
});

async function ask<T>(query: string, token?: string): Promise<T> {
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(api.url(), { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { data } = (await response.json()) as { readonly data: T };
  return data;
}

async function bridgeSeenByOperator(): Promise<object | null> {
  await api.people.known.ensure({ ...operator, name: 'Operator', roles: ['OPERATOR'] });
  const { login } = await ask<{ readonly login: { readonly accessToken: string } }>(
    `mutation { login(email: "${operator.email}", password: "${operator.password}") { ... on Session { accessToken } } }`,
  );
  const query =
    '{ bridge { consumer position caughtUp lagEvents parked runsHere delivery format fault lastError } }';
  return (await ask<{ readonly bridge: object | null }>(query, login.accessToken)).bridge;
}

/** Appends an event of a stream that the bridge follows. */
async function createProduct(): Promise<Position> {
  const id = environment.ids.next();
  const context = { commandId: id, correlationId: id, causationId: id, actor: 'system' };
  const outcome = await engine.commands.handle(
    { type: 'CreateProduct', data: { sku: Sku(id), name: 'Lamp', price: { minor: 1500, currency: 'EUR' } } },
    context,
  );
  if (!outcome.ok) throw new Error(outcome.rejection.code);
  await engine.store.synced(outcome.position);
  return outcome.position;
}

const kafkaAway = async (): Promise<BridgeSettings> => ({
  ...{ brokers: [`127.0.0.1:${await lastingPort()}`], tls: null, sasl: null },
  ...{ name: 'holdfast', mode: 'at-least-once', start: 'beginning', format: 'json' },
  ...{ registryUrl: null, aliases: [], commandsTopic: null },
});

async function metricsWith(bridge: RunningReactor): Promise<string> {
  const logger = { debug: ignored, info: ignored, warn: ignored, error: ignored };
  const { metrics } = await openTelemetry({ now: () => 0, environment, logger, tracesTo: null });
  const health = { readiness: () => Promise.resolve({ ready: true, checks: {} }) } as never;
  metrics.watch({ ...engine, reactors: [bridge], health });
  return metrics.text();
}

describe('the bridge, as operators see it', () => {
  test('while Kafka is away › has its fault, its lag and no position; so has `holdfast bridge status`', async () => {
    await open(await kafkaAway());
    await createProduct();
    await eventually(async () => {
      expect(await bridgeSeenByOperator()).toEqual({
        consumer: 'reactor-bridge',
        position: null,
        caughtUp: false,
        lagEvents: (await engine.store.end()).synced + 1,
        parked: 0,
        runsHere: true,
        delivery: 'AT_LEAST_ONCE',
        format: 'JSON',
        fault: 'CONNECTION',
        lastError: expect.stringMatching(/^Kafka at 127\.0\.0\.1:\d+: it is away/),
      });
    });
    const metrics = await fetch(new URL('/metrics', api.url()));
    const { lines, isFaulted } = statusOf(await metrics.text());
    expect(isFaulted).toBe(true);
    expect(lines[0]).toBe('Delivery   at least once, JSON');
    expect(lines.at(-1)).toMatch(/^Fault {6}Kafka is away/);
  });

  test('while Kafka is away › an order is placed, paid and confirmed, and what waits is counted', async () => {
    await open(await kafkaAway());
    const [sku, customerId, orderId] = [Sku('lamp'), CustomerId('ann'), OrderId('o-1')];
    const price = { minor: 1500, currency: 'EUR' };
    await carriedOut(engine, 'CreateProduct', { sku, name: 'Lamp', price });
    await carriedOut(engine, 'ReceiveStock', { sku, quantity: 5 });
    await carriedOut(engine, 'Deposit', { customerId, amount: money.of(3_000, 'EUR') });
    await carriedOut(engine, 'PlaceOrder', {
      ...{ orderId, customerId, lines: [{ sku, name: 'Lamp', quantity: 2, unitPrice: price }] },
      ...{ paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC', coordination: 'ORCHESTRATION' },
      shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
    });
    await eventually(async () => {
      const types = (await engine.store.readStream(`order-${orderId}`)).map(({ type }) => type);
      expect(types).toContain('OrderConfirmed');
      const bridge = await engine.bridge();
      expect(bridge?.problem?.fault).toBe('connection');
      expect(bridge?.position).toBe(-1);
      expect(bridge?.lagEvents).toBe((await engine.store.end()).synced + 1);
    });
  });

  test('of a shop without a bridge › is null, and customers may not ask', async () => {
    await open(null);
    expect(await bridgeSeenByOperator()).toBeNull();
    expect(await ask('{ bridge { position } }')).toEqual({ bridge: null });
  });

  test('that another process runs › has the position of its checkpoint, and lags only by events that it publishes', async () => {
    await open(null);
    const state = bridgeStateOf(engine, () => null);
    expect(await state()).toBeNull();
    const published = await createProduct();
    await engine.readStore.apply([], { name: reactorCheckpoint(bridgeName), position: published });
    await api.people.known.ensure({ ...operator, name: 'Operator', roles: ['OPERATOR'] });
    const caughtUp: BridgeState = {
      ...{ position: published, runsHere: false, publishes: null, problem: null },
      ...{ caughtUp: true, lagEvents: 0, lagMs: 0 },
    };
    expect(await state()).toEqual(caughtUp);
    await createProduct();
    expect(await state()).toMatchObject({ position: published, caughtUp: false, lagEvents: null });
  });

  test('that another process runs › has position and lag in the metrics, by its checkpoint, and no fault', async () => {
    await open(null);
    const position = await createProduct();
    await createProduct();
    await engine.readStore.apply([], { name: reactorCheckpoint(bridgeName), position });
    const text = await metricsWith(runningBridge(() => null, engine));
    expect(text).toContain(`holdfast_subscription_position{consumer="reactor-bridge"} ${position}`);
    expect(text).toContain('holdfast_subscription_caught_up{consumer="reactor-bridge"} 0');
    expect(text).toMatch(/holdfast_subscription_lag_seconds{consumer="reactor-bridge"} \d/);
    expect(text).not.toMatch(/holdfast_subscription_lag_events{consumer="reactor-bridge"}/);
    expect(text).not.toMatch(/holdfast_reactor_faulted{|holdfast_bridge_info{/);
    expect(statusOf(text).isFaulted).toBe(false);
  });

  test('of a shop that has no bridge any more › has no lag in the metrics', async () => {
    await open(null);
    const position = await createProduct();
    await createProduct();
    await engine.readStore.apply([], { name: reactorCheckpoint(bridgeName), position });
    expect(await metricsWith(runningBridge(() => null, null))).not.toMatch(
      /holdfast_subscription_\w+{consumer="reactor-bridge"}/,
    );
  });
});
