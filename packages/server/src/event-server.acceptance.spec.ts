// The log behind EventStoreDB's protocol, as `holdfast eventstore` and `holdfast start --esdb-port` serve it.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type EventStore } from '@holdfast/event-store';
import { event } from '@holdfast/event-store/contract-suite';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { ask, run, signIn, startProgram, type Program, usePrograms } from './test/program.js';

const environment = nodeEnvironment();
let stores: EventStore[];

beforeEach(() => {
  stores = [];
});
afterEach(() => Promise.all(stores.map((store) => store.close())));
/** Declared after the hook above, so that the stores are closed before the programs end. */
const programs = usePrograms('events');

async function start(...args: readonly string[]): Promise<{ program: Program; store: EventStore }> {
  const program = await programs.start({}, args);
  const url = /EventStoreDB +(esdb:\S+)/.exec(program.output())?.[1] ?? '';
  const store = await openEventStoreDb({ url, environment });
  stores.push(store);
  return { program, store };
}

test('holdfast eventstore › keeps the events that a client appends, through a kill and a start', async () => {
  const first = await start('eventstore', '--port', '0');
  // Only this machine can reach it, unless a setting allows others.
  expect(first.program.url).toMatch(/^esdb:\/\/127\.0\.0\.1:\d+\?tls=false$/);
  const added = event({ n: 1 });
  expect(await first.store.append('other-1', [added], 'no_stream')).toMatchObject({ ok: true });
  await first.program.kill();
  const second = await start('eventstore', '--port', '0');
  expect(await second.store.readStream('other-1')).toMatchObject([added]);
  expect(await second.program.stop()).toBe(0);
});

test('holdfast start --esdb-port › shows the log of the product to clients, while it runs', async () => {
  const { program, store } = await start('start', '--esdb-port', '0');
  const filter = { streamPrefixes: ['account-'] };
  expect((await store.readAll({ filter, limit: 1 }))[0]).toMatchObject({ type: 'AccountRegistered' });
  expect(await program.stop()).toBe(0);
});

test('holdfast start with EVENTSTORE_URL › sells as it does on its own log, and the events are there', async () => {
  const { program: events, store } = await start('eventstore', '--port', '0');
  const shop = join(programs.directory, 'shop');
  const { url, stop } = await startProgram({ DATA_DIR: shop, EVENTSTORE_URL: events.url });
  const buyer = await signIn(url, 'customer@demo.example', 'demo-customer');
  const { products } = await ask<{
    readonly products: { readonly nodes: readonly { readonly sku: string }[] };
  }>(url, '{ products(first: 1) { nodes { sku } } }');
  const input = {
    idempotencyKey: 'one',
    lines: [{ sku: products.nodes[0]?.sku, quantity: 1 }],
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
    paymentMode: 'AUTOMATIC',
    waitFor: 'CONFIRMED',
  };
  const placed = await ask<{ readonly placeOrder: { readonly order: { readonly id: string } } }>(
    url,
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) { ... on OrderSuccess { order { id status } } }
    }`,
    { input },
    buyer,
  );
  expect(placed).toMatchObject({ placeOrder: { order: { status: 'CONFIRMED' } } });
  const staff = await signIn(url, 'operator@demo.example', 'demo-operator');
  // The orders of the demo are being made meanwhile: the read models follow them.
  await eventually(
    async () => {
      const { reconciliation } = await ask<{
        readonly reconciliation: { readonly checks: readonly { readonly ok: boolean }[] };
      }>(url, '{ reconciliation { checks { name ok expected actual } } }', {}, staff);
      expect(reconciliation.checks.filter(({ ok }) => !ok)).toEqual([]);
    },
    { timeoutMs: 60_000 },
  );
  expect(await stop()).toBe(0);
  const stored = await store.readStream(`order-${placed.placeOrder.order.id}`);
  expect(stored.at(-1)?.type).toBe('OrderConfirmed');
});

test('an invalid port, or a certificate without its key › is refused in one line', async () => {
  for (const args of [
    ['--port', 'x'],
    ['--port', '0', '--tls-cert', 'none.pem'],
  ]) {
    const { code, stderr } = await run(['eventstore', ...args], { DATA_DIR: programs.directory });
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
});
