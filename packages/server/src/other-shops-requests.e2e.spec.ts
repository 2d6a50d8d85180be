// Faults of other shops with unusual requests, addresses, amounts and attempts, from public reports, each tried on this shop.
// Each test names its report.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { callMutation, type Input } from './test/any-mutation.js';
import { address, openCardShop, type Answer, type CardShop, type Customer } from './test/card-shop.js';

let shop: CardShop;
let staff: string;
beforeAll(async () => {
  shop = await openCardShop({ paymentAttempts: 3 }, { paymentAttempts: 3 });
  staff = await shop.staff('CATALOG', 'OPERATOR', 'SUPPORT', 'WAREHOUSE');
}, 60_000);
afterAll(() => shop.close());

const call = (name: string, input: Input, token: string): Promise<Answer> =>
  callMutation(shop, name, input, token);
const money = (amount: number, currency = 'EUR') => ({ amount: String(amount), currency });
const waiting = { waitMs: 20_000 };
const byWallet = { paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC', waitFor: 'CONFIRMED', ...waiting };
const is = (customer: Customer, id: string, status: string): Promise<void> =>
  eventually(async () => expect(await shop.order(customer, id)).toMatchObject({ status }));
const availableIs = (sku: string, units: number): Promise<void> =>
  eventually(async () => expect(await shop.available(sku)).toBe(units));
const balanceIs = (customer: Customer, minor: number): Promise<void> =>
  eventually(async () => expect(Number((await shop.wallet(customer)).balance.amount)).toBe(minor));
const rich = async (currency = 'EUR'): Promise<Customer> => {
  const customer = await shop.customer();
  await shop.deposit(customer, 100_000, { amount: money(100_000, currency) });
  return customer;
};
/** The money that the gateway keeps for the order: captured less refunded. */
const kept = (orderId: string): number =>
  shop.gateway
    .payments()
    .filter(({ reference }) => reference.startsWith(orderId))
    .reduce((sum, { captured, refunds }) => {
      const back = refunds.reduce((all, one) => all + one.amount.minor, 0);
      return sum + captured.minor - back;
    }, 0);

describe('stock', () => {
  // medusajs/medusa#16576: concurrent adjustments of one level overwrite each other
  test('that is adjusted and received 16 times at once › has the sum of all changes', async () => {
    const sku = await shop.product();
    await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        n % 2 === 0
          ? call('adjustStock', { sku, delta: -1, reason: 'counted' }, staff)
          : call('receiveStock', { sku, quantity: 3 }, staff),
      ),
    );
    await availableIs(sku, 10 - 8 + 24);
  }, 60_000);

  // Sylius/Sylius#7707: the payment can't be tried again, since the own order holds the last unit
  test('whose last unit an order holds › is not in the way of a second card for that order', async () => {
    const [ann, sku] = [await shop.customer(), await shop.product(700)];
    const { id } = await shop.place(ann, sku, { lines: [{ sku, quantity: 10 }] });
    expect(await shop.pay(ann, id, { cardToken: 'tok_declined', idempotencyKey: 'one' })).toMatchObject({
      __typename: 'PaymentDeclinedError',
    });
    await availableIs(sku, 0);
    await shop.pay(ann, id, { cardToken: 'tok_ok', idempotencyKey: 'two' });
    await is(ann, id, 'CONFIRMED');
    expect(kept(id)).toBe(7000);
  }, 60_000);

  // woocommerce/woocommerce#10189: a failed order is paid after its stock was sold, and the stock is -1
  test('of a failed order that somebody else bought › can not be paid for any more', async () => {
    const [poor, ann, sku] = [await shop.customer(), await rich(), await shop.product(1000)];
    const failed = { lines: [{ sku, quantity: 10 }], shippingAddress: address, ...byWallet };
    expect((await call('placeOrder', failed, poor.token)).__typename).toBe('InsufficientFundsError');
    await availableIs(sku, 10);
    const { id } = await shop.place(ann, sku, { ...byWallet, lines: [{ sku, quantity: 10 }] });
    await is(ann, id, 'CONFIRMED');
    await shop.deposit(poor, 50_000);
    const orders = `{ orders { nodes { id status } } }`;
    type Mine = {
      readonly orders: { readonly nodes: readonly { readonly id: string; readonly status: string }[] };
    };
    const nodes = await eventually(async () => {
      const mine = (await shop.ask<Mine>(orders, {}, poor.token)).orders.nodes;
      expect(mine).toMatchObject([{ status: 'FAILED' }]);
      return mine;
    });
    const again = await call('payOrder', { orderId: nodes[0]?.id, method: 'WALLET', ...waiting }, poor.token);
    expect(again).toMatchObject({ __typename: 'OrderStateError' });
    await availableIs(sku, 0);
    await balanceIs(poor, 50_000);
  }, 60_000);
});

