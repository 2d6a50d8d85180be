// A shop that changes its card gateway while payments are under way: each payment stays at the gateway that it began with.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  openSimulatedGateway,
  simulatedGateway,
  type PaymentGateway,
  type SimulatedGateway,
} from '@holdfast/gateways';
import { money, OrderId } from '@holdfast/kernel';
import { paymentStream, webhookStream, type PaymentCommand, type PaymentId } from '@holdfast/payments';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { openEngine, type Engine } from '../engine.js';
import { GatewayNotConfigured, gatewayNamed } from './gateways.js';
import { cardsOf } from './webhooks.js';

const environment = nodeEnvironment();
const apiKey = 'key-for-specs';
const amount = money.of(6000, 'EUR');
const id: PaymentId = { orderId: OrderId('o-1'), attempt: 1 };
const began = ['PaymentRequested', 'PaymentAuthorized'];
const captured = [...began, 'PaymentCaptureRequested', 'PaymentCaptured'];

let directory: string;
let servers: readonly [SimulatedGateway, SimulatedGateway];
let first: PaymentGateway;
let second: PaymentGateway;
let engine: Engine | null;

const at = ({ url }: SimulatedGateway, name: string): PaymentGateway => ({
  ...simulatedGateway({ url, apiKey, webhookSecret: `secret of ${name}`, clock: environment.clock }),
  name,
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-gateways-'));
  const open = () => openSimulatedGateway({ environment, apiKey });
  servers = [await open(), await open()];
  [first, second] = [at(servers[0], 'first'), at(servers[1], 'second')];
  engine = null;
});
afterEach(async () => {
  await engine?.stop();
  for (const server of servers) await server.close();
  await rm(directory, { recursive: true });
});

type Configured = { readonly current: PaymentGateway | null; readonly former?: PaymentGateway };

/** The shop starts again with these gateways. */
async function start({ current, former }: Configured): Promise<Engine> {
  await engine?.stop();
  engine = await openEngine({
    ...{ dataDirectory: directory, environment, gateway: current, formerGateway: former ?? null },
    ...{ reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 },
    ...{ onError: () => undefined, onFatal: () => undefined },
  });
  return engine;
}

async function ask(shop: Engine, command: PaymentCommand) {
  const commandId = environment.ids.next();
  const context = { commandId, correlationId: 'o-1', causationId: commandId, actor: 'system' };
  return shop.commands.handle(command, context);
}

const until = (shop: Engine, ...types: readonly string[]): Promise<void> =>
  eventually(
    async () => {
      const events = await shop.store.readStream(paymentStream(id));
      expect(events.map(({ type }) => type)).toEqual(types);
    },
    { timeoutMs: 60_000 },
  );

const request: PaymentCommand = {
  type: 'RequestPayment',
  data: { ...id, amount, card: 'tok_ok', returnUrl: null },
};

/** A payment that is authorized at the first gateway. */
async function authorizedAtFirst(): Promise<void> {
  const shop = await start({ current: first });
  await ask(shop, request);
  await until(shop, ...began);
}

