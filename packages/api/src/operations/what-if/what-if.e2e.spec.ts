// Forks of real orders, carried on by the product's own deciders and process managers, with nothing written.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OrderCheck } from '@holdfast/checkout';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../../test/rig.js';
import { address, openShop, type Shop } from '../../test/shop.js';

/** Orders to the town of Doubt are looked at by staff. */
const check: OrderCheck = ({ shippingAddress }) =>
  shippingAddress.city === 'Doubt' ? { verdict: 'review', reason: 'doubtful' } : { verdict: 'pass' };

let rig: Rig;
let shop: Shop;

beforeAll(async () => {
  rig = await startRig({}, { check });
  shop = await openShop(rig);
  await shop.product(100, 50, 'LAMP');
});
afterAll(async () => {
  await rig.stop();
});

type Moment = { readonly position: string; readonly event: { readonly type: string } };

async function placed(more: object = {}, balance = 1_000) {
  const customer = await shop.customer(balance);
  const { data } = await rig.ask(
    `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename
      ... on OrderSuccess { order { id } } ... on OutOfStockError { orderId } ... on InsufficientFundsError { orderId } } }`,
    {
      input: {
        ...{ idempotencyKey: `fork-${customer.id}`, lines: [{ sku: 'LAMP', quantity: 2 }] },
        ...{
          shippingAddress: address,
          paymentMode: 'AUTOMATIC',
          waitFor: 'CONFIRMED',
          waitMs: 20_000,
          ...more,
        },
      },
    },
    customer.token,
  );
  const { order, orderId } = data.placeOrder as unknown as { order?: { id: string }; orderId?: string };
  return { ...customer, orderId: order?.id ?? orderId ?? '' };
}

/** The order's events, once its saga is in that status. */
const momentsOnce = (orderId: string, status: string): Promise<readonly Moment[]> =>
  eventually(
    async () => {
      const { data } = await rig.ask(
        'query ($orderId: ID!) { moments(orderId: $orderId) { position event { type } saga { status } } }',
        { orderId },
        shop.operator,
      );
      expect(data.moments.at(-1)?.saga.status).toBe(status);
      return data.moments;
    },
    { timeoutMs: 30_000 },
  );

const at = (moments: readonly Moment[], type: string): string =>
  moments.find(({ event }) => event.type === type)?.position ?? '';

const outcomeFields = `status failureReason events wallet { amount }
  stock { sku onHand reserved available reservedForOrder }`;
const ask = (orderId: string, position: string, change: string, amount?: number) =>
  rig.ask(
    `query ($input: WhatIfInput!) { whatIf(input: $input) {
      happened { ${outcomeFields} } wouldHave { ${outcomeFields} } } }`,
    { input: { orderId, position, change, amount } },
    shop.operator,
  );

type Event = { readonly type: string; readonly stream: string; readonly data: object };
const typesOf = (events: readonly unknown[]): readonly string[] =>
  (events as readonly Event[]).map(({ type }) => type);

