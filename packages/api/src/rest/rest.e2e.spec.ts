// The REST face over HTTP, as clients of the older systems use it. Every response is held against the OpenAPI document.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { describedRest, type Answered, type Described } from '../test/described.js';
import { startRig, type Rig } from '../test/rig.js';
import { address, openShop, type Shop } from '../test/shop.js';

let rig: Rig;
let shop: Shop;
let rest: Described;

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
  rest = await describedRest(new URL(rig.url).origin);
});
afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

let keys = 0;
const someKey = (): string => `key-${(keys += 1)}`;

/** An order that waits for its payment. */
async function reserved(token: string, sku: string): Promise<string> {
  const { status, body } = await rest.send('/orders', {
    ...{ token, key: someKey() },
    body: { items: [{ product_id: sku }], shippingAddress: address, waitFor: 'RESERVED' },
  });
  expect([status, body.status]).toEqual([201, 'RESERVED']);
  return body.id;
}

describe('the catalogue', () => {
  test('is public, in pages, with the units that can be ordered', async () => {
    const sku = await shop.product(1250, 3, 'REST-LAMP');
    await shop.product(900, 0, 'REST-SOLD-OUT');
    await eventually(async () => {
      const { body } = await rest.send('/products?search=rest-lamp');
      expect(body.products).toEqual([
        {
          ...{ id: sku, sku, name: `Lamp ${sku}`, status: 'available', available: 3, price: 12.5 },
          unitPrice: { amount: '1250', currency: 'GBP' },
        },
      ]);
    });
    const first = await rest.send('/products?search=rest-&first=1');
    expect(first.body.next).not.toBeNull();
    const rest2 = await rest.send(`/products?search=rest-&after=${encodeURIComponent(first.body.next)}`);
    expect(rest2.body.products).toMatchObject([{ sku: 'REST-SOLD-OUT', status: 'sold_out' }]);
    expect(rest2.body.next).toBeNull();
  });

  test.each(['first=0', 'first=101', 'first=many', 'first=1&first=2'])(
    'refuses a page of %s',
    async (query) => {
      const { status, body } = await rest.send(`/products?${query}`);
      expect([status, body.errorCode, body.fields]).toEqual([400, 'VALIDATION', ['first']]);
    },
  );
});

