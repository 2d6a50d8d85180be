// The checkout on embedded stores, in fake time: the parts that a runner needs, and orders for it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { createCheckout } from '@holdfast/checkout';
import { openEmbeddedEventStore, storeWith, type EventStore } from '@holdfast/event-store';
import { stock } from '@holdfast/inventory';
import { CustomerId, money, OrderId, Sku, type DomainCommand, type Environment } from '@holdfast/kernel';
import { aggregates as orderingAggregates, order, orderStream, type OrderStatus } from '@holdfast/ordering';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  startProcess,
  type CommandHandler,
  type ProcessRunner,
} from '@holdfast/runtime';
import { fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { wallet } from '@holdfast/wallet';

export const reservationTtlMs = 60_000;
export const paymentTimeoutMs = 30_000;
const [customerId, sku] = [CustomerId('ann'), Sku('LAMP')];

export type CheckoutRig = {
  readonly environment: FakeEnvironment;
  readonly store: EventStore;
  readonly readStore: ReadStore;
  readonly commands: CommandHandler;
  /** with the rig's own environment and read store unless others are given */
  startCheckout(on: EventStore, environment?: Environment, readStore?: ReadStore): Promise<ProcessRunner>;
  /** @throws when the command is refused */
  handle(command: DomainCommand): Promise<void>;
  /** an order that waits to be paid */
  place(orderId: OrderId): Promise<void>;
  pay(orderId: OrderId): Promise<void>;
  /** Advances time until all the orders have the status. */
  allAre(orders: readonly OrderId[], status: OrderStatus): Promise<void>;
  remove(): Promise<void>;
};

export const someOrders = (count: number): readonly OrderId[] =>
  Array.from({ length: count }, (_, n) => OrderId(`o-${n}`));

export async function openCheckoutRig(): Promise<CheckoutRig> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-checkout-'));
  const environment = fakeEnvironment();
  const store = await openEmbeddedEventStore({ directory: join(directory, 'log'), environment });
  const readStore = await openEmbeddedReadStore({ directory: join(directory, 'read-models') });
  const commands = createCommandHandler({
    store,
    environment,
    aggregates: [...orderingAggregates, stock, wallet],
  });

  const handle = async (command: DomainCommand): Promise<void> => {
    const id = environment.ids.next();
    const context = { commandId: id, correlationId: id, causationId: id, actor: 'system' };
    expect(await commands.handle(command, context)).toMatchObject({ ok: true });
  };
  const price = money.of(100, 'EUR');
  await handle({ type: 'CreateProduct', data: { sku, name: 'Lamp', price } });
  await handle({ type: 'ReceiveStock', data: { sku, quantity: 100 } });
  await handle({ type: 'Deposit', data: { customerId, amount: money.of(100_000, 'EUR') } });

  return {
    environment,
    store,
    readStore,
    commands,
    startCheckout: (on, of = environment, checkpoints = readStore) =>
      startProcess({
        store: on,
        readStore: checkpoints,
        commands: createCommandHandler({
          store: on,
          environment: of,
          aggregates: [...orderingAggregates, stock, wallet],
        }),
        process: createCheckout({ reservationTtlMs, paymentTimeoutMs }),
        environment: of,
        onError: (error) => {
          throw error;
        },
      }),
    handle,
    place: (orderId) =>
      handle({
        type: 'PlaceOrder',
        data: {
          orderId,
          customerId,
          lines: [{ sku, name: 'Lamp', quantity: 1, unitPrice: price }],
          paymentMethod: 'WALLET',
          paymentMode: 'ON_CONFIRMATION',
          coordination: 'ORCHESTRATION',
          shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
        },
      }),
    pay: (orderId) => handle({ type: 'StartPayment', data: { orderId, method: 'WALLET' } }),
    allAre: (orders, status) =>
      environment.until(100, async () => {
        const states = await Promise.all(orders.map((id) => commands.load(order, orderStream(id))));
        expect(states.map(({ state }) => state.status)).toEqual(orders.map(() => status));
      }),
    async remove() {
      await store.close();
      await readStore.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** The same store for one runner, with some of its functions replaced. The runner does not close it. */
export const seenAs = (store: EventStore, calls: Partial<EventStore>): EventStore =>
  storeWith(store, { close: () => Promise.resolve(), ...calls });
