// Row 23: currencies without decimals and with three, on every path of money that a customer and staff see.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { money } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import {
  openCardShop,
  type Answer,
  type CardShop,
  type Customer,
  type ShownOrder,
} from '../test/card-shop.js';

let shop: CardShop;
let support: string;
let ann: Customer;

beforeAll(async () => {
  shop = await openCardShop({ freeDeposits: false });
  support = await shop.staff('SUPPORT', 'OPERATOR');
}, 60_000);
afterAll(() => shop.close());
beforeEach(async () => {
  ann = await shop.customer();
});

/** The payment in the books of the gateway. */
const atGateway = ({ id }: ShownOrder) =>
  shop.gateway.payments().find(({ reference }) => reference.startsWith(`${id}.`));

const becomes = (order: ShownOrder, expected: object): Promise<void> =>
  eventually(async () => expect(await shop.order(ann, order.id)).toMatchObject(expected), {
    timeoutMs: 30_000,
  });

async function refund({ id: orderId }: ShownOrder, amount: object): Promise<string> {
  const query = 'mutation ($input: RefundOrderInput!) { refundOrder(input: $input) { __typename } }';
  const input = { idempotencyKey: `r-${orderId}`, orderId, amount, reason: 'One was broken' };
  return (await shop.ask<{ readonly refundOrder: Answer }>(query, { input }, support)).refundOrder.__typename;
}

async function invoiceOf({ id }: ShownOrder): Promise<string> {
  type Found = { readonly order: { readonly invoice: { readonly url: string } } };
  const query = 'query ($id: ID!) { order(id: $id) { invoice { url } } }';
  const { order } = await shop.ask<Found>(query, { id }, ann.token);
  const url = new URL(order.invoice.url, shop.url);
  const page = await fetch(url, { headers: { authorization: `Bearer ${ann.token}`, accept: 'text/html' } });
  return page.text();
}

type Entry = { readonly kind: string; readonly amount: object; readonly balanceAfter: object };

async function statement(): Promise<readonly Entry[]> {
  type Found = { readonly wallet: { readonly entries: { readonly nodes: readonly Entry[] } } };
  const query = `{ wallet { entries(first: 50) { nodes { kind amount { amount currency }
    balanceAfter { amount currency } } } } }`;
  return (await shop.ask<Found>(query, {}, ann.token)).wallet.entries.nodes;
}

type Check = { readonly name: string; readonly ok: boolean; readonly expected: string };

async function reconciled(): Promise<readonly Check[]> {
  const query = '{ reconciliation { checks { name ok expected } } }';
  type Found = { readonly reconciliation: { readonly checks: readonly Check[] } };
  return (await shop.ask<Found>(query, {}, support)).reconciliation.checks;
}

describe.each([
  ['JPY', '2,500', '5,000'],
  ['KWD', '2.500', '5.000'],
])('in %s', (currency, price, total) => {
  const of = (minor: number) => ({ amount: String(minor), currency });

  test('an order by card is charged, refunded in part and invoiced in exactly its minor units', async () => {
    const sku = await shop.product(2_500, currency);
    const by = { paymentMode: 'AUTOMATIC', cardToken: 'tok_ok', waitFor: 'CONFIRMED' };
    const order = await shop.place(ann, sku, { ...by, lines: [{ sku, quantity: 2 }] });
    expect(order).toMatchObject({ status: 'CONFIRMED', payment: { amount: of(5_000) } });
    expect(atGateway(order)).toMatchObject({ captured: money.of(5_000, currency), refunds: [] });
    expect(await refund(order, of(1_001))).toBe('OrderSuccess');
    await becomes(order, { payment: { status: 'PARTLY_REFUNDED', refunded: { amount: '1001' } } });
    expect(atGateway(order)).toMatchObject({ refunds: [{ amount: money.of(1_001, currency) }] });
    const invoice = await invoiceOf(order);
    for (const shown of [price, total]) expect(invoice).toContain(shown);
  }, 60_000);

  test('a wallet is filled by card and pays an order, its statement adds up, and a refund comes back', async () => {
    expect(await shop.deposit(ann, 9_000, { amount: of(9_000) })).toMatchObject({
      ...{ __typename: 'WalletSuccess', wallet: { balance: of(9_000) } },
    });
    const sku = await shop.product(2_500, currency);
    const by = { paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC', waitFor: 'CONFIRMED' };
    const order = await shop.place(ann, sku, by);
    expect(order.status).toBe('CONFIRMED');
    expect(await refund(order, of(501))).toBe('OrderSuccess');
    await becomes(order, { payment: { refunded: { amount: '501' } } });
    await eventually(async () => {
      expect(await statement()).toMatchObject([
        { kind: 'REFUND', amount: of(501), balanceAfter: of(7_001) },
        { kind: 'CAPTURE', balanceAfter: of(6_500) },
        { kind: 'HOLD', balanceAfter: of(9_000) },
        { kind: 'DEPOSIT', amount: of(9_000), balanceAfter: of(9_000) },
      ]);
    });
  }, 60_000);

  test('an amount of another currency is refused by name, and changes nothing', async () => {
    await shop.deposit(ann, 9_000, { amount: of(9_000) });
    expect(await shop.deposit(ann, 100, { amount: { amount: '100', currency: 'EUR' } })).toMatchObject({
      __typename: 'ValidationError',
    });
    expect(await shop.wallet(ann)).toMatchObject({ balance: of(9_000) });
  }, 60_000);
});

describe('the books', () => {
  test('agree with those of the gateway, for each currency by itself', async () => {
    const checks = await eventually(
      async () => {
        const found = await reconciled();
        expect(found.filter(({ ok }) => !ok)).toEqual([]);
        return found;
      },
      { timeoutMs: 30_000 },
    );
    const captured = checks.find(({ name }) => name.startsWith('cards: the gateway has captured'));
    expect(captured?.expected).toMatch(/\d+ JPY/);
    expect(captured?.expected).toMatch(/\d+ KWD/);
  }, 60_000);
});