describe('an order', () => {
  // simplcommerce/SimplCommerce#1110 (CVE-2024-50944): the quantity overflows, and the total is negative
  test.each([[2_147_483_647], [1_000_001], [0], [-1]])(
    'of %i units › is refused by the name of the field, and takes nothing',
    async (quantity) => {
      const [ann, sku] = [await rich(), await shop.product(1000)];
      const lines = [
        { sku, quantity },
        { sku, quantity: 1 },
      ];
      const answer = await call('placeOrder', { lines, shippingAddress: address, ...byWallet }, ann.token);
      expect(answer.__typename).toMatch(/^(ValidationError|OutOfStockError)$/);
      await availableIs(sku, 10);
      await balanceIs(ann, 100_000);
    },
    60_000,
  );

  // coopcycle/coopcycle-web#1260, openfoodfoundation/openfoodnetwork#10787: a total of 0 can't be paid
  test('by card with a free line, and one of which everything is free › are both confirmed', async () => {
    const [ann, free, sold] = [await shop.customer(), await shop.product(0), await shop.product(900)];
    const lines = [free, sold].map((sku) => ({ sku, quantity: 1 }));
    const mixed = await shop.place(ann, sold, { lines });
    await shop.pay(ann, mixed.id, { cardToken: 'tok_ok', idempotencyKey: 'mixed' });
    await is(ann, mixed.id, 'CONFIRMED');
    expect(kept(mixed.id)).toBe(900);
    const nothing = await shop.place(ann, free);
    await shop.pay(ann, nothing.id, { cardToken: 'tok_ok', idempotencyKey: 'nothing' });
    await is(ann, nothing.id, 'CONFIRMED');
    expect(kept(nothing.id)).toBe(0);
  }, 60_000);

  // openfoodfoundation/openfoodnetwork#2690, vuestorefront/vue-storefront#2405: a refresh sends the checkout twice
  test('that a reload of the page sends six times at once › is one order, one charge, one reservation', async () => {
    const [ann, sku] = [await rich(), await shop.product(1000)];
    const order = { idempotencyKey: 'one page', lines: [{ sku, quantity: 2 }], shippingAddress: address };
    const sent = Array.from({ length: 6 }, () => call('placeOrder', { ...order, ...byWallet }, ann.token));
    for (const { __typename } of await Promise.all(sent)) expect(__typename).toBe('OrderSuccess');
    await availableIs(sku, 8);
    await balanceIs(ann, 98_000);
  }, 60_000);

  // Automattic/woocommerce-payments#5605: a cancelled order is captured from the list of authorizations
  test('that is cancelled and paid by card at the same moment › keeps money only if it is confirmed', async () => {
    const [ann, sku] = [await shop.customer(), await shop.product(1000)];
    const { id } = await shop.place(ann, sku);
    await Promise.all([
      shop.pay(ann, id, { cardToken: 'tok_ok', idempotencyKey: 'pay' }),
      shop.cancel(ann, id),
    ]);
    await eventually(async () => {
      const { status } = await shop.order(ann, id);
      expect(['CONFIRMED', 'CANCELLED']).toContain(status);
      expect(kept(id)).toBe(status === 'CONFIRMED' ? 1000 : 0);
      expect(await shop.available(sku)).toBe(status === 'CONFIRMED' ? 9 : 10);
    });
  }, 60_000);

  // craftcms/commerce#1426 and #886: an emoji in the address breaks the checkout
  test('with emoji, Arabic and combining letters in its address › keeps every letter', async () => {
    const [ann, sku] = [await shop.customer(), await shop.product()];
    const name = '👩‍🚀 ליאור مريم Ẑoë e\u0301 🇫🇷';
    const { id } = await shop.place(ann, sku, { shippingAddress: { ...address, name, line1: name } });
    const [placed] = await shop.engine.store.readStream(`order-${id}`);
    expect(placed?.data).toMatchObject({ shippingAddress: { name, line1: name } });
  }, 60_000);
});

