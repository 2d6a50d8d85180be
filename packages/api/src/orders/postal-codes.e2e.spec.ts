// Orders to countries with and without postal codes, over GraphQL and REST.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describedRest, type Described } from '../test/described.js';
import { startRig, type Rig } from '../test/rig.js';
import { address, openShop, type Shop } from '../test/shop.js';

let rig: Rig;
let shop: Shop;
let rest: Described;
let sku: string;

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
  rest = await describedRest(new URL(rig.url).origin);
  sku = await shop.product(100, 100);
});
afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

let keys = 0;
const someKey = (): string => `postal-${(keys += 1)}`;
const input = (more: object) => ({
  ...{ idempotencyKey: someKey(), lines: [{ sku, quantity: 1 }], shippingAddress: address },
  ...{ paymentMethod: 'WALLET', paymentMode: 'ON_CONFIRMATION', ...more },
});
async function placed(order: object): Promise<unknown> {
  const { token } = await shop.customer();
  const { data, errors } = await rig.ask(
    `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
      __typename ... on ValidationError { errorCode message fields } } }`,
    { input: input(order) },
    token,
  );
  expect(errors).toBeUndefined();
  return data.placeOrder;
}
async function sent(order: object) {
  const { token } = await shop.customer();
  const body = { items: [{ product_id: sku }], shippingAddress: address, ...order };
  return rest.send('/orders', { token, key: someKey(), body });
}

describe('an order without a postal code', () => {
  test.each(['HK', 'AE', 'Qatar', 'hong kong'])('to %s is placed', async (country) => {
    const shippingAddress = { ...address, postalCode: '', country };
    expect(await placed({ shippingAddress })).toEqual({ __typename: 'OrderSuccess' });
    expect((await sent({ shippingAddress })).status).toBe(201);
  });

  test.each([
    ['GB', ''],
    ['NL', '   '],
    ['Netherlands', ''],
    ['Nowhere', ''],
  ])('to %s, with %j, is refused and names the field', async (country, postalCode) => {
    const shippingAddress = { ...address, postalCode, country };
    expect(await placed({ shippingAddress })).toEqual({
      ...{ __typename: 'ValidationError', errorCode: 'VALIDATION', fields: ['shippingAddress.postalCode'] },
      message: 'shippingAddress.postalCode: is needed for an address in this country',
    });
    const { status, body } = await sent({ shippingAddress });
    expect([status, body.errorCode, body.fields]).toEqual([
      400,
      'VALIDATION',
      ['shippingAddress.postalCode'],
    ]);
  });

  test('of the billing address follows the country of that address', async () => {
    const invoiced = (country: string) => ({ billingAddress: { ...address, postalCode: '', country } });
    expect(await placed(invoiced('QA'))).toEqual({ __typename: 'OrderSuccess' });
    expect(await placed(invoiced('GB'))).toMatchObject({ fields: ['billingAddress.postalCode'] });
    expect((await sent(invoiced('QA'))).status).toBe(201);
    expect((await sent(invoiced('GB'))).body.fields).toEqual(['billingAddress.postalCode']);
  });
});
