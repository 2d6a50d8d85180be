// Undos that can't be carried out for a while: operators see them and can act, and the money comes back.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { StoreUnavailable, type EventStore, storeWith } from '@holdfast/event-store';
import { eventually } from '@holdfast/testing';
import { startRig, type Answer, type Rig } from '../../test/rig.js';
import { openShop, type Shop } from '../../test/shop.js';

/** Streams of wallets that refuse appends. */
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
let operator: string;

beforeAll(async () => {
  rig = await startRig({}, { store: withFullStreams, haste: 10 });
  shop = await openShop(rig);
  operator = shop.operator;
  await shop.product(100, 1_000, 'LAMP');
  await shop.product(0, 1_000, 'GIFT');
});
afterEach(() => {
  full = new Set();
});
afterAll(async () => {
  await rig.stop();
});

const place = (token: string, sku: string, paymentMode = 'AUTOMATIC'): Promise<Answer> =>
  rig.ask(
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) { __typename ... on OrderSuccess { order {
        id status total { amount } payment { amount { amount } } invoice { number } history { nodes { to } } } } }
    }`,
    {
      input: {
        idempotencyKey: `order-${sku}-${paymentMode}`,
        waitFor: paymentMode === 'AUTOMATIC' ? 'CONFIRMED' : 'RESERVED',
        waitMs: 20_000,
        paymentMode,
        lines: [{ sku, quantity: 1 }],
        shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
      },
    },
    token,
  );

const balanceOf = async (token: string): Promise<unknown> => {
  const { data } = await rig.ask('{ wallet { balance { amount } available { amount } } }', {}, token);
  return data.wallet;
};
const money = (amount: string) => ({ balance: { amount }, available: { amount } });

const sagaOf = async (orderId: string) => {
  const { data } = await rig.ask(
    `query ($id: ID!) { saga(orderId: $id) {
      status waitingFor definition definitionVersion coordination
      steps { name status attempts lastError retryAt }
      plan { name stage state dependsOn undo retryAt }
      timeline { nodes { type data metadata } } } }`,
    { id: orderId },
    operator,
  );
  return data.saga;
};
const stepOf = async (orderId: string, name: string) =>
  (await sagaOf(orderId)).steps.find((step: { readonly name: string }) => step.name === name);

const ask = (mutation: string, input: object, token = operator): Promise<Answer> =>
  rig.ask(
    `mutation ($input: SagaStepInput!) { ${mutation}(input: $input) {
      __typename
      ... on SagaSuccess { position saga { status steps { name status } } }
      ... on ErrorResult { errorCode message } } }`,
    { input },
    token,
  );

/** A customer with a confirmed order that is cancelled while the wallet's stream refuses appends. */
async function cancelledWithFullWallet() {
  const { id: customerId, token } = await shop.customer(500);
  const { data } = await place(token, 'LAMP');
  const { id: orderId, status } = data.placeOrder.order;
  expect(status).toBe('CONFIRMED');
  full = new Set([`wallet-${customerId}`]);
  const cancelled = await rig.ask(
    'mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { ... on OrderSuccess { order { status } } } }',
    { input: { idempotencyKey: 'c', orderId } },
    token,
  );
  expect(cancelled.data.cancelOrder.order.status).toBe('CANCELLED');
  return { token, orderId };
}
const soon = { timeoutMs: 60_000 };

describe('a confirmed order that is cancelled while its wallet takes no appends', () => {
  test('shows that its refund is stuck, and is refunded by itself once the wallet accepts appends', async () => {
    const { token, orderId } = await cancelledWithFullWallet();
    await eventually(
      async () =>
        expect(await sagaOf(orderId)).toMatchObject({ status: 'COMPENSATION_STUCK', waitingFor: 'operator' }),
      soon,
    );
    // More attempts than a step gets before it is given up and compensated.
    await eventually(
      async () => expect((await stepOf(orderId, 'refund'))?.attempts).toBeGreaterThan(6),
      soon,
    );
    expect(await stepOf(orderId, 'refund')).toMatchObject({
      status: 'STUCK',
      lastError: expect.stringContaining('takes nothing'),
      retryAt: expect.stringMatching(/^\d{4}-/),
    });
    expect((await sagaOf(orderId)).plan).toContainEqual(
      expect.objectContaining({ name: 'refund', state: 'DOING', retryAt: expect.stringMatching(/^\d{4}-/) }),
    );
    expect(await balanceOf(token)).toEqual(money('400'));

    full = new Set();
    await eventually(async () => expect((await sagaOf(orderId)).status).toBe('COMPENSATED'), soon);
    await eventually(async () => expect(await balanceOf(token)).toEqual(money('500')), soon);
  }, 150_000);

  test('is tried at once when an operator asks, and its timeline has the operator and the reason', async () => {
    const { token, orderId } = await cancelledWithFullWallet();
    await eventually(
      async () => expect((await stepOf(orderId, 'refund'))?.attempts).toBeGreaterThan(5),
      soon,
    );
    const input = { idempotencyKey: 'r', orderId, step: 'refund', reason: 'The disk has room again' };
    const { data } = await ask('retrySagaStep', input);
    expect(data.retrySagaStep.__typename).toBe('SagaSuccess');
    full = new Set();
    await eventually(async () => expect((await sagaOf(orderId)).status).toBe('COMPENSATED'), soon);
    await eventually(async () => expect(await balanceOf(token)).toEqual(money('500')), soon);
    const { nodes } = (await sagaOf(orderId)).timeline;
    const typed = (type: string) => nodes.filter((event: { readonly type: string }) => event.type === type);
    expect(typed('StepRetryRequested')).toHaveLength(1);
    expect(typed('StepRetried')).toMatchObject([
      {
        data: { step: 'refund', reason: 'The disk has room again', actor: expect.stringMatching(/^staff:/) },
      },
    ]);
    // The same request again has the same result and no effect; another request with its key is a conflict.
    expect((await ask('retrySagaStep', input)).data.retrySagaStep.__typename).toBe('SagaSuccess');
    expect((await sagaOf(orderId)).timeline.nodes).toHaveLength(nodes.length);
    const another = await ask('retrySagaStep', { ...input, reason: 'Another reason' });
    expect(another.data.retrySagaStep.__typename).toBe('IdempotencyConflictError');
  }, 150_000);

  test('is not refunded any more once an operator has settled the step by hand', async () => {
    const { token, orderId } = await cancelledWithFullWallet();
    await eventually(
      async () => expect((await stepOf(orderId, 'refund'))?.attempts).toBeGreaterThan(1),
      soon,
    );
    const input = { idempotencyKey: 's', orderId, step: 'refund', reason: 'Paid back by bank transfer' };
    const { data } = await ask('settleSagaStep', input);
    expect(data.settleSagaStep).toMatchObject({ __typename: 'SagaSuccess' });
    await eventually(async () => expect((await sagaOf(orderId)).status).toBe('COMPENSATED'), soon);
    full = new Set();
    // Another order of the same wallet completes meanwhile: it does not wait.
    expect((await place(token, 'GIFT')).data.placeOrder.order.status).toBe('CONFIRMED');
    expect(await balanceOf(token)).toEqual(money('400'));
    expect(await stepOf(orderId, 'refund')).toMatchObject({ status: 'SETTLED', retryAt: null });
    const { data: report } = await rig.ask(
      '{ reconciliation { ok checks { name ok actual } } }',
      {},
      operator,
    );
    expect(report.reconciliation).toMatchObject({ ok: true });
  }, 150_000);
});

describe('a request for a step of a checkout', () => {
  test('that can not be retried or settled is refused, and nothing is written', async () => {
    const { orderId } = await cancelledWithFullWallet();
    const input = { idempotencyKey: 'x', orderId, step: 'refund', reason: 'why' };
    const typeOf = async (mutation: 'retrySagaStep' | 'settleSagaStep', change: object): Promise<unknown> =>
      (await ask(mutation, { ...input, ...change })).data[mutation].__typename;
    expect(await typeOf('retrySagaStep', { orderId: 'no-such-order' })).toBe('NotFoundError');
    expect(await typeOf('retrySagaStep', { orderId: 'not an id' })).toBe('NotFoundError');
    expect(await typeOf('retrySagaStep', { step: 'pack' })).toBe('ValidationError');
    expect(await typeOf('retrySagaStep', { step: 'confirm' })).toBe('ValidationError');
    expect(await typeOf('retrySagaStep', { reason: ' ' })).toBe('ValidationError');
    expect(await typeOf('settleSagaStep', { step: 'end-order' })).toBe('ValidationError');
    expect(await typeOf('settleSagaStep', { step: 'reserve:LAMP' })).toBe('ValidationError');
    expect(await rig.store.readStream(`intervention-${orderId}`)).toEqual([]);
  }, 60_000);

  test('is for operators alone', async () => {
    const { token, orderId } = await cancelledWithFullWallet();
    const input = { idempotencyKey: 'x', orderId, step: 'refund', reason: 'why' };
    for (const asking of [token, await rig.staff('SUPPORT')])
      for (const mutation of ['retrySagaStep', 'settleSagaStep'])
        expect((await ask(mutation, input, asking)).errors).toMatchObject([
          { extensions: { code: 'FORBIDDEN' } },
        ]);
  }, 60_000);
});

describe('an order that costs nothing', () => {
  test('is confirmed for a customer without a wallet, and appends no wallet event', async () => {
    const { id, token } = await rig.customer();
    const { data } = await place(token, 'GIFT');
    expect(data.placeOrder.order).toMatchObject({
      status: 'CONFIRMED',
      total: { amount: '0' },
      payment: null,
      history: { nodes: ['CREATED', 'RESERVED', 'PAID', 'CONFIRMED'].map((to) => ({ to })) },
    });
    expect(await rig.store.readStream(`wallet-${id}`)).toEqual([]);
  }, 60_000);

  test('waits for payOrder when its customer wanted to confirm it, and needs no wallet then either', async () => {
    const { id, token } = await rig.customer();
    const { data } = await place(token, 'GIFT', 'ON_CONFIRMATION');
    const orderId = data.placeOrder.order.id;
    const paid = await rig.ask(
      'mutation ($input: PayOrderInput!) { payOrder(input: $input) { ... on OrderSuccess { order { id } } } }',
      { input: { idempotencyKey: 'pay', orderId } },
      token,
    );
    expect(paid.data.payOrder.order.id).toBe(orderId);
    await eventually(async () => {
      const { data: shown } = await rig.ask(`{ order(id: "${orderId}") { status } }`, {}, token);
      expect(shown.order.status).toBe('CONFIRMED');
    }, soon);
    expect(await rig.store.readStream(`wallet-${id}`)).toEqual([]);
  }, 60_000);
});
