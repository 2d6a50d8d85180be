// The time machine through the API: every aggregate of an order after each of its events, for orders of any outcome.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OrderId, type RecordedEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../../test/rig.js';
import { address, openShop, type Shop } from '../../test/shop.js';

let rig: Rig;
let shop: Shop;
let support: string;

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
  support = await rig.staff('SUPPORT');
  await shop.product(100, 50, 'LAMP');
});
afterAll(async () => {
  await rig.stop();
});

const fields = `position event { id type stream position data } cause { type stream } commandId actor
  order { id status reservationExpiresAt payment { status } invoice { number } history { nodes { to } } }
  saga { status waitingFor coordination plan { name state } timers { kind state } timeline(first: 100) { nodes { type } } }
  wallet { balance { amount } held { amount } available { amount } }
  stock { sku onHand reserved available reservedForOrder } changes`;

const momentsOf = async (orderId: string, token = shop.operator) => {
  const { data, errors } = await rig.ask(
    `query ($orderId: ID!) { moments(orderId: $orderId) { ${fields} } }`,
    { orderId },
    token,
  );
  expect(errors).toBeUndefined();
  return data.moments;
};
const orderAt = (id: string, position: string, token = shop.operator) =>
  rig.ask(
    `query ($id: ID!, $position: Position!) { orderAt(id: $id, position: $position) { ${fields} } }`,
    { id, position },
    token,
  );

/** An order that comes to rest in its last status. */
async function ordered(given: {
  readonly coordination?: string;
  readonly balance?: number;
  readonly quantity?: number;
  readonly paymentMode?: string;
  readonly waitFor?: string;
}) {
  const { balance = 1_000, quantity = 1, waitFor, ...asked } = given;
  const customer = await shop.customer(balance);
  const { data } = await rig.ask(
    `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename
      ... on OrderSuccess { order { id status } }
      ... on OutOfStockError { orderId } ... on InsufficientFundsError { orderId } } }`,
    {
      input: {
        ...{ idempotencyKey: `moment-${customer.id}`, lines: [{ sku: 'LAMP', quantity }] },
        ...{
          shippingAddress: address,
          paymentMode: 'AUTOMATIC',
          waitFor: waitFor ?? 'CONFIRMED',
          waitMs: 20_000,
        },
        ...asked,
      },
    },
    customer.token,
  );
  const { order, orderId } = data.placeOrder as unknown as { order?: { id: string }; orderId?: string };
  return { ...customer, orderId: order?.id ?? orderId ?? '' };
}

const ended = async (orderId: string, status: string) =>
  eventually(
    async () => {
      const moments = await momentsOf(orderId);
      expect(moments.at(-1)?.saga.status).toBe(status);
      return moments;
    },
    { timeoutMs: 30_000 },
  );

describe.each(['ORCHESTRATION', 'CHOREOGRAPHY'])('with %s', (coordination) => {
  test('a confirmed order shows order, saga, wallet and stock after each event, and its end is that of the read models', async () => {
    const { orderId, token } = await ordered({ coordination });
    const moments = await ended(orderId, 'COMPLETED');
    const statuses = moments.map(({ order }) => order.status);
    const path = ['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED'];
    expect([...new Set(statuses)]).toEqual(path);
    expect(moments[0]?.event.type).toBe('OrderPlaced');
    expect(moments[0]?.changes).toContain('order: – → CREATED');

    const reserved = moments.find(({ event }) => event.type === 'StockReserved');
    expect(reserved?.stock).toMatchObject([{ sku: 'LAMP', reservedForOrder: 1 }]);
    expect(reserved?.changes).toContain('LAMP for this order: 0 → 1');
    expect(reserved?.cause.type).toBeDefined();

    const held = moments.find(({ event }) => event.type === 'FundsHeld');
    expect(held?.wallet).toEqual({
      balance: { amount: '1000' },
      held: { amount: '100' },
      available: { amount: '900' },
    });
    expect(held?.changes).toContain('held: 0.00 GBP → 1.00 GBP');

    const last = moments.at(-1);
    expect(last?.order.invoice.number).toMatch(/^INV-/);
    expect(last?.order.history.nodes.at(-1)?.to).toBe('CONFIRMED');
    expect(moments.some(({ event }) => event.type === 'InvoiceIssued')).toBe(true);
    const { data } = await rig.ask(
      '{ wallet { balance { amount } held { amount } available { amount } } }',
      {},
      token,
    );
    expect(last?.wallet).toEqual(data.wallet);
  });

  test('an order whose payment is refused shows the undo of its reservation', async () => {
    const { orderId } = await ordered({ coordination, balance: 10 });
    const moments = await ended(orderId, 'COMPENSATED');
    const released = moments.find(({ event }) => event.type === 'StockReleased');
    expect(released?.changes).toContain('LAMP for this order: 1 → 0');
    expect(moments.at(-1)?.order.status).toBe('FAILED');
    expect(moments.flatMap(({ changes }) => changes)).toContain('reason: – → INSUFFICIENT_FUNDS');
  });

  test('an order without stock shows the refusal', async () => {
    const { orderId } = await ordered({ coordination, quantity: 999 });
    const moments = await ended(orderId, 'COMPENSATED');
    expect(moments.map(({ event }) => event.type)).toContain('StockReservationRefused');
    expect(moments.at(-1)?.stock).toMatchObject([{ sku: 'LAMP', reservedForOrder: 0 }]);
  });
});

