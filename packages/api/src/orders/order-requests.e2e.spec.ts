// Requests about orders over HTTP: repeated requests, wrong values, orders of other customers, and pages of lists.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openShop, type Shop } from '../test/shop.js';
import { startRig, type Rig, type Answer } from '../test/rig.js';

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

describe('a request that is sent again', () => {
  test('with the same content has the same order, and charges once', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await rig.customer();
    await shop.deposit(token, 1000);
    await shop.deposit(token, 1000);
    const lines = [{ sku, quantity: 1 }];
    const first = await shop.place(token, { lines, waitFor: 'CONFIRMED' });
    const again = await shop.place(token, { lines, waitFor: 'CONFIRMED' });
    expect(again).toEqual(first);
    const { data } = await rig.ask(
      'query ($p: Position!) { wallet(atLeast: $p) { balance { amount } } }',
      { p: first.position },
      token,
    );
    expect(data.wallet.balance.amount).toBe('900');
  });

  test('with other content is a conflict', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await rig.customer();
    await shop.place(token, { lines: [{ sku, quantity: 1 }] });
    expect(await shop.place(token, { lines: [{ sku, quantity: 2 }] })).toEqual({
      __typename: 'IdempotencyConflictError',
      errorCode: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await shop.receive(sku, 1, 'same')).toMatchObject({ __typename: 'ProductSuccess' });
    expect(await shop.receive(sku, 2, 'same')).toEqual({ __typename: 'IdempotencyConflictError' });
  });
});

describe('a request with a value that can not be', () => {
  test('names all unknown products', async () => {
    const sku = await shop.product(1, 1);
    const { token } = await rig.customer();
    const lines = [sku, 'NOPE', 'not a sku'].map((one) => ({ sku: one, quantity: 1 }));
    expect(await shop.place(token, { lines })).toEqual({
      __typename: 'UnknownProductError',
      errorCode: 'UNKNOWN_PRODUCT',
      skus: ['NOPE', 'not a sku'],
    });
    expect(await shop.receive('NOPE', 1)).toMatchObject({ errorCode: 'UNKNOWN_PRODUCT', skus: ['NOPE'] });
  });

  test.each([0, -1])('is refused with its field when the quantity is %d', async (quantity) => {
    const sku = await shop.product(1, 1);
    const { token } = await rig.customer();
    expect(await shop.place(token, { lines: [{ sku, quantity }] })).toEqual({
      __typename: 'ValidationError',
      errorCode: 'VALIDATION',
      fields: ['lines.0.quantity'],
    });
  });

  test.each([0, -1, 1_000_000_000_001])(
    'is refused with its field when the deposit is %d',
    async (amount) => {
      const { token } = await rig.customer();
      expect(await shop.deposit(token, amount)).toEqual({
        __typename: 'ValidationError',
        errorCode: 'VALIDATION',
        fields: ['amount.amount'],
      });
    },
  );

  test('is refused when a page has more than 100 items', async () => {
    const { errors } = await rig.ask('{ products(first: 101) { nodes { sku } } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('is refused when the cursor is none of ours', async () => {
    const { errors } = await rig.ask('{ products(after: "nonsense") { nodes { sku } } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('is refused at once when the log has not reached the position', async () => {
    const { token } = await rig.customer();
    const { errors } = await rig.ask('{ wallet(atLeast: "0000009999999999") { id } }', {}, token);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
  });
});

describe("another customer's order", () => {
  test('looks like one that does not exist', async () => {
    const sku = await shop.product(1, 5);
    const [owner, stranger] = [await rig.customer(), await rig.customer()];
    await shop.deposit(owner.token, 1);
    const { order } = await shop.place(owner.token, { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' });
    const { data } = await rig.ask(
      'query ($id: ID!, $owner: ID!) { order(id: $id) { id } orders(customerId: $owner) { nodes { id } totalCount } }',
      { id: order.id, owner: owner.id },
      stranger.token,
    );
    expect(data).toEqual({ order: null, orders: { nodes: [], totalCount: 0 } });
  });

  test('can be neither paid nor cancelled', async () => {
    const sku = await shop.product(1, 5);
    const [owner, stranger] = [await rig.customer(), await rig.customer()];
    const { order } = await shop.place(owner.token, {
      lines: [{ sku, quantity: 1 }],
      paymentMode: 'ON_CONFIRMATION',
      waitFor: 'RESERVED',
    });
    expect(await shop.pay(stranger.token, order.id)).toEqual({ __typename: 'NotFoundError' });
    expect(await shop.cancel(stranger.token, order.id)).toEqual({
      __typename: 'NotFoundError',
      errorCode: 'NOT_FOUND',
    });
  });

  test('is readable for support', async () => {
    const sku = await shop.product(1, 5);
    const { token } = await rig.customer();
    const { order } = await shop.place(token, {
      lines: [{ sku, quantity: 1 }],
      paymentMode: 'ON_CONFIRMATION',
    });
    const support = await rig.staff('SUPPORT');
    const { data } = await rig.ask('query ($id: ID!) { order(id: $id) { id } }', { id: order.id }, support);
    expect(data.order).toEqual({ id: order.id });
  });
});

describe('lists', () => {
  test('page from one end to the other, each item once', async () => {
    const { token } = await rig.customer();
    const sku = await shop.product(1, 100);
    const placed: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { order } = await shop.place(token, { key: `k${n}`, lines: [{ sku, quantity: 1 }] });
      placed.push(order.id);
    }
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data }: Answer = await rig.ask(
        'query ($after: Cursor) { orders(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } totalCount } }',
        { after },
        token,
      );
      expect(data.orders.totalCount).toBe(5);
      seen.push(...data.orders.nodes.map(({ id }: { id: string }) => id));
      after = data.orders.pageInfo.hasNextPage ? data.orders.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(placed.reverse());
  });

  test('find products by part of their name or SKU, whatever the case', async () => {
    const sku = await shop.product(1, 0);
    const { data } = await rig.ask(
      'query ($search: String!) { products(search: $search) { nodes { sku price { amount currency } } totalCount } }',
      { search: sku.toLowerCase() },
    );
    expect(data.products.nodes).toContainEqual({ sku, price: { amount: '1', currency: 'GBP' } });
  });
});
