// The engine on a log that other programs write into: their events are not counted, shown or waited for, and an event that
// they write into our streams is parked with a plain reason.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { reconcile } from '@holdfast/api';
import { openEmbeddedEventStore, type EventStore } from '@holdfast/event-store';
import { openServer } from '@holdfast/event-store-server';
import { CustomerId, money, OrderId, Sku, type DomainCommand, type NewEvent } from '@holdfast/kernel';
import type { OrderSummary } from '@holdfast/projections';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { openEngine, type Engine } from './engine.js';

const environment = nodeEnvironment();
let directory: string;
let errors: unknown[];
let stopping: (() => Promise<unknown>)[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-shared-log-'));
  errors = [];
  stopping = [];
});
afterEach(async () => {
  for (const stop of stopping.reverse()) await stop();
  await rm(directory, { recursive: true });
});

type Place = Pick<Parameters<typeof openEngine>[0], 'eventStoreUrl' | 'streamPrefix' | 'projectionThread'>;

async function start(name: string, place: Place): Promise<Engine> {
  const engine = await openEngine({
    ...place,
    dataDirectory: join(directory, name),
    environment,
    reservationTtlMs: 600_000,
    paymentTimeoutMs: 600_000,
    onError: (error) => errors.push(error),
    onFatal: (error) => errors.push(error),
  });
  stopping.push(() => engine.stop());
  return engine;
}

/** A log of its own, served over EventStoreDB's protocol. */
async function serve(): Promise<{ log: EventStore; url: string }> {
  const log = await openEmbeddedEventStore({ directory: join(directory, 'served'), environment });
  const server = await openServer({ store: log, environment, port: 0 });
  stopping.push(
    () => log.close(),
    () => server.close(),
  );
  return { log, url: `esdb://127.0.0.1:${server.port}?tls=false` };
}

const foreign = (type: string, data: unknown = {}, metadata: unknown = {}): NewEvent =>
  ({ id: environment.ids.next(), type, data, metadata }) as NewEvent;

/** Events of another program: in its own streams, with the type names of our events, and in our streams. */
async function others(log: EventStore, prefix = ''): Promise<void> {
  for (let n = 0; n < 20; n++)
    await log.append(
      `basket-${n}`,
      Array.from({ length: 100 }, () => foreign('OrderPlaced', null)),
      'any',
    );
  const ours = {
    correlationId: 'c',
    causationId: 'c',
    commandId: 'c',
    actor: 'a',
    at: '2026-01-02T03:04:05.678Z',
    schemaVersion: 1,
  };
  await log.append(`${prefix}order-theirs`, [foreign('OrderPlaced', null, {})], 'any');
  await log.append(`${prefix}stock-theirs`, [foreign('Recounted', { n: 1 }, ours)], 'any');
  await log.append(`${prefix}wallet-gone`, [foreign('$streamDeleted')], 'any');
  const { position } = (
    (await log.append('$stats-0', [foreign('$statsCollected')], 'any')) as { value: { position: number } }
  ).value;
  await log.synced(position);
}

/** Places an order after all that it needs; resolves when it is confirmed. */
async function sell(engine: Engine): Promise<void> {
  const [sku, customerId, orderId] = [Sku('LAMP'), CustomerId('ann'), OrderId('one')];
  const unitPrice = money.of(100, 'EUR');
  const commands: readonly DomainCommand[] = [
    { type: 'CreateProduct', data: { sku, name: 'Lamp', price: unitPrice } },
    { type: 'ReceiveStock', data: { sku, quantity: 5 } },
    { type: 'Deposit', data: { customerId, amount: money.of(700, 'EUR') } },
    {
      type: 'PlaceOrder',
      data: {
        orderId,
        customerId,
        lines: [{ sku, name: 'Lamp', quantity: 1, unitPrice }],
        paymentMethod: 'WALLET',
        paymentMode: 'AUTOMATIC',
        coordination: 'ORCHESTRATION',
        shippingAddress: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'GB' },
      },
    },
  ];
  for (const command of commands) {
    const id = environment.ids.next();
    const context = { commandId: id, correlationId: 'one', causationId: id, actor: 'system' };
    expect(await engine.commands.handle(command, context)).toMatchObject({ ok: true });
  }
  await eventually(
    async () => {
      const found = await engine.projections.get<OrderSummary>('order-summary', 'one');
      expect(found?.status).toBe('CONFIRMED');
    },
    { timeoutMs: 20_000 },
  );
}

