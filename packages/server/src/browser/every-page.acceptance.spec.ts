// Checks of every page: no serious finding of axe in either theme, nothing wider than a small phone, and no complaint
// of the browser about what the pages may load.
import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { seriousOn } from '../test/axe.js';
import { signInAt } from '../test/browser.js';
import { usePages } from '../test/pages.js';
import { ask, signIn } from '../test/program.js';

const { describe, url, visitor } = usePages('pages', 'every page');

const testMs = 240_000;
const phoneWidth = 360;

let orderId: string;
let eventId: string;

async function reservedOrder(): Promise<string> {
  const token = await signIn(url(), 'customer@demo.example', 'demo-customer');
  const mutation = `mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) { ... on OrderSuccess { order { id } } } }`;
  const input = {
    idempotencyKey: 'o',
    waitFor: 'RESERVED',
    lines: [{ sku: 'OAK-TRAY', quantity: 2 }],
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  };
  type Answer = { readonly placeOrder: { readonly order: { readonly id: string } } };
  return (await ask<Answer>(url(), mutation, { input }, token)).placeOrder.order.id;
}

async function firstEventOf(id: string): Promise<string> {
  const token = await signIn(url(), 'operator@demo.example', 'demo-operator');
  const query = 'query ($name: String!) { stream(name: $name, first: 1) { nodes { id } } }';
  type Answer = { readonly stream: { readonly nodes: readonly { readonly id: string }[] } };
  const { stream } = await ask<Answer>(url(), query, { name: `order-${id}` }, token);
  return stream.nodes[0]?.id ?? '';
}

/** How much wider the page is than the window, in pixels. */
const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Each with a text that is there once the page is. */
const shopPages: readonly (readonly [path: string, text: string | RegExp])[] = [
  ['/', 'Add to basket'],
  ['/?q=nothing+has+this', 'Nothing has this in its name.'],
  ['/basket', 'Your basket is empty.'],
  ['/payment?orderId=ORDER', /^Pay €/],
  ['/order?orderId=ORDER', 'What happened'],
  ['/order?orderId=none', 'There is no such order.'],
  ['/orders', 'Oak tray'],
  ['/wallet', 'You can spend'],
  ['/messages', 'Messages'],
  ['/profile', 'Who you are'],
  ['/find', 'Code of the order'],
  ['/nowhere', 'There is no such page.'],
];
const consolePages: readonly (readonly [path: string, text: string | RegExp])[] = [
  ['/console', 'Orders by status'],
  ['/console/orders', 'OAK-TRAY'],
  ['/console/orders/ORDER', 'History'],
  ['/console/orders/ORDER/moments', 'Order and money'],
  ['/console/orders/ORDER/what-if?change=CANCEL', 'What would have happened'],
  ['/console/sagas', 'stock-first'],
  ['/console/sagas/ORDER', 'Steps over time'],
  ['/console/streams?prefix=order-', 'OrderReserved'],
  ['/console/streams/order-ORDER', 'OrderPlaced'],
  ['/console/search?stream=order-ORDER', 'OrderPlaced'],
  ['/console/causes/EVENT', 'StockReserved'],
  ['/console/tail', 'Waiting for events …'],
  ['/console/parked', 'Nothing is parked.'],
  ['/console/parked/runs/none', 'There is no such run.'],
  ['/console/projections', 'No bridge has run.'],
  ['/console/reconciliation', 'From the log'],
  ['/console/timers', 'reservation'],
  ['/console/stock', 'OAK-TRAY'],
  ['/console/audit', /Audit/],
  ['/console/compare', 'Orchestration'],
  ['/console/warehouse', 'Nothing waits here.'],
  ['/console/customers?customer=customer@demo.example', 'Whom, and why'],
  ['/console/api', 'LatestOrders'],
  ['/console/nowhere', 'There is no such page.'],
];

const looks = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: phoneWidth },
  { theme: 'light', width: phoneWidth },
  { theme: 'dark', width: 1280 },
] as const;

describe.each(looks)('in $theme colours, $width pixels wide', (look) => {
  // The same key gives the same order each time.
  beforeAll(async () => {
    orderId = await reservedOrder();
    eventId = await firstEventOf(orderId);
  }, testMs);

  const visitAll = async (
    paths: typeof shopPages,
    start: string,
    email: string,
    password: string,
  ): Promise<readonly string[]> => {
    const { page, complaints } = await visitor(look);
    const found: string[] = [];
    await page.goto(start);
    await page.getByLabel('Password').waitFor();
    found.push(...(await seriousOn(page)).map((what) => `${start}: ${what}`));
    await signInAt(page, email, password);
    for (const [template, text] of paths) {
      const path = template.replace('ORDER', orderId).replace('EVENT', eventId);
      await page.goto(path);
      await page.getByText(text).first().waitFor();
      found.push(...(await seriousOn(page)).map((what) => `${template}: ${what}`));
      const overflow = await overflowOf(page);
      if (overflow > 0) found.push(`${template}: ${overflow} px too wide`);
    }
    return [...found, ...complaints];
  };

  test(
    'every page of the storefront is sound',
    async () => {
      expect(await visitAll(shopPages, '/sign-in', 'customer@demo.example', 'demo-customer')).toEqual([]);
    },
    testMs,
  );

  test(
    'every page of the console is sound',
    async () => {
      expect(await visitAll(consolePages, '/console', 'operator@demo.example', 'demo-operator')).toEqual([]);
    },
    testMs,
  );
});
