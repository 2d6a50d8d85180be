// Random requests to every interface of the shop, made by a seed, well-formed and ill-formed. Each gets a typed result, and
// the shop keeps its promises. SEEDS=<n> runs that many seeds, SEEDS=<a>-<b> those from a to b.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  graphqlBodies,
  restRequests,
  socketTalks,
  talk,
  type Known,
  type OpenApi,
  type RestRequest,
  type Talk,
} from '@holdfast/api/test';
import { openSimulatedCarrier, simulatedCarrier, type SimulatedCarrier } from '@holdfast/gateways';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually, seeds } from '@holdfast/testing';
import fc, { type Arbitrary } from 'fast-check';
import { brokenLog } from './test/broken-log.js';
import { openCardShop, type CardShop } from './test/card-shop.js';

let shop: CardShop;
let carriers: SimulatedCarrier;
let known: Known;
let api: OpenApi;
/** Tokens by the name of the person. An absent token and an invalid one are among them. */
let tokens: Readonly<Record<string, string | undefined>>;
const errors: unknown[] = [];

const many = 1_000_000_000;
const limits = { mutationsPerUser: many, queryCostPerUser: many, queryCostPerAddress: many };
const options = {
  // Far from every limit: only a fault of the shop can end in SERVICE_UNAVAILABLE.
  ...{ operationMs: 120_000, maxUnpaidOrders: many, supportCreditLimit: many },
  limits,
};

beforeAll(async () => {
  const report = (error: unknown): void => void errors.push(error);
  const environment = nodeEnvironment();
  carriers = await openSimulatedCarrier({ environment, apiKey: 'key-of-carrier' });
  const { clock } = environment;
  const wire = { url: carriers.url, apiKey: 'key-of-carrier', webhookSecret: 'secret-of-carrier', clock };
  const carrier = simulatedCarrier(wire);
  shop = await openCardShop(options, { carrier, onError: report, onFatal: report });
  const [ann, eve] = [await shop.customer(), await shop.customer()];
  const all = await shop.staff('CATALOG', 'OPERATOR', 'SUPPORT', 'WAREHOUSE', 'ADMIN');
  await shop.deposit(ann, 50_000);
  const skus = [await shop.product(100), await shop.product(333), await shop.product(500, 'JPY')];
  const orders: string[] = [];
  for (const [n, sku] of [...skus, ...skus].entries()) {
    const { id } = await shop.place(ann, sku);
    if (n % 2 === 0) await shop.pay(ann, id, { method: 'CARD', cardToken: 'tok_ok', idempotencyKey: id });
    orders.push(id);
  }
  known = { skus, orders, customers: [ann.id, eve.id] };
  tokens = { ann: ann.token, eve: eve.token, staff: all, nobody: undefined, forged: 'forged' };
  api = (await (await fetch(new URL('/openapi.json', shop.url))).json()) as OpenApi;
}, 60_000);
afterAll(async () => {
  await shop.close();
  await carriers.close();
});

const someone = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('ann', 'ann', 'staff', 'staff', 'staff') },
  { weight: 2, arbitrary: fc.constantFrom('eve', 'nobody', 'forged') },
);
const authorization = (who: string): Readonly<Record<string, string>> =>
  tokens[who] === undefined ? {} : { authorization: `Bearer ${tokens[who]}` };

/** Sends groups of random requests, those of a group at once, and returns the first group that fails, made small. */
const allHold = <T>(requests: Arbitrary<T>, groups: number, seed: number, hold: (one: T) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 8 }), async (group) => {
      await Promise.all(group.map(hold));
    }),
    { seed, numRuns: groups },
  );

const failures = ['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE'];
type Failed = { readonly message?: unknown; readonly extensions?: { readonly code?: unknown } };

/** Asserts that an error of GraphQL has a code and a text, and is no fault of the server. */
function isTyped({ message, extensions }: Failed): void {
  expect(message).toEqual(expect.stringMatching(/./));
  expect(extensions?.code).toEqual(expect.stringMatching(/^[A-Z_]+$/));
  expect(failures).not.toContain(extensions?.code);
}

