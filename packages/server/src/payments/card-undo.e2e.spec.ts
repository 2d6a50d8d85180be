// Orders that end while their card payment is at some stage: the gateway's real state decides what is undone, and nothing
// stays reserved. Row numbers are those of the cases that other shops get wrong (packages/payments/README.md).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openCardShop, type CardShop, type Customer, type ShownOrder } from '../test/card-shop.js';

let shop: CardShop;
let operator: string;
let admin: string;
let ann: Customer;
let sku: string;

beforeAll(async () => {
  shop = await openCardShop();
  [operator, admin] = [await shop.staff('OPERATOR'), await shop.staff('ADMIN')];
}, 60_000);
afterAll(() => shop.close());
beforeEach(async () => {
  [ann, sku] = [await shop.customer(), await shop.product()];
});
afterEach(() => {
  shop.gateway.behave({ webhooks: 'after', isDown: false });
});

const eur = (minor: number) => ({ minor, currency: 'EUR' });
const at = ({ id }: ShownOrder) =>
  shop.gateway.payments().filter(({ reference }) => reference.startsWith(`${id}.`));
const becomes = (order: ShownOrder, expected: object): Promise<void> =>
  eventually(async () => expect(await shop.order(ann, order.id)).toMatchObject(expected), {
    timeoutMs: 30_000,
  });
const isUndone = ({ id }: ShownOrder): Promise<void> =>
  eventually(
    async () => {
      const query = 'query ($id: ID!) { saga(orderId: $id) { status } }';
      type Found = { readonly saga: { readonly status: string } };
      expect((await shop.ask<Found>(query, { id }, operator)).saga.status).toBe('COMPENSATED');
      expect(await shop.available(sku)).toBe(10);
    },
    { timeoutMs: 30_000 },
  );

/** An order whose customer has paid on the gateway's page, while the shop does not know of it yet. */
async function authorizedUnseen(more: object): Promise<ShownOrder> {
  const order = await shop.place(ann, sku, more);
  const { order: asked } = await shop.pay(ann, order.id, { cardToken: 'tok_redirect' });
  shop.gateway.behave({ webhooks: 'held' });
  await shop.onPage(asked.payment?.redirectUrl, 'pay');
  expect(at(order)).toMatchObject([{ status: 'authorized' }]);
  return order;
}

describe.each(['ORCHESTRATION', 'CHOREOGRAPHY'])('%s', (coordination) => {
  test('row 15: an order that is cancelled with an uncaptured authorization › is voided, and nothing is refunded', async () => {
    const order = await authorizedUnseen({ coordination });
    await shop.cancel(ann, order.id);
    await becomes(order, { status: 'CANCELLED' });
    await isUndone(order);
    expect(at(order)).toMatchObject([{ status: 'voided', captured: eur(0), refunds: [] }]);
  });

  test('row 15: an order that is cancelled after its authorization expired › ends without any call that moves money', async () => {
    const order = await authorizedUnseen({ coordination });
    await shop.gateway.dashboard.expire(`${order.id}.1`);
    await shop.cancel(ann, order.id);
    await becomes(order, { status: 'CANCELLED' });
    await isUndone(order);
    await shop.gateway.releaseWebhooks();
    expect(at(order)).toMatchObject([{ status: 'expired', captured: eur(0), refunds: [] }]);
  });

  test('row 16: an authorization that expires before its capture › fails the order, and its stock is free', async () => {
    const order = await authorizedUnseen({ coordination });
    await shop.gateway.dashboard.expire(`${order.id}.1`);
    await shop.gateway.releaseWebhooks();
    await becomes(order, { status: 'FAILED', failureReason: 'PAYMENT_TIMEOUT' });
    await isUndone(order);
    expect(at(order)).toMatchObject([{ status: 'expired', captured: eur(0) }]);
  });

  test('row 20: an order whose payment is captured at the gateway’s dashboard › is confirmed, and captured once', async () => {
    const order = await authorizedUnseen({ coordination });
    await shop.gateway.dashboard.capture(`${order.id}.1`, eur(2500));
    await shop.gateway.releaseWebhooks();
    await becomes(order, { status: 'CONFIRMED', payment: { status: 'CAPTURED' } });
    expect(at(order)).toMatchObject([{ status: 'captured', captured: eur(2500), refunds: [] }]);
  });

  test('row 14: an order that is cancelled after a refund in part › gives the remainder back', async () => {
    const by = { paymentMode: 'AUTOMATIC', cardToken: 'tok_ok', waitFor: 'CONFIRMED' };
    const order = await shop.place(ann, sku, { ...by, coordination });
    const query = 'mutation ($input: RefundOrderInput!) { refundOrder(input: $input) { __typename } }';
    const amount = { amount: '1000', currency: 'EUR' };
    const input = { idempotencyKey: order.id, orderId: order.id, amount, reason: 'A scratch' };
    await shop.ask(query, { input }, admin);
    await becomes(order, { payment: { refunded: { amount: '1000' } } });
    await shop.cancel(ann, order.id);
    await becomes(order, { status: 'CANCELLED', payment: { refunded: { amount: '2500' } } });
    expect(at(order)[0]?.refunds.map(({ amount: back }) => back)).toEqual([eur(1000), eur(1500)]);
  });
});

