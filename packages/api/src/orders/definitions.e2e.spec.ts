// The order of a checkout's steps, chosen per order and by the shop.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { address, openShop, type Shop } from '../test/shop.js';
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

type Wanted = { readonly definition?: string; readonly paymentMode?: string; readonly waitFor?: string };

const place = async (token: string, sku: string, quantity: number, wanted: Wanted, url = rig.url) => {
  const { data, errors } = await rig.ask(
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) {
        __typename
        ... on OrderSuccess { order { id status nextActions } }
        ... on OutOfStockError { orderId }
        ... on ValidationError { fields }
      }
    }`,
    {
      input: {
        idempotencyKey: `definition-${wanted.definition}-${wanted.paymentMode}-${sku}`,
        lines: [{ sku, quantity }],
        shippingAddress: address,
        paymentMode: 'AUTOMATIC',
        waitFor: 'CONFIRMED',
        waitMs: 20_000,
        ...wanted,
      },
    },
    token,
    url,
  );
  expect(errors).toBeUndefined();
  return data.placeOrder;
};

const decisionsOf = async (orderId: string): Promise<readonly string[]> => {
  const events = await rig.store.readStream(`checkout-${orderId}`);
  return events.map(({ type }) => type);
};

const expectSaga = (orderId: string, expected: object): Promise<void> =>
  eventually(async () => {
    const { data } = await rig.ask(
      'query ($id: ID!) { saga(orderId: $id) { definition definitionVersion } }',
      { id: orderId },
      shop.operator,
    );
    expect(data.saga).toMatchObject(expected);
  });

describe('an order', () => {
  test('that names payment-first › has its money held before its stock is reserved, and is confirmed', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(1000);
    const placed = await place(token, sku, 1, { definition: 'payment-first' });
    expect(placed).toMatchObject({ __typename: 'OrderSuccess', order: { status: 'CONFIRMED' } });
    const decisions = await decisionsOf(placed.order.id);
    expect(decisions.indexOf('FundsSecured')).toBeLessThan(decisions.indexOf('StockSecured'));
    await expectSaga(placed.order.id, { definition: 'payment-first', definitionVersion: 1 });
  });

  test('that names payment-first and falls short › has its hold released, and nothing was captured', async () => {
    const sku = await shop.product(100, 1);
    const { token } = await shop.customer(1000);
    const placed = await place(token, sku, 2, { definition: 'payment-first' });
    expect(placed).toMatchObject({ __typename: 'OutOfStockError' });
    const decisions = await decisionsOf(placed.orderId);
    expect(decisions).toContain('FundsSecured');
    expect(decisions).not.toContain('FundsCaptured');
    const { data } = await rig.ask('{ wallet { balance { amount } available { amount } } }', {}, token);
    expect(data.wallet.balance).toEqual({ amount: '1000' });
  });

  test('that is paid first, on confirmation › can be paid as soon as it is placed', async () => {
    const sku = await shop.product(100, 1);
    const { token } = await shop.customer(1000);
    const wanted = { definition: 'payment-first', paymentMode: 'ON_CONFIRMATION', waitFor: 'CREATED' };
    const placed = await place(token, sku, 1, wanted);
    expect(placed.order).toMatchObject({ status: 'CREATED', nextActions: ['PAY', 'CANCEL'] });
    expect(await shop.pay(token, placed.order.id)).toMatchObject({ __typename: 'OrderSuccess' });
  });

  test('that names an unknown definition › is refused with its field', async () => {
    const sku = await shop.product(100, 1);
    const { token } = await shop.customer(1000);
    expect(await place(token, sku, 1, { definition: 'money-first' })).toEqual({
      __typename: 'ValidationError',
      fields: ['definition'],
    });
  });
});

test('a shop that takes payment-first › its orders follow that, unless they name another', async () => {
  const url = (await rig.open({ checkoutDefinition: 'payment-first' })).url();
  const sku = await shop.product(100, 5);
  const { token } = await shop.customer(1000);
  const own = await place(token, sku, 1, {}, url);
  await expectSaga(own.order.id, { definition: 'payment-first' });
  const other = await place(token, sku, 1, { definition: 'stock-first' }, url);
  await expectSaga(other.order.id, { definition: 'stock-first' });
});