describe('a refund', () => {
  // woocommerce/woocommerce-gateway-stripe#435: a refund in yen is multiplied by 100; medusajs/medusa#13091: a difference of decimals
  test.each([
    ['JPY', 9899],
    ['KWD', 87_957],
  ])(
    'in %s, in parts › gives back exactly what the card was charged',
    async (currency, price) => {
      const [ann, sku] = [await shop.customer(), await shop.product(price, currency)];
      const { id } = await shop.place(ann, sku);
      await shop.pay(ann, id, { cardToken: 'tok_ok', idempotencyKey: 'pay' });
      await is(ann, id, 'CONFIRMED');
      expect(kept(id)).toBe(price);
      for (const amount of [1, 333])
        expect(
          await call('refundOrder', { orderId: id, amount: money(amount, currency), reason: 'late' }, staff),
        ).toMatchObject({ __typename: 'OrderSuccess' });
      await eventually(() => expect(kept(id)).toBe(price - 334));
      const rest = { orderId: id, amount: money(price - 334, currency), reason: 'late' };
      expect(await call('refundOrder', rest, staff)).toMatchObject({ __typename: 'OrderSuccess' });
      await eventually(() => expect(kept(id)).toBe(0));
      const more = { orderId: id, amount: money(1, currency), reason: 'again' };
      expect(await call('refundOrder', more, staff)).toMatchObject({ __typename: 'OrderStateError' });
    },
    60_000,
  );
});

describe('a product', () => {
  // magento/magento2#10080 and #16572: spaces around a SKU make a second product of the same name
  test.each([' ', '\t', '\u00a0', '\n'])(
    'whose SKU has %j around it › is refused',
    async (space) => {
      const sku = await shop.product();
      const made = { name: 'Lamp', price: money(5) };
      for (const odd of [`${space}${sku}`, `${sku}${space}`])
        expect(await call('createProduct', { ...made, sku: odd }, staff)).toMatchObject({
          __typename: 'ValidationError',
        });
    },
    60_000,
  );

  // saleor/saleor#19560: pages skip or repeat items that are equal in what they are sorted by
  test('of one name and price with 24 others › is on exactly one page, while more are made', async () => {
    const name = `Twin ${await shop.product()}`;
    const make = async (n: number): Promise<string> => {
      const sku = `${name.slice(5)}-${n}`;
      await call('createProduct', { sku, name, price: money(5) }, staff);
      return sku;
    };
    const first = await Promise.all(Array.from({ length: 25 }, (_, n) => make(n)));
    type Page = {
      readonly products: {
        readonly nodes: readonly { readonly sku: string }[];
        readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
      };
    };
    const query = `query ($after: Cursor, $search: String) { products(first: 4, after: $after, search: $search) {
      nodes { sku } pageInfo { endCursor hasNextPage } } }`;
    const count = 'query ($search: String) { products(search: $search) { totalCount } }';
    await eventually(async () =>
      expect(await shop.ask(count, { search: name }, staff)).toEqual({ products: { totalCount: 25 } }),
    );
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 20; page += 1) {
      const { products }: Page = await shop.ask<Page>(query, { after, search: name }, staff);
      seen.push(...products.nodes.map(({ sku }) => sku));
      if (page === 2) await make(25);
      if (!products.pageInfo.hasNextPage) break;
      after = products.pageInfo.endCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(first));
  }, 60_000);
});

describe('a guest', () => {
  // wp-graphql/wp-graphql-woocommerce#818, Sylius/Sylius#8586: guests with one e-mail address see each other's orders
  test('who gives the e-mail address of another guest › sees none of their orders', async () => {
    const sku = await shop.product();
    const start = `mutation { startGuestSession { ... on GuestSession { accessToken } } }`;
    type Started = { readonly startGuestSession: { readonly accessToken: string } };
    const guests = await Promise.all([0, 1].map(() => shop.ask<Started>(start, {}, '')));
    const tokens = guests.map(({ startGuestSession }) => startGuestSession.accessToken);
    const order = {
      ...{ lines: [{ sku, quantity: 1 }], shippingAddress: address, paymentMethod: 'CARD' },
      ...{ guestEmail: 'same@example.com', waitFor: 'RESERVED', ...waiting },
    };
    for (const token of tokens)
      expect(await call('placeOrder', order, token)).toMatchObject({ __typename: 'OrderSuccess' });
    type Mine = { readonly orders: { readonly nodes: readonly { readonly id: string }[] } };
    const query = '{ orders { nodes { id } } }';
    const ids = await eventually(async () => {
      const mine = await Promise.all(tokens.map((token) => shop.ask<Mine>(query, {}, token)));
      const found = mine.map(({ orders }) => orders.nodes.map(({ id }) => id));
      expect(found.map((one) => one.length)).toEqual([1, 1]);
      return found;
    });
    expect(new Set(ids.flat()).size).toBe(2);
  }, 60_000);
});
