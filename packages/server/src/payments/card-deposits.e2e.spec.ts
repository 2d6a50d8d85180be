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
  test('that is sent again is in the wallet once, and the gateway has charged it once', async () => {
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
      ...{
        __typename: 'ValidationError',
        message: 'amount: the wallet is in EUR',
        fields: ['amount.currency'],
      },
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

describe('a withdrawal where money is not free', () => {
  const withdraw = async (amount: number, idempotencyKey = `${amount}`) => {
    const query = `mutation ($input: WithdrawInput!) { withdraw(input: $input) { __typename
      ... on ErrorResult { errorCode } ... on NotWithdrawableError { withdrawable { amount } }
      ... on WalletSuccess { wallet { balance { amount } } } } }`;
    const input = { idempotencyKey, amount: { amount: String(amount), currency: 'EUR' } };
    return (await shop.ask<{ readonly withdraw: object }>(query, { input }, ann.token)).withdraw;
  };
  const onCards = (): readonly number[] =>
    shop.gateway.payments().map(({ refunds }) => refunds.reduce((sum, { amount }) => sum + amount.minor, 0));

  test('goes back to the cards that the money came from, to the newest first, and once for each key', async () => {
    const before = shop.gateway.payments().length;
    await shop.deposit(ann, 5000);
    await shop.deposit(ann, 3000);
    const once = await withdraw(4000, 'key');
    expect(once).toMatchObject({ __typename: 'WalletSuccess', wallet: { balance: { amount: '4000' } } });
    expect(await withdraw(4000, 'key')).toMatchObject(once);
    await eventually(() => expect(onCards().slice(before)).toEqual([1000, 3000]));
    expect(await balance()).toBe('4000');
  });

  test('of money that came from staff is refused by name, and changes nothing', async () => {
    await shop.deposit(ann, 1000);
    const admin = await shop.staff('ADMIN');
    const input = {
      ...{ idempotencyKey: 'gift', customerId: ann.id, reason: 'a gift' },
      amount: { amount: '500', currency: 'EUR' },
    };
    const credit = `mutation ($input: CreditWalletInput!) { creditWallet(input: $input) { __typename } }`;
    await shop.ask(credit, { input }, admin);
    expect(await withdraw(1001)).toEqual({
      ...{ __typename: 'NotWithdrawableError', errorCode: 'NOT_WITHDRAWABLE' },
      withdrawable: { amount: '1000' },
    });
    expect(await balance()).toBe('1500');
  });

  test('while the gateway is away › reaches the card once it is back', async () => {
    const before = shop.gateway.payments().length;
    await shop.deposit(ann, 2000);
    shop.gateway.behave({ isDown: true });
    await withdraw(2000);
    expect(await balance()).toBe('0');
    shop.gateway.behave({ isDown: false });
    await eventually(() => expect(onCards().slice(before)).toEqual([2000]), { timeoutMs: 30_000 });
  }, 60_000);

  test('of a deposit that the gateway can no longer refund › is in the wallet again', async () => {
    await shop.deposit(ann, 2000);
    const booked = shop.gateway.payments().at(-1);
    shop.gateway.behave({ webhooks: 'held' });
    await shop.gateway.dashboard.refund(booked?.reference ?? '', { minor: 1500, currency: 'EUR' });
    await withdraw(2000);
    await eventually(async () => expect(await balance()).toBe('2000'), { timeoutMs: 30_000 });
  }, 60_000);
});

describe('reconciliation', () => {
  type Check = {
    readonly name: string;
    readonly ok: boolean;
    readonly expected: string;
    readonly actual: string;
  };
  const ofDeposits = async (): Promise<Check | undefined> => {
    const query = '{ reconciliation { checks { name ok expected actual } } }';
    type Found = { readonly reconciliation: { readonly checks: readonly Check[] } };
    const found = await shop.ask<Found>(query, {}, await shop.staff('OPERATOR'));
    return found.reconciliation.checks.find(({ name }) => name.startsWith('deposits: '));
  };

  const inDollars = async (): Promise<readonly (string | undefined)[]> => {
    const { expected = '', actual = '' } = (await ofDeposits()) ?? {};
    return [expected, actual].map((text) => /(\d+) USD/.exec(text)?.[1]);
  };

  test('sees a deposit that was refunded at the gateway’s own dashboard, in its currency', async () => {
    await shop.deposit(ann, 0, { amount: { amount: '4000', currency: 'USD' } });
    expect(await inDollars()).toEqual(['4000', '4000']);
    const reference = shop.gateway.payments().at(-1)?.reference ?? '';
    await shop.gateway.dashboard.refund(reference, { minor: 1500, currency: 'USD' });
    expect(await inDollars()).toEqual(['4000', '2500']);
    expect(await ofDeposits()).toMatchObject({ ok: false });
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
