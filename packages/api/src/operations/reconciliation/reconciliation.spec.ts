// Reconciliation must report a read model that is wrong. Each spec runs the real projections, one of them made wrong.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openEmbeddedEventStore } from '@holdfast/event-store';
import { stock } from '@holdfast/inventory';
import { CustomerId, money, OrderId, Sku, type DomainCommand, type Projection } from '@holdfast/kernel';
import { aggregates as orderingAggregates } from '@holdfast/ordering';
import { projections } from '@holdfast/projections';
import { openEmbeddedReadStore } from '@holdfast/read-store';
import { createCommandHandler, nodeEnvironment, startProjections } from '@holdfast/runtime';
import { wallet } from '@holdfast/wallet';
import { reconcile } from './reconciliation.js';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const customerId = CustomerId('c1');
const sku = Sku('A');
const unitPrice = money.of(100, 'GBP');
const past: readonly DomainCommand[] = [
  { type: 'CreateProduct', data: { sku, name: 'Lamp', price: unitPrice } },
  { type: 'ReceiveStock', data: { sku, quantity: 5 } },
  { type: 'Deposit', data: { customerId, amount: money.of(700, 'GBP') } },
  {
    type: 'PlaceOrder',
    data: {
      orderId: OrderId('o1'),
      customerId,
      lines: [{ sku, name: 'Lamp', quantity: 1, unitPrice }],
      paymentMethod: 'WALLET',
      paymentMode: 'AUTOMATIC',
      coordination: 'ORCHESTRATION',
      shippingAddress: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'GB' },
    },
  },
  { type: 'MarkReserved', data: { orderId: OrderId('o1'), expiresAt: null } },
];

/** Reconciles after `past`, with every projection changed by `change`. */
async function reconciled(change: (projection: Projection) => Projection) {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-reconciliation-'));
  const environment = nodeEnvironment();
  const store = await openEmbeddedEventStore({ directory: path.join(directory, 'log'), environment });
  const readStore = await openEmbeddedReadStore({ directory: path.join(directory, 'read-models') });
  const commands = createCommandHandler({
    store,
    environment,
    aggregates: [...orderingAggregates, stock, wallet],
  });
  const running = await startProjections({
    store,
    readStore,
    projections: projections.map(change),
    environment,
    onError: () => undefined,
  });
  closing.push(
    () => running.stop(),
    () => store.close(),
    () => readStore.close(),
    () => rm(directory, { recursive: true, force: true }),
  );
  for (const [n, command] of past.entries()) {
    const commandId = `command-${n}`;
    const context = { commandId, correlationId: commandId, causationId: commandId, actor: 'system' };
    const outcome = await commands.handle(command, context);
    if (!outcome.ok) throw new Error(outcome.rejection.code);
    await store.synced(outcome.position);
  }
  return reconcile({ store, projections: running, environment });
}

/** Makes the projection under `name` ignore one type of event. */
const deafTo =
  (name: string, type: string) =>
  (projection: Projection): Projection =>
    projection.name === name
      ? { ...projection, key: (event) => (event.type === type ? null : projection.key(event)) }
      : projection;

describe('reconciliation', () => {
  test('finds nothing when every read model agrees with the log', async () => {
    const { ok, checks } = await reconciled((projection) => projection);
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(ok).toBe(true);
  });

  test.each([
    [
      'money that a wallet does not show',
      deafTo('wallet-statement', 'FundsDeposited'),
      {
        name: 'money: wallets hold all that was paid in and not spent',
        expected: '700 GBP',
        actual: '0',
      },
    ],
    [
      'stock that a product does not show',
      deafTo('stock-level', 'StockReceived'),
      { name: 'stock: on hand is all that came and did not leave', expected: '5 units', actual: '0' },
    ],
    [
      'an order that shows another status',
      deafTo('order-summary', 'OrderReserved'),
      {
        name: 'orders: every summary has the status that its stream says',
        expected: 'all',
        actual: 'not 1: o1',
      },
    ],
    [
      'an order that is not shown',
      deafTo('order-summary', 'OrderPlaced'),
      {
        name: 'orders: every summary has the status that its stream says',
        expected: 'all',
        actual: 'not 1: o1',
      },
    ],
  ])('finds %s', async (_what, change, found) => {
    const { ok, checks } = await reconciled(change);
    expect(ok).toBe(false);
    expect(checks.filter((check) => !check.ok)).toEqual([{ ...found, ok: false }]);
  });
});
