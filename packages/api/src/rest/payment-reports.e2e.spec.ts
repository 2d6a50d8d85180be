// Clients of older systems report the outcome of a payment. Their reports change nothing.
import { afterEach, describe, expect, test } from '@jest/globals';
import { OrderId } from '@holdfast/kernel';
import type { Cards } from '../payments/cards.js';
import { describedRest, type Described } from '../test/described.js';
import { silentCards, startRig, type Rig } from '../test/rig.js';
import { address, openShop, type Shop } from '../test/shop.js';

let rig: Rig;
let shop: Shop;
let rest: Described;
let keys = 0;
let lookUps = 0;

/** A gateway that has the money but sent no webhook. A look-up returns it. */
const forgetful: Cards = {
  ...silentCards,
  lookAgain: async ({ orderId }) => {
    lookUps += 1;
    await rig.commands.handle(
      { type: 'MarkPaid', data: { orderId: OrderId(orderId), transactionId: 'at the gateway' } },
      { commandId: `paid-${orderId}`, correlationId: orderId, causationId: orderId, actor: 'gateway' },
    );
  },
};

async function start(cards: Cards | null = null): Promise<void> {
  lookUps = 0;
  rig = await startRig({}, cards === null ? {} : { cards });
  shop = await openShop(rig);
  rest = await describedRest(new URL(rig.url).origin);
}
afterEach(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

async function placed(token: string, more: object = {}): Promise<string> {
  const sku = await shop.product(300, 5);
  const { body } = await rest.send('/orders', {
    ...{ token, key: `key-${(keys += 1)}` },
    body: { items: [{ product_id: sku }], shippingAddress: address, waitFor: 'RESERVED', ...more },
  });
  return body.id;
}
const startCard = (token: string, orderId: string) =>
  rest.send('/payment', {
    ...{ token, key: `key-${(keys += 1)}` },
    body: { orderId, paymentMethod: 'CARD', cardToken: 'tok_ok', waitMs: 0 },
  });
const statusOf = async (token: string, orderId: string) =>
  (await rest.send(`/orders?orderId=${orderId}`, { token })).body.canonicalStatus;

describe('a payment that nobody has started', () => {
  test.each(['/payment-success', '/payment-fail'])('is not made by a report to %s', async (path) => {
    await start();
    const { token } = await shop.customer(1_000);
    const orderId = await placed(token);
    const { status, body } = await rest.send(path, { token, body: { order_id: orderId } });
    expect([status, body]).toMatchObject([
      409,
      { errorCode: 'ORDER_STATE', orderStatus: 'RESERVED', allowed: ['PAY', 'CANCEL'] },
    ]);
    expect(await statusOf(token, orderId)).toBe('RESERVED');
  });
});

describe('a payment that went through', () => {
  test('is confirmed to the client, and a report of its failure is refused', async () => {
    await start();
    const { token } = await shop.customer(1_000);
    const orderId = await placed(token);
    await rest.send('/payment', { token, key: 'pay', body: { orderId } });
    const said = await rest.send('/payment-success?vocabulary=GO_SAGA', { token, body: { orderId } });
    expect([said.status, said.body]).toMatchObject([
      200,
      { success: true, paid: true, order_id: orderId, status: 'Paid' },
    ]);
    expect((await rest.send('/payment-fail', { token, body: { orderId } })).status).toBe(409);
    expect(['PAID', 'CONFIRMED']).toContain(await statusOf(token, orderId));
  });
});

describe('a payment that failed', () => {
  test('is confirmed to the client, and a report of its success is refused', async () => {
    await start();
    const { token } = await shop.customer(100);
    const orderId = await placed(token);
    await rest.send('/payment', { token, key: 'pay', body: { orderId } });
    const said = await rest.send(`/payment-fail?orderId=${orderId}`, { token, method: 'POST' });
    expect([said.status, said.body]).toMatchObject([
      200,
      { success: true, paid: false, failureReason: 'INSUFFICIENT_FUNDS' },
    ]);
    const wrong = await rest.send('/payment-success', { token, body: { orderId } });
    expect([wrong.status, wrong.body]).toMatchObject([409, { orderStatus: 'FAILED' }]);
  });
});

describe('a card payment that is under way', () => {
  test('stays under way while the gateway is silent, after any report of the client', async () => {
    await start(silentCards);
    const { token } = await shop.customer();
    const orderId = await placed(token);
    expect((await startCard(token, orderId)).status).toBe(202);
    for (const path of ['/payment-success', '/payment-fail']) {
      const { status, body } = await rest.send(path, { token, body: { orderId } });
      expect([status, body]).toMatchObject([202, { success: false, paid: false, status: 'PAYMENT_PENDING' }]);
    }
    expect(await statusOf(token, orderId)).toBe('PAYMENT_PENDING');
  });

  test('is looked up at the gateway when its customer reports its success', async () => {
    await start(forgetful);
    const { token } = await shop.customer();
    const orderId = await placed(token);
    await startCard(token, orderId);
    expect((await rest.send(`/payment-success?orderId=${orderId}`, { token })).status).toBe(202);
    expect(lookUps).toBe(0);
    const said = await rest.send('/payment-success', { token, body: { orderId } });
    expect([said.status, said.body]).toMatchObject([200, { success: true, paid: true }]);
    expect(lookUps).toBe(1);
  });

  test('is not looked up for others', async () => {
    await start(forgetful);
    const { token } = await shop.customer();
    const orderId = await placed(token);
    await startCard(token, orderId);
    const support = await rig.staff('SUPPORT');
    expect((await rest.send('/payment-success', { token: support, body: { orderId } })).status).toBe(202);
    expect(lookUps).toBe(0);
  });
});

test('a report without an order is refused', async () => {
  await start();
  const { token } = await shop.customer();
  const { status, body } = await rest.send('/payment-success', { token, method: 'POST' });
  expect([status, body.fields]).toEqual([400, ['orderId']]);
});
