// Wallets that are filled by card over GraphQL, at the simulated gateway over HTTP.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openCardShop, type CardShop, type Customer } from '../test/card-shop.js';

let shop: CardShop;
let ann: Customer;

beforeAll(async () => {
  shop = await openCardShop({ freeDeposits: false });
}, 60_000);
afterAll(() => shop.close());
beforeEach(async () => {
  ann = await shop.customer();
});
afterEach(() => {
  shop.gateway.behave({ webhooks: 'after', copies: 1, lostAnswers: 0, isDown: false });
});

const balance = async (): Promise<string> => (await shop.wallet(ann)).balance.amount;
const deposits = async (): Promise<number> =>
  (await shop.engine.store.readStream(`wallet-${ann.id}`)).filter(({ type }) => type === 'FundsDeposited')
    .length;

describe('a deposit by card', () => {
  test('is in the wallet once, however often it is sent, and the gateway has charged it once', async () => {
    const request = { idempotencyKey: 'once' };
    const answers = await Promise.all([1, 2, 3].map(() => shop.deposit(ann, 5000, request)));
    for (const answer of answers)
      expect(answer).toMatchObject({ __typename: 'WalletSuccess', wallet: { balance: { amount: '5000' } } });
    expect(await deposits()).toBe(1);
    expect(await shop.deposit(ann, 5001, request)).toMatchObject({ __typename: 'IdempotencyConflictError' });
    expect(await balance()).toBe('5000');
  });

  test.each([
    ['tok_declined', 'card_declined'],
    ['tok_insufficient', 'insufficient_funds'],
    ['tok_expired', 'expired_card'],
  ])('with %s is declined with %s, and the wallet stays as it is', async (cardToken, declineCode) => {
    expect(await shop.deposit(ann, 5000, { cardToken })).toMatchObject({
      ...{ __typename: 'CardDeclinedError', errorCode: 'CARD_DECLINED', declineCode },
    });
    expect(await deposits()).toBe(0);
  });

  test('on the gateway’s page › shows where to pay, and is in the wallet after that', async () => {
    const request = { idempotencyKey: 'page', cardToken: 'tok_redirect' };
    const pending = await shop.deposit(ann, 5000, request);
    expect(pending).toMatchObject({ __typename: 'DepositPending' });
    await shop.onPage(String(pending['redirectUrl']), 'pay');
    await eventually(async () => expect(await balance()).toBe('5000'), { timeoutMs: 20_000 });
    expect(await shop.deposit(ann, 5000, request)).toMatchObject({ __typename: 'WalletSuccess' });
    expect(await deposits()).toBe(1);
  });

  test('whose answers are lost and whose webhooks come three times › is in the wallet once', async () => {
    shop.gateway.behave({ lostAnswers: 2, copies: 3 });
    expect(await shop.deposit(ann, 5000)).toMatchObject({ __typename: 'WalletSuccess' });
    expect(await deposits()).toBe(1);
  });

  test('in another currency than the wallet’s › is refused by name, and no card is charged', async () => {
    await shop.deposit(ann, 5000);
    const before = shop.gateway.payments().length;
    const amount = { amount: '5000', currency: 'JPY' };
    expect(await shop.deposit(ann, 5000, { amount })).toMatchObject({
      ...{ __typename: 'ValidationError', message: 'the wallet holds EUR', fields: ['amount.currency'] },
    });
    expect(shop.gateway.payments()).toHaveLength(before);
  });

  test('without a card, where money is not free › is paid on the gateway’s page', async () => {
    const request = { cardToken: null, idempotencyKey: 'on-page', returnUrl: 'https://shop.example/wallet' };
    const pending = await shop.deposit(ann, 5000, request);
    expect(pending).toMatchObject({ __typename: 'DepositPending' });
    expect(String(pending['redirectUrl'])).toMatch(/^http/);
    expect(await deposits()).toBe(0);
  });

  test.each([
    ['JPY', '5000'],
    ['KWD', '5001'],
  ])('of %s %s › is exactly that at the gateway and in the wallet', async (currency, amount) => {
    await shop.deposit(ann, 0, { amount: { amount, currency } });
    expect((await shop.wallet(ann)).balance).toEqual({ amount, currency });
    expect(shop.gateway.payments().at(-1)?.captured).toEqual({ minor: Number(amount), currency });
  });
});

test('money from a card pays an order from the wallet', async () => {
  await shop.deposit(ann, 5000);
  const sku = await shop.product(2500);
  const order = await shop.place(ann, sku, {
    ...{ paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC', waitFor: 'CONFIRMED' },
  });
  expect(order).toMatchObject({ status: 'CONFIRMED', payment: { method: 'WALLET', attempts: 1 } });
});
