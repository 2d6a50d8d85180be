// The time machine, what-if, the search and causes as staff use them, on an order that was compensated, in a real browser on the
// whole program.
import { beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { Page } from 'playwright-core';
import { picture, signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask, signIn } from '../test/program.js';

const { describe, url, visitor } = usePages('moments', 'the time machine', {
  LINK_TRACE: 'https://traces.example/{traceId}',
  LINK_LOGS: 'https://logs.example/?q={correlationId}',
  LINK_STREAMS: 'https://streams.example/{stream}/{revision}',
});

let orderId: string;

/** Confirmed and paid, then cancelled: its money went back, and its stock. */
async function compensatedOrder(): Promise<string> {
  const token = await signIn(url(), 'customer@demo.example', 'demo-customer');
  const place = `mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) { ... on OrderSuccess { order { id } } } }`;
  const input = {
    idempotencyKey: 'o',
    waitFor: 'CONFIRMED',
    waitMs: 30_000,
    paymentMode: 'AUTOMATIC',
    lines: [{ sku: 'OAK-TRAY', quantity: 2 }],
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  };
  type Placed = { readonly placeOrder: { readonly order: { readonly id: string } } };
  const { id } = (await ask<Placed>(url(), place, { input }, token)).placeOrder.order;
  const cancel = 'mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename } }';
  await ask(url(), cancel, { input: { idempotencyKey: 'c', orderId: id } }, token);
  const operator = await signIn(url(), 'operator@demo.example', 'demo-operator');
  await eventually(
    async () => {
      type Saga = { readonly saga: { readonly status: string } };
      const query = 'query ($id: ID!) { saga(orderId: $id) { status } }';
      const { saga } = await ask<Saga>(url(), query, { id }, operator);
      expect(saga.status).toBe('COMPENSATED');
    },
    { timeoutMs: 60_000 },
  );
  return id;
}

/** Every stream of the shop with its last revision, but those of sessions, which a look at a page may continue. */
async function streamsOfShop(token: string): Promise<readonly string[]> {
  const query = `query ($after: Cursor) {
    streams(first: 100, after: $after) { nodes { name lastRevision } pageInfo { hasNextPage endCursor } } }`;
  type Stream = { readonly name: string; readonly lastRevision: string };
  type PageInfo = { readonly hasNextPage: boolean; readonly endCursor: string };
  type Answer = { readonly streams: { readonly nodes: readonly Stream[]; readonly pageInfo: PageInfo } };
  const found: string[] = [];
  let after: string | null = null;
  do {
    const { streams }: Answer = await ask<Answer>(url(), query, { after }, token);
    found.push(...streams.nodes.map(({ name, lastRevision }) => `${name} ${lastRevision}`));
    after = streams.pageInfo.hasNextPage ? streams.pageInfo.endCursor : null;
  } while (after !== null);
  return found.filter((stream) => !stream.startsWith('session-'));
}

async function operatorAt(path: string): Promise<Page> {
  const one = await visitor();
  await one.page.goto(path);
  await signInAt(one.page, 'operator@demo.example', 'demo-operator');
  return one.page;
}

const sliderOf = (page: Page) => page.getByRole('slider');

/** Moves the slider by the keyboard until the event is shown. */
async function moveTo(page: Page, type: string, key = 'ArrowRight'): Promise<void> {
  const slider = sliderOf(page);
  await slider.focus();
  for (let step = 0; step < 60; step += 1) {
    if ((await slider.getAttribute('aria-valuetext'))?.startsWith(`${type},`) === true) return;
    await page.keyboard.press(key);
  }
  throw new Error(`there is no ${type}`);
}

describe('an operator who asks why an order is where it is', () => {
  beforeAll(async () => {
    orderId = await compensatedOrder();
  }, testMs);

  test(
    'moves through its events by the keyboard, and sees at each what changed and why',
    async () => {
      const page = await operatorAt(`/console/orders/${orderId}`);
      await page.getByRole('link', { name: 'at each of its events' }).click();
      await sliderOf(page).waitFor();
      await page.keyboard.press('Tab');
      await sliderOf(page).focus();
      await page.keyboard.press('Home');
      const changes = page.getByRole('list', { name: 'Changes' });
      await changes.getByText('order: – → CREATED').waitFor();
      await moveTo(page, 'FundsHeld');
      await changes.getByText(/^held: /).waitFor();
      await picture(page, 'console-time-machine');
      const { href } = new URL(page.url());
      expect(new URL(href).searchParams.get('at')).toMatch(/^\d+$/);
      await moveTo(page, 'StockReleased');
      await changes.getByText('OAK-TRAY for this order: 2 → 0').waitFor();
      await page.goto(href);
      await changes.getByText(/^held: /).waitFor();
      await page.keyboard.press('j');
      await page.waitForURL((url) => url.href !== href);
    },
    testMs,
  );

  test(
    'asks what would have happened, sees both ends side by side, and nothing is written',
    async () => {
      const page = await operatorAt(`/console/orders/${orderId}/moments`);
      await sliderOf(page).waitFor();
      const operator = await signIn(url(), 'operator@demo.example', 'demo-operator');
      const before = await streamsOfShop(operator);
      expect(before).toContainEqual(expect.stringContaining(orderId));
      await moveTo(page, 'StockReserved', 'ArrowLeft');
      await page.getByRole('link', { name: 'What if …' }).click();
      await page.getByLabel('What if …').selectOption('DECLINE_PAYMENT');
      const happened = page.locator('section').filter({ hasText: 'What happened' });
      const wouldHave = page.locator('section').filter({ hasText: 'What would have happened' });
      await wouldHave.getByText('Insufficient funds').waitFor();
      await happened.getByText('Customer cancelled').waitFor();
      await picture(page, 'console-what-if');
      await page.reload();
      await wouldHave.getByText('Insufficient funds').waitFor();
      await page.getByLabel('What if …').selectOption('REJECT_REVIEW');
      await page.getByText('does not come under review').waitFor();
      expect(await streamsOfShop(operator)).toEqual(before);
    },
    testMs,
  );
});

describe('an operator who looks for an event', () => {
  test(
    'finds it by its words and in other tools, follows its causes, and copies it as a test',
    async () => {
      const page = await operatorAt('/console');
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('link', { name: 'Search', exact: true }).click();
      await page.getByLabel('Words').fill(orderId);
      await page.keyboard.press('Enter');
      await page.getByLabel('Types').fill('StockReserved');
      await page.keyboard.press('Enter');
      await page.waitForURL(/text=.*types=StockReserved/);
      await page.locator('summary').filter({ hasText: 'StockReserved' }).click();
      const addressOf = (tool: string) =>
        page.getByRole('link', { name: tool, exact: true }).getAttribute('href');
      expect(await addressOf('Trace')).toMatch(/^https:\/\/traces\.example\/[0-9a-f]{32}$/);
      expect(await addressOf('Logs')).toMatch(/^https:\/\/logs\.example\/\?q=[\w-]+$/);
      expect(await addressOf('Stream browser')).toMatch(/^https:\/\/streams\.example\/stock-OAK-TRAY\/\d+$/);
      await page.getByRole('button', { name: 'Copy as given/when/then' }).click();
      await page.getByText('Copied.').waitFor();
      const copied = await page.evaluate<string>('navigator.clipboard.readText()');
      expect(copied).toContain('deciderSpecification(stock).given(given).when(when).then(then);');
      await page.getByRole('link', { name: 'Causes and effects' }).click();
      const tree = page.getByRole('list', { name: 'Causes and effects' });
      await tree.getByRole('link', { name: 'OrderPlaced' }).waitFor();
      expect(await tree.locator('[aria-current]').innerText()).toContain('StockReserved');
      await picture(page, 'console-causes');
      expect(await page.locator('svg path').count()).toBeGreaterThan(5);
      await tree.getByRole('link', { name: 'StockReserved' }).first().focus();
      const focused = () => page.evaluate<string>('document.activeElement.textContent');
      await page.keyboard.press('ArrowLeft');
      expect(await focused()).toBe('CheckoutStarted');
      await page.keyboard.press('ArrowUp');
      expect(await focused()).toBe('OrderPlaced');
      await page.keyboard.press('ArrowRight');
      expect(await focused()).toBe('CheckoutStarted');
    },
    testMs,
  );
});