describe('a payment that is under way when the shop changes its gateway', () => {
  test('is captured and refunded where it began, and new payments go to the new gateway', async () => {
    await authorizedAtFirst();
    const shop = await start({ current: second, former: first });
    await ask(shop, { type: 'CapturePayment', data: id });
    await until(shop, ...captured);
    await ask(shop, { type: 'RefundPayment', data: { ...id, refundId: 'r-1', amount } });
    await until(shop, ...captured, 'PaymentRefundRequested', 'PaymentRefunded');
    expect(servers[0].payments()).toMatchObject([{ captured: amount, refunds: [{ refundId: 'r-1' }] }]);
    expect(servers[1].payments()).toEqual([]);

    const next = { ...id, attempt: 2 };
    await ask(shop, { ...request, data: { ...request.data, ...next } });
    await eventually(() => {
      expect(servers[1].payments()).toMatchObject([{ status: 'authorized' }]);
    });
  }, 120_000);

  test('without its gateway in the settings › is given up with a reason that names it, and goes on once it is there again', async () => {
    await authorizedAtFirst();
    const without = await start({ current: second });
    await ask(without, { type: 'VoidPayment', data: id });
    await until(without, ...began, 'PaymentVoidRequested', 'PaymentGatewayGivenUp');
    const events = await without.store.readStream(paymentStream(id));
    expect(events.at(-1)?.data).toEqual({
      operation: { kind: 'void' },
      reason:
        'the payment is at the gateway "first", which the settings do not have: set it beside the present one',
    });
    expect(servers[1].payments()).toEqual([]);

    const shop = await start({ current: second, former: first });
    await ask(shop, { type: 'VoidPayment', data: id });
    await until(
      shop,
      ...[...began, 'PaymentVoidRequested', 'PaymentGatewayGivenUp'],
      ...['PaymentVoidRequested', 'PaymentVoided'],
    );
    expect(servers[0].payments()).toMatchObject([{ status: 'voided' }]);
  }, 120_000);

  test('is looked up where it began by a webhook of that gateway, and by a customer who comes back', async () => {
    const shop = await start({ current: first });
    await ask(shop, { ...request, data: { ...request.data, card: null } });
    await until(shop, 'PaymentRequested', 'PaymentRedirectOffered');
    const [, offered] = await shop.store.readStream(paymentStream(id));
    const { url, transactionId } = offered?.data as { readonly url: string; readonly transactionId: string };

    const later = await start({ current: second, former: first });
    const notice = { id: 'evt-1', type: 'payment.authorized', transactionId, payment: id };
    const signedByFirst = { ...first, readWebhook: () => ({ kind: 'notice', notice }) as const };
    const cards = cardsOf({ ...later, gateways: { current: second, former: signedByFirst } });
    await fetch(url, { method: 'POST', body: new URLSearchParams({ choice: 'pay' }) });
    expect(await cards.receiveWebhook(new Uint8Array(), {})).toMatchObject({ outcome: 'received' });
    expect(await later.store.readStream(webhookStream('evt-1'))).toMatchObject([
      { data: { gateway: 'first' } },
    ]);
    await until(later, 'PaymentRequested', 'PaymentRedirectOffered', 'PaymentAuthorized');
    await cards.lookAgain(id, { id: 'back-1', actor: 'customer:c-1' });
    await until(later, 'PaymentRequested', 'PaymentRedirectOffered', 'PaymentAuthorized');
  }, 120_000);
});

describe('the books', () => {
  test('of both gateways are shown, one after the other', async () => {
    await authorizedAtFirst();
    const shop = await start({ current: second, former: first });
    await ask(shop, { ...request, data: { ...request.data, attempt: 2 } });
    await eventually(() => {
      expect(servers[1].payments()).toHaveLength(1);
    });
    const cards = cardsOf({ ...shop, gateways: { current: second, former: first } });
    expect(cards.gateways).toEqual(['second', 'first']);
    const seen: unknown[] = [];
    for (let after: string | null = null, pages = 0; pages < 10; pages += 1) {
      const page = await cards.books(after);
      if (page.kind === 'unavailable') throw new Error(page.reason);
      seen.push(...page.payments.map(({ payment }) => payment?.attempt));
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toEqual([2, 1]);
  }, 60_000);
});

describe('two accounts of one kind of gateway', () => {
  const named = (gateway: PaymentGateway, name: string): PaymentGateway => ({ ...gateway, name });

  test('are two gateways › an operation goes to the account that the payment recorded, or nowhere', async () => {
    const [one, other] = [named(first, 'stripe/acct_1'), named(second, 'stripe/acct_2')];
    const begun = await start({ current: one });
    await ask(begun, request);
    await until(begun, ...began);
    const wrong = await start({ current: other });
    expect(() => gatewayNamed({ current: other, former: null }, one.name)).toThrow(GatewayNotConfigured);
    await ask(wrong, { type: 'CapturePayment', data: id });
    await until(wrong, ...began, 'PaymentCaptureRequested', 'PaymentGatewayGivenUp');
    expect(servers.map((server) => server.payments().map(({ status }) => status))).toEqual([
      ['authorized'],
      [],
    ]);
    const both = await start({ current: other, former: one });
    await ask(both, { type: 'CapturePayment', data: id });
    await eventually(() => expect(servers[0].payments()).toMatchObject([{ captured: amount }]), {
      timeoutMs: 60_000,
    });
    expect(servers[1].payments()).toEqual([]);
  }, 120_000);

  test('a payment of a time when the account was not recorded › goes on at the account of its gateway', async () => {
    const begun = await start({ current: named(first, 'stripe') });
    await ask(begun, request);
    await until(begun, ...began);
    const shop = await start({ current: named(first, 'stripe/acct_1') });
    await ask(shop, { type: 'CapturePayment', data: id });
    await until(shop, ...captured);
  }, 120_000);

  test('a payment of a named account › is not sent to a gateway that names none', () => {
    const gateways = { current: named(first, 'stripe'), former: null };
    expect(() => gatewayNamed(gateways, 'stripe/acct_1')).toThrow(GatewayNotConfigured);
  });
});
