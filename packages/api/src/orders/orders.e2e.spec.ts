// The API over HTTP, against the whole product: what a customer, staff and a stranger get.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { startRig, type Answer, type Rig } from '../test/rig.js';
import type { Fields } from '../test/selected.js';

let rig: Rig;
let operator: string;

beforeAll(async () => {
  rig = await startRig();
  operator = await rig.staff('OPERATOR');
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const address = { name: 'Ada', line1: '1 Main St', city: 'London', postalCode: 'N1', country: 'GB' };
const gbp = (amount: number | string) => ({ amount: String(amount), currency: 'GBP' });

let products = 0;
async function product(price: number, quantity: number): Promise<string> {
  products += 1;
  const sku = `SKU-${products}`;
  const created = await rig.ask(
    `mutation ($input: CreateProductInput!) { createProduct(input: $input) { __typename } }`,
    { input: { idempotencyKey: `create-${sku}`, sku, name: `Lamp ${products}`, price: gbp(price) } },
    operator,
  );
  expect(created.data).toEqual({ createProduct: { __typename: 'ProductSuccess' } });
  if (quantity > 0) await receive(sku, quantity);
  return sku;
}

async function receive(sku: string, quantity: number, key = `receive-${sku}-${quantity}`) {
  const { data } = await rig.ask(
    `mutation ($input: ReceiveStockInput!) {
      receiveStock(input: $input) {
        __typename
        ... on ProductSuccess { position product { sku stock { onHand reserved available } } }
        ... on UnknownProductError { errorCode skus }
      }
    }`,
    { input: { idempotencyKey: key, sku, quantity } },
    operator,
  );
  return data.receiveStock;
}

const deposit = async (token: string, amount: number, key = `deposit-${amount}`) => {
  const { data } = await rig.ask(
    `mutation ($input: DepositInput!) {
      deposit(input: $input) {
        __typename
        ... on WalletSuccess { position wallet { balance { amount currency } available { amount } } }
        ... on ValidationError { errorCode fields }
      }
    }`,
    { input: { idempotencyKey: key, amount: gbp(amount) } },
    token,
  );
  return data.deposit;
};

type Placing = {
  readonly key?: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly paymentMode?: string;
  readonly waitFor?: string;
};
const orderFields = `id status failureReason total { amount } revision position nextActions
  lines { sku name quantity unitPrice { amount } total { amount } }
  payment { status transactionId amount { amount } refunded { amount } } invoice { number }`;
const place = async (token: string, { key = 'k1', lines, paymentMode = 'AUTOMATIC', waitFor }: Placing) => {
  const { data, errors } = await rig.ask(
    `mutation ($input: PlaceOrderInput!) {
      placeOrder(input: $input) {
        __typename
        ... on OrderSuccess { position order { ${orderFields} } }
        ... on OutOfStockError { errorCode retryable orderId shortages { sku requested available } }
        ... on InsufficientFundsError { errorCode orderId required { amount } funds: available { amount } }
        ... on UnknownProductError { errorCode skus }
        ... on ValidationError { errorCode fields }
        ... on IdempotencyConflictError { errorCode }
      }
    }`,
    { input: { idempotencyKey: key, lines, paymentMode, shippingAddress: address, waitFor } },
    token,
  );
  expect(errors).toBeUndefined();
  return data.placeOrder;
};

const pay = async (token: string, orderId: string, key = 'p1') => {
  const { data } = await rig.ask(
    `mutation ($input: PayOrderInput!) {
      payOrder(input: $input) {
        __typename
        ... on OrderSuccess { order { status } }
        ... on OrderStateError { errorCode status allowed }
        ... on InsufficientFundsError { errorCode required { amount } }
      }
    }`,
    { input: { idempotencyKey: key, orderId } },
    token,
  );
  return data.payOrder;
};

const cancel = async (token: string, orderId: string) => {
  const { data } = await rig.ask(
    `mutation ($input: CancelOrderInput!) {
      cancelOrder(input: $input) {
        __typename
        ... on OrderSuccess { order { status failureReason nextActions } }
        ... on OrderStateError { errorCode status allowed }
        ... on NotFoundError { errorCode }
      }
    }`,
    { input: { idempotencyKey: 'x1', orderId, reason: 'changed my mind' } },
    token,
  );
  return data.cancelOrder;
};

describe('an order that is charged at once', () => {
  test('is confirmed, and every view of it agrees', async () => {
    const sku = await product(250, 10);
    const { id: customerId, token } = await rig.customer();
    await deposit(token, 1000);
    const placed = await place(token, {
      lines: [
        { sku, quantity: 2 },
        { sku, quantity: 1 },
      ],
      waitFor: 'CONFIRMED',
    });
    expect(placed).toMatchObject({
      __typename: 'OrderSuccess',
      order: {
        status: 'CONFIRMED',
        failureReason: null,
        total: { amount: '750' },
        nextActions: ['CANCEL'],
        payment: { status: 'CAPTURED', amount: { amount: '750' }, refunded: { amount: '0' } },
      },
    });
    expect(placed.order.invoice.number).toEqual(expect.any(String));

    const { data, errors } = await rig.ask(
      `query ($id: ID!, $sku: String!, $position: Position!) {
        order(id: $id, atLeast: $position) {
          customerId coordination placedAt
          tiny: statusAs(vocabulary: TINY_SAGA)
          history { nodes { from to triggeringEvent actor } totalCount }
          notifications { kind message }
        }
        orders { nodes { id } totalCount pageInfo { hasNextPage } }
        wallet(atLeast: $position) { balance { amount } held { amount } entries { nodes { kind amount { amount } balanceAfter { amount } orderId } totalCount } }
        product(sku: $sku) { stock { onHand reserved available } }
        me { id orders { nodes { id } } wallet { balance { amount } } }
      }`,
      { id: placed.order.id, sku, position: placed.position },
      token,
    );
    expect(errors).toBeUndefined();
    expect(data.order).toMatchObject({ customerId, coordination: 'ORCHESTRATION', tiny: 'Confirmed' });
    expect(data.order.history.nodes.map((entry: { to: string }) => entry.to)).toEqual([
      'CREATED',
      'RESERVED',
      'PAYMENT_PENDING',
      'PAID',
      'CONFIRMED',
    ]);
    expect(data.order.history.nodes[0]).toEqual({
      from: null,
      to: 'CREATED',
      triggeringEvent: 'OrderPlaced',
      actor: `customer:${customerId}`,
    });
    expect(data.orders).toEqual({
      nodes: [{ id: placed.order.id }],
      totalCount: 1,
      pageInfo: { hasNextPage: false },
    });
    expect(data.wallet).toMatchObject({ balance: { amount: '250' }, held: { amount: '0' } });
    expect(data.wallet.entries.nodes.map((entry: { kind: string }) => entry.kind)).toContain('CAPTURE');
    expect(data.product.stock).toEqual({ onHand: 10, reserved: 3, available: 7 });
    const movements =
      'query ($sku: String!) { product(sku: $sku) { stock { movements { nodes { kind quantity orderId } } } } }';
    const seen = await rig.ask(movements, { sku }, operator);
    const moved = { kind: 'RESERVED', quantity: 3, orderId: placed.order.id };
    expect(seen.data.product.stock.movements.nodes).toContainEqual(moved);
    const refused = await rig.ask(movements, { sku }, token);
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(data.me).toEqual({
      id: customerId,
      orders: { nodes: [{ id: placed.order.id }] },
      wallet: { balance: { amount: '250' } },
    });
  });

  test('without waitFor is answered as it was placed', async () => {
    const sku = await product(1, 5);
    const { token } = await rig.customer();
    const placed = await place(token, { lines: [{ sku, quantity: 1 }], paymentMode: 'ON_CONFIRMATION' });
    expect(placed.order).toMatchObject({ status: 'CREATED', revision: 0, payment: null });
    const { data } = await rig.ask(
      'query ($id: ID!) { order(id: $id) { id } }',
      { id: placed.order.id },
      token,
    );
    expect(data.order).toEqual({ id: placed.order.id });
  });

  test('of which there is too little fails with every shortage, then and later', async () => {
    const scarce = await product(100, 1);
    const plenty = await product(100, 10);
    const { token } = await rig.customer();
    await deposit(token, 10_000);
    const lines = [
      { sku: scarce, quantity: 2 },
      { sku: plenty, quantity: 1 },
    ];
    const refused = await place(token, { lines, waitFor: 'CONFIRMED' });
    expect(refused).toMatchObject({
      __typename: 'OutOfStockError',
      errorCode: 'OUT_OF_STOCK',
      retryable: false,
      shortages: [{ sku: scarce, requested: 2, available: 1 }],
    });
    expect(await place(token, { lines })).toEqual(refused);
    await eventually(async () => {
      const { data } = await rig.ask('query ($sku: String!) { product(sku: $sku) { stock { reserved } } }', {
        sku: plenty,
      });
      expect(data.product.stock.reserved).toBe(0);
    });
  });

  test('without the money fails with what was needed and what was there', async () => {
    const sku = await product(500, 5);
    const { token } = await rig.customer();
    await deposit(token, 499);
    const refused = await place(token, { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' });
    expect(refused).toMatchObject({
      __typename: 'InsufficientFundsError',
      errorCode: 'INSUFFICIENT_FUNDS',
      required: { amount: '500' },
      funds: { amount: '499' },
    });
  });
});

describe('an order that waits for its customer', () => {
  test('is paid on demand', async () => {
    const sku = await product(300, 5);
    const { token } = await rig.customer();
    await deposit(token, 300);
    const { order } = await place(token, {
      lines: [{ sku, quantity: 1 }],
      paymentMode: 'ON_CONFIRMATION',
      waitFor: 'RESERVED',
    });
    expect(order).toMatchObject({ status: 'RESERVED', nextActions: ['PAY', 'CANCEL'] });
    expect((await pay(token, order.id)).__typename).toBe('OrderSuccess');
    await eventually(async () => {
      const { data } = await rig.ask(
        'query ($id: ID!) { order(id: $id) { status } }',
        { id: order.id },
        token,
      );
      expect(data.order.status).toBe('CONFIRMED');
    });
  });

  test('hears at once when there is not enough money', async () => {
    const sku = await product(300, 5);
    const { token } = await rig.customer();
    const { order } = await place(token, {
      lines: [{ sku, quantity: 1 }],
      paymentMode: 'ON_CONFIRMATION',
      waitFor: 'RESERVED',
    });
    expect(await pay(token, order.id)).toEqual({
      __typename: 'InsufficientFundsError',
      errorCode: 'INSUFFICIENT_FUNDS',
      required: { amount: '300' },
    });
    expect(await pay(token, order.id, 'p2')).toMatchObject({
      __typename: 'OrderStateError',
      errorCode: 'ORDER_STATE',
      status: 'FAILED',
      allowed: [],
    });
  });

  test('is cancelled, and cancelling again is the same answer', async () => {
    const sku = await product(300, 5);
    const { token } = await rig.customer();
    const { order } = await place(token, {
      lines: [{ sku, quantity: 1 }],
      paymentMode: 'ON_CONFIRMATION',
      waitFor: 'RESERVED',
    });
    const cancelled = await cancel(token, order.id);
    expect(cancelled).toEqual({
      __typename: 'OrderSuccess',
      order: { status: 'CANCELLED', failureReason: 'CUSTOMER_CANCELLED', nextActions: [] },
    });
    expect(await cancel(token, order.id)).toEqual(cancelled);
  });
});

describe('an order that is paid', () => {
  const paid = async () => {
    const sku = await product(300, 5);
    const { token } = await rig.customer();
    await deposit(token, 1000);
    const lines = [{ sku, quantity: 2 }];
    const { order } = await place(token, { lines, paymentMode: 'ON_CONFIRMATION', waitFor: 'RESERVED' });
    expect(await pay(token, order.id, 'first')).toEqual({
      __typename: 'OrderSuccess',
      order: { status: 'CONFIRMED' },
    });
    return { sku, token, id: order.id };
  };

  test('is not paid again, and the request that paid for it still succeeds', async () => {
    const { token, id } = await paid();
    const refused = {
      __typename: 'OrderStateError',
      errorCode: 'ORDER_STATE',
      status: 'CONFIRMED',
      allowed: ['CANCEL'],
    };
    expect(await pay(token, id, 'second')).toEqual(refused);
    expect(await pay(token, id, 'second')).toEqual(refused);
    expect(await pay(token, id, 'first')).toMatchObject({ __typename: 'OrderSuccess' });
  });

  test('at once needs no paying', async () => {
    const sku = await product(300, 5);
    const { token } = await rig.customer();
    await deposit(token, 300);
    const { order } = await place(token, { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' });
    expect(await pay(token, order.id)).toMatchObject({ __typename: 'OrderStateError', status: 'CONFIRMED' });
  });

  test('gives its money and stock back when it is cancelled', async () => {
    const { sku, token, id } = await paid();
    expect(await cancel(token, id)).toMatchObject({ order: { status: 'CANCELLED' } });
    await eventually(async () => {
      const { data } = await rig.ask(
        `query ($id: ID!, $sku: String!) {
          order(id: $id) { payment { refunded { amount } } }
          wallet { available { amount } entries(first: 1) { nodes { kind orderId } } }
          product(sku: $sku) { stock { onHand available } }
        }`,
        { id, sku },
        token,
      );
      expect(data).toEqual({
        order: { payment: { refunded: { amount: '600' } } },
        wallet: { available: { amount: '1000' }, entries: { nodes: [{ kind: 'REFUND', orderId: id }] } },
        product: { stock: { onHand: 5, available: 5 } },
      });
    });
  });

  test.each([
    ['how long to wait is negative', { waitMs: -1 }, 'waitMs'],
    ['the key is empty', { idempotencyKey: '' }, 'idempotencyKey'],
  ])('says which field is wrong when %s', async (_, change, field) => {
    const { token } = await rig.customer();
    const { data } = await rig.ask(
      `mutation ($input: PayOrderInput!) {
        payOrder(input: $input) { ... on ValidationError { message fields } }
      }`,
      { input: { idempotencyKey: 'k', orderId: 'o', ...change } },
      token,
    );
    expect(data.payOrder.fields).toEqual([field]);
    expect(data.payOrder.message).toMatch(new RegExp(`^${field}: `));
  });
});

describe('a request that is sent again', () => {
  test('with the same content has the same order, and charges once', async () => {
    const sku = await product(100, 5);
    const { token } = await rig.customer();
    await deposit(token, 1000);
    await deposit(token, 1000);
    const lines = [{ sku, quantity: 1 }];
    const first = await place(token, { lines, waitFor: 'CONFIRMED' });
    const again = await place(token, { lines, waitFor: 'CONFIRMED' });
    expect(again).toEqual(first);
    const { data } = await rig.ask(
      'query ($p: Position!) { wallet(atLeast: $p) { balance { amount } } }',
      { p: first.position },
      token,
    );
    expect(data.wallet.balance.amount).toBe('900');
  });

  test('with other content is a conflict', async () => {
    const sku = await product(100, 5);
    const { token } = await rig.customer();
    await place(token, { lines: [{ sku, quantity: 1 }] });
    expect(await place(token, { lines: [{ sku, quantity: 2 }] })).toEqual({
      __typename: 'IdempotencyConflictError',
      errorCode: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await receive(sku, 1, 'same')).toMatchObject({ __typename: 'ProductSuccess' });
    expect(await receive(sku, 2, 'same')).toEqual({ __typename: 'IdempotencyConflictError' });
  });
});

describe('what can not be', () => {
  test('products that nobody sells are all named', async () => {
    const sku = await product(1, 1);
    const { token } = await rig.customer();
    const lines = [sku, 'NOPE', 'not a sku'].map((one) => ({ sku: one, quantity: 1 }));
    expect(await place(token, { lines })).toEqual({
      __typename: 'UnknownProductError',
      errorCode: 'UNKNOWN_PRODUCT',
      skus: ['NOPE', 'not a sku'],
    });
    expect(await receive('NOPE', 1)).toMatchObject({ errorCode: 'UNKNOWN_PRODUCT', skus: ['NOPE'] });
  });

  test.each([0, -1])('a quantity of %d is refused with its field', async (quantity) => {
    const sku = await product(1, 1);
    const { token } = await rig.customer();
    expect(await place(token, { lines: [{ sku, quantity }] })).toEqual({
      __typename: 'ValidationError',
      errorCode: 'VALIDATION',
      fields: ['lines.0.quantity'],
    });
  });

  test.each([0, -1, 1_000_000_000_001])('a deposit of %d is refused with its field', async (amount) => {
    const { token } = await rig.customer();
    expect(await deposit(token, amount)).toEqual({
      __typename: 'ValidationError',
      errorCode: 'VALIDATION',
      fields: ['amount.amount'],
    });
  });

  test('a page of more than 100 is refused', async () => {
    const { errors } = await rig.ask('{ products(first: 101) { nodes { sku } } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('a cursor of nowhere is refused', async () => {
    const { errors } = await rig.ask('{ products(after: "nonsense") { nodes { sku } } }');
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('a position that the log has not reached is not waited for', async () => {
    const { token } = await rig.customer();
    const { errors } = await rig.ask('{ wallet(atLeast: "0000009999999999") { id } }', {}, token);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', retryable: false });
  });
});

describe("another customer's order", () => {
  test('looks like one that does not exist', async () => {
    const sku = await product(1, 5);
    const [owner, stranger] = [await rig.customer(), await rig.customer()];
    await deposit(owner.token, 1);
    const { order } = await place(owner.token, { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' });
    const { data } = await rig.ask(
      'query ($id: ID!, $owner: ID!) { order(id: $id) { id } orders(customerId: $owner) { nodes { id } totalCount } }',
      { id: order.id, owner: owner.id },
      stranger.token,
    );
    expect(data).toEqual({ order: null, orders: { nodes: [], totalCount: 0 } });
  });

  test('can be neither paid nor cancelled', async () => {
    const sku = await product(1, 5);
    const [owner, stranger] = [await rig.customer(), await rig.customer()];
    const { order } = await place(owner.token, {
      lines: [{ sku, quantity: 1 }],
      paymentMode: 'ON_CONFIRMATION',
      waitFor: 'RESERVED',
    });
    expect(await pay(stranger.token, order.id)).toEqual({ __typename: 'NotFoundError' });
    expect(await cancel(stranger.token, order.id)).toEqual({
      __typename: 'NotFoundError',
      errorCode: 'NOT_FOUND',
    });
  });

  test('is readable for support', async () => {
    const sku = await product(1, 5);
    const { token } = await rig.customer();
    const { order } = await place(token, { lines: [{ sku, quantity: 1 }], paymentMode: 'ON_CONFIRMATION' });
    const support = await rig.staff('SUPPORT');
    const { data } = await rig.ask('query ($id: ID!) { order(id: $id) { id } }', { id: order.id }, support);
    expect(data.order).toEqual({ id: order.id });
  });
});

describe('a field that is not for the caller', () => {
  const staffFields = [
    'reconciliation { ok }',
    'projections { name }',
    'sagas { nodes { id } }',
    'events { nodes { id } }',
    'streams { nodes { name } }',
    'parkedEvents { nodes { id } }',
    'timers { nodes { id } }',
  ];

  test.each(staffFields)('%s is refused to customers and strangers', async (field) => {
    const { token } = await rig.customer();
    const customer = await rig.ask(`{ ${field} }`, {}, token);
    const stranger = await rig.ask(`{ ${field} }`);
    expect(customer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(stranger.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('a warehouse may receive stock, and create nothing', async () => {
    const sku = await product(1, 0);
    const warehouse = await rig.staff('WAREHOUSE');
    const { data, errors } = await rig.ask(
      `mutation ($sku: String!) {
        receiveStock(input: { idempotencyKey: "w", sku: $sku, quantity: 3 }) { __typename }
      }`,
      { sku },
      warehouse,
    );
    expect({ data, errors }).toEqual({ data: { receiveStock: { __typename: 'ProductSuccess' } } });
    const refused = await rig.ask(
      `mutation { createProduct(input: { idempotencyKey: "w", sku: "W", name: "W", price: { amount: "1", currency: "GBP" } }) { __typename } }`,
      {},
      warehouse,
    );
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('operators', () => {
  test('see why an order is where it is', async () => {
    const sku = await product(100, 5);
    const { token } = await rig.customer();
    await deposit(token, 100);
    const { order, position } = await place(token, { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' });
    await eventually(async () => {
      const { data, errors } = await rig.ask<Fields & { readonly newest: Fields['stream'] }>(
        `query ($id: ID!, $stream: String!) {
          saga(orderId: $id) { orderId definition status steps { name status attempts } timers { kind state } timeline { nodes { type stream } } }
          stream(name: $stream, first: 2) { nodes { type revision data } totalCount pageInfo { hasNextPage endCursor } }
          newest: stream(name: $stream, last: 1) { nodes { type } pageInfo { hasPreviousPage } }
          events(first: 3, correlationId: $id, types: ["OrderPlaced", "OrderConfirmed"]) { nodes { type correlationId } }
          streams(prefix: "order-", sort: "latest", first: 1) { nodes { name category lastEventType } }
          sagas(status: COMPLETED) { nodes { orderId } }
        }`,
        { id: order.id, stream: `order-${order.id}` },
        operator,
      );
      expect(errors).toBeUndefined();
      expect(data.saga).toMatchObject({ orderId: order.id, definition: 'stock-first', status: 'COMPLETED' });
      expect(data.saga.timeline.nodes.map((event: { type: string }) => event.type)).toContain(
        'CheckoutStarted',
      );
      expect(data.stream).toMatchObject({
        nodes: [
          { type: 'OrderPlaced', revision: '0' },
          { type: 'OrderReserved', revision: '1' },
        ],
        totalCount: 5,
        pageInfo: { hasNextPage: true, endCursor: '1' },
      });
      expect(data.newest).toEqual({
        nodes: [{ type: 'OrderConfirmed' }],
        pageInfo: { hasPreviousPage: true },
      });
      expect(data.events.nodes).toEqual([
        { type: 'OrderPlaced', correlationId: order.id },
        { type: 'OrderConfirmed', correlationId: order.id },
      ]);
      expect(data.streams.nodes[0]).toMatchObject({ category: 'order' });
      expect(data.sagas.nodes).toContainEqual({ orderId: order.id });
    });
    expect(position).toMatch(/^\d{16}$/);
  });

  test('find that log and read models agree', async () => {
    await eventually(async () => {
      const { data } = await rig.ask(
        '{ reconciliation { ok position checks { name ok expected actual } } }',
        {},
        operator,
      );
      const { ok, checks } = data.reconciliation;
      expect(checks.filter((check: { ok: boolean }) => !check.ok)).toEqual([]);
      expect(ok).toBe(true);
      expect(checks.length).toBeGreaterThan(8);
    });
  });

  test('see the log without what signs people in', async () => {
    await rig.customer();
    const { data } = await rig.ask(
      '{ events(types: ["AccountRegistered", "SessionStarted"], first: 100) { nodes { stream data } } }',
      {},
      operator,
    );
    const { nodes } = data.events;
    expect(nodes.length).toBeGreaterThan(1);
    expect(JSON.stringify(nodes)).not.toMatch(/argon2/);
    type Secrets = { readonly passwordHash?: string; readonly tokenDigest?: string };
    for (const { data: secrets } of nodes as unknown as readonly { readonly data: Secrets }[])
      expect(secrets.passwordHash ?? secrets.tokenDigest).toBe('(not shown)');
  });

  test('rebuild a read model while it is served', async () => {
    const { data, errors } = await rig.ask(
      'mutation { rebuildProjection(name: "order-summary") { name state version } }',
      {},
      operator,
    );
    expect(errors).toBeUndefined();
    expect(data.rebuildProjection).toMatchObject({ name: 'order-summary' });
    const unknown = await rig.ask('mutation { rebuildProjection(name: "nope") { name } }', {}, operator);
    expect(unknown.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('must say what to retry and why to discard', async () => {
    const { data } = await rig.ask(
      `mutation {
        retryParkedEvents(selection: {}) { __typename }
        nothing: retryParkedEvents(selection: { consumer: "order-summary" }) { ... on ParkedSuccess { count } }
        unknown: retryParkedEvents(selection: { ids: ["order-summary:1"] }) { __typename }
        discardParkedEvents(selection: { consumer: "order-summary" }) { ... on ValidationError { fields } }
      }`,
      {},
      operator,
    );
    expect(data).toEqual({
      retryParkedEvents: { __typename: 'ValidationError' },
      nothing: { count: 0 },
      unknown: { __typename: 'NotFoundError' },
      discardParkedEvents: { fields: ['reason'] },
    });
  });
});

describe('lists', () => {
  test('page from one end to the other, each item once', async () => {
    const { token } = await rig.customer();
    const sku = await product(1, 100);
    const placed: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { order } = await place(token, { key: `k${n}`, lines: [{ sku, quantity: 1 }] });
      placed.push(order.id);
    }
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data }: Answer = await rig.ask(
        'query ($after: Cursor) { orders(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } totalCount } }',
        { after },
        token,
      );
      expect(data.orders.totalCount).toBe(5);
      seen.push(...data.orders.nodes.map(({ id }: { id: string }) => id));
      after = data.orders.pageInfo.hasNextPage ? data.orders.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(placed.reverse());
  });

  test('find products by part of their name or SKU, whatever the case', async () => {
    const sku = await product(1, 0);
    const { data } = await rig.ask(
      'query ($search: String!) { products(search: $search) { nodes { sku price { amount currency } } totalCount } }',
      { search: sku.toLowerCase() },
    );
    expect(data.products.nodes).toContainEqual({ sku, price: { amount: '1', currency: 'GBP' } });
  });
});
