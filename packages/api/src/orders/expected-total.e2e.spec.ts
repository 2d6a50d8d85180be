// Orders over HTTP with the total that the buyer was shown, while prices change.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gbp, openShop, type Shop } from '../test/shop.js';
import { startRig, type Rig } from '../test/rig.js';

let rig: Rig;
let shop: Shop;
let catalog: string;

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
  catalog = await rig.staff('CATALOG');
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

let changes = 0;
async function changePrice(sku: string, price: number): Promise<void> {
  const { data } = await rig.ask(
    'mutation ($input: ChangePriceInput!) { changePrice(input: $input) { __typename } }',
    { input: { idempotencyKey: `price-${(changes += 1)}`, sku, price: gbp(price), reason: 'season' } },
    catalog,
  );
  expect(data).toEqual({ changePrice: { __typename: 'ProductSuccess' } });
}

const counts = async (token: string, sku: string) => {
  const { data } = await rig.ask(
    `query ($sku: String!) { orders { totalCount } wallet { balance { amount } }
      product(sku: $sku) { stock { available } } }`,
    { sku },
    token,
  );
  const { orders, wallet, product } = data;
  return { orders: orders.totalCount, money: wallet.balance.amount, available: product.stock.available };
};

describe('an order with the total that was shown', () => {
  test('is placed at that total while the price is unchanged', async () => {
    const [sku, { token }] = [await shop.product(100, 5), await shop.customer(1000)];
    const lines = [{ sku, quantity: 2 }];
    const placed = await shop.place(token, { lines, expectedTotal: gbp(200), waitFor: 'CONFIRMED' });
    expect(placed).toMatchObject({ __typename: 'OrderSuccess', order: { total: { amount: '200' } } });
  });

  test.each([
    ['rises', 150],
    ['falls', 50],
  ])(
    'and whose price %s before it is placed › is not placed, and is with the total of then',
    async (_, price) => {
      const [sku, { token }] = [await shop.product(100, 5), await shop.customer(1000)];
      const order = { lines: [{ sku, quantity: 2 }], waitFor: 'CONFIRMED' };
      await changePrice(sku, price);
      expect(await shop.place(token, { ...order, expectedTotal: gbp(200) })).toEqual({
        __typename: 'PriceChangedError',
        errorCode: 'PRICE_CHANGED',
        retryable: false,
        total: gbp(price * 2),
        lines: [{ sku, unitPrice: { amount: String(price) } }],
      });
      expect(await counts(token, sku)).toEqual({ orders: 0, money: '1000', available: 5 });
      const agreed = await shop.place(token, { ...order, expectedTotal: gbp(price * 2) });
      expect(agreed).toMatchObject({
        __typename: 'OrderSuccess',
        order: { status: 'CONFIRMED', payment: { amount: { amount: String(price * 2) } } },
      });
    },
  );

  test('in another currency than the products have › is not placed', async () => {
    const [sku, { token }] = [await shop.product(100, 5), await shop.customer(1000)];
    const expectedTotal = { amount: '100', currency: 'EUR' };
    expect(await shop.place(token, { lines: [{ sku, quantity: 1 }], expectedTotal })).toMatchObject({
      __typename: 'PriceChangedError',
      total: gbp(100),
    });
    expect(await counts(token, sku)).toEqual({ orders: 0, money: '1000', available: 5 });
  });

  test('that is no total › is refused with its field', async () => {
    const [sku, { token }] = [await shop.product(100, 5), await shop.customer()];
    const expectedTotal = { amount: '-1', currency: 'GBP' };
    expect(await shop.place(token, { lines: [{ sku, quantity: 1 }], expectedTotal })).toMatchObject({
      __typename: 'ValidationError',
      fields: ['expectedTotal.amount'],
    });
  });
});

describe('an order that was placed before its price changed', () => {
  test('and is sent again › is the same order at the earlier price', async () => {
    const [sku, { token }] = [await shop.product(100, 5), await shop.customer(1000)];
    const order = { lines: [{ sku, quantity: 1 }], expectedTotal: gbp(100), waitFor: 'CONFIRMED' };
    const first = await shop.place(token, order);
    expect(first).toMatchObject({ order: { status: 'CONFIRMED', total: { amount: '100' } } });
    await changePrice(sku, 300);
    expect(await shop.place(token, order)).toEqual(first);
  });

  test('and is sent again with the new total › is a conflict, and no second order', async () => {
    const [sku, { token }] = [await shop.product(100, 5), await shop.customer(1000)];
    const order = { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' };
    await shop.place(token, { ...order, expectedTotal: gbp(100) });
    await changePrice(sku, 300);
    for (const total of [300, 200])
      expect(await shop.place(token, { ...order, expectedTotal: gbp(total) })).toMatchObject({
        __typename: 'IdempotencyConflictError',
      });
    expect(await counts(token, sku)).toMatchObject({ orders: 1, available: 4 });
  });
});
