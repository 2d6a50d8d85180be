// The past of the log through the API: searching it, causes and effects, and tests made from it that compile and pass.
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OrderCheck } from '@holdfast/checkout';
import type { RecordedEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { startRig, type Rig } from '../../test/rig.js';
import { address, openShop, type Shop } from '../../test/shop.js';

const check: OrderCheck = ({ shippingAddress }) =>
  shippingAddress.country === 'FR' ? { verdict: 'review', reason: 'far away' } : { verdict: 'pass' };

let rig: Rig;
let shop: Shop;

beforeAll(async () => {
  rig = await startRig({}, { check });
  shop = await openShop(rig);
  await shop.product(100, 500, 'LAMP');
});
afterAll(async () => {
  await rig.stop();
});

async function placed(more: object = {}, balance = 1_000): Promise<string> {
  const customer = await shop.customer(balance);
  const { data } = await rig.ask(
    `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
      ... on OrderSuccess { order { id } } ... on InsufficientFundsError { orderId } } }`,
    {
      input: {
        ...{ idempotencyKey: `history-${customer.id}`, lines: [{ sku: 'LAMP', quantity: 2 }] },
        ...{
          shippingAddress: address,
          paymentMode: 'AUTOMATIC',
          waitFor: 'CONFIRMED',
          waitMs: 20_000,
          ...more,
        },
      },
    },
    customer.token,
  );
  const { order, orderId } = data.placeOrder as unknown as { order?: { id: string }; orderId?: string };
  return order?.id ?? orderId ?? '';
}

/** The events of an order, once its saga is in that status. */
const eventsOnce = (orderId: string, status: string) =>
  eventually(
    async () => {
      const { data } = await rig.ask(
        'query ($orderId: ID!) { moments(orderId: $orderId) { event { id type stream position } saga { status } } }',
        { orderId },
        shop.operator,
      );
      expect(data.moments.at(-1)?.saga.status).toBe(status);
      return data.moments.map(({ event }) => event);
    },
    { timeoutMs: 30_000 },
  );

const search = async (variables: object, token = shop.operator) => {
  const answer = await rig.ask(
    `query ($first: Int, $after: Cursor, $text: String, $types: [String!], $stream: String, $since: DateTime, $until: DateTime) {
      searchEvents(first: $first, after: $after, text: $text, types: $types, stream: $stream, since: $since, until: $until) {
        totalCount nodes { id type stream position } pageInfo { hasNextPage endCursor } } }`,
    { first: 50, ...variables },
    token,
  );
  return answer;
};

describe('a search', () => {
  test('finds events by a word in their data, newest first, page by page', async () => {
    const orderId = await placed();
    await eventsOnce(orderId, 'COMPLETED');
    const whole = (await search({ text: orderId.toUpperCase() })).data.searchEvents;
    expect(whole.nodes.length).toBe(whole.totalCount);
    const positions = whole.nodes.map(({ position }) => position);
    expect(positions).toEqual([...positions].sort().reverse());
    expect(whole.nodes.map(({ type }) => type)).toContain('StockReserved');
    const first = (await search({ text: orderId, first: 2 })).data.searchEvents;
    expect(first.pageInfo.hasNextPage).toBe(true);
    const next = (await search({ text: orderId, first: 2, after: first.pageInfo.endCursor })).data
      .searchEvents;
    expect([...first.nodes, ...next.nodes]).toEqual(whole.nodes.slice(0, 4));
  });

  test('finds events by type, by stream or its beginning, and by time', async () => {
    const orderId = await placed();
    await eventsOnce(orderId, 'COMPLETED');
    const types = async (given: object) =>
      (await search(given)).data.searchEvents.nodes.map(({ type, stream }) => `${type} ${stream}`);
    const stream = `order-${orderId}`;
    expect(await types({ types: ['OrderPaid'], stream })).toEqual([`OrderPaid ${stream}`]);
    expect(await types({ types: ['OrderPaid'], stream: 'order-', text: 'transaction' })).toContain(
      `OrderPaid ${stream}`,
    );
    expect(await types({ stream, until: '2020-01-01T00:00:00Z' })).toEqual([]);
    expect(await types({ stream, since: '2099-01-01T00:00:00Z' })).toEqual([]);
    expect((await types({ stream, since: '2020-01-01T00:00:00Z' })).length).toBeGreaterThan(3);
  });

  test('for a guessed secret finds nothing, and is for operators only', async () => {
    const [registered] = await rig.store.readAll({ filter: { streamPrefixes: ['account-'] }, limit: 1 });
    const { passwordHash } = registered?.data as { readonly passwordHash: string };
    expect((await search({ text: passwordHash.slice(0, 24) })).data.searchEvents.nodes).toEqual([]);
    const { errors } = await search({}, await rig.staff('SUPPORT'));
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const tooLong = await search({ text: 'x'.repeat(201) });
    expect(tooLong.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

const causation = (eventId: string, position?: string) =>
  rig.ask(
    `query ($eventId: ID!, $position: Position) { causation(eventId: $eventId, position: $position) {
      id type causationId } }`,
    { eventId, position },
    shop.operator,
  );

describe('causes and effects', () => {
  test('every event of an order stands in the tree of its OrderPlaced, each below its cause', async () => {
    const orderId = await placed();
    const events = await eventsOnce(orderId, 'COMPLETED');
    const last = events.at(-1);
    const { data } = await causation(last?.id ?? '', last?.position);
    const tree = data.causation;
    expect(tree[0]?.type).toBe('OrderPlaced');
    const ids = new Set(tree.map(({ id }) => id));
    for (const { causationId } of tree.slice(1)) expect(ids).toContain(causationId);
    for (const { id } of events) expect(ids).toContain(id);
    const fromTheStart = await causation(events[0]?.id ?? '');
    expect(fromTheStart.data.causation).toEqual(tree);
  });

  test('an event that is not in the log, or not at that position, is not found', async () => {
    for (const [id, position] of [
      ['nothing', undefined],
      ['nothing', '3'],
    ] as const) {
      const { errors } = await causation(id, position);
      expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    }
  });
});

const testOf = async ({ id, position }: { readonly id: string; readonly position: string | number }) => {
  const { data, errors } = await rig.ask(
    'query ($id: ID!, $position: Position) { givenWhenThen(eventId: $id, position: $position) }',
    { id, position: String(position) },
    shop.operator,
  );
  expect(errors).toBeUndefined();
  return data.givenWhenThen;
};

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../../', import.meta.url));

/** Type-checks the specs against our packages, and runs them. */
async function compileAndRun(specs: ReadonlyMap<string, string>): Promise<string> {
  const folder = path.join(root, 'packages/api/dist', `from-history-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    const files: string[] = [];
    for (const [name, text] of specs) {
      const file = path.join(folder, `${name}.made.ts`);
      await writeFile(file, text);
      files.push(file);
    }
    const compilerOptions = {
      ...{ target: 'ES2023', module: 'NodeNext', moduleResolution: 'NodeNext', types: ['node'] },
      ...{ strict: true, noUnusedLocals: true, verbatimModuleSyntax: true, skipLibCheck: true },
      exactOptionalPropertyTypes: true,
    };
    const config = path.join(folder, 'tsconfig.json');
    await writeFile(config, JSON.stringify({ compilerOptions, files }));
    await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', config], { cwd: root });
    const jest = ['node_modules/jest/bin/jest.js', '--rootDir', folder, '--no-watchman'];
    const settings = { rootDir: folder, testMatch: ['**/*.made.js'], transform: {} };
    const { stderr } = await run(
      process.execPath,
      ['--experimental-vm-modules', ...jest, '--config', JSON.stringify(settings)],
      { cwd: root },
    );
    return stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${stdout}\n${stderr}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('every event of confirmed, reviewed, refused and choreographed orders becomes a test that compiles and passes', async () => {
  const confirmed = await eventsOnce(await placed(), 'COMPLETED');
  const refused = await eventsOnce(await placed({}, 10), 'COMPENSATED');
  const choreographed = await eventsOnce(await placed({ coordination: 'CHOREOGRAPHY' }), 'COMPLETED');
  const inReview = await placed({
    shippingAddress: { ...address, country: 'FR' },
    waitFor: 'UNDER_REVIEW',
  });
  const reviewed = await eventsOnce(inReview, 'WAITING');
  const supported = /^(order|stock|wallet|checkout|fulfilment|inventorypolicy|paymentpolicy|orderingpolicy)-/;
  const [deposit] = await lastOf('wallet-', 'FundsDeposited');
  const [received] = await lastOf('stock-LAMP', 'StockReceived');
  const events = [...confirmed, ...refused, ...choreographed, ...reviewed, deposit, received];
  const specs = new Map<string, string>();
  for (const event of events)
    if (event !== undefined && supported.test(event.stream))
      specs.set(`${event.type}-${event.position}`, await testOf(event));
  expect(specs.size).toBeGreaterThan(60);
  const output = await compileAndRun(specs);
  expect(output).toContain(`Tests:       ${specs.size} passed, ${specs.size} total`);
  for (const text of specs.values()) expect(text).not.toContain(address.line1);
}, 240_000);

const lastOf = async (prefix: string, type: string): Promise<readonly RecordedEvent[]> => {
  const all = await rig.store.readAll({
    filter: { streamPrefixes: [prefix] },
    direction: 'backwards',
    limit: 500,
  });
  return all.filter((event) => event.type === type);
};

test('the test of a reservation in a stream of 1,000 events has a past of a few', async () => {
  const sku = await shop.product(1, 5_000, 'BUSY');
  for (let n = 0; n < 1_000; n += 1) {
    const orderId = `busy-${n}`;
    await rig.commands.handle(
      { type: n % 2 === 0 ? 'ReserveStock' : 'ReleaseStock', data: { sku, orderId, quantity: 1 } },
      { commandId: `busy-${n}`, correlationId: orderId, causationId: orderId, actor: 'system' },
    );
  }
  const [last] = await rig.store.readStream('stock-BUSY', { direction: 'backwards', from: 999, limit: 1 });
  await rig.store.synced(last?.position ?? 0);
  const text = await testOf({ id: last?.id ?? '', position: last?.position ?? 0 });
  expect(text.length).toBeLessThan(3_000);
  expect(await compileAndRun(new Map([['busy', text]]))).toContain('1 passed, 1 total');
}, 240_000);

test('of an event of another context no test is made', async () => {
  const [registered] = await lastOf('account-', 'AccountRegistered');
  const { errors } = await rig.ask(
    'query ($id: ID!) { givenWhenThen(eventId: $id) }',
    { id: registered?.id },
    shop.operator,
  );
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});