test('every moment agrees with orderAt at its position, and with a fold of the whole log', async () => {
  const { orderId } = await ordered({});
  const moments = await ended(orderId, 'COMPLETED');
  const all = await rig.store.readAll({ limit: 100_000 });
  const about = all.filter(({ stream, data }) => {
    const { orderId: of } = data as { readonly orderId?: string };
    const isOwn = stream.endsWith(`-${orderId}`) && !/^(order-notices|notifications)-/.test(stream);
    return isOwn || (of === orderId && /^(stock|wallet|invoices)-/.test(stream));
  });
  expect(moments.map(({ event }) => Number(event.position))).toEqual(about.map(({ position }) => position));
  for (const moment of moments) {
    const { data } = await orderAt(orderId, moment.position);
    expect(data.orderAt).toEqual(moment);
    expect(moment.stock[0]).toMatchObject(lampsAt(all, Number(moment.position)));
  }
});

/** Units by arithmetic alone, without the projection. */
function lampsAt(all: readonly RecordedEvent[], position: number) {
  let [onHand, reserved] = [0, 0];
  for (const event of all) {
    if (event.stream !== 'stock-LAMP' || event.position > position) continue;
    const { quantity = 0 } = event.data as { readonly quantity?: number };
    if (event.type === 'StockReceived') onHand += quantity;
    if (event.type === 'StockReserved') reserved += quantity;
    if (event.type === 'StockReleased') reserved -= quantity;
  }
  return { onHand, reserved, available: onHand - reserved };
}

test('an order that waits for its customer shows the armed timer, and no moment before it was placed', async () => {
  const { orderId } = await ordered({ paymentMode: 'ON_CONFIRMATION', waitFor: 'RESERVED' });
  const moments = await momentsOf(orderId);
  expect(moments.at(-1)?.saga.timers).toEqual([{ kind: 'reservation', state: 'ARMED' }]);
  const before = await orderAt(orderId, String(Number(moments[0]?.position) - 1));
  expect(before.data.orderAt).toBeNull();
  const after = await orderAt(orderId, '999999999');
  expect(after.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('between two events of the order the stock moves with the orders of others', async () => {
  const { orderId } = await ordered({ paymentMode: 'ON_CONFIRMATION', waitFor: 'RESERVED' });
  const last = (await momentsOf(orderId)).at(-1);
  const onHand = last?.stock[0]?.onHand ?? 0;
  await shop.receive('LAMP', 7, `between-${orderId}`);
  const [received] = await rig.store.readStream('stock-LAMP', { direction: 'backwards', limit: 1 });
  await rig.store.synced(received?.position ?? 0);
  const { data } = await orderAt(orderId, String(received?.position));
  expect(data.orderAt.event.id).toBe(last?.event.id);
  expect(data.orderAt.stock).toMatchObject([{ onHand: onHand + 7, reservedForOrder: 1 }]);
});

test('support sees no address, operators see it, customers see nothing at all', async () => {
  const { orderId, token } = await ordered({});
  const [forOperator] = await momentsOf(orderId);
  const [forSupport] = await momentsOf(orderId, support);
  expect(forOperator?.event.data).toMatchObject({ shippingAddress: address });
  expect(forSupport?.event.data).toMatchObject({ shippingAddress: '(not shown)', paymentMethod: 'WALLET' });
  const { errors } = await orderAt(OrderId(orderId), '1', token);
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('an order that was never placed has no moments', async () => {
  expect(await momentsOf('nobody')).toEqual([]);
});
