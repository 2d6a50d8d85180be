// Deposits, credits and withdrawals, and the limit of unpaid orders that hold stock.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { walletStream } from '@holdfast/wallet';
import { CustomerId } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../test/rig.js';
import { gbp, openShop, type Shop } from '../test/shop.js';
import type { Fields } from '../test/selected.js';

let rig: Rig;
let keys = 0;

beforeAll(async () => {
  rig = await startRig({ production: true, supportCreditLimit: 1_000, maxUnpaidOrders: 3 });
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const wallet = `{ __typename ... on ErrorResult { errorCode } ... on ValidationError { fields }
  ... on WalletSuccess { wallet { available { amount } } } }`;
const nextKey = () => `key ${(keys += 1)}`;

const change = async (mutation: 'deposit' | 'withdraw', amount: number, token: string, at?: string) => {
  const type = mutation === 'deposit' ? 'DepositInput' : 'WithdrawInput';
  const input = { idempotencyKey: nextKey(), amount: gbp(amount) };
  const { data } = await rig.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) ${wallet} }`,
    { input },
    token,
    at,
  );
  return data[mutation];
};
const credit = async (customerId: string, amount: number, token: string, more: object = {}) => {
  const input = {
    idempotencyKey: nextKey(),
    customerId,
    amount: gbp(amount),
    reason: 'a lost parcel',
    ...more,
  };
  const { data, errors } = await rig.ask<Fields | null>(
    `mutation ($input: CreditWalletInput!) { creditWallet(input: $input) ${wallet} }`,
    { input },
    token,
  );
  return data?.creditWallet ?? errors?.[0]?.extensions;
};

describe('in production', () => {
  test('customers cannot give themselves money, and nothing is written', async () => {
    const { id, token } = await rig.customer();
    for (const mutation of ['deposit', 'withdraw'] as const)
      expect(await change(mutation, 100, token)).toEqual({
        __typename: 'DepositUnavailableError',
        errorCode: 'DEPOSIT_UNAVAILABLE',
      });
    expect(await rig.store.readStream(walletStream(CustomerId(id)))).toEqual([]);
  });

  test('staff credit a wallet, once for each key, and the event has its actor and reason', async () => {
    const [{ id }, support] = [await rig.customer(), await rig.staff('SUPPORT')];
    const idempotencyKey = nextKey();
    const once = await credit(id, 1_000, support, { idempotencyKey });
    expect(once).toEqual({ __typename: 'WalletSuccess', wallet: { available: { amount: '1000' } } });
    expect(await credit(id, 1_000, support, { idempotencyKey })).toEqual(once);
    const other = await credit(id, 1_000, support, { idempotencyKey, reason: 'another reason' });
    expect(other).toMatchObject({ __typename: 'IdempotencyConflictError' });
    const events = await rig.store.readStream(walletStream(CustomerId(id)));
    expect(events.at(-1)).toMatchObject({
      type: 'FundsDeposited',
      data: { amount: { minor: 1_000, currency: 'GBP' }, reason: 'a lost parcel' },
      metadata: { actor: expect.stringMatching(/^staff:/) },
    });
    expect(events).toHaveLength(2);
  });

  test('support credits up to the limit, an administrator beyond it', async () => {
    const [{ id }, support, admin] = [
      await rig.customer(),
      await rig.staff('SUPPORT'),
      await rig.staff('ADMIN'),
    ];
    const tooMuch = await credit(id, 1_001, support);
    expect(tooMuch).toMatchObject({ __typename: 'ValidationError', fields: ['amount.amount'] });
    expect(await credit(id, 1_001, admin)).toMatchObject({ __typename: 'WalletSuccess' });
  });

  test.each([
    ['to nobody', { customerId: 'nobody' }, 'customerId'],
    ['to what is no id', { customerId: '../x' }, 'customerId'],
    ['without a reason', { reason: ' ' }, 'reason'],
    ['of nothing', { amount: gbp(0) }, 'amount.amount'],
  ])('a credit %s is refused', async (_, wrong, field) => {
    const [{ id }, support] = [await rig.customer(), await rig.staff('SUPPORT')];
    expect(await credit(id, 1, support, wrong)).toMatchObject({
      __typename: 'ValidationError',
      fields: [field],
    });
  });

  test('support does not credit itself, and customers credit no account', async () => {
    const [support, { id, token }] = [await rig.staff('SUPPORT'), await rig.customer()];
    const { data } = await rig.ask('{ me { id } }', {}, support);
    expect(await credit(data.me.id, 1, support)).toMatchObject({ fields: ['customerId'] });
    expect(await credit(id, 1, token)).toMatchObject({ code: 'FORBIDDEN' });
  });
});

test('outside production customers deposit and withdraw freely, but never more than they have', async () => {
  const free = await rig.open({ freeDeposits: true });
  const { token } = await rig.customer();
  expect(await change('withdraw', 1, token, free.url())).toMatchObject({ __typename: 'ValidationError' });
  expect(await change('deposit', 100, token, free.url())).toMatchObject({
    wallet: { available: { amount: '100' } },
  });
  expect(await change('withdraw', 101, token, free.url())).toMatchObject({ fields: ['amount.amount'] });
  expect(await change('withdraw', 40, token, free.url())).toMatchObject({
    wallet: { available: { amount: '60' } },
  });
});

describe('orders that wait for money that is not in the wallet', () => {
  let shop: Shop;
  let sku = '';
  beforeAll(async () => {
    shop = await openShop(rig);
    sku = await shop.product(100, 1000);
  });

  const place = (token: string, key = nextKey()) =>
    shop.place(token, { key, lines: [{ sku, quantity: 1 }], paymentMode: 'ON_CONFIRMATION' });

  test('are limited for each customer, however many come at once, until one of them ends', async () => {
    const { token } = await rig.customer();
    const answers = await Promise.all(Array.from({ length: 10 }, () => place(token)));
    const placed = answers.filter(({ __typename }) => __typename === 'OrderSuccess');
    expect(placed).toHaveLength(3);
    const refused = answers.filter(({ __typename }) => __typename === 'RateLimitedError');
    expect(refused).toHaveLength(7);
    for (const { retryAfterMs } of refused) expect(retryAfterMs).toBeGreaterThan(0);
    expect(await place((await rig.customer()).token)).toMatchObject({ __typename: 'OrderSuccess' });
    await shop.cancel(token, placed[0]?.order.id ?? '');
    await eventually(async () => {
      expect(await place(token)).toMatchObject({ __typename: 'OrderSuccess' });
    });
  });

  test('that are sent again count once', async () => {
    const { token } = await rig.customer();
    const key = nextKey();
    const first = await place(token, key);
    const same = { __typename: 'OrderSuccess', order: { id: first.order.id } };
    for (let n = 0; n < 5; n++) expect(await place(token, key)).toMatchObject(same);
    expect(await place(token)).toMatchObject({ __typename: 'OrderSuccess' });
  });

  test('do not include orders that the wallet covers', async () => {
    const [{ id, token }, admin] = [await rig.customer(), await rig.staff('ADMIN')];
    await credit(id, 100, admin);
    for (let n = 0; n < 5; n++) expect(await place(token)).toMatchObject({ __typename: 'OrderSuccess' });
  });
});

test('a position that the log has not reached is refused at once', async () => {
  const { token } = await rig.customer();
  for (const query of [
    '{ wallet(atLeast: "0000009999999999") { id } }',
    '{ order(id: "x", atLeast: "0000009999999999") { id } }',
  ])
    expect((await rig.ask(query, {}, token)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('mutations beyond the number that a process carries out at once are refused, and the others are not', async () => {
  const small = await rig.open({ mutationsAtOnce: 5 });
  const login = async (n: number) => {
    const { data } = await rig.ask(
      `mutation { login(email: "nobody${n}@example.com", password: "not a password") { __typename
        ... on RateLimitedError { retryAfterMs } } }`,
      {},
      undefined,
      small.url(),
    );
    return data.login;
  };
  // Each one takes the time of a hash, and only two hashes run at once.
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => login(n)));
  expect(answers).toContainEqual({ __typename: 'InvalidCredentialsError' });
  expect(answers).toContainEqual({ __typename: 'RateLimitedError', retryAfterMs: 1_000 });
  // the places are free again
  expect(await login(60)).toEqual({ __typename: 'InvalidCredentialsError' });
});
