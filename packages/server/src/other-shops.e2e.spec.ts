// Faults of other shops, from public reports, each tried on this shop over GraphQL.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { callMutation, type Input } from './test/any-mutation.js';
import { address, openCardShop, type Answer, type CardShop, type Customer } from './test/card-shop.js';

let shop: CardShop;
let staff: string;
beforeAll(async () => {
  shop = await openCardShop();
  staff = await shop.staff('CATALOG', 'OPERATOR', 'SUPPORT', 'WAREHOUSE');
}, 60_000);
afterAll(() => shop.close());

const call = (name: string, input: Input, token: string): Promise<Answer> =>
  callMutation(shop, name, input, token);

const euros = (amount: number): Input => ({ amount: String(amount), currency: 'EUR' });
const rich = async (): Promise<Customer> => {
  const customer = await shop.customer();
  await shop.deposit(customer, 100_000);
  return customer;
};
const is = (customer: Customer, id: string, status: string): Promise<void> =>
  eventually(
    async () => {
      expect(await shop.order(customer, id)).toMatchObject({ status });
    },
    { timeoutMs: 20_000 },
  );
const availableIs = (sku: string, units: number): Promise<void> =>
  eventually(async () => expect(await shop.available(sku)).toBe(units), { timeoutMs: 20_000 });
