// Orders that staff cancel at the wish of a customer.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRig, type Rig } from '../test/rig.js';
import type { Fields } from '../test/selected.js';
import { openShop, type Shop } from '../test/shop.js';

let rig: Rig;
let shop: Shop;
let support: string;

beforeAll(async () => {
  rig = await startRig();
  shop = await openShop(rig);
  support = await rig.staff('SUPPORT');
});
afterAll(() => rig.stop());

async function confirmed(): Promise<{ readonly id: string; readonly token: string }> {
  const sku = await shop.product(200, 5);
  const { token } = await shop.customer(1000);
  const { order } = await shop.place(token, { lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' });
  return { id: order.id, token };
}

const cancel = (orderId: string, reason: string | null, token = support) =>
  rig.ask<Fields | null>(
    `mutation ($input: CancelOrderInput!) {
      cancelOrder(input: $input) {
        __typename
        ... on OrderSuccess { order { status failureReason history { nodes { to actor reason } } } }
      }
    }`,
    { input: { idempotencyKey: 'c1', orderId, reason } },
    token,
  );

const actionsFor = async (id: string, token: string) =>
  (await rig.ask('query ($id: ID!) { order(id: $id) { nextActions } }', { id }, token)).data.order
    .nextActions as readonly string[];

describe('support', () => {
  test('cancels an order for its customer, and the timeline and the audit log have the person and the reason', async () => {
    const { id } = await confirmed();
    expect(await actionsFor(id, support)).toContain('CANCEL');
    const { data } = await cancel(id, 'rang us: ordered twice');
    const entry = { actor: expect.stringMatching(/^staff:/), reason: 'rang us: ordered twice' };
    expect(data?.cancelOrder).toMatchObject({
      __typename: 'OrderSuccess',
      order: { status: 'CANCELLED', failureReason: 'CUSTOMER_CANCELLED' },
    });
    expect(data?.cancelOrder.order.history.nodes.at(-1)).toEqual({ to: 'CANCELLED', ...entry });
    const { data: audit } = await rig.ask(
      'query ($subject: String) { auditLog(subject: $subject) { nodes { actor action reason } } }',
      { subject: `order-${id}` },
      await rig.staff('OPERATOR'),
    );
    expect(audit.auditLog.nodes).toEqual([{ action: 'OrderCancelled', ...entry }]);
  });

  test('has to give a reason, and nothing is cancelled without one', async () => {
    const { id, token } = await confirmed();
    const { errors } = await cancel(id, ' ');
    expect(errors?.[0]).toMatchObject({ message: 'reason: staff have to give one' });
    expect(await actionsFor(id, token)).toContain('CANCEL');
  });
});

test.each(['WAREHOUSE', 'OPERATOR', 'CUSTOMER'] as const)(
  '%s does not cancel an order of another person, and is not offered to',
  async (role) => {
    const { id } = await confirmed();
    const other = role === 'CUSTOMER' ? (await shop.customer(0)).token : await rig.staff(role);
    if (role !== 'CUSTOMER') expect(await actionsFor(id, other)).not.toContain('CANCEL');
    const { data, errors } = await cancel(id, 'why not', other);
    expect(data?.cancelOrder.__typename ?? errors?.[0]?.extensions['code']).toBe(
      role === 'CUSTOMER' ? 'NotFoundError' : 'FORBIDDEN',
    );
  },
);
