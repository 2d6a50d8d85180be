// Invoices over HTTP, at the address in the order: the callers that may read them, and their formats.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startRig, type Rig } from '../test/rig.js';
import { openShop, type Shop } from '../test/shop.js';
import { pdfText } from '../test/pdf-text.js';

let rig: Rig;
let shop: Shop;

beforeAll(async () => {
  rig = await startRig({ seller: 'The Shop\nMain St 1' });
  shop = await openShop(rig);
});
afterAll(() => rig.stop());

const get = (path: string, token?: string, accept = '*/*') =>
  fetch(new URL(path, rig.url), {
    headers: { accept, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });

async function confirmed(name?: string) {
  const { token } = await shop.customer(1_000_00);
  const sku = await shop.product(12_50, 5, name);
  const { order } = await shop.place(token, { lines: [{ sku, quantity: 2 }], waitFor: 'CONFIRMED' });
  const { data } = await rig.ask(
    `{ order(id: "${order.id}") { invoice { number url total { amount } } } }`,
    {},
    token,
  );
  return {
    token,
    sku,
    id: order.id,
    invoice: data.order.invoice as { readonly number: string; readonly url: string },
  };
}

describe('the invoice of a confirmed order', () => {
  test('is a page with its lines, which may load and run nothing', async () => {
    const { token, invoice, sku } = await confirmed();
    const response = await get(invoice.url, token);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    const page = await response.text();
    for (const part of [invoice.number, sku, 'The Shop', '12.50 GBP', '25.00 GBP', 'Ada'])
      expect(page).toContain(part);
  });

  test('is a PDF at the address with .pdf, and for a client that takes PDF alone', async () => {
    const { token, invoice } = await confirmed();
    for (const response of [
      await get(`${invoice.url}.pdf`, token),
      await get(invoice.url, token, 'application/pdf'),
    ]) {
      expect(response.headers.get('content-type')).toBe('application/pdf');
      expect(response.headers.get('content-disposition')).toBe(`inline; filename="${invoice.number}.pdf"`);
      const text = pdfText(Buffer.from(await response.arrayBuffer()));
      for (const part of [`Invoice ${invoice.number}`, '25.00 GBP']) expect(text).toContain(part);
    }
  });

  test('is for its customer and for staff that see all orders; others get an error with the reason', async () => {
    const { invoice, token } = await confirmed();
    const seenBy = async (reader: string | undefined) => {
      const response = await get(invoice.url, reader);
      return [response.status, response.ok ? '' : ((await response.json()) as { code: string }).code];
    };
    expect(await seenBy(token)).toEqual([200, '']);
    for (const role of ['SUPPORT', 'OPERATOR', 'ADMIN'] as const)
      expect(await seenBy(await rig.staff(role))).toEqual([200, '']);
    for (const reader of [(await shop.customer()).token, await rig.staff('CATALOG')])
      expect(await seenBy(reader)).toEqual([403, 'FORBIDDEN']);
    for (const reader of [undefined, 'no token'])
      expect(await seenBy(reader)).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('shows the refund once the order is cancelled', async () => {
    const { token, id, invoice } = await confirmed();
    await shop.cancel(token, id);
    const page = await (await get(invoice.url, token)).text();
    expect(page).toMatch(/Order cancelled, \d{4}-\d\d-\d\d.*-25\.00 GBP/);
    expect(page).toContain('>0.00 GBP<');
    const { data } = await rig.ask(`{ order(id: "${id}") { status invoice { number } } }`, {}, token);
    expect(data.order).toEqual({ status: 'CANCELLED', invoice: { number: invoice.number } });
  });
});

test('an order that is not confirmed, or does not exist, has no invoice', async () => {
  const { token } = await shop.customer(0);
  const sku = await shop.product(12_50, 5);
  const { order } = await shop.place(token, {
    lines: [{ sku, quantity: 1 }],
    paymentMode: 'ON_CONFIRMATION',
    waitFor: 'RESERVED',
  });
  for (const path of [`/orders/${order.id}/invoice`, '/orders/nothing/invoice.pdf', '/orders/%00/invoice']) {
    const response = await get(path, token);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json',
    ]);
    expect(await response.json()).toMatchObject({
      ...{ type: '/problems/not-found', status: 404, code: 'NOT_FOUND', errorCode: 'NOT_FOUND' },
    });
  }
});

test('numbers of orders that are confirmed at once follow each other without a gap', async () => {
  const { token } = await shop.customer(1_000_00);
  const sku = await shop.product(1_00, 50);
  const orders = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      shop.place(token, { key: `k${n}`, lines: [{ sku, quantity: 1 }], waitFor: 'CONFIRMED' }),
    ),
  );
  const numbers = orders.map(({ order }) => Number(order.invoice.number.split('-')[2])).sort((a, b) => a - b);
  const first = numbers[0] ?? 0;
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => first + n));
});
