// The audit log over GraphQL: it has the actions of staff with their reasons, and no actions of others.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRig, type Rig } from '../../test/rig.js';

let rig: Rig;
let admin: string;

beforeAll(async () => {
  rig = await startRig();
  admin = await rig.staff('ADMIN');
});

afterAll(async () => {
  await rig.stop();
  expect(rig.errors).toEqual([]);
});

const idOf = async (token: string): Promise<string> => (await rig.ask('{ me { id } }', {}, token)).data.me.id;

const auditLog = async (variables: object = {}, token = admin) => {
  const { data } = await rig.ask(
    `query ($actor: String, $subject: String, $first: Int! = 20, $after: Cursor) {
      auditLog(actor: $actor, subject: $subject, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { id at actor action subject reason position }
      }
    }`,
    variables,
    token,
  );
  return data.auditLog;
};

const product = (token: string, sku: string) =>
  rig.ask(
    `mutation ($sku: String!) {
      createProduct(input: { idempotencyKey: "create", sku: $sku, name: "Tea", price: { amount: "100", currency: "EUR" } }) {
        __typename
      }
      changePrice(input: { idempotencyKey: "price", sku: $sku, price: { amount: "120", currency: "EUR" }, reason: "season" }) {
        __typename ... on ProductSuccess { product { price { amount } } }
      }
      adjustStock(input: { idempotencyKey: "adjust", sku: $sku, delta: 7, reason: "counted again" }) { __typename }
    }`,
    { sku },
    token,
  );

describe('the audit log', () => {
  test('has the actions of a staff member, newest first, with their reasons', async () => {
    const catalog = await rig.staff('CATALOG');
    const { data } = await product(catalog, 'AUDITED');
    expect(data.changePrice).toMatchObject({ product: { price: { amount: '120' } } });
    const actor = `staff:${await idOf(catalog)}`;
    const of = { actor, subject: 'stock-AUDITED' };
    const { nodes, totalCount } = await auditLog({ actor });
    expect(totalCount).toBe(3);
    expect(nodes).toMatchObject([
      { ...of, action: 'StockAdjusted', reason: 'counted again' },
      { ...of, action: 'PriceChanged', reason: 'season' },
      { ...of, action: 'ProductCreated', reason: null },
    ]);
    const positions = nodes.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort().reverse());
  });

  test('of one subject has the actions of everybody on it, a page at a time', async () => {
    const [one, other] = [await rig.staff('CATALOG'), await rig.staff('CATALOG')];
    await product(one, 'SHARED');
    await product(other, 'SHARED');
    const subject = 'stock-SHARED';
    const first = await auditLog({ subject, first: 3 });
    const rest = await auditLog({ subject, first: 3, after: first.pageInfo.endCursor });
    expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
    expect(new Set([...first.nodes, ...rest.nodes].map(({ actor }) => actor))).toEqual(
      new Set([`staff:${await idOf(one)}`, `staff:${await idOf(other)}`]),
    );
    const byOne = await auditLog({ subject, actor: await idOf(one) });
    expect(byOne.totalCount).toBe(3);
  });

  test('has one entry for a change of roles, with its reason', async () => {
    const { id } = await rig.customer();
    await rig.ask(
      `mutation ($id: ID!) { setRoles(userId: $id, roles: [SUPPORT], reason: "joined the team") { id } }`,
      { id },
      admin,
    );
    const { nodes } = await auditLog({ subject: `account-${id}` });
    expect(nodes).toMatchObject([{ action: 'RolesChanged', reason: 'joined the team' }]);
  });

  test('has no refused attempt, and nothing that a customer did', async () => {
    const customer = await rig.customer();
    await product(customer.token, 'REFUSED');
    await rig.ask(
      `mutation { deposit(input: { idempotencyKey: "d", amount: { amount: "5", currency: "EUR" } }) { __typename } }`,
      {},
      customer.token,
    );
    const all = await auditLog({ first: 100 });
    const ofThem = all.nodes.filter(({ actor, subject }) => `${actor} ${subject}`.includes(customer.id));
    expect(ofThem).toEqual([]);
    expect((await auditLog({ subject: 'stock-REFUSED' })).totalCount).toBe(0);
  });

  test('has the credit of a wallet once, with its reason', async () => {
    const support = await rig.staff('SUPPORT');
    const { id } = await rig.customer();
    await rig.ask(
      `mutation ($id: ID!) {
        creditWallet(input: { idempotencyKey: "c", customerId: $id, amount: { amount: "5", currency: "EUR" }, reason: "late parcel" }) {
          __typename
        }
      }`,
      { id },
      support,
    );
    const { nodes } = await auditLog({ subject: `wallet-${id}` });
    expect(nodes).toMatchObject([{ action: 'FundsDeposited', reason: 'late parcel' }]);
  });
});
