// From a confirmed order to its customer and back, over the API: the actions and views of the warehouse, support and the
// customer.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { converse, type Conversation } from '../test/conversation.js';
import { openShop, gbp, type Shop } from '../test/shop.js';
import { trackingNumberOf } from '../test/labels.js';
import { startRig, type Rig } from '../test/rig.js';

let rig: Rig;
let shop: Shop;
let [warehouse, support, otherSupport] = ['', '', ''];

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
  warehouse = await rig.staff('WAREHOUSE');
  support = await rig.staff('SUPPORT');
  otherSupport = await rig.staff('SUPPORT');
});
afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const outcome = `__typename
  ... on OrderSuccess { position order { id status nextActions payment { refunded { amount } status } } }
  ... on OrderStateError { errorCode message retryable status allowed }
  ... on ValidationError { errorCode message fields }
  ... on ErrorResult { errorCode }`;
let keys = 0;
const staff = async (mutation: string, type: string, input: object, token: string) => {
  const key = `k-${(keys += 1)}`;
  const { data, errors } = await rig.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${outcome} } }`,
    { input: { idempotencyKey: key, ...input } },
    token,
  );
  expect(errors).toBeUndefined();
  return (data as unknown as Record<string, { readonly __typename: string; readonly position: string }>)[
    mutation
  ] as { readonly __typename: string; readonly position: string } & Record<string, unknown>;
};
const pack = (orderId: string, token = warehouse) => staff('packOrder', 'ShipOrderInput', { orderId }, token);
const ship = (orderId: string, token = warehouse) => staff('shipOrder', 'ShipOrderInput', { orderId }, token);
const scan = (orderId: string, code: string, more: object = {}) =>
  staff(
    'recordCarrierScan',
    'CarrierScanInput',
    { trackingNumber: trackingNumberOf(orderId), code, ...more },
    warehouse,
  );
const takeBack = (orderId: string, sku: string, quantity: number, more: object = {}) =>
  staff(
    'returnOrder',
    'ReturnOrderInput',
    { orderId, lines: [{ sku, quantity }], reason: 'too bright', ...more },
    warehouse,
  );
const refund = (orderId: string, amount: number | null, token = support, more: object = {}) =>
  staff(
    'refundOrder',
    'RefundOrderInput',
    { orderId, reason: 'one was broken', ...(amount !== null && { amount: gbp(amount) }), ...more },
    token,
  );

/** A customer with 10.00 in the wallet, of whom 3 units at 2.00 are bought and confirmed. */
async function confirmed() {
  const sku = await shop.product(200, 10);
  const { id: customerId, token } = await shop.customer(1000);
  const { order } = await shop.place(token, { lines: [{ sku, quantity: 3 }], waitFor: 'CONFIRMED' });
  expect(order.status).toBe('CONFIRMED');
  return { sku, token, customerId, id: order.id };
}
async function shipped() {
  const bought = await confirmed();
  await pack(bought.id);
  expect(await ship(bought.id)).toMatchObject({ __typename: 'OrderSuccess' });
  return bought;
}

const booksOf = async ({ sku, token, id }: { sku: string; token: string; id: string }, position: unknown) => {
  const { data, errors } = await rig.ask(
    `query ($id: ID!, $sku: String!, $p: Position) {
      wallet(atLeast: $p) { balance { amount } held { amount } }
      order(id: $id, atLeast: $p) { status payment { refunded { amount } } }
      product(sku: $sku) { stock { onHand reserved available } }
    }`,
    { id, sku, p: position },
    token,
  );
  expect(errors).toBeUndefined();
  return data;
};

test('an order goes through its whole life, and every view of it agrees', async () => {
  const bought = await confirmed();
  const { id, sku, token } = bought;
  expect(await pack(id)).toMatchObject({ order: { status: 'CONFIRMED', nextActions: ['SHIP'] } });
  expect(await ship(id)).toMatchObject({ order: { status: 'SHIPPED', nextActions: ['SCAN', 'DELIVER'] } });
  expect(await scan(id, 'in transit', { location: 'Utrecht' })).toMatchObject({
    order: { status: 'IN_TRANSIT' },
  });
  expect(await scan(id, 'DELIVERED')).toMatchObject({ order: { status: 'DELIVERED', nextActions: [] } });
  const back = await takeBack(id, sku, 1);
  expect(back).toMatchObject({
    order: { status: 'DELIVERED', payment: { refunded: { amount: '200' }, status: 'PARTLY_REFUNDED' } },
  });
  await eventually(async () =>
    expect(await booksOf(bought, back.position)).toMatchObject({
      wallet: { balance: { amount: '600' }, held: { amount: '0' } },
      order: { status: 'DELIVERED', payment: { refunded: { amount: '200' } } },
      product: { stock: { onHand: 8, reserved: 0, available: 8 } },
    }),
  );

  const { data } = await rig.ask(
    `query ($id: ID!) {
      order(id: $id) {
        history { nodes { to triggeringEvent } }
        shipments { carrier trackingNumber labelUrl scans { code location } }
        returns { lines { sku quantity } refund { amount } }
      }
      wallet { entries(first: 1) { nodes { kind amount { amount } orderId } } }
    }`,
    { id },
    token,
  );
  expect(data.order.history.nodes.map(({ to }: { readonly to: string }) => to)).toEqual([
    ...['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED'],
    ...['SHIPPED', 'IN_TRANSIT', 'DELIVERED'],
  ]);
  expect(data.order.shipments).toEqual([
    {
      carrier: 'specs',
      trackingNumber: trackingNumberOf(id),
      labelUrl: expect.stringContaining(id),
      scans: [
        { code: 'IN_TRANSIT', location: 'Utrecht' },
        { code: 'DELIVERED', location: null },
      ],
    },
  ]);
  expect(data.order.returns).toEqual([{ lines: [{ sku, quantity: 1 }], refund: { amount: '200' } }]);
  expect(data.wallet.entries.nodes).toEqual([{ kind: 'REFUND', amount: { amount: '200' }, orderId: id }]);

  const { data: staffView } = await rig.ask(
    `query ($sku: String!) {
      reconciliation { ok checks { name ok expected actual } }
      product(sku: $sku) { stock { movements { nodes { kind quantity orderId } } } }
      auditLog(first: 10, subject: "order-${id}") { nodes { action reason } }
    }`,
    { sku },
    shop.operator,
  );
  expect(staffView.reconciliation.checks.filter(({ ok }: { readonly ok: boolean }) => !ok)).toEqual([]);
  expect(staffView.product.stock.movements.nodes.slice(0, 2)).toEqual([
    { kind: 'RETURNED', quantity: 1, orderId: id },
    { kind: 'COMMITTED', quantity: 3, orderId: id },
  ]);
  const { data: sagas } = await rig.ask(
    `query ($id: ID!) { saga(orderId: $id) { status definition fulfilment { status waitingFor steps { name } timeline { nodes { type } } } } }`,
    { id },
    shop.operator,
  );
  expect(sagas.saga).toMatchObject({
    status: 'COMPLETED',
    definition: 'stock-first',
    fulfilment: { status: 'COMPLETED', waitingFor: null, steps: [] },
  });
  const decided = sagas.saga.fulfilment.timeline.nodes.map(({ type }: { readonly type: string }) => type);
  expect(decided).toEqual(expect.arrayContaining(['FulfilmentStarted', 'LabelGenerated', 'ReturnStarted']));
  expect(staffView.auditLog.nodes).toContainEqual({ action: 'OrderReturned', reason: 'too bright' });
  expect(staffView.auditLog.nodes).toContainEqual({ action: 'OrderShipped', reason: null });
}, 60_000);

test('the label is a PDF with the tracking number as a barcode, for the warehouse alone', async () => {
  const { id, token } = await shipped();
  const get = (by: string | null, of = id) =>
    fetch(new URL(`/orders/${of}/label.pdf`, rig.url), {
      headers: by === null ? {} : { authorization: `Bearer ${by}` },
    });
  const label = await get(warehouse);
  expect([label.status, label.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  const pdf = Buffer.from(await label.arrayBuffer());
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(pdf.includes('/Subtype /Image')).toBe(true);
  expect(Buffer.from(await (await get(warehouse)).arrayBuffer()).equals(pdf)).toBe(true);
  const statuses = [await get(null), await get(token), await get(support), await get(warehouse, 'nobody')];
  expect(statuses.map(({ status }) => status)).toEqual([401, 403, 403, 404]);
}, 60_000);

describe('the warehouse', () => {
  const queue = async (stage: string) => {
    const { data } = await rig.ask(
      `query ($stage: WarehouseStage!) { warehouseQueue(stage: $stage, first: 100) { nodes {
        id stage trackingNumber labelUrl shippingAddress { city } order { status lines { sku quantity } } } } }`,
      { stage },
      warehouse,
    );
    return data.warehouseQueue.nodes as readonly { readonly id: string }[];
  };
  const inQueue = async (id: string, stage: string) => (await queue(stage)).find((task) => task.id === id);

  test('finds a confirmed order in its queue until it is handed over', async () => {
    const { id, sku } = await confirmed();
    await eventually(async () =>
      expect(await inQueue(id, 'TO_PACK')).toMatchObject({
        shippingAddress: { city: 'London' },
        order: { status: 'CONFIRMED', lines: [{ sku, quantity: 3 }] },
      }),
    );
    await pack(id);
    await eventually(async () => {
      expect(await inQueue(id, 'TO_SHIP')).toMatchObject({ trackingNumber: trackingNumberOf(id) });
      expect(await inQueue(id, 'TO_PACK')).toBeUndefined();
    });
    await ship(id);
    await eventually(async () => expect(await inQueue(id, 'TO_SHIP')).toBeUndefined());
  }, 60_000);

  test('does not see an order any more that its customer has cancelled', async () => {
    const { id, token } = await confirmed();
    await pack(id);
    expect(await shop.cancel(token, id)).toMatchObject({ __typename: 'OrderSuccess' });
    await eventually(async () => expect(await inQueue(id, 'TO_SHIP')).toBeUndefined());
    expect(await ship(id)).toMatchObject({
      __typename: 'OrderStateError',
      status: 'CANCELLED',
      allowed: [],
    });
  }, 60_000);

  test('can not ship an order that is not packed, nor pack an order that is not confirmed', async () => {
    const { id } = await confirmed();
    expect(await ship(id)).toEqual({
      __typename: 'OrderStateError',
      errorCode: 'ORDER_STATE',
      message: 'the order is CONFIRMED',
      retryable: false,
      status: 'CONFIRMED',
      allowed: ['PACK'],
    });
    const sku = await shop.product(200, 10);
    const { token } = await shop.customer(1000);
    const lines = [{ sku, quantity: 1 }];
    const { order } = await shop.place(token, { lines, paymentMode: 'ON_CONFIRMATION', waitFor: 'RESERVED' });
    expect(await pack(order.id)).toMatchObject({ __typename: 'OrderStateError', status: 'RESERVED' });
    for (const unknown of ['no-such-order', 'no id'])
      expect(await pack(unknown)).toMatchObject({ __typename: 'NotFoundError' });
  }, 60_000);

  test('an order that is handed over can not be cancelled', async () => {
    const { id, token } = await shipped();
    expect(await shop.cancel(token, id)).toMatchObject({
      __typename: 'OrderStateError',
      status: 'SHIPPED',
      allowed: [],
    });
  }, 60_000);

  test('the same request again has the same answer, and packing twice is one packing', async () => {
    const { id } = await confirmed();
    await pack(id);
    expect(await pack(id)).toMatchObject({ __typename: 'OrderSuccess' });
    const input = { idempotencyKey: 'once' };
    const first = await staff('shipOrder', 'ShipOrderInput', { orderId: id, ...input }, warehouse);
    const again = await staff('shipOrder', 'ShipOrderInput', { orderId: id, ...input }, warehouse);
    expect([first, again]).toMatchObject([
      { order: { status: 'SHIPPED' } },
      { order: { status: 'SHIPPED' } },
    ]);
    const types = (await rig.store.readStream(`order-${id}`)).map(({ type }) => type);
    expect(types.filter((type) => type === 'OrderPacked' || type === 'OrderShipped')).toHaveLength(2);
  }, 60_000);
});

describe('a reason for packing or shipping', () => {
  test('is in the audit log, and too long a one is refused', async () => {
    const { id } = await confirmed();
    const input = { orderId: id, reason: 'the box was torn' };
    const long = { ...input, reason: 'x'.repeat(501) };
    expect(await staff('packOrder', 'ShipOrderInput', long, warehouse)).toMatchObject({
      __typename: 'ValidationError',
    });
    expect(await staff('packOrder', 'ShipOrderInput', input, warehouse)).toMatchObject({
      __typename: 'OrderSuccess',
    });
    expect(await staff('shipOrder', 'ShipOrderInput', { ...input, reason: null }, warehouse)).toMatchObject({
      __typename: 'OrderSuccess',
    });
    await eventually(async () => {
      const query = `query { auditLog(first: 10, subject: "order-${id}") { nodes { action reason } } }`;
      const { data } = await rig.ask(query, {}, shop.operator);
      expect(data.auditLog.nodes).toEqual([
        { action: 'OrderShipped', reason: null },
        { action: 'OrderPacked', reason: 'the box was torn' },
      ]);
    });
  }, 60_000);
});

describe('a scan of the carrier', () => {
  test('of an unknown number, of nonsense, or before the hand-over is refused and changes nothing', async () => {
    const { id } = await confirmed();
    await pack(id);
    await eventually(async () =>
      expect(await scan(id, 'IN_TRANSIT')).toMatchObject({
        __typename: 'OrderStateError',
        allowed: ['SHIP'],
      }),
    );
    await ship(id);
    for (const trackingNumber of ['NOBODY', 'no number'])
      expect(await scan(id, 'IN_TRANSIT', { trackingNumber })).toMatchObject({ __typename: 'NotFoundError' });
    expect(await scan(id, '?')).toMatchObject({ __typename: 'ValidationError', fields: ['code'] });
    const types = (await rig.store.readStream(`shipment-${id}`)).map(({ type }) => type);
    expect(types).toEqual(['ShipmentCreated', 'ShipmentPacked', 'LabelGenerated']);
  }, 60_000);

  test('that is reported again is one scan, and a later one never moves the order back', async () => {
    const { id } = await shipped();
    const key = { idempotencyKey: 'delivered' };
    expect(await scan(id, 'DELIVERED', key)).toMatchObject({ order: { status: 'DELIVERED' } });
    expect(await scan(id, 'DELIVERED', key)).toMatchObject({ order: { status: 'DELIVERED' } });
    expect(await scan(id, 'IN_TRANSIT')).toMatchObject({ order: { status: 'DELIVERED' } });
    expect(await scan(id, 'IN_TRANSIT', key)).toMatchObject({ __typename: 'IdempotencyConflictError' });
    const types = (await rig.store.readStream(`shipment-${id}`)).map(({ type }) => type);
    expect(types.slice(3)).toEqual(['CarrierScanned', 'ShipmentDelivered', 'CarrierScanned']);
  }, 60_000);
});

describe('the customer of a parcel', () => {
  const document = `subscription ($id: ID!, $after: Cursor) {
    parcelUpdated(orderId: $id, after: $after) { cursor shipment { trackingNumber scans { code } } } }`;
  type Update = { readonly cursor: string; readonly shipment: { readonly scans: readonly object[] } };
  const updates = (talk: Conversation, id: string): readonly Update[] =>
    talk.of(id).map(({ payload }) => (payload as { data: { parcelUpdated: Update } }).data.parcelUpdated);

  test('sees each scan as it comes, and after a lost connection those that were missed', async () => {
    const { id, token } = await shipped();
    const talk = await converse(rig.url, token);
    talk.subscribe('p', document, { id });
    await eventually(() => expect(updates(talk, 'p')).toHaveLength(1));
    await scan(id, 'HUB', { location: 'Utrecht' });
    await eventually(() =>
      expect(updates(talk, 'p').at(-1)).toMatchObject({
        shipment: { trackingNumber: trackingNumberOf(id), scans: [{ code: 'HUB' }] },
      }),
    );
    const { cursor: after } = updates(talk, 'p').at(-1) ?? { cursor: '' };
    talk.socket.close();
    await scan(id, 'OUT_FOR_DELIVERY');
    const again = await converse(rig.url, token);
    again.subscribe('p', document, { id, after });
    await eventually(() =>
      expect(updates(again, 'p').at(-1)?.shipment.scans).toEqual([
        { code: 'HUB' },
        { code: 'OUT_FOR_DELIVERY' },
      ]),
    );
    again.socket.close();
  }, 60_000);

  test('is the only customer who sees it', async () => {
    const { id } = await shipped();
    const talk = await converse(rig.url, (await shop.customer(0)).token);
    talk.subscribe('p', document, { id });
    await eventually(() => expect(JSON.stringify(talk.of('p'))).toContain('no such order'));
    talk.socket.close();
  }, 60_000);
});

describe('goods that come back', () => {
  test('are refunded part by part, each once, and never more than were shipped', async () => {
    const bought = await shipped();
    const { id, sku } = bought;
    const key = { idempotencyKey: 'part-1' };
    await takeBack(id, sku, 1, key);
    await takeBack(id, sku, 1, key);
    expect(await takeBack(id, sku, 3)).toMatchObject({
      __typename: 'ValidationError',
      message: `lines: at most 2 of ${sku} can still come back`,
      fields: ['lines'],
    });
    const { position } = await takeBack(id, sku, 2);
    await eventually(async () =>
      expect(await booksOf(bought, position)).toMatchObject({
        wallet: { balance: { amount: '1000' } },
        order: { payment: { refunded: { amount: '600' } } },
        product: { stock: { onHand: 10, reserved: 0 } },
      }),
    );
    expect(await takeBack(id, sku, 1)).toMatchObject({ __typename: 'ValidationError' });
    expect(await refund(id, null)).toMatchObject({
      __typename: 'OrderStateError',
      message: 'nothing is left to refund',
    });
  }, 60_000);

  test('can not come back before they were handed over', async () => {
    const { id, sku } = await confirmed();
    expect(await takeBack(id, sku, 1)).toMatchObject({ __typename: 'OrderStateError', status: 'CONFIRMED' });
  }, 60_000);
});

describe('a refund', () => {
  test('goes back whole or in parts, never more than was paid', async () => {
    const bought = await confirmed();
    const { id } = bought;
    expect(await refund(id, 601)).toMatchObject({
      __typename: 'ValidationError',
      message: 'amount: at most 6.00 GBP is left to refund',
    });
    expect(await refund(id, 150)).toMatchObject({
      order: {
        status: 'CONFIRMED',
        nextActions: ['CANCEL', 'REFUND'],
        payment: { refunded: { amount: '150' } },
      },
    });
    const { position } = await refund(id, null);
    await eventually(async () =>
      expect(await booksOf(bought, position)).toMatchObject({
        wallet: { balance: { amount: '1000' } },
        order: { payment: { refunded: { amount: '600' } } },
        product: { stock: { reserved: 3 } },
      }),
    );
  }, 60_000);

  test('of one amount by two members of staff at once is one, and by one member twice is two', async () => {
    const bought = await confirmed();
    const { id } = bought;
    const both = await Promise.all([refund(id, 100), refund(id, 100, otherSupport)]);
    expect(both.map(({ __typename }) => __typename).sort()).toEqual(['OrderStateError', 'OrderSuccess']);
    const twice = await Promise.all([refund(id, 70), refund(id, 70)]);
    expect(twice.map(({ __typename }) => __typename)).toEqual(['OrderSuccess', 'OrderSuccess']);
    const { position } = twice[1];
    expect(await booksOf(bought, position)).toMatchObject({ wallet: { balance: { amount: '640' } } });
  }, 60_000);

  test('of an order that is then cancelled leaves the rest to the checkout', async () => {
    const bought = await confirmed();
    await refund(bought.id, 150);
    await shop.cancel(bought.token, bought.id);
    await eventually(async () =>
      expect(await booksOf(bought, null)).toMatchObject({
        wallet: { balance: { amount: '1000' }, held: { amount: '0' } },
        product: { stock: { onHand: 10, reserved: 0 } },
      }),
    );
    await eventually(async () => {
      const { data } = await rig.ask('{ reconciliation { ok } }', {}, shop.operator);
      expect(data.reconciliation.ok).toBe(true);
    });
    expect(await refund(bought.id, null)).toMatchObject({
      __typename: 'OrderStateError',
      status: 'CANCELLED',
    });
  }, 60_000);
});

test('customers and other staff can do none of it', async () => {
  const { id, token } = await confirmed();
  const tried = async (mutation: string, type: string, input: object, by: string) => {
    const { errors } = await rig.ask(
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`,
      { input: { idempotencyKey: 'x', ...input } },
      by,
    );
    return errors?.[0]?.extensions.code;
  };
  for (const by of [token, support])
    for (const mutation of ['packOrder', 'shipOrder'])
      expect(await tried(mutation, 'ShipOrderInput', { orderId: id }, by)).toBe('FORBIDDEN');
  for (const by of [token, warehouse])
    expect(await tried('refundOrder', 'RefundOrderInput', { orderId: id, reason: 'x' }, by)).toBe(
      'FORBIDDEN',
    );
  const lines = [{ sku: 'A', quantity: 1 }];
  expect(await tried('returnOrder', 'ReturnOrderInput', { orderId: id, lines, reason: 'x' }, support)).toBe(
    'FORBIDDEN',
  );
}, 60_000);
