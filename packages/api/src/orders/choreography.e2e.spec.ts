// Orders without a central process, seen through the API: they are placed, paid, cancelled and fail like any other.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreUnavailable, type EventStore, storeWith } from '@holdfast/event-store';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../test/rig.js';
import { address, openShop, type Shop } from '../test/shop.js';

/** Streams that refuse appends. */
let full: ReadonlySet<string> = new Set();
const withFullStreams = (store: EventStore): EventStore =>
  storeWith(store, {
    append: (stream, events, expected) =>
      full.has(stream)
        ? Promise.reject(new StoreUnavailable(`${stream} takes nothing`))
        : store.append(stream, events, expected),
  });

let rig: Rig;
let shop: Shop;

beforeAll(async () => {
  rig = await startRig({}, { store: withFullStreams });
  shop = await openShop(rig);
});
afterEach(() => {
  full = new Set();
});
afterAll(async () => {
  await rig.stop();
});

type Wanted = {
  readonly quantity?: number;
  readonly coordination?: string | null;
  readonly definition?: string;
  readonly paymentMethod?: string;
  readonly paymentMode?: string;
  readonly waitFor?: string;
};

let placed = 0;
const place = async (token: string, sku: string, wanted: Wanted = {}, url = rig.url) => {
  const { quantity = 1, ...asked } = wanted;
  const { data, errors } = await rig.ask(
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) {
        __typename
        ... on OrderSuccess { order { id status coordination invoice { number } history { nodes { to } } } }
        ... on OutOfStockError { orderId shortages { sku requested available } }
        ... on InsufficientFundsError { orderId required { amount } available { amount } }
        ... on ValidationError { fields }
      }
    }`,
    {
      input: {
        idempotencyKey: `choreographed-${(placed += 1)}`,
        lines: [{ sku, quantity }],
        shippingAddress: address,
        paymentMode: 'AUTOMATIC',
        coordination: 'CHOREOGRAPHY',
        waitFor: 'CONFIRMED',
        waitMs: 20_000,
        ...asked,
      },
    },
    token,
    url,
  );
  expect(errors).toBeUndefined();
  return data.placeOrder;
};

const sagaOf = async (orderId: string) => {
  const { data, errors } = await rig.ask(
    `query ($id: ID!) {
      saga(orderId: $id) {
        coordination status waitingFor
        steps { name context status attempts lastError compensation }
        plan { name state }
        timers { kind state }
        timeline { nodes { type } }
      }
    }`,
    { id: orderId },
    shop.operator,
  );
  expect(errors).toBeUndefined();
  return data.saga;
};

const stepsOf = (saga: Awaited<ReturnType<typeof sagaOf>>): readonly string[] =>
  saga.steps.map(({ name, context, status }) => `${context} ${name} ${status}`);

const moneyOf = async (token: string) => {
  const { data } = await rig.ask('{ wallet { balance { amount } available { amount } } }', {}, token);
  return data.wallet;
};

describe('an order without a central process', () => {
  test('that is paid at once › is confirmed, and operators see the reactions of each context', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(1_000);
    const { order } = await place(token, sku);
    expect(order).toMatchObject({ status: 'CONFIRMED', coordination: 'CHOREOGRAPHY' });
    expect(order.invoice.number).toMatch(/^INV-\d{4}-\d{6}$/);
    expect(order.history.nodes.map(({ to }) => to)).toEqual([
      'CREATED',
      'RESERVED',
      'PAYMENT_PENDING',
      'PAID',
      'CONFIRMED',
    ]);
    await eventually(async () => {
      const saga = await sagaOf(order.id);
      expect(saga).toMatchObject({ coordination: 'CHOREOGRAPHY', status: 'COMPLETED', waitingFor: null });
      expect(stepsOf(saga)).toEqual([
        `inventory reserve:${sku} DONE`,
        'payment hold-funds DONE',
        'payment capture-funds DONE',
      ]);
      expect(saga.timers).toEqual([{ kind: 'payment', state: 'CLEARED' }]);
      expect(new Set(saga.plan.map(({ state }) => state))).toEqual(new Set(['DONE']));
    });
    const types = (await sagaOf(order.id)).timeline.nodes.map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['OrderPlaced', 'AllStockSecured', 'PaymentCompleted', 'OrderKept']),
    );
    expect(await rig.store.readStream(`checkout-${order.id}`)).toEqual([]);
    expect((await moneyOf(token)).balance).toEqual({ amount: '900' });
  });

  test('that falls short of stock › fails, and nothing stays reserved', async () => {
    const sku = await shop.product(100, 1);
    const { token } = await shop.customer(1_000);
    const refused = await place(token, sku, { quantity: 2 });
    expect(refused).toMatchObject({
      __typename: 'OutOfStockError',
      shortages: [{ sku, requested: 2, available: 1 }],
    });
    await eventually(async () => {
      const saga = await sagaOf(refused.orderId);
      expect(saga.status).toBe('COMPENSATED');
      expect(stepsOf(saga)).toEqual([`inventory reserve:${sku} FAILED`, 'ordering end-order DONE']);
    });
  });

  test('that the wallet cannot pay › fails, and its stock is released', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(50);
    const refused = await place(token, sku);
    expect(refused).toMatchObject({ __typename: 'InsufficientFundsError', available: { amount: '50' } });
    await eventually(async () => {
      const saga = await sagaOf(refused.orderId);
      expect(saga.status).toBe('COMPENSATED');
      expect(stepsOf(saga)).toEqual(
        expect.arrayContaining(['payment hold-funds FAILED', `inventory release:${sku} DONE`]),
      );
    });
  });

  test('that is confirmed and then cancelled › gives back stock and money', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(1_000);
    const { order } = await place(token, sku);
    expect(await shop.cancel(token, order.id)).toMatchObject({ __typename: 'OrderSuccess' });
    await eventually(async () => {
      expect(await sagaOf(order.id)).toMatchObject({ status: 'COMPENSATED', waitingFor: null });
    });
    expect(await moneyOf(token)).toEqual({ balance: { amount: '1000' }, available: { amount: '1000' } });
  });

  test('that waits for its customer › is paid by payOrder', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(1_000);
    const { order } = await place(token, sku, { paymentMode: 'ON_CONFIRMATION', waitFor: 'RESERVED' });
    expect(order.status).toBe('RESERVED');
    await eventually(async () => {
      const saga = await sagaOf(order.id);
      expect(saga).toMatchObject({ status: 'WAITING', waitingFor: 'payment' });
      expect(saga.timers).toEqual([{ kind: 'reservation', state: 'ARMED' }]);
    });
    expect(await shop.pay(token, order.id)).toMatchObject({ __typename: 'OrderSuccess' });
    await eventually(async () => {
      expect(await sagaOf(order.id)).toMatchObject({ status: 'COMPLETED' });
    });
  });

  test('that is paid first and falls short › has its hold released, and nothing was captured', async () => {
    const sku = await shop.product(100, 1);
    const { token } = await shop.customer(1_000);
    const refused = await place(token, sku, { definition: 'payment-first', quantity: 2 });
    expect(refused.__typename).toBe('OutOfStockError');
    await eventually(async () => {
      const saga = await sagaOf(refused.orderId);
      expect(saga.status).toBe('COMPENSATED');
      expect(stepsOf(saga)).toEqual([
        'payment hold-funds DONE',
        `inventory reserve:${sku} FAILED`,
        'ordering end-order DONE',
        'payment release-funds DONE',
      ]);
    });
    expect(await moneyOf(token)).toEqual({ balance: { amount: '1000' }, available: { amount: '1000' } });
  });

  test('that is to be paid by card in a shop without cards › is refused, and nothing is placed', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(1_000);
    expect(await place(token, sku, { paymentMethod: 'CARD' })).toEqual({
      __typename: 'ValidationError',
      fields: ['paymentMethod'],
    });
    const { data } = await rig.ask('{ orders { nodes { id } } }', {}, token);
    expect(data.orders.nodes).toEqual([]);
  });

  test('whose refund cannot be carried out › waits for a person to settle it by hand', async () => {
    const sku = await shop.product(100, 5);
    const { id, token } = await shop.customer(1_000);
    const { order } = await place(token, sku);
    full = new Set([`wallet-${id}`]);
    await shop.cancel(token, order.id);
    await eventually(
      async () => {
        const saga = await sagaOf(order.id);
        const refund = saga.steps.find(({ name }) => name === 'refund');
        expect(refund?.attempts).toBeGreaterThan(0);
      },
      { timeoutMs: 20_000 },
    );
    const { data } = await rig.ask(
      `mutation ($input: SagaStepInput!) {
        settleSagaStep(input: $input) { __typename ... on SagaSuccess { saga { status steps { name status } } } }
      }`,
      {
        input: {
          idempotencyKey: 's',
          orderId: order.id,
          step: 'refund',
          reason: 'Paid back by bank transfer',
        },
      },
      shop.operator,
    );
    expect(data.settleSagaStep.__typename).toBe('SagaSuccess');
    await eventually(async () => {
      expect(stepsOf(await sagaOf(order.id))).toContain('payment refund SETTLED');
    });
  });
});

test('a shop that coordinates by choreography › its orders have no checkout, unless they ask for one', async () => {
  const url = (await rig.open({ coordination: 'CHOREOGRAPHY' })).url();
  const sku = await shop.product(100, 5);
  const { token } = await shop.customer(1_000);
  const own = await place(token, sku, { coordination: null }, url);
  expect(own.order.coordination).toBe('CHOREOGRAPHY');
  const other = await place(token, sku, { coordination: 'ORCHESTRATION' }, url);
  expect(other.order.coordination).toBe('ORCHESTRATION');
  expect((await rig.store.readStream(`checkout-${other.order.id}`)).length).toBeGreaterThan(0);
});