describe('placing an order', () => {
  test.each([
    ['our own words', (sku: string) => ({ lines: [{ sku, quantity: 2 }] })],
    [
      'those of go-saga-microservices',
      (sku: string) => ({ items: [{ product_id: sku }, { product_id: sku }] }),
    ],
    ['camel case', (sku: string) => ({ items: [{ productId: sku, quantity: 2 }] })],
    ['those of Tiny-Saga', (sku: string) => ({ userId: 1, productId: sku, price: 2, productQuantity: 2 })],
  ])('in %s reserves its stock, and shows where it is', async (_, written) => {
    const sku = await shop.product(100, 5);
    const { id: customerId, token } = await shop.customer();
    const order = { ...written(sku), shippingAddress: address, waitFor: 'RESERVED' };
    const { status, headers, body } = await rest.send('/orders', { token, key: someKey(), body: order });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/orders?orderId=${body.id}`);
    expect(headers.get('vary')).toContain('accept');
    expect(body).toMatchObject({ customerId, canonicalStatus: 'RESERVED', total: { amount: '200' } });
    const found = await rest.send(`/orders?orderId=${body.id}`, { token });
    expect(found.body).toMatchObject({ id: body.id, orderId: body.id, status: 'RESERVED' });
    expect((await rest.send(`/order?order_id=${body.id}`, { token })).body.id).toBe(body.id);
  });

  test('a product with a number for its SKU is found by the number', async () => {
    await shop.product(100, 5, '4711');
    const { token } = await shop.customer();
    const body = { productId: 4711, shippingAddress: address };
    const placed = await rest.send('/orders', { token, key: someKey(), body });
    expect(placed.body.items).toMatchObject([{ sku: '4711', quantity: 1 }]);
  });

  test('at /order pays at once and waits for the end, as Tiny-Saga does', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(1_000);
    const body = { userId: 1, productId: sku, productQuantity: 1, price: 100, shippingAddress: address };
    const placed = await rest.send('/order?vocabulary=TINY_SAGA', { token, key: someKey(), body });
    expect([placed.status, placed.body.status, placed.body.canonicalStatus]).toEqual([
      201,
      'Confirmed',
      'CONFIRMED',
    ]);
  });

  test('is refused by name when there is too little stock or money', async () => {
    const sku = await shop.product(1_000, 1);
    const { token } = await shop.customer(500);
    const order = { lines: [{ sku, quantity: 2 }], shippingAddress: address };
    const short = await rest.send('/order', { token, key: someKey(), body: order });
    expect([short.status, short.body]).toMatchObject([
      409,
      { type: '/problems/out-of-stock', errorCode: 'OUT_OF_STOCK', retryable: false, shortages: [{ sku }] },
    ]);
    const poor = await rest.send('/order', { token, key: someKey(), body: { ...order, lines: [{ sku }] } });
    expect([poor.status, poor.body]).toMatchObject([
      402,
      { errorCode: 'INSUFFICIENT_FUNDS', required: { amount: '1000' }, orderId: expect.any(String) },
    ]);
  });

  test('of a product that does not exist is refused, and nothing is placed', async () => {
    const { token } = await shop.customer();
    const body = { items: [{ product_id: 'NONE' }], shippingAddress: address };
    const refused = await rest.send('/orders', { token, key: someKey(), body });
    expect([refused.status, refused.body.errorCode, refused.body.skus]).toEqual([
      422,
      'UNKNOWN_PRODUCT',
      ['NONE'],
    ]);
  });

  test('with the total that the buyer was shown is placed at that total', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(1_000);
    for (const order of [
      { items: [{ product_id: sku, quantity: 2 }] },
      { productId: sku, productQuantity: 2 },
    ]) {
      const body = { ...order, shippingAddress: address, expectedTotal: { amount: '200', currency: 'GBP' } };
      const placed = await rest.send('/order', { token, key: someKey(), body });
      expect([placed.status, placed.body.total]).toEqual([201, { amount: '200', currency: 'GBP' }]);
    }
  });

  test.each([
    ['amount', { amount: '199', currency: 'GBP' }],
    ['currency', { amount: '200', currency: 'EUR' }],
  ])('with another %s than it costs now is refused with the sum of now', async (_, expectedTotal) => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(1_000);
    const body = { lines: [{ sku, quantity: 2 }], shippingAddress: address };
    const key = someKey();
    const refused = await rest.send('/order', { token, key, body: { ...body, expectedTotal } });
    const total = { amount: '200', currency: 'GBP' };
    expect([refused.status, refused.body]).toMatchObject([
      409,
      {
        ...{ type: '/problems/price-changed', errorCode: 'PRICE_CHANGED', retryable: false, total },
        lines: [{ sku, unitPrice: { amount: '100', currency: 'GBP' } }],
      },
    ]);
    expect((await rest.send(refused.body.type)).body).toMatchObject({ status: 409 });
    // Nothing was placed, so the key is free for the total that the buyer agrees to.
    const agreed = await rest.send('/order', { token, key, body: { ...body, expectedTotal: total } });
    expect([agreed.status, agreed.body.canonicalStatus]).toEqual([201, 'CONFIRMED']);
  });

  test.each([
    ['-1', 'GBP', 'amount'],
    ['2.00', 'GBP', 'amount'],
    ['9999999999999', 'GBP', 'amount'],
    ['200', 'gbp', 'currency'],
  ])('with %s %s as its total is refused with the field', async (amount, currency, field) => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(1_000);
    const order = { lines: [{ sku, quantity: 2 }], shippingAddress: address };
    const body = { ...order, expectedTotal: { amount, currency } };
    const refused = await rest.send('/orders', { token, key: someKey(), body });
    expect([refused.status, refused.body.fields]).toEqual([400, [`expectedTotal.${field}`]]);
  });

  test('without an address goes to the one in the preferences of the customer', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer();
    const body = { items: [{ product_id: sku }] };
    const refused = await rest.send('/orders', { token, key: someKey(), body });
    expect([refused.status, refused.body.fields]).toEqual([400, ['shippingAddress']]);
    await rig.ask(
      'mutation ($preferences: JSON) { updateProfile(preferences: $preferences) { id } }',
      { preferences: { shippingAddress: address } },
      token,
    );
    expect((await rest.send('/orders', { token, key: someKey(), body })).status).toBe(201);
  });

  test.each([
    ['nothing', {}, []],
    ['no lines', { items: [] }, ['items']],
    ['a negative quantity', { lines: [{ sku: 'A', quantity: -1 }] }, ['lines.0.quantity']],
    ['a quantity that is no integer', { lines: [{ sku: 'A', quantity: 1.5 }] }, ['lines.0.quantity']],
    ['a quantity as text', { productId: 'A', productQuantity: '2' }, ['productQuantity']],
    ['an operator of a query language', { lines: [{ sku: { $gt: '' }, quantity: 1 }] }, ['lines.0.sku']],
    ['a method that is none', { lines: [{ sku: 'A' }], paymentMethod: 'CASH' }, ['paymentMethod']],
    [
      'half an address',
      { lines: [{ sku: 'A' }], shippingAddress: { name: 'Ada' } },
      ['shippingAddress.line1'],
    ],
  ])('with %s is refused, and names the field', async (_, body, fields) => {
    const { token } = await shop.customer();
    const refused = await rest.send('/orders', { token, key: someKey(), body });
    expect([refused.status, refused.body.errorCode]).toEqual([400, 'VALIDATION']);
    expect(refused.body.fields).toEqual(expect.arrayContaining(fields));
  });
});

describe('the Idempotency-Key header', () => {
  test('is needed for every request with an effect', async () => {
    const { token } = await shop.customer();
    const order = { items: [{ product_id: 'A' }], shippingAddress: address };
    for (const [path, body] of [
      ['/orders', order],
      ['/order', order],
      ['/payment', { orderId: 'o' }],
      ['/api/payment', { orderId: 'o' }],
      ['/api/order/o', { action: 'CANCEL' }],
    ] as const) {
      const { status, body: problem } = await rest.send(path, { token, body });
      expect([path, status, problem.errorCode]).toEqual([path, 400, 'IDEMPOTENCY_KEY_MISSING']);
    }
  });

  test.each([
    ['empty', ''],
    ['of nothing in quotation marks', '""'],
    ['too long', 'k'.repeat(201)],
  ])('is refused when it is %s', async (_, key) => {
    const { token } = await shop.customer();
    const body = { items: [{ product_id: 'A' }], shippingAddress: address };
    expect((await rest.send('/orders', { token, key, body })).status).toBe(400);
  });

  test('with the same request makes one order, over REST and GraphQL alike', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer();
    const key = someKey();
    const body = { items: [{ product_id: sku, quantity: 2 }], shippingAddress: address };
    const placed = await Promise.all(
      [key, `"${key}"`, key].map((sent) => rest.send('/orders', { token, key: sent, body })),
    );
    expect(placed.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(placed.map((one) => one.body.id)).size).toBe(1);
    const lines = [{ sku, quantity: 2 }];
    const overGraphQL = await shop.place(token, { key, lines, paymentMode: 'ON_CONFIRMATION' });
    expect(overGraphQL.order.id).toBe(placed[0]?.body.id);
  });

  test('with another request is refused', async () => {
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer();
    const key = someKey();
    const order = (quantity: number) => ({ lines: [{ sku, quantity }], shippingAddress: address });
    expect((await rest.send('/orders', { token, key, body: order(1) })).status).toBe(201);
    const refused = await rest.send('/orders', { token, key, body: order(2) });
    expect([refused.status, refused.body.errorCode]).toEqual([422, 'IDEMPOTENCY_CONFLICT']);
  });
});

describe('paying an order', () => {
  test.each(['/payment', '/api/payment'])('at %s takes the money once', async (path) => {
    const sku = await shop.product(300, 5);
    const { token } = await shop.customer(1_000);
    const orderId = await reserved(token, sku);
    const key = someKey();
    const paid = await rest.send(path, { token, key, body: { order_id: orderId, method: 'Wallet' } });
    expect(paid.status).toBe(200);
    expect(['PAID', 'CONFIRMED']).toContain(paid.body.status);
    expect((await rest.send(path, { token, key, body: { orderId } })).status).toBe(200);
    const { data } = await rig.ask('{ wallet { balance { amount } } }', {}, token);
    expect(data.wallet.balance.amount).toBe('700');
  });

  test('with too little money is refused, and the order fails', async () => {
    const sku = await shop.product(300, 5);
    const { token } = await shop.customer(100);
    const orderId = await reserved(token, sku);
    const refused = await rest.send('/payment', { token, key: someKey(), body: { orderId } });
    expect([refused.status, refused.body.errorCode]).toEqual([402, 'INSUFFICIENT_FUNDS']);
    const after = await rest.send(`/orders?orderId=${orderId}&vocabulary=GO_SAGA`, { token });
    expect(after.body).toMatchObject({ status: 'Failed', failureReason: 'INSUFFICIENT_FUNDS' });
  });

  test('that has ended is refused with the actions that are possible', async () => {
    const { token } = await shop.customer(1_000);
    const orderId = await reserved(token, await shop.product(300, 5));
    const cancelled = await rest.send(`/api/order/${orderId}`, {
      ...{ token, key: someKey() },
      body: { action: 'CANCEL', reason: 'changed my mind' },
    });
    expect([cancelled.status, cancelled.body.status]).toEqual([200, 'CANCELLED']);
    const refused = await rest.send('/payment', { token, key: someKey(), body: { orderId } });
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { errorCode: 'ORDER_STATE', orderStatus: 'CANCELLED', allowed: [] },
    ]);
  });
});

describe('an order of the caller', () => {
  test('can be paid, cancelled or kept for longer at /api/order/{id}', async () => {
    const { token } = await shop.customer(1_000);
    const sku = await shop.product(300, 5);
    const change = async (body: object, orderId?: string): Promise<Answered> =>
      rest.send(`/api/order/${orderId ?? (await reserved(token, sku))}`, { token, key: someKey(), body });
    expect((await change({ action: 'PAY' })).body.payment.status).toBe('CAPTURED');
    expect((await change({ status: 'CANCELLED' })).body.status).toBe('CANCELLED');
    const orderId = await reserved(token, sku);
    expect((await change({ action: 'EXTEND' }, orderId)).body.status).toBe('RESERVED');
    const twice = await change({ action: 'EXTEND' }, orderId);
    expect([twice.status, twice.body.errorCode]).toEqual([409, 'RESERVATION_EXTENDED']);
  });

  test.each([{}, { action: 'SHIP' }, { status: 'DELIVERED' }])(
    'can’t be put into any state: %j is refused',
    async (body) => {
      const { token } = await shop.customer();
      const refused = await rest.send('/api/order/some', { token, key: someKey(), body });
      expect([refused.status, refused.body.errorCode]).toEqual([400, 'VALIDATION']);
    },
  );
});

describe('who may call', () => {
  test.each([
    ['GET', '/orders?orderId=some', undefined],
    ['GET', '/order?orderId=some', undefined],
    ['POST', '/orders', { items: [{ product_id: 'A' }], shippingAddress: address }],
    ['POST', '/order', { items: [{ product_id: 'A' }], shippingAddress: address }],
    ['POST', '/payment', { orderId: 'some' }],
    ['POST', '/api/payment', { orderId: 'some' }],
    ['POST', '/api/order/some', { action: 'CANCEL' }],
    ['POST', '/payment-success', { orderId: 'some' }],
    ['POST', '/payment-fail', { orderId: 'some' }],
    ['GET', '/payment-success?orderId=some', undefined],
    ['GET', '/payment-fail?orderId=some', undefined],
  ])('%s %s is for those with a token', async (method, path, body) => {
    const sent = { method, body, key: someKey() };
    for (const token of [undefined, 'not-a-token']) {
      const { status, headers, body: problem } = await rest.send(path, { ...sent, token });
      expect([status, problem.errorCode]).toEqual([401, 'UNAUTHENTICATED']);
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('an invalid token is refused even where none is needed', async () => {
    expect((await rest.send('/products', { token: 'not-a-token' })).status).toBe(401);
  });

  test('another customer’s order looks like one that does not exist', async () => {
    const owner = await shop.customer(1_000);
    const orderId = await reserved(owner.token, await shop.product(300, 5));
    const { token } = await shop.customer(1_000);
    for (const id of [orderId, 'nothing', '../..', `${orderId}%00`]) {
      const asked = encodeURIComponent(id);
      const answers = [
        await rest.send(`/orders?orderId=${asked}`, { token }),
        await rest.send('/payment', { token, key: someKey(), body: { orderId: id } }),
        await rest.send('/payment-success', { token, body: { orderId: id } }),
        await rest.send(`/api/order/${asked}`, { token, key: someKey(), body: { action: 'CANCEL' } }),
      ];
      for (const { status, body } of answers)
        expect([status, body.detail, body.errorCode]).toEqual([404, 'no such order', 'NOT_FOUND']);
    }
  });

  test('staff see every order, but can neither pay nor place one', async () => {
    const { token } = await shop.customer(1_000);
    const orderId = await reserved(token, await shop.product(300, 5));
    const support = await rig.staff('SUPPORT');
    expect((await rest.send(`/orders?orderId=${orderId}`, { token: support })).status).toBe(200);
    const refused = await rest.send('/payment', { token: support, key: someKey(), body: { orderId } });
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'FORBIDDEN']);
  });

  test('a session that has ended has no access any more', async () => {
    const { token } = await shop.customer();
    await rig.ask('mutation { logout }', {}, token);
    expect((await rest.send('/orders?orderId=some', { token })).status).toBe(401);
  });

  test('a guest orders by card alone, with an address to write to', async () => {
    const sku = await shop.product(100, 5);
    const { data } = await rig.ask('mutation { startGuestSession { ... on GuestSession { accessToken } } }');
    const token = data.startGuestSession.accessToken;
    const order = { items: [{ product_id: sku }], shippingAddress: address };
    const asked = { ...order, paymentMethod: 'CARD', guestEmail: 'guest@example.com' };
    const fields = async (body: object) =>
      (await rest.send('/orders', { token, key: someKey(), body })).body.fields;
    // This shop takes no cards.
    expect(await fields(asked)).toEqual(['paymentMethod']);
    expect(await fields(order)).toEqual(['guestEmail']);
  });
});

describe('a body', () => {
  test.each([
    ['that is not JSON', { raw: '{' }, 400, 'MALFORMED_BODY'],
    ['that is empty', { raw: '' }, 400, 'MALFORMED_BODY'],
    ['with __proto__', { raw: '{"__proto__": {"a": 1}}' }, 400, 'MALFORMED_BODY'],
    ['of a form', { raw: 'a=b', type: 'application/x-www-form-urlencoded' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['of plain text', { raw: '{}', type: 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['of protobuf', { raw: '\n', type: 'application/x-protobuf' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['of more than 256 KiB', { raw: `{"a": "${'a'.repeat(256 * 1024)}"}` }, 413, 'BODY_TOO_LARGE'],
  ])(
    '%s is refused',
    async (_, { raw, type = 'application/json' }: { raw: string; type?: string }, status, code) => {
      const { token } = await shop.customer();
      const headers = { 'content-type': type };
      const refused = await rest.send('/orders', { token, key: someKey(), raw, headers });
      expect([refused.status, refused.body.errorCode]).toEqual([status, code]);
      expect(refused.headers.get('x-correlation-id')).toBe(refused.body.correlationId);
    },
  );
});

describe('the words for a status', () => {
  test.each([
    ['CANONICAL', 'RESERVED'],
    ['TINY_SAGA', 'Initiated'],
    ['SAGA_PATTERN_DEMO', 'CREATED'],
    ['CHOREOGRAPHY_DOCUMENT', 'created'],
    ['ORCHESTRATOR_SAGA', 'RESERVED'],
    ['GO_SAGA', 'AwaitingPayment'],
  ])('are those of %s for a request that asks for them', async (vocabulary, word) => {
    const { token } = await shop.customer();
    const orderId = await reserved(token, await shop.product(300, 5));
    const { body } = await rest.send(`/order?orderId=${orderId}&vocabulary=${vocabulary}`, { token });
    expect([body.status, body.orderStatus, body.canonicalStatus]).toEqual([word, word, 'RESERVED']);
  });

  test('are those of the setting for all others', async () => {
    const another = await rig.open({ statusVocabulary: 'GO_SAGA' });
    const { token } = await shop.customer();
    const orderId = await reserved(token, await shop.product(300, 5));
    const there = await describedRest(new URL(another.url()).origin);
    await eventually(async () => {
      const { body } = await there.send(`/orders?orderId=${orderId}`, { token });
      expect(body.status).toBe('AwaitingPayment');
    });
  });
});

test('the type of a problem leads to what it means', async () => {
  const { body } = await rest.send('/orders?orderId=some');
  expect((await rest.send(body.type)).body).toEqual({
    ...{ type: '/problems/unauthenticated', title: 'Sign in first', status: 401 },
    errorCode: 'UNAUTHENTICATED',
  });
  expect((await rest.send('/problems/none')).status).toBe(404);
});

test('too many requests are refused with a time to come back', async () => {
  const limited = await rig.open({ limits: { queryCostPerAddress: 300 } });
  const there = await describedRest(new URL(limited.url()).origin);
  expect((await there.send('/products?first=20')).status).toBe(200);
  const refused = await there.send('/products?first=20');
  expect([refused.status, refused.body]).toMatchObject([429, { errorCode: 'RATE_LIMITED', retryable: true }]);
  expect(Number(refused.headers.get('retry-after'))).toBe(Math.ceil(refused.body.retryAfterMs / 1000));
});

test('changes over REST and over GraphQL count together', async () => {
  const limited = await rig.open({ limits: { mutationsPerUser: 2 } });
  const there = await describedRest(new URL(limited.url()).origin);
  const { token } = await shop.customer();
  const change = (orderId: string) =>
    there.send(`/api/order/${orderId}`, { token, key: someKey(), body: { action: 'CANCEL' } });
  expect((await change('one')).status).toBe(404);
  const overGraphQL = `mutation { cancelOrder(input: { idempotencyKey: "k", orderId: "two" }) { __typename } }`;
  const { data } = await rig.ask(overGraphQL, {}, token, limited.url());
  expect(data.cancelOrder.__typename).toBe('NotFoundError');
  expect([(await change('three')).status, (await change('four')).body.errorCode]).toEqual([
    429,
    'RATE_LIMITED',
  ]);
  const body = { items: [{ product_id: 'A' }], shippingAddress: address };
  const placing = await there.send('/orders', { token, key: someKey(), body });
  expect([placing.status, placing.body.retryable]).toEqual([429, true]);
});
