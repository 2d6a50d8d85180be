// Staff over HTTP, against the whole product: operators see and change what they need, and others are refused.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { openShop, type Shop } from '../test/shop.js';
import { startRig, type Rig } from '../test/rig.js';
import type { Fields } from '../test/selected.js';

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
    const sku = await shop.product(1, 0);
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
    const sku = await shop.product(100, 5);
    const { token } = await shop.customer(100);
    const { order, position } = await shop.place(token, {
      lines: [{ sku, quantity: 1 }],
      waitFor: 'CONFIRMED',
    });
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
        shop.operator,
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
        shop.operator,
      );
      const { ok, checks } = data.reconciliation;
      expect(checks.filter((check: { ok: boolean }) => !check.ok)).toEqual([]);
      expect(ok).toBe(true);
      expect(checks.length).toBeGreaterThan(8);
    });
  });

  test('see the log without its secrets', async () => {
    await rig.customer();
    const { data } = await rig.ask(
      '{ events(types: ["AccountRegistered", "SessionStarted"], first: 100) { nodes { stream data } } }',
      {},
      shop.operator,
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
      shop.operator,
    );
    expect(errors).toBeUndefined();
    expect(data.rebuildProjection).toMatchObject({ name: 'order-summary' });
    const unknown = await rig.ask('mutation { rebuildProjection(name: "nope") { name } }', {}, shop.operator);
    expect(unknown.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('compare a held rebuild with the served read model, then switch to it or abandon it, with a reason', async () => {
    await rig.customer();
    const state = async () => {
      const { data } = await rig.ask('{ projections { name state held } }', {}, shop.operator);
      return (data.projections as unknown as { readonly name: string }[]).find(
        ({ name }) => name === 'accounts',
      );
    };
    const rebuilt = async () => {
      const { errors } = await rig.ask(
        'mutation { rebuildProjection(name: "accounts", hold: true) { name } }',
        {},
        shop.operator,
      );
      expect(errors).toBeUndefined();
      await eventually(async () => {
        expect(await state()).toMatchObject({ state: 'REBUILT', held: true });
      });
    };
    const diff = `{ rebuildDiff(name: "accounts") {
      name position rebuiltPosition servedCount rebuiltCount compared same changed onlyServed onlyRebuilt samples { id served rebuilt }
    } }`;
    const end = (field: string, reason: string, token = shop.operator) =>
      rig.ask(
        `mutation ($reason: String!) { ${field}(name: "accounts", reason: $reason) { name held } }`,
        { reason },
        token,
      );
    const codeOf = ({ errors }: Awaited<ReturnType<typeof rig.ask>>) => errors?.[0]?.extensions.code;

    await eventually(async () => {
      expect(await state()).toMatchObject({ held: false });
    });
    expect(codeOf(await rig.ask(diff, {}, shop.operator))).toBe('NOT_REBUILT');
    expect(codeOf(await end('switchProjection', 'a test'))).toBe('NOT_REBUILT');
    await rebuilt();
    const { data } = await rig.ask(diff, {}, shop.operator);
    const { position, rebuiltPosition, servedCount, compared, same, ...rest } =
      data.rebuildDiff as unknown as Record<string, number>;
    expect(rebuiltPosition).toBe(position);
    expect(servedCount).toBeGreaterThan(0);
    expect(compared).toBe(same);
    expect(rest).toEqual({
      name: 'accounts',
      rebuiltCount: servedCount,
      changed: 0,
      onlyServed: 0,
      onlyRebuilt: 0,
      samples: [],
    });

    expect(codeOf(await end('switchProjection', ' '))).toBe('BAD_USER_INPUT');
    const { token } = await rig.customer();
    expect(codeOf(await rig.ask(diff, {}, token))).toBe('FORBIDDEN');
    expect(codeOf(await end('switchProjection', 'a test', token))).toBe('FORBIDDEN');
    expect((await end('abandonRebuild', 'not now')).data.abandonRebuild).toEqual({
      name: 'accounts',
      held: false,
    });
    await rebuilt();
    expect((await end('switchProjection', 'it is right')).data.switchProjection).toMatchObject({
      held: false,
    });
    expect(codeOf(await end('abandonRebuild', 'too late'))).toBe('NOT_REBUILT');
  });

  test('must name the events to retry, and give a reason to discard', async () => {
    const { data } = await rig.ask(
      `mutation {
        retryParkedEvents(selection: {}) { __typename }
        nothing: retryParkedEvents(selection: { consumer: "order-summary" }) { ... on ParkedSuccess { count } }
        unknown: retryParkedEvents(selection: { ids: ["order-summary:1"] }) { __typename }
        discardParkedEvents(selection: { consumer: "order-summary" }) { ... on ValidationError { fields } }
      }`,
      {},
      shop.operator,
    );
    expect(data).toEqual({
      retryParkedEvents: { __typename: 'ValidationError' },
      nothing: { count: 0 },
      unknown: { __typename: 'NotFoundError' },
      discardParkedEvents: { fields: ['reason'] },
    });
  });
});
