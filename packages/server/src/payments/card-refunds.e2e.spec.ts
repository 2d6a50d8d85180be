// Refunds and returns of orders that were paid by card, over GraphQL, at the simulated gateway over HTTP.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { type Answer, type CardShop, type Customer, type ShownOrder } from '../test/card-shop.js';
import { openCarrierShop } from '../test/carrier-shop.js';

let shop: CardShop;
let admin: string;
let operator: string;
let support: string;
let warehouse: string;
let ann: Customer;
let sku: string;
let keys = 0;

beforeAll(async () => {
  shop = await openCarrierShop({ supportRefundLimit: 2_000 });
  admin = await shop.staff('ADMIN');
  operator = await shop.staff('OPERATOR');
  support = await shop.staff('SUPPORT');
  warehouse = await shop.staff('WAREHOUSE');
}, 60_000);
afterAll(() => shop.close());
beforeEach(async () => {
  [ann, sku] = [await shop.customer(), await shop.product(2_500)];
});

const eur = (minor: number) => ({ amount: String(minor), currency: 'EUR' });
const paid = async (quantity = 1): Promise<ShownOrder> => {
  const by = { paymentMode: 'AUTOMATIC', cardToken: 'tok_ok', waitFor: 'CONFIRMED' };
  const order = await shop.place(ann, sku, { ...by, lines: [{ sku, quantity }] });
  expect(order.status).toBe('CONFIRMED');
  return order;
};
const asStaff = async (mutation: string, type: string, input: object, token: string): Promise<Answer> => {
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename
    ... on ErrorResult { errorCode message } ... on ValidationError { fields } } }`;
  const asked = { idempotencyKey: `k-${(keys += 1)}`, ...input };
  return (await shop.ask<Readonly<Record<string, Answer>>>(query, { input: asked }, token))[
    mutation
  ] as Answer;
};
const refund = ({ id: orderId }: ShownOrder, minor: number | null, token = admin, more: object = {}) => {
  const amount = minor === null ? {} : { amount: eur(minor) };
  const input = { orderId, ...amount, reason: 'One was broken', ...more };
  return asStaff('refundOrder', 'RefundOrderInput', input, token);
};
const atGateway = ({ id }: ShownOrder): readonly number[] =>
  shop.gateway
    .payments()
    .filter(({ reference }) => reference.startsWith(`${id}.`))
    .flatMap(({ refunds }) => refunds.map(({ amount }) => amount.minor));
const isBack = (order: ShownOrder, parts: readonly number[]): Promise<void> =>
  eventually(
    async () => {
      const amount = String(parts.reduce((sum, part) => sum + part, 0));
      expect(await shop.order(ann, order.id)).toMatchObject({ payment: { refunded: { amount } } });
      expect(atGateway(order)).toEqual(parts);
    },
    { timeoutMs: 20_000 },
  );

/** Packed, and handed over once the carrier has sent the label. */
async function ship({ id: orderId }: ShownOrder): Promise<void> {
  const done = { __typename: 'OrderSuccess' };
  expect(await asStaff('packOrder', 'ShipOrderInput', { orderId }, warehouse)).toMatchObject(done);
  await eventually(
    async () =>
      expect(await asStaff('shipOrder', 'ShipOrderInput', { orderId }, warehouse)).toMatchObject(done),
    { timeoutMs: 20_000 },
  );
}

describe('a refund to a card', () => {
  test('of the whole › the card has all of it, and a second one is refused by name', async () => {
    const order = await paid();
    expect(await refund(order, null)).toMatchObject({ __typename: 'OrderSuccess' });
    await isBack(order, [2_500]);
    expect(await refund(order, 1)).toMatchObject({ __typename: 'OrderStateError' });
    expect(atGateway(order)).toEqual([2_500]);
  });

  test('rows 18 and 19: in parts › is never more than what was captured less what went back', async () => {
    const order = await paid();
    await refund(order, 1_000);
    await refund(order, 700);
    expect(await refund(order, 801)).toMatchObject({ __typename: 'ValidationError' });
    expect(await refund(order, 0)).toMatchObject({ __typename: 'ValidationError' });
    await refund(order, 800);
    await isBack(order, [1_000, 700, 800]);
  });

  test('row 21: by two members of staff at once › is one', async () => {
    const order = await paid();
    const other = await shop.staff('ADMIN');
    const answers = await Promise.all([refund(order, 600), refund(order, 600, other)]);
    expect(answers.map(({ __typename }) => __typename).toSorted()).toEqual([
      ...['OrderStateError', 'OrderSuccess'],
    ]);
    await isBack(order, [600]);
  });

  test('sent again with its key › is one, and two that are meant are two', async () => {
    const order = await paid();
    const same = { idempotencyKey: 'same' };
    await Promise.all([refund(order, 300, admin, same), refund(order, 300, admin, same)]);
    await refund(order, 400);
    await isBack(order, [300, 400]);
  });

  test('beyond the limit of SUPPORT › is refused, and an administrator makes it', async () => {
    const order = await paid();
    expect(await refund(order, 2_001, support)).toMatchObject({
      ...{ __typename: 'ValidationError', fields: ['amount.amount'] },
      message: 'amount: your roles refund at most 20.00 EUR at once; an administrator may do more',
    });
    expect(await refund(order, null, support)).toMatchObject({ __typename: 'ValidationError' });
    expect(await refund(order, 2_000, support)).toMatchObject({ __typename: 'OrderSuccess' });
    await refund(order, 500);
    await isBack(order, [2_000, 500]);
  });
});

describe('an operator, while a refund to a card fails', () => {
  type Fulfilment = {
    readonly steps: readonly {
      readonly name: string;
      readonly attempts: number;
      readonly retryAt: string | null;
    }[];
  };
  type Timeline = { readonly nodes: readonly { readonly type: string; readonly data: unknown }[] };
  const sagaOf = async ({ id }: ShownOrder) => {
    const query = `query ($id: ID!) { saga(orderId: $id) { fulfilment { steps { name attempts retryAt } }
      timeline(first: 100) { nodes { type data } } } }`;
    type Found = { readonly saga: { readonly fulfilment: Fulfilment; readonly timeline: Timeline } };
    return (await shop.ask<Found>(query, { id }, operator)).saga;
  };
  const failing = async (): Promise<{ readonly order: ShownOrder; readonly step: string }> => {
    const order = await paid();
    shop.gateway.behave({ isDown: true });
    await refund(order, 900);
    const step = await eventually(
      async () => {
        const { steps } = (await sagaOf(order)).fulfilment;
        const [waiting] = steps.filter(({ name, attempts }) => name.startsWith('refund:') && attempts > 0);
        expect(waiting).toBeDefined();
        return waiting?.name ?? '';
      },
      { timeoutMs: 60_000 },
    );
    shop.gateway.behave({ isDown: false });
    return { order, step };
  };
  const ask = (mutation: string, { order, step }: Awaited<ReturnType<typeof failing>>, reason: string) =>
    asStaff(mutation, 'SagaStepInput', { orderId: order.id, step, reason }, operator);
  const isOnTimeline = async (order: ShownOrder, type: string, reason: string): Promise<void> => {
    const { nodes } = (await sagaOf(order)).timeline;
    expect(nodes).toContainEqual(
      expect.objectContaining({ type, data: expect.objectContaining({ reason }) }),
    );
  };

  test('has it tried at once › the card gets it, and the timeline says why', async () => {
    const stuck = await failing();
    expect(await ask('retrySagaStep', stuck, 'The gateway is back')).toMatchObject({
      __typename: 'SagaSuccess',
    });
    await isBack(stuck.order, [900]);
    await isOnTimeline(stuck.order, 'FulfilmentRetryRequested', 'The gateway is back');
    expect(await ask('retrySagaStep', stuck, 'Again')).toMatchObject({ __typename: 'ValidationError' });
  }, 120_000);

  test('settles it by hand › it is not tried any more, and the timeline says why', async () => {
    const stuck = await failing();
    expect(await ask('settleSagaStep', stuck, 'Paid in cash')).toMatchObject({ __typename: 'SagaSuccess' });
    await eventually(async () => {
      const { steps } = (await sagaOf(stuck.order)).fulfilment;
      expect(steps).toEqual([]);
    });
    await isOnTimeline(stuck.order, 'FulfilmentSettlementRequested', 'Paid in cash');
    expect(atGateway(stuck.order)).toEqual([]);
  }, 120_000);

  test('can settle no step whose effect has to be in the log', async () => {
    const order = await paid();
    expect(await ask('settleSagaStep', { order, step: 'create-shipment' }, 'Done')).toMatchObject({
      ...{ __typename: 'ValidationError', fields: ['step'] },
    });
  });
});

test('row 6: a webhook of the payment that comes after the order is SHIPPED › is taken once, kept, and changes nothing', async () => {
  shop.gateway.behave({ webhooks: 'held' });
  const order = await paid();
  await ship(order);
  const events = () => shop.engine.store.readStream(`payment-${order.id}.1`);
  const shown = await eventually(async () => {
    const found = await shop.order(ann, order.id);
    expect(found.status).toBe('SHIPPED');
    return found;
  });
  const before = await events();
  const ofOrder = () => shop.deliveries.filter(({ reference }) => reference === `${order.id}.1`);
  expect(ofOrder()).toEqual([]);
  await shop.gateway.releaseWebhooks('newest-first');
  // Each webhook was sent once, because the first response was a success: nothing is sent again later.
  expect(ofOrder().map(({ status }) => status)).toEqual([200, 200]);
  for (const { webhookId } of ofOrder())
    expect(await shop.engine.store.readStream(`webhook-${webhookId}`)).toMatchObject([
      { type: 'WebhookReceived', data: { payment: { orderId: order.id, attempt: 1 } } },
    ]);
  await eventually(async () => {
    const { written } = await shop.engine.store.end();
    for (const { handled } of shop.engine.reactors) expect(handled()).toBeGreaterThanOrEqual(written);
  });
  shop.gateway.behave({ webhooks: 'after' });
  expect(await events()).toEqual(before);
  expect(await shop.order(ann, order.id)).toEqual(shown);
});

test('a parcel that comes back part by part › each part is refunded to the card once, and is in stock again', async () => {
  const order = await paid(3);
  const to = { orderId: order.id };
  await ship(order);
  const back = (quantity: number, idempotencyKey: string) => {
    const input = { ...to, idempotencyKey, lines: [{ sku, quantity }], reason: 'too small' };
    return asStaff('returnOrder', 'ReturnOrderInput', input, warehouse);
  };
  await back(1, 'first');
  await back(1, 'first');
  expect(await back(3, 'too many')).toMatchObject({ __typename: 'ValidationError' });
  await back(2, 'rest');
  await isBack(order, [2_500, 5_000]);
  await eventually(async () => expect(await shop.available(sku)).toBe(10));
});