describe.each(['ORCHESTRATION', 'CHOREOGRAPHY'])('a confirmed order with %s', (coordination) => {
  let orderId: string;
  let moments: readonly Moment[];
  beforeAll(async () => {
    ({ orderId } = await placed({ coordination }));
    moments = await momentsOnce(orderId, 'COMPLETED');
  });

  test('a fork with no change at any of its events comes to the end that it had, with the same events', async () => {
    for (const { position, event } of moments) {
      const { data, errors } = await ask(orderId, position, 'LATER_MS', 0);
      expect(errors).toBeUndefined();
      const { happened, wouldHave } = data.whatIf;
      const { events: own, ...end } = wouldHave;
      const { events: real, ...realEnd } = happened;
      expect({ event, ...end }).toEqual({ event, ...realEnd });
      expect([...typesOf(own)].sort()).toEqual([...typesOf(real)].sort());
    }
  });

  test('with the payment declined it fails, and its stock is free again; nothing is written', async () => {
    const before = await rig.store.end();
    const { data } = await ask(orderId, at(moments, 'StockReserved'), 'DECLINE_PAYMENT');
    expect(await rig.store.end()).toEqual(before);
    const { happened, wouldHave } = data.whatIf;
    expect(happened).toMatchObject({ status: 'CONFIRMED', stock: [{ reservedForOrder: 2 }] });
    expect(wouldHave).toMatchObject({
      status: 'FAILED',
      failureReason: 'INSUFFICIENT_FUNDS',
      wallet: { amount: '1000' },
      stock: [{ reservedForOrder: 0 }],
    });
    expect(typesOf(wouldHave.events)).toContain('StockReleased');
  });

  test('with no stock it fails before any money moves', async () => {
    const { data } = await ask(orderId, at(moments, 'OrderPlaced'), 'NO_STOCK');
    const { happened, wouldHave } = data.whatIf;
    expect(wouldHave).toMatchObject({ status: 'FAILED', failureReason: 'OUT_OF_STOCK' });
    expect(happened.wallet.amount).toBe('800');
    expect(wouldHave.wallet.amount).toBe('1000');
    expect(typesOf(wouldHave.events)).not.toContain('FundsHeld');
  });

  test('cancelled at its end, its money and stock come back', async () => {
    const last = moments.at(-1)?.position ?? '';
    const { data } = await ask(orderId, last, 'CANCEL');
    expect(data.whatIf.wouldHave).toMatchObject({
      status: 'CANCELLED',
      failureReason: 'CUSTOMER_CANCELLED',
      wallet: { amount: '1000' },
      stock: [{ reservedForOrder: 0 }],
    });
  });

  test('with the hold an hour later the payment runs out of time', async () => {
    const { data } = await ask(orderId, at(moments, 'FundsHeld'), 'LATER_MS', 3_600_000);
    expect(data.whatIf.wouldHave).toMatchObject({
      status: 'FAILED',
      failureReason: 'PAYMENT_TIMEOUT',
      wallet: { amount: '1000' },
    });
    expect(typesOf(data.whatIf.wouldHave.events)).toContain('HoldReleased');
  });
});

test('a compensated order comes to the same end in a fork without a change, and is cancelled where the customer cancels first', async () => {
  const { orderId } = await placed({}, 10);
  const moments = await momentsOnce(orderId, 'COMPENSATED');
  for (const { position } of moments) {
    const { data } = await ask(orderId, position, 'LATER_MS', 0);
    const { happened, wouldHave } = data.whatIf;
    expect({ ...wouldHave, events: [] }).toEqual({ ...happened, events: [] });
  }
  const { data } = await ask(orderId, at(moments, 'OrderReserved'), 'CANCEL');
  expect(data.whatIf.happened).toMatchObject({ status: 'FAILED', failureReason: 'INSUFFICIENT_FUNDS' });
  expect(data.whatIf.wouldHave).toMatchObject({ status: 'CANCELLED', stock: data.whatIf.happened.stock });
});

test('an order that staff approved, had they rejected it', async () => {
  const { orderId } = await placed({
    shippingAddress: { ...address, city: 'Doubt' },
    waitFor: 'UNDER_REVIEW',
  });
  await rig.ask(
    'mutation ($input: ReviewOrderInput!) { reviewOrder(input: $input) { __typename } }',
    { input: { idempotencyKey: 'r', orderId, approve: true, reason: 'all is well' } },
    await rig.staff('SUPPORT'),
  );
  const moments = await momentsOnce(orderId, 'COMPLETED');
  const { data } = await ask(orderId, at(moments, 'OrderPaid'), 'REJECT_REVIEW');
  expect(data.whatIf.happened).toMatchObject({ status: 'CONFIRMED', wallet: { amount: '800' } });
  expect(data.whatIf.wouldHave).toMatchObject({
    status: 'FAILED',
    failureReason: 'FRAUD_REJECTED',
    wallet: { amount: '1000' },
  });
});

test('a change that comes too late, a delay without a length and an order that is not there are refused', async () => {
  const { orderId } = await placed();
  const moments = await momentsOnce(orderId, 'COMPLETED');
  const last = moments.at(-1)?.position ?? '';
  for (const change of ['DECLINE_PAYMENT', 'NO_STOCK', 'REJECT_REVIEW', 'LATER_MS']) {
    const { errors } = await ask(orderId, last, change);
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
  const { errors } = await ask('nobody', last, 'CANCEL');
  expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
});
