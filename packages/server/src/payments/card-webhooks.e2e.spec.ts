// Webhooks and reports of a card payment that race, come too early or say nothing new, over GraphQL and at the shop's own
// address for webhooks. Row numbers are those of the cases that other shops get wrong (packages/payments/README.md).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { webhooksPath } from '@holdfast/api';
import { money, OrderId } from '@holdfast/kernel';
import { paymentStream } from '@holdfast/payments';
import { eventually } from '@holdfast/testing';
import {
  openCardShop,
  webhookSecret,
  type CardShop,
  type Customer,
  type ShownOrder,
} from '../test/card-shop.js';
import { signed } from '../test/signed-webhook.js';

let shop: CardShop;
let ann: Customer;
let sku: string;

beforeAll(async () => {
  shop = await openCardShop();
}, 60_000);
afterAll(() => shop.close());
beforeEach(async () => {
  [ann, sku] = [await shop.customer(), await shop.product()];
});
afterEach(() => {
  shop.gateway.behave({ webhooks: 'after' });
});

const soon = { timeoutMs: 30_000 };
const idOf = ({ id }: ShownOrder) => ({ orderId: OrderId(id), attempt: 1 });
const referenceOf = ({ id }: ShownOrder): string => `${id}.1`;
const at = (order: ShownOrder) =>
  shop.gateway.payments().filter(({ reference }) => reference.startsWith(`${order.id}.`));
const typesOf = async (order: ShownOrder): Promise<readonly string[]> =>
  (await shop.engine.store.readStream(paymentStream(idOf(order)))).map(({ type }) => type);
const isConfirmed = (order: ShownOrder): Promise<void> =>
  eventually(
    async () =>
      expect(await shop.order(ann, order.id)).toMatchObject({
        status: 'CONFIRMED',
        payment: { status: 'CAPTURED' },
      }),
    soon,
  );
/** Waits until each webhook has had its effect. */
const reactorsRest = (): Promise<void> =>
  eventually(async () => {
    const { written } = await shop.engine.store.end();
    for (const { handled } of shop.engine.reactors) expect(handled()).toBeGreaterThanOrEqual(written);
  }, soon);

let webhooks = 0;
/** A webhook of the gateway with an id of its own. Returns the status of the response. */
async function tell(order: ShownOrder, type: string): Promise<number> {
  const data = { id: at(order)[0]?.id ?? 'unknown', reference: referenceOf(order) };
  const body = JSON.stringify({ id: `evt-${order.id}-${(webhooks += 1)}`, type, data });
  const headers = signed(body, { key: webhookSecret });
  return (await fetch(new URL(webhooksPath, shop.url), { method: 'POST', body, headers })).status;
}

test('row 2: ten webhooks and the returning customer at once › each is a success, and the order is confirmed once', async () => {
  const order = await shop.place(ann, sku);
  const { order: asked } = await shop.pay(ann, order.id, { cardToken: 'tok_redirect' });
  shop.gateway.behave({ webhooks: 'held' });
  await shop.onPage(asked.payment?.redirectUrl, 'pay');
  const [back, ...statuses] = await Promise.all([
    shop.pay(ann, order.id, { cardToken: 'tok_redirect' }),
    ...Array.from({ length: 10 }, () => tell(order, 'payment.authorized')),
  ]);
  expect(back).toMatchObject({ __typename: 'OrderSuccess' });
  expect(statuses).toEqual(Array.from({ length: 10 }, () => 200));
  await isConfirmed(order);
  await reactorsRest();
  expect(await typesOf(order)).toEqual([
    ...['PaymentRequested', 'PaymentRedirectOffered', 'PaymentAuthorized'],
    ...['PaymentCaptureRequested', 'PaymentCaptured'],
  ]);
  const changes = await shop.engine.store.readStream(`order-${order.id}`);
  expect(changes.filter(({ type }) => type === 'OrderConfirmed')).toHaveLength(1);
  expect(at(order)).toMatchObject([{ captured: money.of(2_500, 'EUR'), refunds: [] }]);
});

test('row 3: a webhook about a payment that the customer has not asked for yet › is kept, and counts once they pay', async () => {
  const order = await shop.place(ann, sku);
  const amount = money.of(2_500, 'EUR');
  await shop.atGateway.authorize({ payment: idOf(order), amount, card: 'tok_ok', returnUrl: null });
  await eventually(async () => expect(await typesOf(order)).toEqual(['PaymentReportKept']), soon);
  expect(await shop.order(ann, order.id)).toMatchObject({ status: 'RESERVED' });
  await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
  await isConfirmed(order);
  expect(at(order)).toMatchObject([{ captured: amount, refunds: [] }]);
});

describe('row 5: a payment that is settled', () => {
  test('and reported as settled again, by webhooks of their own › is a success each time, and nothing changes', async () => {
    const order = await shop.place(ann, sku);
    await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
    await isConfirmed(order);
    await reactorsRest();
    const [types, shown] = [await typesOf(order), await shop.order(ann, order.id)];
    for (let time = 0; time < 3; time += 1) expect(await tell(order, 'payment.captured')).toBe(200);
    await reactorsRest();
    expect(await typesOf(order)).toEqual(types);
    expect(await shop.order(ann, order.id)).toEqual(shown);
    expect(at(order)).toMatchObject([{ captured: money.of(2_500, 'EUR'), refunds: [] }]);
  });

  test('and paid again with the same key › is the same success, and the card is charged once', async () => {
    const order = await shop.place(ann, sku);
    await shop.pay(ann, order.id, { cardToken: 'tok_ok' });
    await isConfirmed(order);
    expect(await shop.pay(ann, order.id, { cardToken: 'tok_ok' })).toMatchObject({
      __typename: 'OrderSuccess',
      order: { status: 'CONFIRMED', payment: { status: 'CAPTURED', attempts: 1 } },
    });
    expect(at(order)).toMatchObject([{ captured: money.of(2_500, 'EUR') }]);
  });
});