async function caughtUp(engine: Engine): Promise<void> {
  await eventually(
    async () => {
      for (const status of await engine.projections.status())
        expect(status).toMatchObject({ caughtUp: true, lagMs: 0, state: 'RUNNING' });
    },
    { timeoutMs: 20_000 },
  );
}

const parkedIn = async (engine: Engine): Promise<readonly string[]> => {
  const events = await engine.store.readAll({ filter: { streamPrefixes: ['parked-'] } });
  return events.map(({ data }) => {
    const { stream, reason } = data as { readonly stream: string; readonly reason: string };
    return `${stream}: ${reason}`;
  });
};

describe.each(['on EventStoreDB', 'on its own log', 'on its own log, with a thread'] as const)(
  'a shop %s that other programs write into',
  (where) => {
    test('sells, catches up, reconciles, and parks only foreign events in its own streams', async () => {
      const elsewhere = where === 'on EventStoreDB' ? await serve() : null;
      const engine = await start('shop', {
        eventStoreUrl: elsewhere?.url ?? null,
        projectionThread: where.endsWith('thread'),
      });
      const log = elsewhere?.log ?? engine.log;
      await others(log);
      await sell(engine);
      await others(log);
      await caughtUp(engine);
      const { checks } = await reconcile(engine);
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(errors).toEqual([]);

      const parked = await parkedIn(engine);
      expect(new Set(parked.map((one) => one.replace(/revision \d/, 'revision n')))).toEqual(
        new Set([
          'order-theirs: OrderPlaced, revision n of order-theirs, is not of this program: its metadata has no correlationId',
          'stock-theirs: Recounted, revision n of stock-theirs, is not of this program: streams of stock have no such type of event',
        ]),
      );
      const shown = (await engine.store.readAll()).map(({ stream }) => stream);
      expect(shown.some((stream) => /^basket|^\$|gone/.test(stream))).toBe(false);
      expect(await engine.store.readStream('basket-1')).toEqual([]);
    }, 60_000);

    test('is not behind while the last event is not its own', async () => {
      const elsewhere = where === 'on EventStoreDB' ? await serve() : null;
      const engine = await start('shop', {
        eventStoreUrl: elsewhere?.url ?? null,
        projectionThread: where.endsWith('thread'),
      });
      await sell(engine);
      await (elsewhere?.log ?? engine.log).append('$stats-0', [foreign('$statsCollected')], 'any');
      await caughtUp(engine);
      const lags = (await engine.projections.status()).map(({ lagEvents }) => lagEvents);
      expect(new Set(lags)).toEqual(new Set([elsewhere === null ? 0 : null]));
    }, 60_000);
  },
);

test('two shops with prefixes on one server › sell the same order each, and see nothing of the other', async () => {
  const { url } = await serve();
  const shops = [];
  for (const name of ['north', 'south'])
    shops.push(await start(name, { eventStoreUrl: url, streamPrefix: `${name}_`, projectionThread: false }));
  for (const shop of shops) await sell(shop);
  for (const shop of shops) {
    expect((await reconcile(shop)).ok).toBe(true);
    const orders = await shop.store.readAll({ filter: { streamPrefixes: ['order-'] } });
    expect(orders.filter(({ type }) => type === 'OrderConfirmed')).toHaveLength(1);
  }
  expect(errors).toEqual([]);
}, 60_000);

test('an append to a stream of an unknown category › is refused, since nothing would read it', async () => {
  const engine = await start('shop', { projectionThread: false });
  expect(() => engine.store.append('basket-1', [foreign('Filled')], 'any')).toThrow(
    'basket-1 is of no category',
  );
});
