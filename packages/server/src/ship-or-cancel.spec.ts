// A customer cancels at the moment when the warehouse hands the parcel over: exactly one of the two happens, and stock and
// money agree with it, in any order, and at any speed of the store.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { noInstruments } from '@holdfast/api';
import type { EventStore } from '@holdfast/event-store';
import { stock, stockStream, type StockState } from '@holdfast/inventory';
import { CustomerId, money, OrderId, Sku, type DomainCommand } from '@holdfast/kernel';
import { order, orderStream, type OrderState } from '@holdfast/ordering';
import { nodeEnvironment, type CommandOutcome } from '@holdfast/runtime';
import { shipment, shipmentStream } from '@holdfast/shipping';
import { eventually, fakeEnvironment } from '@holdfast/testing';
import { wallet, walletStream, type WalletState } from '@holdfast/wallet';
import { openEngine, type Engine } from './engine.js';
import { seenAs } from './test/checkout-rig.js';

const [customerId, sku] = [CustomerId('ann'), Sku('LAMP')];
const [price, received, deposited] = [money.of(100, 'EUR'), 1_000, 100_000];
const orders = Array.from({ length: 60 }, (_, n) => OrderId(`o-${n}`));

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Waits for `count` turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A store that returns late, and not in the order of the calls. */
function slowly(store: EventStore): EventStore {
  const { random } = fakeEnvironment({ seed: 7 });
  const later = async <T>(answer: () => T | Promise<T>): Promise<T> => {
    await turns(Math.floor(random.next() * 4));
    const given = await answer();
    await turns(Math.floor(random.next() * 4));
    return given;
  };
  return {
    ...seenAs(store, {}),
    append: (...call) => later(() => store.append(...call)),
    readStream: (...call) => later(() => store.readStream(...call)),
    close: () => store.close(),
  };
}

async function openShop(through: (store: EventStore) => EventStore) {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'holdfast-ship-or-cancel-'));
  const environment = nodeEnvironment();
  const failures: unknown[] = [];
  const engine = await openEngine({
    ...{ dataDirectory, environment, reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 },
    instruments: { ...noInstruments, store: through },
    onError: (error) => failures.push(error),
    onFatal: (error) => failures.push(error),
  });
  closing.push(
    () => rm(dataDirectory, { recursive: true }),
    () => engine.stop(),
  );
  const handle = async (command: DomainCommand): Promise<CommandOutcome> => {
    const commandId = environment.ids.next();
    const context = { commandId, correlationId: commandId, causationId: commandId, actor: 'system' };
    return engine.commands.handle(command, context);
  };
  const must = async (command: DomainCommand): Promise<void> => {
    expect(await handle(command)).toMatchObject({ ok: true });
  };
  await must({ type: 'CreateProduct', data: { sku, name: 'Lamp', price } });
  await must({ type: 'ReceiveStock', data: { sku, quantity: received } });
  await must({ type: 'Deposit', data: { customerId, amount: money.of(deposited, 'EUR') } });
  return { engine, handle, must, failures };
}
type Shop = Awaited<ReturnType<typeof openShop>>;

const stateOf = async ({ commands }: Engine, orderId: OrderId): Promise<OrderState> =>
  (await commands.load(order, orderStream(orderId))).state;

/** One process manager carries out every second order, and a policy per context the others. */
const coordinationOf = (n: number): string => (n % 2 === 0 ? 'ORCHESTRATION' : 'CHOREOGRAPHY');

