// Deadlines of the checkout itself: what customers did in time counts, though the process role was down until after it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createCheckout } from '@holdfast/checkout';
import {
  openEmbeddedEventStore,
  type Batch,
  type EventStore,
  type SubscribeOptions,
} from '@holdfast/event-store';
import { stock } from '@holdfast/inventory';
import { CustomerId, money, OrderId, Sku, type DomainCommand } from '@holdfast/kernel';
import { order, orderStream, type OrderStatus } from '@holdfast/ordering';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  startProcess,
  type CommandHandler,
  type ProcessRunner,
} from '@holdfast/runtime';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { wallet } from '@holdfast/wallet';

const reservationTtlMs = 60_000;
const paymentTimeoutMs = 30_000;
const [customerId, sku] = [CustomerId('ann'), Sku('LAMP')];
const orders = Array.from({ length: 20 }, (_, n) => OrderId(`o-${n}`));

let directory: string;
let environment: FakeEnvironment;
let store: EventStore;
let readStore: ReadStore;
let commands: CommandHandler;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-deadlines-'));
  environment = fakeEnvironment();
  store = await openEmbeddedEventStore({ directory: join(directory, 'log'), environment });
  readStore = await openEmbeddedReadStore({ directory: join(directory, 'read-models') });
  commands = createCommandHandler({ store, environment, aggregates: [order, stock, wallet] });
  const price = money.of(100, 'EUR');
  await handle({ type: 'CreateProduct', data: { sku, name: 'Lamp', price } });
  await handle({ type: 'ReceiveStock', data: { sku, quantity: 100 } });
  await handle({ type: 'Deposit', data: { customerId, amount: money.of(100_000, 'EUR') } });
});
afterEach(async () => {
  await store.close();
  await readStore.close();
  await rm(directory, { recursive: true });
});

async function handle(command: DomainCommand): Promise<void> {
  const id = environment.ids.next();
  const context = { commandId: id, correlationId: id, causationId: id, actor: 'system' };
  expect(await commands.handle(command, context)).toMatchObject({ ok: true });
}

const place = (orderId: OrderId): Promise<void> =>
  handle({
    type: 'PlaceOrder',
    data: {
      orderId,
      customerId,
      lines: [{ sku, name: 'Lamp', quantity: 1, unitPrice: money.of(100, 'EUR') }],
      paymentMethod: 'WALLET',
      paymentMode: 'ON_CONFIRMATION',
      coordination: 'ORCHESTRATION',
      shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
    },
  });

const startCheckout = (on: EventStore): Promise<ProcessRunner> =>
  startProcess({
    store: on,
    readStore,
    commands,
    process: createCheckout({ reservationTtlMs, paymentTimeoutMs }),
    environment,
    onError: (error) => {
      throw error;
    },
  });

const allAre = (status: OrderStatus): Promise<void> =>
  eventually(async () => {
    await environment.advance(100);
    const states = await Promise.all(orders.map((id) => commands.load(order, orderStream(id))));
    expect(states.map(({ state }) => state.status)).toEqual(orders.map(() => status));
  });

/** The same store, whose subscriptions give nothing before `begin` is called. */
function startingLate(): { readonly late: EventStore; begin(): void } {
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  async function* subscribed(options: SubscribeOptions): AsyncGenerator<Batch> {
    await begun;
    yield* store.subscribeAll(options);
  }
  const late: EventStore = {
    append: (...call) => store.append(...call),
    synced: (position) => store.synced(position),
    readStream: (...call) => store.readStream(...call),
    readAll: (options) => store.readAll(options),
    subscribeAll: subscribed,
    end: () => store.end(),
    close: () => Promise.resolve(),
  };
  return { late, begin };
}

test('when 20 orders are paid while the process role is down until after their deadlines › all are confirmed', async () => {
  const before = await startCheckout(store);
  for (const id of orders) await place(id);
  await allAre('RESERVED');
  await before.stop();
  for (const id of orders) await handle({ type: 'StartPayment', data: { orderId: id, method: 'WALLET' } });
  environment.jump(2 * (reservationTtlMs + paymentTimeoutMs));

  const { late, begin } = startingLate();
  const after = await startCheckout(late);
  await environment.advance(5000);
  begin();
  await allAre('CONFIRMED');
  expect(after.live()).toBe(0);
  await after.stop();
});

test('when 20 orders are not paid while the process role is down until after their deadlines › all expire', async () => {
  const before = await startCheckout(store);
  for (const id of orders) await place(id);
  await allAre('RESERVED');
  await before.stop();
  environment.jump(2 * reservationTtlMs);
  const after = await startCheckout(store);
  await allAre('CANCELLED');
  await after.stop();
});