/** A refusal has a code, a text, and whether the same request may work later. */
const refusal = {
  errorCode: expect.stringMatching(/^[A-Z_]+$/),
  message: expect.any(String),
  retryable: expect.any(Boolean),
};

function isResult(body: { readonly data?: unknown; readonly errors?: readonly Failed[] }): void {
  (body.errors ?? []).forEach(isTyped);
  if (body.errors === undefined) expect(body.data).toEqual(expect.any(Object));
  for (const result of Object.values(body.data ?? {}) as readonly unknown[])
    if (/Error$/.test(String((result as { readonly __typename?: unknown } | null)?.__typename)))
      expect(result).toMatchObject(refusal);
}

async function graphqlHolds({ who, body }: { readonly who: string; readonly body: unknown }): Promise<void> {
  const headers = { 'content-type': 'application/json', ...authorization(who) };
  const response = await fetch(shop.url, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBeLessThan(500);
  isResult((await response.json()) as Parameters<typeof isResult>[0]);
}

async function restHolds({ who, request }: { readonly who: string; readonly request: RestRequest }) {
  const { method, path, headers, body, statuses } = request;
  const response = await fetch(new URL(path, shop.url), {
    ...{ method, body, headers: { ...headers, ...authorization(who) }, redirect: 'manual' },
  });
  const shown = await response.text();
  expect(response.status).toBeLessThan(500);
  expect(statuses).toContain(String(response.status));
  if (response.status < 400) return;
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = { type: expect.stringMatching(/^\/problems\//), status: response.status };
  const { message: _, ...rest } = refusal;
  expect(JSON.parse(shown)).toMatchObject({ ...problem, ...rest });
}

/** Codes for an error of the server: those of RFC 6455 and of the protocol of GraphQL. */
const brokenCodes = [1006, 1011, 1012, 1013, 1014, 4500, 4504];

async function talkHolds({ who, said }: { readonly who: string; readonly said: Talk }): Promise<void> {
  const { code, messages } = await talk(shop.url, tokens[who] ?? 'none', said);
  expect(brokenCodes).not.toContain(code);
  if (code !== null && code < 1000) expect(code).toBeLessThan(500);
  for (const message of messages) {
    const { type, payload } = JSON.parse(message) as { readonly type?: unknown; readonly payload?: unknown };
    if (type === 'error') (payload as readonly Failed[]).forEach(isTyped);
    if (type === 'next') isResult(payload as Parameters<typeof isResult>[0]);
  }
}

describe.each(seeds(1))('random requests of seed %i', (seed) => {
  test(
    'over GraphQL › each gets a result or a typed error, and none an error of the server',
    () => allHold(fc.record({ who: someone, body: graphqlBodies(known) }), 120, seed, graphqlHolds),
    60_000,
  );

  test(
    'over REST › each gets a status of the OpenAPI document, and a problem when it is refused',
    () => allHold(fc.record({ who: someone, request: restRequests(api, known) }), 50, seed, restHolds),
    60_000,
  );

  test(
    'over sockets › each gets typed messages, or is closed with the code of its own fault',
    () => allHold(fc.record({ who: someone, said: socketTalks(known) }), 20, seed, talkHolds),
    60_000,
  );

  test('leave a shop behind that keeps its promises', async () => {
    type Check = { readonly ok: boolean };
    type Report = { readonly reconciliation: { readonly checks: readonly Check[] } };
    const query = '{ reconciliation { checks { name ok expected actual } } }';
    await eventually(async () => {
      const { reconciliation } = await shop.ask<Report>(query, {}, tokens['staff'] ?? '');
      expect(reconciliation.checks.filter(({ ok }) => !ok)).toEqual([]);
    });
    expect(brokenLog(await shop.engine.store.readAll())).toEqual([]);
    expect(errors).toEqual([]);
  }, 60_000);
});
