// A customer's view of the shop, shown to staff: access to it, its content, and the record of each look.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Role } from '@holdfast/accounts';
import { startRig, type Rig } from '../test/rig.js';

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
});
afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const view = (token: string | undefined, customer: string, reason = 'asks about the parcel') =>
  rig.ask(
    `mutation ($customer: String!, $reason: String!) {
      viewCustomer(customer: $customer, reason: $reason) {
        position
        customer { id email orders { totalCount nodes { id status customerActions nextActions } }
          wallet { balance { amount } entries { totalCount } } }
        notifications { totalCount }
      }
    }`,
    { customer, reason },
    token,
  );
const deposit = (token: string) =>
  rig.ask(
    `mutation { deposit(input: { idempotencyKey: "d", amount: { amount: "1200", currency: "EUR" } }) { __typename } }`,
    {},
    token,
  );
const looksAt = async (id: string) => {
  const { data } = await rig.ask(
    `query ($subject: String) { auditLog(subject: $subject) { nodes { actor action reason } } }`,
    { subject: `account-${id}` },
    await rig.staff('OPERATOR'),
  );
  return data.auditLog.nodes;
};
const idOf = async (token: string): Promise<string> => (await rig.ask('{ me { id } }', {}, token)).data.me.id;

describe('a customer, looked at by staff', () => {
  test('shows orders, wallet and messages, found by id and by e-mail address', async () => {
    const customer = await rig.customer();
    await deposit(customer.token);
    const support = await rig.staff('SUPPORT');
    const { data } = await view(support, customer.id);
    expect(data.viewCustomer).toMatchObject({
      customer: {
        id: customer.id,
        orders: { totalCount: 0 },
        wallet: { balance: { amount: '1200' }, entries: { totalCount: 1 } },
      },
      notifications: { totalCount: 0 },
    });
    const byAddress = await view(support, data.viewCustomer.customer.email);
    expect(byAddress.data.viewCustomer.customer.id).toBe(customer.id);
  });

  test('has each look in the audit log, with the person and the reason', async () => {
    const customer = await rig.customer();
    const support = await rig.staff('SUPPORT');
    await view(support, customer.id, 'asks where the money is');
    expect(await looksAt(customer.id)).toEqual([
      { actor: `staff:${await idOf(support)}`, action: 'AccountViewed', reason: 'asks where the money is' },
    ]);
  });

  test('is refused without a reason, and is nothing when there is no such customer', async () => {
    const customer = await rig.customer();
    const support = await rig.staff('SUPPORT');
    expect((await view(support, customer.id, '  ')).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect((await view(support, 'nobody@example.org')).data.viewCustomer).toBeNull();
    expect((await view(support, 'no such id')).data.viewCustomer).toBeNull();
    expect(await looksAt(customer.id)).toEqual([]);
  });

  test.each<[Role, boolean]>([
    ['SUPPORT', true],
    ['OPERATOR', true],
    ['ADMIN', true],
    ['WAREHOUSE', false],
    ['CATALOG', false],
    ['CUSTOMER', false],
  ])('as %s: allowed is %s', async (role, isAllowed) => {
    const customer = await rig.customer();
    const { data, errors } = await view(await rig.staff(role), customer.id);
    if (isAllowed) expect(data.viewCustomer.customer.id).toBe(customer.id);
    else expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await looksAt(customer.id)).toHaveLength(isAllowed ? 1 : 0);
  });

  test('is refused to that customer and to people who are not signed in', async () => {
    const customer = await rig.customer();
    expect((await view(customer.token, customer.id)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await view(undefined, customer.id)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
