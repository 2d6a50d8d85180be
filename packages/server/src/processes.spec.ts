// Several process managers in one engine: each has its own streams, checkpoints and names.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openTelemetry } from '@holdfast/api';
import { OrderId, streamId, type DomainCommand, type DomainEvent, type Process } from '@holdfast/kernel';
import type { OrderEvent } from '@holdfast/ordering';
import { nodeEnvironment, processCheckpoint } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { openEngine } from './engine.js';
import { createLogger } from './logger.js';
import { processesOf } from './processes.js';

type Welcomed = DomainEvent<'Welcomed', Record<string, never>>;

/** Welcomes every order, once. */
const welcoming: Process<OrderEvent, Welcomed, { readonly isWelcomed: boolean }, DomainCommand> = {
  name: 'welcoming',
  initialState: { isWelcomed: false },
  inputPrefixes: ['order-'],
  route: (event) =>
    event.type === 'OrderPlaced' ? { kind: 'start', id: streamId(event.stream) } : { kind: 'ignore' },
  decide: (_, { isWelcomed }) => (isWelcomed ? [] : [{ type: 'Welcomed', data: {} }]),
  evolve: () => ({ isWelcomed: true }),
  pending: () => [],
};

const settings = { reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 };

test('when several process managers run in one engine › each handles the order, and is reported by its name', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'holdfast-processes-'));
  const environment = nodeEnvironment();
  const { metrics, instruments } = await openTelemetry({
    now: () => performance.now(),
    environment,
    logger: createLogger('silent'),
    tracesTo: null,
  });
  const failures: unknown[] = [];
  const engine = await openEngine({
    dataDirectory,
    environment,
    ...settings,
    processes: [...processesOf(settings), welcoming],
    instruments,
    onError: (error) => failures.push(error),
    onFatal: (error) => failures.push(error),
  });
  const orderId = OrderId('o-1');
  const placing: DomainCommand = {
    type: 'PlaceOrder',
    data: {
      orderId,
      customerId: 'ann',
      lines: [{ sku: 'NONE', name: 'None', quantity: 1, unitPrice: { minor: 1, currency: 'EUR' } }],
      paymentMethod: 'WALLET',
      paymentMode: 'AUTOMATIC',
      coordination: 'ORCHESTRATION',
      shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
    },
  };
  const context = { commandId: 'c', correlationId: orderId, causationId: 'c', actor: 'customer:ann' };
  expect(await engine.commands.handle(placing, context)).toMatchObject({ ok: true });
  await eventually(async () => {
    const types = async (stream: string): Promise<readonly string[]> =>
      (await engine.store.readStream(stream)).map(({ type }) => type);
    expect(await types('welcoming-o-1')).toEqual(['Welcomed']);
    expect((await types('checkout-o-1')).at(-1)).toBe('CompensationCompleted');
  });
  expect(engine.processes.map(({ name }) => name)).toEqual([
    ...processesOf(settings).map(({ name }) => name),
    'welcoming',
  ]);
  metrics.watch({
    ...engine,
    health: { readiness: () => Promise.resolve({ ready: true, checks: {} }) } as never,
  });
  const text = await metrics.text();
  expect(text).toMatch(/holdfast_subscription_lag_events{consumer="reactor-staff-alarm"} \d+/);
  expect(text).toContain('holdfast_parked_events{consumer="reactor-staff-alarm"} 0');
  for (const name of ['checkout', 'welcoming'])
    expect(text).toMatch(new RegExp(`holdfast_subscription_lag_events{consumer="process-${name}"} \\d+`));
  await eventually(async () => {
    for (const name of ['checkout', 'welcoming'])
      expect(await engine.readStore.checkpoint(processCheckpoint(name))).toBeGreaterThanOrEqual(0);
  });
  expect(failures).toEqual([]);
  await engine.stop();
  await rm(dataDirectory, { recursive: true });
});
