// The time machine and what-if on orders that are paid by card.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openCardShop, type CardShop } from '../test/card-shop.js';

let shop: CardShop;
let operator: string;

beforeAll(async () => {
  shop = await openCardShop();
  operator = await shop.staff('OPERATOR');
}, 60_000);
afterAll(() => shop.close());

type Moment = {
  readonly position: string;
  readonly event: { readonly type: string; readonly stream: string };
  readonly order: { readonly status: string; readonly payment: { readonly status: string } | null };
  readonly saga: { readonly status: string } | null;
  readonly wallet: object | null;
  readonly changes: readonly string[];
};

async function momentsOf(orderId: string): Promise<readonly Moment[]> {
  const query = `query ($orderId: ID!) { moments(orderId: $orderId) {
    position event { type stream } order { status payment { status } } saga { status } wallet { id } changes } }`;
  const data = await shop.ask<{ readonly moments: readonly Moment[] }>(query, { orderId }, operator);
  return data.moments;
}

const momentsOnce = (orderId: string, status: string) =>
  eventually(
    async () => {
      const moments = await momentsOf(orderId);
      expect(moments.at(-1)?.saga?.status).toBe(status);
      return moments;
    },
    { timeoutMs: 30_000 },
  );

test('a card that is declined and an order that ends with it: each event of the payment is a moment', async () => {
  const customer = await shop.customer();
  const sku = await shop.product();
  const order = await shop.place(customer, sku, { paymentMethod: 'CARD' });
  await shop.pay(customer, order.id);
  const paying = await eventually(async () => {
    const found = await shop.order(customer, order.id);
    expect(found.payment?.redirectUrl).toMatch(/^http/);
    return found;
  });
  await shop.onPage(paying.payment?.redirectUrl, 'decline');
  const moments = await momentsOnce(order.id, 'COMPENSATED');
  const types = moments.map(({ event }) => event.type);
  for (const type of ['PaymentRequested', 'PaymentRedirectOffered', 'PaymentDeclined', 'StockReleased'])
    expect(types).toContain(type);
  const declined = moments.find(({ event }) => event.type === 'PaymentDeclined');
  expect(declined?.changes).toContain('payment: PENDING → REFUSED');
  expect(moments.at(-1)).toMatchObject({ order: { status: 'FAILED' }, wallet: null });
}, 60_000);

type Outcome = { readonly status: string; readonly failureReason: string | null };
type WhatIf = { readonly happened: Outcome; readonly wouldHave: Outcome };

async function whatIf(orderId: string, position: string, change: string, amount?: number): Promise<WhatIf> {
  const query = `query ($input: WhatIfInput!) { whatIf(input: $input) {
    happened { status failureReason } wouldHave { status failureReason } } }`;
  const input = { orderId, position, change, amount };
  return (await shop.ask<{ readonly whatIf: WhatIf }>(query, { input }, operator)).whatIf;
}

test('a card order that was paid on the gateway’s page: its forks end as it did, and otherwise with a declined card', async () => {
  const customer = await shop.customer();
  const sku = await shop.product();
  const order = await shop.place(customer, sku, { paymentMethod: 'CARD' });
  await shop.pay(customer, order.id);
  const paying = await eventually(async () => {
    const found = await shop.order(customer, order.id);
    expect(found.payment?.redirectUrl).toMatch(/^http/);
    return found;
  });
  await shop.onPage(paying.payment?.redirectUrl, 'pay');
  const moments = await momentsOnce(order.id, 'COMPLETED');
  for (const { position, event } of moments) {
    const { happened, wouldHave } = await whatIf(order.id, position, 'LATER_MS', 0);
    expect({ event, ...wouldHave }).toEqual({ event, ...happened });
    expect(happened.status).toBe('CONFIRMED');
  }
  const redirected = moments.find(({ event }) => event.type === 'PaymentRedirectOffered');
  const { wouldHave } = await whatIf(order.id, redirected?.position ?? '', 'DECLINE_PAYMENT');
  expect(wouldHave).toEqual({ status: 'FAILED', failureReason: 'PAYMENT_DECLINED' });
}, 60_000);
