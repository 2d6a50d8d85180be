// Two runners that both own every checkout, one of them a zombie, on a store that is slow, refuses calls and loses
// replies. Each step still has its effect once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { reconcile } from '@holdfast/api';
import { createCheckout } from '@holdfast/checkout';
import {
  openEmbeddedEventStore,
  StoreUnavailable,
  type Batch,
  type EventStore,
  type SubscribeOptions,
} from '@holdfast/event-store';
import { openSimulatedGateway, simulatedGateway } from '@holdfast/gateways';
import { stock } from '@holdfast/inventory';
import {
  CustomerId,
  money,
  OrderId,
  Sku,
  streamCategory,
  type DomainCommand,
  type RecordedEvent,
} from '@holdfast/kernel';
import { aggregates as orderingAggregates, order, orderStream, type InvoiceIssued } from '@holdfast/ordering';
import { payment } from '@holdfast/payments';
import { openEmbeddedReadStore, type ReadStore } from '@holdfast/read-store';
import {
  createCommandHandler,
  fenced,
  nodeEnvironment,
  startProcess,
  startReactor,
  type CommandHandler,
  type ReactorOptions,
} from '@holdfast/runtime';
import { eventually, fakeEnvironment } from '@holdfast/testing';
import { wallet } from '@holdfast/wallet';
import { openEngine } from './engine.js';
import { paymentReactor } from './payments/payment-reactor.js';
import { mortal } from './test/mortal.js';

const orders = 40;
const settings = { reservationTtlMs: 60, paymentTimeoutMs: 2000 };
const aggregates = [...orderingAggregates, stock, wallet, payment];
const skus = ['PLENTY', 'SCARCE'].map((sku) => Sku(sku));
const [ann, poor] = [CustomerId('ann'), CustomerId('poor')];
type Chance = () => number;

/** The store as a distant runner reaches it, until the runner dies. */
function faraway(store: EventStore, chance: Chance, life: { over: boolean }): EventStore {
  const turns = async (): Promise<void> => {
    for (let n = Math.floor(chance() * 6); n > 0 || life.over; n--)
      await new Promise<void>((resolve) => (life.over ? undefined : setImmediate(resolve)));
  };
  async function* subscribed(options: SubscribeOptions): AsyncGenerator<Batch> {
    for await (const batch of store.subscribeAll(options)) {
      await turns();
      yield batch;
    }
  }
  return {
    append: async (...call) => {
      await turns();
      if (chance() < 0.05) throw new StoreUnavailable('refused');
      const answer = await store.append(...call);
      await turns();
      if (chance() < 0.05) throw new StoreUnavailable('the answer was lost');
      return answer;
    },
    readStream: async (...call) => {
      await turns();
      return store.readStream(...call);
    },
    synced: (position) => store.synced(position),
    readAll: (options) => store.readAll(options),
    subscribeAll: subscribed,
    end: () => store.end(),
    close: () => Promise.resolve(),
  };
}

/** Returns the function that kills the runner. */
async function startRunner(
  store: EventStore,
  readStore: ReadStore,
  token: number,
  chance: Chance,
): Promise<() => void> {
  const life = { over: false };
  const { environment, die } = mortal();
  const lease = { name: 'checkout', holder: `runner ${token}`, token, beat: 0 };
  expect(await readStore.swapLease(await readStore.lease('checkout'), lease)).toBe(true);
  const own = faraway(store, chance, life);
  await startProcess({
    store: own,
    readStore: fenced(readStore, { lease: 'checkout', token }),
    commands: createCommandHandler({ store: own, environment, aggregates }),
    process: createCheckout(settings),
    environment,
    retry: { baseMs: 5, limitMs: 50, attempts: 6 },
    onError: () => undefined,
  });
  return (): void => {
    life.over = true;
    die();
  };
}

