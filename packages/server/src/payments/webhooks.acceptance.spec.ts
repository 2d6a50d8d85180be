// The address for webhooks, at the real program: a signed webhook is stored, an unsigned one leaves nothing.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, run, signIn, startProgram, type Program } from '../test/program.js';
import { signed as signedWebhook } from '../test/signed-webhook.js';

const secret = 'a secret of the gateway and this shop';
const operator = ['operator@demo.example', 'demo-operator'] as const;
let directory: string;
let program: Program;
let staff: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-webhooks-'));
  program = await startProgram({ DATA_DIR: directory, GATEWAY_WEBHOOK_SECRET: secret });
  staff = await signIn(program.url, ...operator);
});
afterAll(async () => {
  await program.kill();
  await rm(directory, { recursive: true });
});

const notice = (id: string, more: object = {}): string =>
  JSON.stringify({ id, type: 'payment.captured', data: { id: 'pay-1', reference: 'o-1.1' }, ...more });

const signed = (body: string, { key = secret, ageMs = 0 } = {}): Readonly<Record<string, string>> =>
  signedWebhook(body, { key, ageMs });

const at = (path = '/webhooks/payments'): string => new URL(path, program.url).href;
const post = async (body: string, headers: Readonly<Record<string, string>>): Promise<number> =>
  (await fetch(at(), { method: 'POST', body, headers })).status;

const inbox = async (): Promise<readonly string[]> => {
  const { events } = await ask<{
    readonly events: { readonly nodes: readonly { readonly stream: string }[] };
  }>(program.url, '{ events(first: 100, types: ["WebhookReceived"]) { nodes { stream } } }', {}, staff);
  return events.nodes.map(({ stream }) => stream);
};

describe('row 25: a webhook', () => {
  test('that is signed is kept once, also when it comes again', async () => {
    const body = notice('evt-kept');
    const answers = await Promise.all([1, 2, 3].map(() => post(body, signed(body))));
    expect(answers).toEqual([200, 200, 200]);
    expect((await inbox()).filter((stream) => stream === 'webhook-evt-kept')).toHaveLength(1);
  });

  test('is verified by its raw bytes, for any content type', async () => {
    const body = notice('evt-spaced').replaceAll(',', ', ');
    expect(await post(body, { ...signed(body), 'content-type': 'text/plain' })).toBe(200);
    expect(await inbox()).toContain('webhook-evt-spaced');
  });

  test.each([
    ['without a signature', (body: string) => [body, {}]],
    ['signed with another secret', (body: string) => [body, signed(body, { key: 'another' })]],
    ['changed after it was signed', (body: string) => [body.replace('o-1.1', 'o-2.1'), signed(body)]],
    ['of an hour ago', (body: string) => [body, signed(body, { ageMs: 60 * 60 * 1000 })]],
    ['of tomorrow', (body: string) => [body, signed(body, { ageMs: -24 * 60 * 60 * 1000 })]],
    ['with a signature that is no text of one', (body: string) => [body, { 'holdfast-signature': 't=,v1=' }]],
    ['without a body', () => ['', signed('x')]],
  ] as const)('%s is refused, and leaves nothing', async (_, made) => {
    const before = await inbox();
    const [body, headers] = made(notice('evt-forged')) as [string, Readonly<Record<string, string>>];
    expect(await post(body, headers)).toBe(400);
    expect(await inbox()).toEqual(before);
  });

  test.each([
    ['is no JSON', 'captured'],
    ['has no payment', JSON.stringify({ id: 'evt-empty', type: 'payment.captured' })],
    ['has an id that could name another stream', notice('../order-1')],
  ])('that is signed and %s is refused, and leaves nothing', async (_, body) => {
    const before = await inbox();
    expect(await post(body, signed(body))).toBe(400);
    expect(await inbox()).toEqual(before);
  });

  test('that is too long is refused before it is read', async () => {
    const body = notice('evt-long', { more: 'x'.repeat(200_000) });
    expect(await post(body, signed(body))).toBe(413);
  });

  test('about a payment that is not ours is kept', async () => {
    const body = notice('evt-other', { data: { id: 'pay-2', reference: 'another shop' } });
    expect(await post(body, signed(body))).toBe(200);
    expect(await inbox()).toContain('webhook-evt-other');
  });

  test('is counted by its outcome', async () => {
    const metrics = await (await fetch(at('/metrics'))).text();
    expect(metrics).toMatch(/^holdfast_webhooks_total\{outcome="received"\} [1-9]/m);
    expect(metrics).toMatch(/^holdfast_webhooks_total\{outcome="repeated"\} 2$/m);
    expect(metrics).toMatch(/^holdfast_webhooks_total\{outcome="refused"\} [1-9]/m);
    expect(metrics).toMatch(/holdfast_subscription_position\{consumer="reactor-payments"\}/);
    expect(metrics).toMatch(/holdfast_subscription_position\{consumer="reactor-webhooks"\}/);
  });
});

test('the body of every other route is still parsed, and bounded', async () => {
  expect(await ask(program.url, '{ me { id } }')).toEqual({ me: null });
});

test('in production without a gateway there is no such route, and no gateway is served', async () => {
  const quiet = await startProgram({ DATA_DIR: join(directory, 'quiet'), NODE_ENV: 'production' });
  expect(quiet.output()).not.toMatch(/gateway/i);
  const answer = await fetch(new URL('/webhooks/payments', quiet.url), { method: 'POST', body: 'x' });
  expect(answer.status).toBe(404);
  await quiet.kill();
});

test('two gateways at once are refused with one line', async () => {
  const stripe = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
  const both = { ...stripe, PAYMENT_GATEWAY_URL: 'http://127.0.0.1:1' };
  expect(await run(['start'], { DATA_DIR: join(directory, 'both'), PORT: '0', ...both })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^holdfast: PAYMENT_GATEWAY_URL: is a second gateway[^\n]*\n$/),
  });
});
