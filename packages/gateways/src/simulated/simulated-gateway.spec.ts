// The simulated gateway keeps the contract, shows a payment page, and shows the faults that its switches ask for.
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { money, OrderId } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { paymentGatewayContract } from '../test/payment-gateway-contract.js';
import { openSimulatedBench, type SimulatedBench } from '../test/simulated-bench.js';
import { openSimulatedGateway } from './server.js';
import { simulatedGateway } from './simulated-gateway.js';

paymentGatewayContract('simulated', openSimulatedBench);

const payment = { orderId: OrderId('o-1'), attempt: 1 };
const amount = money.of(1234, 'KWD');
const returnUrl = 'https://shop.example/orders/o-1?a=1&b=2';
let bench: SimulatedBench;
beforeEach(async () => {
  bench = await openSimulatedBench({ timeoutMs: 5_000 });
});
afterEach(() => bench.close());

const authorize = (card: string | null) => bench.gateway.authorize({ payment, amount, card, returnUrl });
const pageOf = async (): Promise<string> => {
  const outcome = await authorize(null);
  return outcome.kind === 'pending' ? (outcome.report.redirectUrl ?? '') : '';
};
const choose = (url: string, choice: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ choice }), redirect: 'manual' });
const status = () => bench.server.payments()[0]?.status;
const types = (): readonly string[] =>
  bench.webhooks().map(({ body }) => (JSON.parse(body.toString()) as { readonly type: string }).type);

describe('the page to pay on', () => {
  test('shows the amount in the currency’s own decimals, and needs no script', async () => {
    const page = await (await fetch(await pageOf())).text();
    expect(page).toContain('1.234 KWD');
    expect(page).not.toContain('<script');
  });
  test.each([
    ['pay', 'authorized'],
    ['decline', 'declined'],
    ['leave', 'pending'],
  ])('%s › the payment is %s, and the customer is sent back', async (choice, then) => {
    const answer = await choose(await pageOf(), choice);
    expect(status()).toBe(then);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, returnUrl]);
  });
  test('is closed when the payment was voided meanwhile', async () => {
    const url = await pageOf();
    await bench.gateway.void({ payment, transactionId: null, amount });
    await choose(url, 'pay');
    expect(status()).toBe('voided');
    expect(await (await fetch(url)).text()).toContain('This payment is voided');
  });
  test('redirects customers only to web addresses', async () => {
    const request = { payment, amount, card: null, returnUrl: 'javascript:alert(1)' };
    await expect(bench.gateway.authorize(request)).rejects.toThrow('returnUrl_invalid');
  });
});