async function run(seed: number): Promise<void> {
  const chance = fakeEnvironment({ seed }).random.next;
  const dataDirectory = await mkdtemp(join(tmpdir(), 'holdfast-two-'));
  const environment = nodeEnvironment();
  const onFatal = (error: unknown): void => {
    throw error;
  };
  const log = { directory: join(dataDirectory, 'log'), environment, onFatal };
  const store = await openEmbeddedEventStore(log);
  const readStore = await openEmbeddedReadStore({ directory: join(dataDirectory, 'read-models') });
  const commands = createCommandHandler({ store, environment, aggregates });
  await stockUp(commands);
  const cards = await openCards({ store, readStore, commands });

  const zombie = await startRunner(store, readStore, 1, chance);
  const successorComes = Math.floor(chance() * orders);
  const oneDies = Math.floor(chance() * orders);
  let successor: (() => void) | null = null;
  const asked = Array.from({ length: orders }, (_, n) => OrderId(`s${seed}-${n}`));
  for (const [n, orderId] of asked.entries()) {
    if (n === successorComes) successor = await startRunner(store, readStore, 2, chance);
    if (n === oneDies) (chance() < 0.5 ? zombie : successor)?.();
    await handle(commands, placeOrder(orderId, chance));
    for (let turns = Math.floor(chance() * 20); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
    if (n % 3 === 0) await handle(commands, { type: 'StartPayment', data: { orderId, method: 'WALLET' } });
    if (n % 5 === 0) await handle(commands, cancel(orderId));
  }
  zombie();
  successor?.();
  await cards.reactor.stop();
  await store.close();
  await readStore.close();

  // Another process continues with only the log.
  const engine = await openEngine({
    dataDirectory,
    environment,
    ...settings,
    gateway: cards.gateway,
    onError: () => undefined,
    onFatal,
  });
  await eventually(
    async () => {
      const states = await Promise.all(
        asked.map(async (orderId) => (await engine.commands.load(order, orderStream(orderId))).state.status),
      );
      expect(states.filter((status) => !['CONFIRMED', 'FAILED', 'CANCELLED'].includes(status))).toEqual([]);
      expect(engine.processes.filter(({ live }) => live() > 0).map(({ name }) => name)).toEqual([]);
    },
    { timeoutMs: 20_000 },
  );
  // A read of the whole log returns synced events only.
  await engine.store.synced((await engine.store.end()).written);
  const { checks } = await reconcile(engine);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  const events = await engine.store.readAll();
  expect(events.filter(({ stream }) => streamCategory(stream) === 'parked')).toEqual([]);
  const effects = new Map<string, number>();
  for (const { stream, type, data } of events) {
    if (!once.has(type)) continue;
    const effect = `${type} of ${(data as { readonly orderId: string }).orderId} in ${stream}`;
    effects.set(effect, (effects.get(effect) ?? 0) + 1);
  }
  expect([...effects].filter(([, times]) => times > 1)).toEqual([]);
  expect(effects.size).toBeGreaterThan(orders);
  expectNumbered(events);
  await engine.stop();
  await cards.close();
  await rm(dataDirectory, { recursive: true });
}

/** Invoices are numbered without a gap. */
function expectNumbered(events: readonly RecordedEvent[]): void {
  const numbers = events
    .filter(({ type }) => type === 'InvoiceIssued')
    .map(({ data }) => data as InvoiceIssued['data']);
  expect(numbers.map(({ number }) => Number(number.split('-')[2]))).toEqual(numbers.map((_, n) => n + 1));
}

/** A gateway whose cards work or are declined. It sends no webhooks: the shop gets only its responses. */
async function openCards(parts: Pick<ReactorOptions, 'store' | 'readStore' | 'commands'>) {
  const environment = nodeEnvironment();
  const apiKey = 'key-for-specs';
  const server = await openSimulatedGateway({ environment, apiKey });
  const { clock } = environment;
  const gateway = simulatedGateway({
    ...{ url: server.url, apiKey, webhookSecret: 'secret-for-specs', clock, timeoutMs: 5_000 },
  });
  const reactor = await startReactor({
    ...{ ...parts, environment, onError: () => undefined },
    reactor: paymentReactor({ current: gateway, former: null }, parts.commands),
  });
  return { gateway, reactor, close: () => server.close() };
}

/** Event types that a stream has at most once for an order. */
const once = new Set([
  'StockReserved',
  'StockReleased',
  'FundsHeld',
  'HoldCaptured',
  'HoldReleased',
  'FundsRefunded',
  'InvoiceIssued',
  'PaymentRequested',
  'PaymentAuthorized',
  'PaymentCaptured',
  'PaymentVoided',
]);

async function handle(commands: CommandHandler, command: DomainCommand): Promise<void> {
  const id = nodeEnvironment().ids.next();
  // A refusal is correct as well: the checkout may have been faster.
  await commands.handle(command, { commandId: id, correlationId: id, causationId: id, actor: 'system' });
}

async function stockUp(commands: CommandHandler): Promise<void> {
  for (const sku of skus) {
    const price = money.of(250, 'EUR');
    await handle(commands, { type: 'CreateProduct', data: { sku, name: sku, price } });
    await handle(commands, { type: 'ReceiveStock', data: { sku, quantity: sku === 'SCARCE' ? 15 : 1000 } });
  }
  await handle(commands, { type: 'Deposit', data: { customerId: ann, amount: money.of(1_000_000, 'EUR') } });
}

const placeOrder = (orderId: OrderId, chance: Chance): DomainCommand => ({
  type: 'PlaceOrder',
  data: {
    orderId,
    customerId: chance() < 0.9 ? ann : poor,
    lines: skus
      .slice(0, chance() < 0.5 ? 1 : 2)
      .map((sku) => ({ sku, name: sku, quantity: chance() < 0.5 ? 1 : 2, unitPrice: money.of(250, 'EUR') })),
    paymentMethod: chance() < 0.7 ? 'WALLET' : 'CARD',
    cardToken: chance() < 0.8 ? 'tok_ok' : 'tok_declined',
    definition: chance() < 0.7 ? 'stock-first' : 'payment-first',
    paymentMode: chance() < 0.3 ? 'ON_CONFIRMATION' : 'AUTOMATIC',
    coordination: 'ORCHESTRATION',
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  },
});

const cancel = (orderId: OrderId): DomainCommand => ({
  type: 'Cancel',
  data: { orderId, reason: 'CUSTOMER_CANCELLED' },
});

describe('when two runners own the same checkouts and one of them dies', () => {
  test.each(Array.from({ length: 6 }, (_, n) => 4 * n + 1))(
    '(seeds %i and 3 more) › every order comes to one end, each step has one effect, and all adds up',
    async (seed) => {
      for (let n = 0; n < 4; n++) await run(seed + n);
    },
    60_000,
  );
});
