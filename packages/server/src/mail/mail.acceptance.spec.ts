// The real program with SMTP_URL: the e-mails to a customer, also when the program is killed meanwhile.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startMailServer, type MailServer } from '@holdfast/gateways/test/mail-server';
import { eventually } from '@holdfast/testing';
import { ask, signIn, type Program, usePrograms } from '../test/program.js';

const programs = usePrograms('mail');
let server: MailServer;

beforeEach(async () => {
  server = await startMailServer();
});
afterEach(() => server.stop());

const start = (): Promise<Program> =>
  programs.start({ SMTP_URL: server.url, MAIL_FROM: 'shop@holdfast.example' });

const header = (source: string, name: string): string =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(source)?.[1]?.trim() ?? '';
const customer = (url: string) => signIn(url, 'customer@demo.example', 'demo-customer');

async function buy(url: string, token: string, idempotencyKey: string): Promise<string> {
  type Placed = { readonly placeOrder: { readonly order: { readonly code: string } } };
  const { placeOrder } = await ask<Placed>(
    url,
    `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { ... on OrderSuccess { order { code } } } }`,
    {
      input: {
        ...{ idempotencyKey, lines: [{ sku: 'OAK-COASTERS', quantity: 1 }] },
        ...{ paymentMode: 'AUTOMATIC', waitFor: 'CONFIRMED' },
        shippingAddress: { name: 'B', line1: '1', city: 'Utrecht', postalCode: '3511 AB', country: 'NL' },
      },
    },
    token,
  );
  return placeOrder.order.code;
}

const subjects = (): readonly string[] => server.taken.map(({ source }) => header(source, 'Subject'));

describe('a customer of the real program', () => {
  test('gets an e-mail for a confirmed order, and sees that it was sent', async () => {
    const { url } = await start();
    const token = await customer(url);
    const code = await buy(url, token, 'one');
    await eventually(() => {
      expect(subjects()).toEqual([`Your order ${code} is confirmed`]);
    });
    expect(server.taken[0]).toMatchObject({
      from: 'shop@holdfast.example',
      to: ['customer@demo.example'],
    });
    type Listed = { readonly notifications: { readonly nodes: readonly object[] } };
    await eventually(async () => {
      const query = '{ notifications { nodes { kind mailedAt mailFailure } } }';
      expect((await ask<Listed>(url, query, {}, token)).notifications.nodes).toEqual([
        { kind: 'ORDER_CONFIRMED', mailedAt: expect.any(String), mailFailure: null },
      ]);
    });
  }, 60_000);

  test('while the program is killed again and again › gets each e-mail once, except one that was under way at a kill', async () => {
    const [kills, orders] = [3, 4];
    let program = await start();
    const codes: string[] = [];
    for (let n = 0; n < kills; n += 1) {
      const token = await customer(program.url);
      for (let k = 0; k < orders; k += 1) codes.push(await buy(program.url, token, `order ${n} ${k}`));
      await program.kill();
      program = await start();
    }
    await eventually(() => {
      expect(new Set(subjects())).toEqual(new Set(codes.map((code) => `Your order ${code} is confirmed`)));
    });
    const ids = server.taken.map(({ source }) => header(source, 'Message-ID'));
    expect(new Set(ids).size).toBe(kills * orders);
    // A kill repeats only e-mails that were under way: at most those of the last orders before it.
    expect(ids.length).toBeLessThanOrEqual(kills * orders * 2);
  }, 120_000);
});