/** Makes orders that are packed and have a label, so that each can be shipped or cancelled. */
async function packedOrders({ engine, must }: Shop): Promise<void> {
  const soon = { timeoutMs: 60_000 };
  for (const [n, orderId] of orders.entries()) {
    const lines = [{ sku, name: 'Lamp', quantity: 2, unitPrice: price }];
    const shippingAddress = { name: 'B', line1: '1', city: 'C', postalCode: '3511', country: 'NL' };
    const paid = { paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC', coordination: coordinationOf(n) };
    await must({ type: 'PlaceOrder', data: { orderId, customerId, lines, ...paid, shippingAddress } });
  }
  for (const orderId of orders) {
    await eventually(async () => expect((await stateOf(engine, orderId)).status).toBe('CONFIRMED'), soon);
    await must({ type: 'MarkPacked', data: { orderId } });
  }
  for (const orderId of orders) {
    await eventually(async () => {
      const { state } = await engine.commands.load(shipment, shipmentStream(orderId));
      expect(state).toMatchObject({ kind: 'open', parcel: { stock: [{ sku, quantity: 2 }] } });
    }, soon);
    const label = { orderId, carrier: 'specs', trackingNumber: `T-${orderId}` };
    await must({ type: 'GenerateLabel', data: label });
  }
}

/** Ships and cancels at once, each after a number of turns of the event loop that depends on `seed`. */
async function race({ handle }: Shop, orderId: OrderId, seed: number): Promise<'shipped' | 'cancelled'> {
  const { random } = fakeEnvironment({ seed });
  const [shipAfter, cancelAfter] = [random.next(), random.next()].map((chance) => Math.floor(chance * 6));
  const label = { carrier: 'specs', trackingNumber: `T-${orderId}` };
  const [shipped, cancelled] = await Promise.all([
    turns(shipAfter ?? 0).then(() => handle({ type: 'MarkShipped', data: { orderId, ...label } })),
    turns(cancelAfter ?? 0).then(() =>
      handle({ type: 'Cancel', data: { orderId, reason: 'CUSTOMER_CANCELLED' } }),
    ),
  ]);
  expect([shipped.ok, cancelled.ok].filter(Boolean)).toHaveLength(1);
  if (shipped.ok) expect(cancelled).toMatchObject({ rejection: { code: 'OrderNotCancellable' } });
  else expect(shipped).toMatchObject({ rejection: { code: 'OrderEnded', status: 'CANCELLED' } });
  return shipped.ok ? 'shipped' : 'cancelled';
}

describe.each<[string, (store: EventStore) => EventStore]>([
  ['the embedded store', (store) => store],
  ['a store that answers late', slowly],
])('on %s, when orders are cancelled and shipped at the same moment', (_, through) => {
  test('each is one or the other, and its stock and money agree with that', async () => {
    const shop = await openShop(through);
    const { engine } = shop;
    await packedOrders(shop);
    const outcomes = await Promise.all(orders.map((orderId, seed) => race(shop, orderId, seed)));
    const shipped = outcomes.filter((outcome) => outcome === 'shipped').length;
    // Both outcomes must occur, or the race was not tried.
    expect(shipped).toBeGreaterThan(5);
    expect(shipped).toBeLessThan(orders.length - 5);
    for (const outcome of ['shipped', 'cancelled']) {
      const kinds = orders.flatMap((_order, n) => (outcomes[n] === outcome ? [coordinationOf(n)] : []));
      expect(new Set(kinds).size).toBe(2);
    }

    await eventually(
      async () => {
        const { state: lamps } = await engine.commands.load<StockState>(stock, stockStream(sku));
        expect(lamps).toMatchObject({ onHand: received - 2 * shipped, reserved: 0 });
        const { state: purse } = await engine.commands.load<WalletState>(wallet, walletStream(customerId));
        const left = money.of(deposited - 200 * shipped, 'EUR');
        expect(purse).toMatchObject({ balance: left, held: money.zero('EUR') });
        expect(engine.processes.filter(({ live }) => live() > 0)).toEqual([]);
      },
      { timeoutMs: 60_000 },
    );
    for (const [n, orderId] of orders.entries()) {
      const { status } = await stateOf(engine, orderId);
      expect(status).toBe(outcomes[n] === 'shipped' ? 'SHIPPED' : 'CANCELLED');
      const { state } = await engine.commands.load(shipment, shipmentStream(orderId));
      expect(state).toMatchObject({ isCancelled: outcomes[n] === 'cancelled' });
    }
    expect(shop.failures).toEqual([]);
  }, 300_000);
});
