// A customer's notifications over GraphQL: listing them, marking them as read, and access to them.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { converse } from '../test/conversation.js';
import { startRig, type Rig } from '../test/rig.js';
import { openShop, type Shop } from '../test/shop.js';

let rig: Rig;
let shop: Shop;

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

/** Places orders that are confirmed and then cancelled: two notifications each. */
async function customerWith(orders: number) {
  const { token, id } = await shop.customer(10_000);
  const sku = await shop.product(100, 10);
  const ids: string[] = [];
  for (let n = 0; n < orders; n += 1) {
    const placed = await shop.place(token, {
      key: `k${n}`,
      lines: [{ sku, quantity: 1 }],
      waitFor: 'CONFIRMED',
    });
    ids.push(placed.order.id);
    await shop.cancel(token, placed.order.id);
  }
  return { token, id, orders: ids };
}

const list = async (token: string) => {
  const { data } = await rig.ask(
    `{ me { unreadNotifications }
       notifications { totalCount nodes { id orderId kind message readAt mailedAt mailFailure } } }`,
    {},
    token,
  );
  return { unread: data.me.unreadNotifications, nodes: data.notifications.nodes };
};
const read = (token: string, ids: readonly string[]) =>
  rig.ask(
    `mutation ($ids: [ID!]!) {
      markNotificationsRead(ids: $ids) { unread position notifications { id readAt } }
    }`,
    { ids },
    token,
  );

describe('notifications', () => {
  test('are listed newest first, with those that are unread counted', async () => {
    const { token, orders } = await customerWith(2);
    const { nodes, unread } = await list(token);
    expect(unread).toBe(4);
    expect(nodes.map(({ orderId, kind }) => [orderId, kind])).toEqual([
      [orders[1], 'ORDER_CANCELLED'],
      [orders[1], 'ORDER_CONFIRMED'],
      [orders[0], 'ORDER_CANCELLED'],
      [orders[0], 'ORDER_CONFIRMED'],
    ]);
    expect(nodes.map(({ readAt }) => readAt)).toEqual([null, null, null, null]);
  });

  test('that are marked as read, once or again, stay read', async () => {
    const { token } = await customerWith(2);
    const { nodes } = await list(token);
    const [first = '', , third = ''] = nodes.map(({ id }) => id);
    const { data } = await read(token, [first, third, first]);
    const time = expect.stringMatching(/^\d{4}-/);
    expect(data.markNotificationsRead).toMatchObject({
      unread: 2,
      notifications: [
        { id: first, readAt: time },
        { id: third, readAt: time },
      ],
    });
    const after = await list(token);
    expect(after.unread).toBe(2);
    expect(after.nodes.map(({ readAt }) => Boolean(readAt))).toEqual([true, false, true, false]);
    await read(token, [first]);
    expect(await list(token)).toEqual(after);
  });

  test.each<[string, (id: string) => string]>([
    ['of another customer', (id) => id],
    ['of nobody', () => 'nothing:1'],
    ['that the order never sent', (id) => id.replace(/:\d+$/, ':0')],
    ['with a revision that is written otherwise', (id) => id.replace(':', ':0')],
  ])('%s can’t be marked, and nothing changes', async (_, idOf) => {
    const owner = await customerWith(1);
    const stranger = await customerWith(1);
    const [id = ''] = (await list(owner.token)).nodes.map((node) => node.id);
    const given = idOf(id);
    const caller = given === id ? stranger : owner;
    const { errors } = await read(caller.token, [given]);
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    expect((await list(owner.token)).unread).toBe(2);
  });

  test('come once each to a subscriber that was away, and marking one as read repeats none', async () => {
    const { token } = await customerWith(1);
    const subscription = `subscription ($after: Cursor) { notificationReceived(after: $after) { id cursor readAt } }`;
    type Payload = { data: { notificationReceived: { id: string; readAt: string | null } } };
    const talk = await converse(rig.url, token);
    const seen = () => talk.of('s').map(({ payload }) => (payload as Payload).data.notificationReceived);
    talk.subscribe('s', subscription, { after: '0000000000000000' });
    await eventually(() => {
      expect(seen()).toHaveLength(2);
    });
    await read(token, [seen()[0]?.id ?? '']);
    const sku = await shop.product(100, 1);
    const placed = await shop.place(token, { lines: [{ sku, quantity: 5 }], key: 'more', waitFor: 'FAILED' });
    expect(placed.__typename).toBe('OutOfStockError');
    await eventually(() => {
      expect(seen()).toHaveLength(3);
    });
    expect(new Set(seen().map(({ id }) => id)).size).toBe(3);
    talk.socket.close();
  });
});