const byWallet = { paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC' };
const balance = async (customer: Customer): Promise<number> =>
  Number((await shop.wallet(customer)).balance.amount);
const balanceIs = (customer: Customer, minor: number): Promise<void> =>
  eventually(async () => expect(await balance(customer)).toBe(minor));
const confirmed = async (customer: Customer, sku: string, quantity = 1): Promise<string> => {
  const more = { ...byWallet, lines: [{ sku, quantity }], waitFor: 'CONFIRMED' };
  const { id } = await shop.place(customer, sku, more);
  await is(customer, id, 'CONFIRMED');
  return id;
};
const delivered = async (customer: Customer, sku: string, quantity: number): Promise<string> => {
  const id = await confirmed(customer, sku, quantity);
  const { commands } = shop.engine;
  const steps = [
    { type: 'MarkPacked', data: { orderId: id } },
    { type: 'MarkShipped', data: { orderId: id, carrier: 'post', trackingNumber: `T-${id}` } },
    { type: 'MarkInTransit', data: { orderId: id } },
    { type: 'MarkDelivered', data: { orderId: id } },
  ];
  for (const step of steps) {
    const commandId = `${step.type}-${id}`;
    const context = { commandId, correlationId: id, causationId: id, actor: 'staff:s' };
    expect(await commands.handle(step, context)).toMatchObject({ ok: true });
  }
  return id;
};

describe('stock', () => {
  test('that is counted lower while orders hold it › goes no lower than what they hold', async () => {
    const [ann, sku] = [await shop.customer(), await shop.product()];
    await shop.place(ann, sku, { lines: [{ sku, quantity: 8 }] });
    const adjusted = await call('adjustStock', { sku, delta: -5, reason: 'counted' }, staff);
    expect(adjusted.__typename).not.toBe('StockSuccess');
    await availableIs(sku, 2);
  }, 60_000);

  test('of an order that is cancelled twice, under two keys › comes back once', async () => {
    const [ann, sku] = [await shop.customer(), await shop.product()];
    const { id } = await shop.place(ann, sku, { lines: [{ sku, quantity: 4 }] });
    await Promise.all(
      ['a', 'b'].map((key) => call('cancelOrder', { idempotencyKey: key, orderId: id }, ann.token)),
    );
    await is(ann, id, 'CANCELLED');
    await availableIs(sku, 10);
  }, 60_000);

  test('of an order that staff and its customer cancel at once › comes back once, and so does the money', async () => {
    const [ann, sku] = [await rich(), await shop.product(1000)];
    const id = await confirmed(ann, sku, 3);
    await Promise.all(
      [ann.token, staff].map((token) => call('cancelOrder', { orderId: id, reason: 'no' }, token)),
    );
    await is(ann, id, 'CANCELLED');
    await availableIs(sku, 10);
    await eventually(async () => expect(await balance(ann)).toBe(100_000));
  }, 60_000);

  test('that 12 customers order at once, one unit each of 10 › is sold to 10 of them', async () => {
    const sku = await shop.product(100);
    const people = await Promise.all(Array.from({ length: 12 }, rich));
    const answers = await Promise.all(
      people.map((one) =>
        call(
          'placeOrder',
          {
            lines: [{ sku, quantity: 1 }],
            shippingAddress: address,
            ...byWallet,
            waitFor: 'CONFIRMED',
            waitMs: 20_000,
          },
          one.token,
        ),
      ),
    );
    const kinds = answers.map(({ __typename }) => __typename).sort();
    expect(kinds).toEqual(
      [...Array.from({ length: 10 }, () => 'OrderSuccess'), 'OutOfStockError', 'OutOfStockError'].sort(),
    );
    await availableIs(sku, 0);
  }, 90_000);

  test('of a failed order is free for the next order of the same customer at once', async () => {
    const [poor, sku] = [await shop.customer(), await shop.product(1000)];
    const order = {
      lines: [{ sku, quantity: 10 }],
      shippingAddress: address,
      ...byWallet,
      waitFor: 'CONFIRMED',
      waitMs: 20_000,
    };
    expect(await call('placeOrder', order, poor.token)).toMatchObject({
      __typename: 'InsufficientFundsError',
    });
    await shop.deposit(poor, 20_000);
    await availableIs(sku, 10);
    expect(await call('placeOrder', order, poor.token)).toMatchObject({ __typename: 'OrderSuccess' });
  }, 60_000);
});

describe('a refund', () => {
  test('of a return after all money went back already › gives nothing more, and the goods come back', async () => {
    const [ann, sku] = [await rich(), await shop.product(999)];
    const id = await delivered(ann, sku, 2);
    await call('refundOrder', { orderId: id, reason: 'late' }, staff);
    await eventually(async () => expect(await balance(ann)).toBe(100_000));
    await call('returnOrder', { orderId: id, lines: [{ sku, quantity: 2 }], reason: 'unwanted' }, staff);
    await availableIs(sku, 10);
    await balanceIs(ann, 100_000);
  }, 60_000);

  test('in parts that do not divide the price › adds up to the price, to the cent', async () => {
    const [ann, sku] = [await rich(), await shop.product(333)];
    const id = await delivered(ann, sku, 3);
    await call('refundOrder', { orderId: id, amount: euros(100), reason: 'scratched' }, staff);
    for (let n = 0; n < 3; n += 1)
      await call('returnOrder', { orderId: id, lines: [{ sku, quantity: 1 }], reason: 'unwanted' }, staff);
    await eventually(async () => expect(await balance(ann)).toBe(100_000));
    const more = await call('refundOrder', { orderId: id, amount: euros(1), reason: 'again' }, staff);
    expect(more.__typename).not.toBe('OrderSuccess');
  }, 60_000);

  test('of more units than were bought, on two lines of one SKU › is refused', async () => {
    const [ann, sku] = [await rich(), await shop.product(500)];
    const id = await delivered(ann, sku, 2);
    const lines = [
      { sku, quantity: 2 },
      { sku, quantity: 1 },
    ];
    const answer = await call('returnOrder', { orderId: id, lines, reason: 'unwanted' }, staff);
    expect(answer.__typename).not.toBe('OrderSuccess');
    await balanceIs(ann, 99_000);
  }, 60_000);

  test('of an order in another currency than the request names › is refused', async () => {
    const [ann, sku] = [await rich(), await shop.product(500)];
    const id = await delivered(ann, sku, 1);
    const amount = { amount: '500', currency: 'USD' };
    const answer = await call('refundOrder', { orderId: id, amount, reason: 'late' }, staff);
    expect(answer.__typename).not.toBe('OrderSuccess');
    await balanceIs(ann, 99_500);
  }, 60_000);

  test('of an order that is not paid › is refused', async () => {
    const [ann, sku] = [await shop.customer(), await shop.product()];
    const { id } = await shop.place(ann, sku);
    expect(await call('refundOrder', { orderId: id, reason: 'kind' }, staff)).toMatchObject({
      __typename: 'OrderStateError',
    });
  }, 60_000);
});

describe('an order', () => {
  test('of two customers under one idempotency key › is an order of each', async () => {
    const sku = await shop.product();
    const people = [await shop.customer(), await shop.customer()];
    const placed = await Promise.all(people.map((one) => shop.place(one, sku, { idempotencyKey: 'same' })));
    expect(new Set(placed.map(({ id }) => id)).size).toBe(2);
  }, 60_000);

  test('whose price changes after it was placed › costs what it cost then', async () => {
    const [ann, sku] = [await rich(), await shop.product(1000)];
    const { id } = await shop.place(ann, sku, { paymentMethod: 'WALLET' });
    await call('changePrice', { sku, price: euros(9000), reason: 'dearer' }, staff);
    await call('payOrder', { orderId: id, method: 'WALLET', waitMs: 20_000 }, ann.token);
    await is(ann, id, 'CONFIRMED');
    await balanceIs(ann, 99_000);
  }, 60_000);

  test('whose price changes while its page is open › is not placed at a total that was not shown', async () => {
    const [ann, sku] = [await rich(), await shop.product(1000)];
    const order = { ...byWallet, lines: [{ sku, quantity: 2 }], shippingAddress: address, waitMs: 20_000 };
    const placing = { ...order, idempotencyKey: 'one intent', waitFor: 'CONFIRMED' };
    await call('changePrice', { sku, price: euros(1500), reason: 'dearer' }, staff);
    const shown = await call('placeOrder', { ...placing, expectedTotal: euros(2000) }, ann.token);
    expect(shown).toMatchObject({ __typename: 'PriceChangedError', errorCode: 'PRICE_CHANGED' });
    await availableIs(sku, 10);
    await balanceIs(ann, 100_000);
    const agreed = await call('placeOrder', { ...placing, expectedTotal: euros(3000) }, ann.token);
    expect(agreed).toMatchObject({ __typename: 'OrderSuccess' });
    await eventually(async () => expect(await balance(ann)).toBe(97_000));
  }, 60_000);

  test('that is paid in another way than it was placed for › is charged in one way only', async () => {
    const [ann, sku] = [await rich(), await shop.product(1000)];
    const { id } = await shop.place(ann, sku, { paymentMethod: 'WALLET' });
    const both = await Promise.all([
      shop.pay(ann, id, { method: 'CARD', cardToken: 'tok_ok', idempotencyKey: 'card' }),
      shop.pay(ann, id, { method: 'WALLET', idempotencyKey: 'wallet' }),
    ]);
    expect(both.some(({ __typename }) => __typename === 'OrderSuccess')).toBe(true);
    await is(ann, id, 'CONFIRMED');
    const taken = 100_000 - (await balance(ann));
    const charged = shop.gateway.payments().filter(({ reference }) => reference.startsWith(id));
    const byCard = charged.reduce((sum, { captured }) => sum + captured.minor, 0);
    expect(taken + byCard).toBe(1000);
  }, 60_000);

  test('that is packed before it is paid › is refused, and one that is packed twice is packed once', async () => {
    const [ann, sku] = [await rich(), await shop.product(1000)];
    const unpaid = await shop.place(ann, sku, { paymentMethod: 'WALLET' });
    expect(await call('packOrder', { orderId: unpaid.id }, staff)).toMatchObject({
      __typename: 'OrderStateError',
    });
    const id = await confirmed(ann, sku);
    const twice = await Promise.all(
      ['p1', 'p2'].map((key) => call('packOrder', { idempotencyKey: key, orderId: id }, staff)),
    );
    expect(twice.map(({ __typename }) => __typename)).toEqual(['OrderSuccess', 'OrderSuccess']);
    const events = await shop.engine.store.readStream(`order-${id}`);
    expect(events.filter(({ type }) => type === 'OrderPacked')).toHaveLength(1);
  }, 60_000);

  test('in two currencies › is refused by name, and holds nothing', async () => {
    const [ann, sku, yen] = [await shop.customer(), await shop.product(), await shop.product(100, 'JPY')];
    const lines = [sku, yen].map((one) => ({ sku: one, quantity: 1 }));
    const answer = await call('placeOrder', { lines, shippingAddress: address }, ann.token);
    expect(answer).toMatchObject({ __typename: 'ValidationError' });
    expect([await shop.available(sku), await shop.available(yen)]).toEqual([10, 10]);
  }, 60_000);

  test('whose customer asks for the order of somebody else › looks like one that does not exist', async () => {
    const [ann, eve, sku] = [await shop.customer(), await shop.customer(), await shop.product()];
    const { id } = await shop.place(ann, sku);
    expect(await shop.order(eve, id)).toBeNull();
    const [theirs, none] = await Promise.all(
      [id, '0123456789abcdef0123456789abcdef'].map((orderId) => call('cancelOrder', { orderId }, eve.token)),
    );
    expect(theirs).toEqual(none);
    expect(await shop.order(ann, id)).toMatchObject({ status: 'RESERVED' });
  }, 60_000);
});

describe('money', () => {
  test('that is held for an order › cannot be withdrawn or spent on another', async () => {
    const [ann, sku] = [await shop.customer(), await shop.product(1000)];
    await shop.deposit(ann, 1500);
    const order = {
      lines: [{ sku, quantity: 1 }],
      shippingAddress: address,
      ...byWallet,
      waitFor: 'CONFIRMED',
      waitMs: 20_000,
    };
    const answers = await Promise.all([
      call('placeOrder', order, ann.token),
      call('placeOrder', order, ann.token),
      call('withdraw', { amount: euros(1000) }, ann.token),
    ]);
    const spent = answers.filter(({ __typename }) => __typename.endsWith('Success'));
    expect(spent).toHaveLength(1);
    await eventually(async () => expect(await balance(ann)).toBe(500));
  }, 60_000);

  test('of an order that is cancelled while its deposit is sent again › is counted once', async () => {
    const [ann, sku] = [await shop.customer(), await shop.product(1000)];
    const deposits = ['d', 'd', 'd'].map((key) => shop.deposit(ann, 1000, { idempotencyKey: key }));
    await Promise.all(deposits);
    const id = await confirmed(ann, sku);
    await call('cancelOrder', { orderId: id }, ann.token);
    await eventually(async () => expect(await balance(ann)).toBe(1000));
  }, 60_000);
});