/** `payment-first`: the card is authorized before the stock is asked. */
describe('row 11: an order whose stock is gone when its card is', () => {
  const short = async (): Promise<ShownOrder> => {
    const lines = [{ sku, quantity: 11 }];
    const order = await shop.place(ann, sku, { definition: 'payment-first', lines, waitFor: 'CREATED' });
    const { order: asked } = await shop.pay(ann, order.id, { cardToken: 'tok_redirect' });
    shop.gateway.behave({ webhooks: 'held' });
    await shop.onPage(asked.payment?.redirectUrl, 'pay');
    return order;
  };

  test('authorized › fails with OUT_OF_STOCK, and the authorization is voided', async () => {
    const order = await short();
    await shop.gateway.releaseWebhooks();
    await becomes(order, { status: 'FAILED', failureReason: 'OUT_OF_STOCK' });
    await isUndone(order);
    expect(at(order)).toMatchObject([{ status: 'voided', captured: eur(0), refunds: [] }]);
  });

  test('charged › fails with OUT_OF_STOCK, and all of the charge is refunded', async () => {
    const order = await short();
    await shop.gateway.dashboard.capture(`${order.id}.1`, eur(27_500));
    await shop.gateway.releaseWebhooks();
    await becomes(order, { status: 'FAILED', failureReason: 'OUT_OF_STOCK' });
    await isUndone(order);
    expect(at(order)).toMatchObject([{ captured: eur(27_500), refunds: [{ amount: eur(27_500) }] }]);
  });
});

describe('row 13: reconciliation', () => {
  type Check = { readonly name: string; readonly ok: boolean; readonly actual: string };
  const broken = async (): Promise<readonly Check[]> => {
    type Found = { readonly reconciliation: { readonly checks: readonly Check[] } };
    const query = '{ reconciliation { checks { name ok actual } } }';
    const found = await shop.ask<Found>(query, {}, operator);
    return found.reconciliation.checks.filter(({ ok }) => !ok);
  };

  test('of an order whose compensation released its stock › finds nothing; of one that did not › names it', async () => {
    const order = await shop.place(ann, sku);
    await shop.pay(ann, order.id, { cardToken: 'tok_declined' });
    await becomes(order, { status: 'FAILED' });
    await isUndone(order);
    await eventually(async () => expect(await broken()).toEqual([]));
    const reserved = { id: '22222222-0000-4000-8000-000000000001', type: 'StockReserved' };
    const [made] = (await shop.engine.store.readStream(`stock-${sku}`)).filter(
      ({ type }) => type === 'StockReserved',
    );
    if (made === undefined) throw new Error('nothing was reserved');
    const { data, metadata } = made;
    await shop.engine.store.append(`stock-${sku}`, [{ ...reserved, data, metadata }], 'any');
    await eventually(async () =>
      expect((await broken()).map(({ actual }) => actual).join()).toContain(order.id),
    );
  });
});