describe('a switch of the gateway', () => {
  test('tok_timeout › never answers, so the outcome is unknown, and nothing is set aside', async () => {
    await bench.close();
    bench = await openSimulatedBench({ timeoutMs: 100 });
    expect(await authorize('tok_timeout')).toMatchObject({ kind: 'unavailable' });
    expect(await authorize('tok_timeout')).toMatchObject({ kind: 'unavailable' });
    expect(bench.server.payments()).toMatchObject([{ status: 'pending' }]);
  });
  test('before › the webhook arrives before the response', async () => {
    bench.server.behave({ webhooks: 'before' });
    await authorize('tok_ok');
    expect(types()).toEqual(['payment.authorized']);
  });
  test('copies › each webhook comes three times, under one id', async () => {
    bench.server.behave({ webhooks: 'before', copies: 3 });
    await authorize('tok_ok');
    const ids = bench
      .webhooks()
      .map(({ body }) => (JSON.parse(body.toString()) as { readonly id: string }).id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });
  test('held › webhooks wait, and are released in reverse order', async () => {
    bench.server.behave({ webhooks: 'held' });
    const outcome = await authorize('tok_ok');
    const transactionId = outcome.kind === 'approved' ? outcome.report.transactionId : '';
    await bench.gateway.capture({ payment, transactionId, amount });
    expect(types()).toEqual([]);
    await bench.server.releaseWebhooks('newest-first');
    expect(types()).toEqual(['payment.captured', 'payment.authorized']);
  });
  test('an authorization runs out by itself after seven days', async () => {
    await authorize('tok_ok');
    bench.environment.jump(7 * 24 * 60 * 60 * 1000);
    const looked = await bench.gateway.lookUp({ payment, transactionId: null });
    expect(looked).toMatchObject({ report: { status: 'expired' } });
  });
  test('over HTTP, with the key alone', async () => {
    const turn = (body: unknown, key: string) =>
      fetch(`${bench.server.url}/simulate`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${key}` },
      });
    expect((await turn({ isDown: true }, 'another')).status).toBe(401);
    expect((await turn({ isDown: 'yes' }, 'key-for-specs')).status).toBe(400);
    expect((await turn({ isDown: true }, 'key-for-specs')).status).toBe(200);
    expect(await authorize('tok_ok')).toMatchObject({ kind: 'unavailable' });
  });
});

describe('the dashboard over HTTP', () => {
  const act = (action: string, body: object = {}, { key = 'key-for-specs', reference = 'o-1.1' } = {}) =>
    fetch(`${bench.server.url}/dashboard/${reference}/${action}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${key}` },
    });
  const part = (value: string) => ({ amount: { value, currency: 'KWD' } });

  test('captures, refunds and expires without the shop, which gets webhooks', async () => {
    await authorize('tok_ok');
    expect((await act('capture', part('1.234'))).status).toBe(200);
    expect((await act('refund', part('0.234'))).status).toBe(200);
    expect(bench.server.payments()).toMatchObject([
      { captured: amount, refunds: [{ amount: money.of(234, 'KWD') }] },
    ]);
    expect(types()).toEqual(['payment.authorized', 'payment.captured', 'payment.refunded']);
    expect((await act('expire')).status).toBe(422);
  });

  test('expires an authorization', async () => {
    await authorize('tok_ok');
    expect((await act('expire')).status).toBe(200);
    expect(status()).toBe('expired');
  });

  test.each([
    ['another key', 'capture', part('1.234'), { key: 'another' }, 401],
    ['a payment that does not exist', 'capture', part('1.234'), { reference: 'o-2.1' }, 404],
    ['an action that does not exist', 'steal', {}, {}, 404],
    ['an amount with too many decimals', 'capture', part('1.2345'), {}, 400],
  ])('with %s changes nothing', async (_, action, body, more, refused) => {
    await authorize('tok_ok');
    expect((await act(action, body, more)).status).toBe(refused);
    expect(bench.server.payments()).toMatchObject([{ status: 'authorized' }]);
  });
});

describe('a gateway with a file', () => {
  const captureTwice = async (file: string): Promise<readonly unknown[]> => {
    const outcomes = [];
    for (const run of [1, 2]) {
      const server = await openSimulatedGateway({ environment: bench.environment, apiKey: 'key', file });
      const { clock } = bench.environment;
      const gateway = simulatedGateway({ url: server.url, apiKey: 'key', webhookSecret: 's', clock });
      const outcome = await gateway.authorize({ payment, amount, card: 'tok_ok', returnUrl });
      const transactionId = outcome.kind === 'approved' ? outcome.report.transactionId : '';
      await gateway.capture({ payment, transactionId, amount });
      outcomes.push([run, transactionId, server.payments().map(({ status }) => status)]);
      await server.close();
    }
    return outcomes;
  };

  test('has its payments and responses after a restart, also when its last line was cut short', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-gateway-'));
    const file = join(directory, 'gateway.jsonl');
    const [first, second] = await captureTwice(file);
    expect(first).toEqual([1, expect.stringMatching(/^pay-/), ['captured']]);
    expect(second).toEqual([2, ...(first as readonly unknown[]).slice(1)]);
    await appendFile(file, '{"payment":{"id":"pay-9","ref');
    expect((await captureTwice(file))[0]).toEqual(first);
    await rm(directory, { recursive: true });
  });
});

test('a webhook that is not taken is sent again', async () => {
  const { environment, server } = bench;
  let refusals = 2;
  const picky = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(refusals-- > 0 ? 500 : 200).end());
  });
  await new Promise<void>((resolve) => picky.listen(0, '127.0.0.1', resolve));
  const { port } = picky.address() as { readonly port: number };
  const other = await openSimulatedGateway({
    environment,
    apiKey: 'key',
    webhooks: { url: `http://127.0.0.1:${port}/`, secret: 's' },
  });
  await fetch(`${other.url}/payments/o-1.1/authorize`, {
    method: 'POST',
    body: JSON.stringify({ amount: { value: '1.00', currency: 'EUR' }, card: 'tok_ok' }),
    headers: { authorization: 'Bearer key', 'idempotency-key': 'k' },
  });
  await eventually(async () => {
    await environment.advance(10_000);
    expect(refusals).toBe(-1);
  });
  await other.close();
  picky.closeAllConnections();
  picky.close();
  expect(server.payments()).toEqual([]);
});
