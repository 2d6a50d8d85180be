// Orders over HTTP, against the whole product, from placing an order to its end.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openShop, type Shop } from '../test/shop.js';
import { startRig, type Rig } from '../test/rig.js';

let rig: Rig;
let shop: Shop;

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

describe('an order that is charged at once', () => {
  test('is confirmed, and every view of it agrees', async () => {
    const sku = await shop.product(250, 10);
    const { id: customerId, token } = await shop.customer(1000);
    const placed = await shop.place(token, {
      lines: [
        { sku, quantity: 2 },
        { sku, quantity: 1 },
      ],
      waitFor: 'CONFIRMED',
    });
    expect(placed).toMatchObject({
      __typename: 'OrderSuccess',
      order: {
        status: 'CONFIRMED',
        failureReason: null,
        total: { amount: '750' },
        nextActions: ['CANCEL'],
        payment: { status: 'CAPTURED', amount: { amount: '750' }, refunded: { amount: '0' } },
      },
    });
    expect(placed.order.invoice.number).toEqual(expect.any(String));

    const { data, errors } = await rig.ask(
      `query ($id: ID!, $sku: String!, $position: Position!) {
        order(id: $id, atLeast: $position) {
          customerId coordination placedAt
          tiny: statusAs(vocabulary: TINY_SAGA)
          history { nodes { from to triggeringEvent actor } totalCount }
          notifications { kind message }
        }
        orders { nodes { id } totalCount pageInfo { hasNextPage } }
        wallet(atLeast: $position) { balance { amount } held { amount } entries { nodes { kind amount { amount } balanceAfter { amount } orderId } totalCount } }
        product(sku: $sku) { stock { onHand reserved available } }
        me { id orders { nodes { id } } wallet { balance { amount } } }
      }`,
      { id: placed.order.id, sku, position: placed.position },
      token,
    );
    expect(errors).toBeUndefined();
    expect(data.order).toMatchObject({ customerId, coordination: 'ORCHESTRATION', tiny: 'Confirmed' });
    expect(data.order.history.nodes.map((entry: { to: string }) => entry.to)).toEqual([
      'CREATED',
      'RESERVED',
      'PAYMENT_PENDING',
      'PAID',
      'CONFIRMED',
    ]);
    expect(data.order.history.nodes[0]).toEqual({
      from: null,
      to: 'CREATED',
      triggeringEvent: 'OrderPlaced',
      actor: `customer:${customerId}`,
    });
    expect(data.orders).toEqual({
      nodes: [{ id: placed.order.id }],
      totalCount: 1,
      pageInfo: { hasNextPage: false },
    });
    expect(data.wallet).toMatchObject({ balance: { amount: '250' }, held: { amount: '0' } });
    expect(data.wallet.entries.nodes.map((entry: { kind: string }) => entry.kind)).toContain('CAPTURE');
    expect(data.product.stock).toEqual({ onHand: 10, reserved: 3, available: 7 });
    const movements =
      'query ($sku: String!) { product(sku: $sku) { stock { movements { nodes { kind quantity orderId } } } } }';
    const seen = await rig.ask(movements, { sku }, shop.operator);
    const moved = { kind: 'RESERVED', quantity: 3, orderId: placed.order.id };
    expect(seen.data.product.stock.movements.nodes).toContainEqual(moved);
    const refused = await rig.ask(movements, { sku }, token);
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(data.me).toEqual({
      id: customerId,
      orders: { nodes: [{ id: placed.order.id }] },
      wallet: { balance: { amount: '250' } },
    });
  });

  test('without waitFor is returned as it was placed', async () => {
    const sku = await shop.product(1, 5);
    const { token } = await rig.customer();
    const placed = await shop.place(token, { lines: [{ sku, quantity: 1 }], paymentMode: 'ON_CONFIRMATION' });
    expect(placed.order).toMatchObject({ status: 'CREATED', revision: 0, payment: null });
    const { data } = await rig.ask(
      'query ($id: ID!) { order(id: $id) { id } }',
      { id: placed.order.id },
      token,
    );
    expect(data.order).toEqual({ id: placed.order.id });
  });

  test('for more than the stock has fails with every shortage, then and later', async () => {
    const scarce = await shop.product(100, 1);
    const plenty = await shop.product(100, 10);
    const { token } = await shop.customer(10_000);
    const lines = [
      { sku: scarce, quantity: 2 },
      { sku: plenty, quantity: 1 },
    ];
    const refused = await shop.place(token, { lines, waitFor: 'CONFIRMED' });
    expect(refused).toMatchObject({
      __typename: 'OutOfStockError',
      errorCode: 'OUT_OF_STOCK',
      retryable: false,
      shortages: [{ sku: scarce, requested: 2, available: 1 }],
    });
    expect(await shop.place(token, { lines })).toEqual(refused);
    await eventually(async () => {
      const { data } = await rig.ask('query ($sku: String!) { product(sku: $sku) { stock { reserved } } }', {
        sku: plenty,
      });
      expect(data.product.stock.reserved).toBe(0);
    });
  });

  test('without the money fails with the required and the available amount', async () => {
    const sku = await shop.product(500, 5);
    const { token } = await shop.customer(499);
    const refused = await shop.place(token, { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' });
    expect(refused).toMatchObject({
      __typename: 'InsufficientFundsError',
      errorCode: 'INSUFFICIENT_FUNDS',
      required: { amount: '500' },
      funds: { amount: '499' },
    });
  });
});

describe('an order that waits for its customer', () => {
  test('is paid on demand', async () => {
    const sku = await shop.product(300, 5);
    const { token } = await shop.customer(300);
    const { order } = await shop.place(token, {
      lines: [{ sku, quantity: 1 }],
      paymentMode: 'ON_CONFIRMATION',
      waitFor: 'RESERVED',
    });
    expect(order).toMatchObject({ status: 'RESERVED', nextActions: ['PAY', 'CANCEL'] });
    expect((await shop.pay(token, order.id)).__typename).toBe('OrderSuccess');
    await eventually(async () => {
      const { data } = await rig.ask(
        'query ($id: ID!) { order(id: $id) { status } }',
        { id: order.id },
        token,
      );
      expect(data.order.status).toBe('CONFIRMED');
    });
  });

  test('is refused at once when there is not enough money', async () => {
    const sku = await shop.product(300, 5);
    const { token } = await rig.customer();
    const { order } = await shop.place(token, {
      lines: [{ sku, quantity: 1 }],
      paymentMode: 'ON_CONFIRMATION',
      waitFor: 'RESERVED',
    });
    expect(await shop.pay(token, order.id)).toEqual({
      __typename: 'InsufficientFundsError',
      errorCode: 'INSUFFICIENT_FUNDS',
      required: { amount: '300' },
    });
    expect(await shop.pay(token, order.id, 'p2')).toMatchObject({
      __typename: 'OrderStateError',
      errorCode: 'ORDER_STATE',
      status: 'FAILED',
      allowed: [],
    });
  });

  test('is cancelled, and cancelling again is the same answer', async () => {
    const sku = await shop.product(300, 5);
    const { token } = await rig.customer();
    const { order } = await shop.place(token, {
      lines: [{ sku, quantity: 1 }],
      paymentMode: 'ON_CONFIRMATION',
      waitFor: 'RESERVED',
    });
    const cancelled = await shop.cancel(token, order.id);
    expect(cancelled).toEqual({
      __typename: 'OrderSuccess',
      order: { status: 'CANCELLED', failureReason: 'CUSTOMER_CANCELLED', nextActions: [] },
    });
    expect(await shop.cancel(token, order.id)).toEqual(cancelled);
  });
});

describe('an order that is paid', () => {
  const paid = async () => {
    const sku = await shop.product(300, 5);
    const { token } = await shop.customer(1000);
    const lines = [{ sku, quantity: 2 }];
    const { order } = await shop.place(token, { lines, paymentMode: 'ON_CONFIRMATION', waitFor: 'RESERVED' });
    expect(await shop.pay(token, order.id, 'first')).toEqual({
      __typename: 'OrderSuccess',
      order: { status: 'CONFIRMED' },
    });
    return { sku, token, id: order.id };
  };

  test('is not paid again, and the request that paid for it still succeeds', async () => {
    const { token, id } = await paid();
    const refused = {
      __typename: 'OrderStateError',
      errorCode: 'ORDER_STATE',
      status: 'CONFIRMED',
      allowed: ['CANCEL'],
    };
    expect(await shop.pay(token, id, 'second')).toEqual(refused);
    expect(await shop.pay(token, id, 'second')).toEqual(refused);
    expect(await shop.pay(token, id, 'first')).toMatchObject({ __typename: 'OrderSuccess' });
  });

  test('at once needs no paying', async () => {
    const sku = await shop.product(300, 5);
    const { token } = await shop.customer(300);
    const { order } = await shop.place(token, { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' });
    expect(await shop.pay(token, order.id)).toMatchObject({
      __typename: 'OrderStateError',
      status: 'CONFIRMED',
    });
  });

  test('gives its money and stock back when it is cancelled', async () => {
    const { sku, token, id } = await paid();
    expect(await shop.cancel(token, id)).toMatchObject({ order: { status: 'CANCELLED' } });
    await eventually(async () => {
      const { data } = await rig.ask(
        `query ($id: ID!, $sku: String!) {
          order(id: $id) { payment { refunded { amount } } }
          wallet { available { amount } entries(first: 1) { nodes { kind orderId } } }
          product(sku: $sku) { stock { onHand available } }
        }`,
        { id, sku },
        token,
      );
      expect(data).toEqual({
        order: { payment: { refunded: { amount: '600' } } },
        wallet: { available: { amount: '1000' }, entries: { nodes: [{ kind: 'REFUND', orderId: id }] } },
        product: { stock: { onHand: 5, available: 5 } },
      });
    });
  });

  test.each([
    ['how long to wait is negative', { waitMs: -1 }, 'waitMs'],
    ['the key is empty', { idempotencyKey: '' }, 'idempotencyKey'],
  ])('says which field is wrong when %s', async (_, change, field) => {
    const { token } = await rig.customer();
    const { data } = await rig.ask(
      `mutation ($input: PayOrderInput!) {
        payOrder(input: $input) { ... on ValidationError { message fields } }
      }`,
      { input: { idempotencyKey: 'k', orderId: 'o', ...change } },
      token,
    );
    expect(data.payOrder.fields).toEqual([field]);
    expect(data.payOrder.message).toMatch(new RegExp(`^${field}: `));
  });
});

describe('the age of orders', () => {
  const olderThan = async (token: string, seconds: number): Promise<readonly string[]> => {
    const query = `query ($s: Int) { orders(first: 100, olderThanSeconds: $s) { totalCount nodes { id } } }`;
    const { data } = await rig.ask(query, { s: seconds }, token);
    const { nodes, totalCount } = data.orders as unknown as {
      readonly nodes: readonly { readonly id: string }[];
      readonly totalCount: number;
    };
    expect(totalCount).toBe(nodes.length);
    return nodes.map(({ id }) => id);
  };

  test('is a filter: an order is found once it was placed so long ago, and not before', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(500);
    const { order } = await shop.place(token, { lines: [{ sku, quantity: 1 }], waitFor: 'RESERVED' });
    expect(await olderThan(token, 3_600)).toEqual([]);
    await eventually(async () => expect(await olderThan(token, 1)).toEqual([order.id]));
  });
});
