// A customer asks to send goods back, and the shop takes them or declines: over the API, for customers, guests and staff.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { converse } from '../test/conversation.js';
import { silentCards, startRig, type Rig } from '../test/rig.js';
import { address, openShop, type Shop } from '../test/shop.js';

let rig: Rig;
let shop: Shop;
let [warehouse, support] = ['', ''];

beforeAll(async () => {
  rig = await startRig({}, { cards: silentCards });
  shop = await openShop(rig);
  warehouse = await rig.staff('WAREHOUSE');
  support = await rig.staff('SUPPORT');
});
afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

type Request = {
  readonly id: string;
  readonly status: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly openLines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly reason: string;
  readonly declineReason: string | null;
};
type Outcome = {
  readonly __typename: string;
  readonly position: string;
  readonly message: string;
  readonly order: { readonly status: string; readonly returnRequests: readonly Request[] };
};
const requestFields = `returnRequests { id at status reason declineReason
  lines { sku quantity } openLines { sku quantity } }`;

let keys = 0;
async function mutate(mutation: string, type: string, input: object, token: string): Promise<Outcome> {
  const { data, errors } = await rig.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename
      ... on OrderSuccess { position order { status ${requestFields} } }
      ... on OrderStateError { status allowed }
      ... on ValidationError { fields }
      ... on ErrorResult { message } } }`,
    { input: { idempotencyKey: `k-${(keys += 1)}`, ...input } },
    token,
  );
  expect(errors).toBeUndefined();
  return (data as unknown as Readonly<Record<string, Outcome>>)[mutation] as Outcome;
}

type Bought = { readonly id: string; readonly sku: string; readonly token: string };

const ask = ({ id: orderId, sku, token }: Bought, quantity: number, more: object = {}) =>
  mutate(
    'requestReturn',
    'RequestReturnInput',
    { orderId, lines: [{ sku, quantity }], reason: 'too bright', ...more },
    token,
  );
const decline = ({ id: orderId }: Bought, requestId: string | undefined, token = warehouse) =>
  mutate('declineReturn', 'DeclineReturnInput', { orderId, requestId, reason: 'it was used' }, token);
const takeBack = ({ id: orderId, sku }: Bought, quantity: number) =>
  mutate(
    'returnOrder',
    'ReturnOrderInput',
    { orderId, lines: [{ sku, quantity }], reason: 'as asked' },
    warehouse,
  );

/** A customer, of whom 3 units are bought and confirmed. */
async function confirmed(): Promise<Bought> {
  const sku = await shop.product(200, 10);
  const { token } = await shop.customer(1000);
  const { order } = await shop.place(token, { lines: [{ sku, quantity: 3 }], waitFor: 'CONFIRMED' });
  expect(order.status).toBe('CONFIRMED');
  return { sku, token, id: order.id };
}
async function handOver({ id: orderId }: Bought): Promise<void> {
  await mutate('packOrder', 'ShipOrderInput', { orderId }, warehouse);
  const shipped = await mutate('shipOrder', 'ShipOrderInput', { orderId }, warehouse);
  expect(shipped).toMatchObject({ order: { status: 'SHIPPED' } });
}
async function shipped(): Promise<Bought> {
  const bought = await confirmed();
  await handOver(bought);
  return bought;
}

/** The requests of an order as the caller reads them, once the read models reflect `position`. */
async function requestsOf({ id }: Bought, token: string, position: string): Promise<readonly Request[]> {
  const { data } = await rig.ask(
    `query ($id: ID!, $p: Position) { order(id: $id, atLeast: $p) { ${requestFields} } }`,
    { id, p: position },
    token,
  );
  return data.order.returnRequests;
}

const requestsIn = async ({ id }: Bought) =>
  (await rig.store.readStream(`order-${id}`)).filter(({ type }) => type === 'ReturnRequested');

describe('a customer who asks to send goods back', () => {
  test('sees the request open, then come back part by part, live', async () => {
    const bought = await shipped();
    const { id, sku, token } = bought;
    const talk = await converse(rig.url, token);
    const document = `subscription ($id: ID!) { orderUpdated(id: $id) { order { returnRequests { status openLines { quantity } } } } }`;
    talk.subscribe('o', document, { id });
    const asked = await ask(bought, 2);
    expect(asked).toMatchObject({
      __typename: 'OrderSuccess',
      order: {
        status: 'SHIPPED',
        returnRequests: [
          {
            ...{ status: 'OPEN', reason: 'too bright', declineReason: null, at: expect.any(String) },
            ...{ lines: [{ sku, quantity: 2 }], openLines: [{ sku, quantity: 2 }] },
          },
        ],
      },
    });
    expect(await requestsOf(bought, token, asked.position)).toEqual(asked.order.returnRequests);
    expect(await takeBack(bought, 1)).toMatchObject({
      order: { returnRequests: [{ status: 'OPEN', openLines: [{ sku, quantity: 1 }] }] },
    });
    expect(await takeBack(bought, 1)).toMatchObject({
      order: { returnRequests: [{ status: 'CAME_BACK', lines: [{ sku, quantity: 2 }], openLines: [] }] },
    });
    await eventually(() =>
      expect(talk.of('o').at(-1)).toMatchObject({
        payload: {
          data: { orderUpdated: { order: { returnRequests: [{ status: 'CAME_BACK', openLines: [] }] } } },
        },
      }),
    );
    talk.socket.close();
  }, 60_000);

  test('has one request for the same key twice, and a conflict for the same key with other goods', async () => {
    const bought = await shipped();
    const key = { idempotencyKey: 'once' };
    const [first, again] = await Promise.all([ask(bought, 2, key), ask(bought, 2, key)]);
    expect(again.order).toEqual(first.order);
    expect(await requestsIn(bought)).toHaveLength(1);
    expect(await ask(bought, 1, key)).toMatchObject({ __typename: 'IdempotencyConflictError' });
    expect(await requestsIn(bought)).toHaveLength(1);
  }, 60_000);

  test('gets the lines that ask for too many units, and nothing has changed', async () => {
    const bought = await shipped();
    const { sku } = bought;
    const tooMany = { __typename: 'ValidationError', fields: ['lines.0.quantity'] };
    expect(await ask(bought, 4)).toMatchObject({
      ...tooMany,
      message: `lines: 3 of ${sku} can be asked for`,
    });
    await ask(bought, 2);
    expect(await ask(bought, 2)).toMatchObject({
      ...tooMany,
      message: `lines: 1 of ${sku} can be asked for`,
    });
    const lines = [
      { sku, quantity: 1 },
      { sku: 'CUP', quantity: 1 },
    ];
    expect(await ask(bought, 1, { lines })).toMatchObject({ ...tooMany, fields: ['lines.1.quantity'] });
    expect(await requestsIn(bought)).toHaveLength(1);
  }, 60_000);

  test.each([
    ['no goods', { lines: [] }, 'lines'],
    ['no unit', { lines: [{ sku: 'CUP', quantity: 0 }] }, 'lines.0.quantity'],
    ['no reason', { reason: ' ' }, 'reason'],
    ['too long a reason', { reason: 'x'.repeat(501) }, 'reason'],
  ])('gets the field of a request with %s', async (_, wrong, field) => {
    const { token } = await shop.customer();
    const refused = await ask({ id: 'o-1', sku: 'CUP', token }, 1, wrong);
    expect(refused).toMatchObject({ __typename: 'ValidationError', fields: [field] });
  });

  test('is refused before the goods are handed over', async () => {
    const bought = await confirmed();
    expect(await ask(bought, 1)).toMatchObject({
      __typename: 'OrderStateError',
      status: 'CONFIRMED',
      allowed: ['CANCEL'],
    });
    expect(await requestsIn(bought)).toEqual([]);
  }, 60_000);

  test('gets NOT_FOUND for an order of another customer, as for one that does not exist', async () => {
    const bought = await shipped();
    const { token } = await shop.customer();
    for (const id of [bought.id, 'no-such-order', 'no id'])
      expect(await ask({ ...bought, id, token }, 1)).toMatchObject({ __typename: 'NotFoundError' });
    expect(await requestsIn(bought)).toEqual([]);
  }, 60_000);

  test('is told that the shop has the request', async () => {
    const bought = await shipped();
    await ask(bought, 1);
    await eventually(async () => {
      const query = 'query ($id: ID!) { order(id: $id) { notifications { kind } } }';
      const { data } = await rig.ask(query, { id: bought.id }, bought.token);
      expect(data.order.notifications.at(-1)).toEqual({ kind: 'RETURN_REQUESTED' });
    });
  }, 60_000);
});

test('a guest asks on the own order, and another guest cannot', async () => {
  const guest = async (): Promise<string> => {
    const { data } = await rig.ask('mutation { startGuestSession { ... on GuestSession { accessToken } } }');
    return data.startGuestSession.accessToken;
  };
  const [token, other] = [await guest(), await guest()];
  // Costs nothing, so that its order is confirmed without a card.
  const sku = await shop.product(0, 10);
  const more = { shippingAddress: address, guestEmail: 'gus@example.org', paymentMethod: 'CARD' };
  const placing = { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED', ...more };
  const { order } = await shop.place(token, placing);
  const bought = { sku, token, id: order.id };
  await handOver(bought);
  expect(await ask({ ...bought, token: other }, 1)).toMatchObject({ __typename: 'NotFoundError' });
  expect(await ask(bought, 1)).toMatchObject({ order: { returnRequests: [{ status: 'OPEN' }] } });
}, 60_000);

describe('staff', () => {
  test('decline a request with a reason that the customer reads and the audit log has', async () => {
    const bought = await shipped();
    const [request] = (await ask(bought, 2)).order.returnRequests;
    const declined = await decline(bought, request?.id, support);
    expect(declined).toMatchObject({
      order: { returnRequests: [{ status: 'DECLINED', declineReason: 'it was used', openLines: [] }] },
    });
    const [read] = await requestsOf(bought, bought.token, declined.position);
    expect(read).toMatchObject({ status: 'DECLINED', declineReason: 'it was used' });
    await eventually(async () => {
      const query = `query { auditLog(first: 10, subject: "order-${bought.id}") { nodes { action reason } } }`;
      const { data } = await rig.ask(query, {}, shop.operator);
      expect(data.auditLog.nodes).toContainEqual({ action: 'ReturnDeclined', reason: 'it was used' });
    });
    expect(await ask(bought, 3)).toMatchObject({ __typename: 'OrderSuccess' });
  }, 60_000);

  test('can not decline what has come back, nor a request that does not exist', async () => {
    const bought = await shipped();
    const [request] = (await ask(bought, 1)).order.returnRequests;
    await takeBack(bought, 1);
    expect(await decline(bought, request?.id)).toMatchObject({
      __typename: 'OrderStateError',
      message: 'all goods of this request have come back',
    });
    expect(await decline(bought, 'nothing')).toMatchObject({ __typename: 'NotFoundError' });
    expect(await decline({ ...bought, id: 'no-such-order' }, request?.id)).toMatchObject({
      __typename: 'NotFoundError',
    });
  }, 60_000);

  test('find the orders that wait for goods', async () => {
    const [waiting, done, plain] = [await shipped(), await shipped(), await shipped()];
    await ask(waiting, 2);
    await ask(done, 1);
    const { position } = await takeBack(done, 1);
    const query = `query ($status: OrderStatus) {
      orders(first: 100, withOpenReturnRequest: true, status: $status) { nodes { id } } }`;
    const found = async (token: string, status?: string) => {
      await requestsOf(done, support, position);
      const { data } = await rig.ask(query, { status }, token);
      return data.orders.nodes.map(({ id }: { readonly id: string }) => id);
    };
    const all = await found(support);
    expect(all).toContain(waiting.id);
    expect(all).not.toContain(done.id);
    expect(all).not.toContain(plain.id);
    expect(await found(support, 'SHIPPED')).toContain(waiting.id);
    expect(await found(support, 'DELIVERED')).toEqual([]);
    expect(await found(waiting.token)).toEqual([waiting.id]);
    expect(await found(done.token)).toEqual([]);
  }, 60_000);
});
