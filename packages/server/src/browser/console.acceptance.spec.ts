// The operator console as staff use it, in a real browser on the whole program.
import { expect, test } from '@jest/globals';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import type { Page } from 'playwright-core';
import { picture, signInAt, type Visitor } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask, signIn } from '../test/program.js';

const { describe, url, eventStoreUrl, visitor } = usePages('console', 'the console', {}, [
  'start',
  '--esdb-port',
  '0',
]);
const until = <T>(attempt: () => Promise<T>): Promise<T> => eventually(attempt, { timeoutMs: 60_000 });

async function operatorAt(path: string): Promise<Visitor> {
  const one = await visitor();
  await one.page.goto(path);
  await signInAt(one.page, 'operator@demo.example', 'demo-operator');
  return one;
}

/** Appends an event of an unknown version: every reader of its stream fails. */
async function appendFromTheFuture(stream: string, type: string): Promise<void> {
  const environment = nodeEnvironment();
  const store = await openEventStoreDb({ url: eventStoreUrl(), environment });
  const id = environment.ids.next();
  const metadata = {
    correlationId: id,
    causationId: id,
    commandId: id,
    actor: 'system',
    at: new Date(environment.clock.now()).toISOString(),
    schemaVersion: 99,
  };
  await store.append(stream, [{ id, type, data: {}, metadata }], 'any');
  await store.close();
}

type Placed = { readonly token: string; readonly orderId: string; readonly customerId: string };

/** A confirmed order of the demo customer. */
async function confirmedOrder(sku: string): Promise<Placed> {
  const token = await signIn(url(), 'customer@demo.example', 'demo-customer');
  const mutation = `mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) { ... on OrderSuccess { order { id customerId } } } }`;
  const input = {
    idempotencyKey: `order ${sku}`,
    waitFor: 'CONFIRMED',
    waitMs: 30_000,
    paymentMode: 'AUTOMATIC',
    lines: [{ sku, quantity: 1 }],
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  };
  type Answer = {
    readonly placeOrder: { readonly order: { readonly id: string; readonly customerId: string } };
  };
  const { placeOrder } = await ask<Answer>(url(), mutation, { input }, token);
  return { token, orderId: placeOrder.order.id, customerId: placeOrder.order.customerId };
}

describe('an operator', () => {
  test(
    'sees events as they arrive, pauses the list, and sees the number of new ones',
    async () => {
      const { page } = await operatorAt('/console/tail');
      await page.getByText('Waiting for events …').waitFor();
      await confirmedOrder('OAK-TRAY');
      await page.getByText('OrderConfirmed').first().waitFor();
      await picture(page, 'console-tail', 560);
      await page.getByRole('button', { name: 'Pause' }).click();
      const rows = page.getByRole('table').getByRole('row');
      const before = await rows.allTextContents();
      await confirmedOrder('OAK-BOWL');
      await page.getByRole('button', { name: /^\d+ new$/ }).waitFor();
      expect(await rows.allTextContents()).toEqual(before);
      await page.keyboard.press('Space');
      await until(async () => expect(await rows.count()).toBeGreaterThan(before.length));
    },
    testMs,
  );

  test(
    'finds an order by its filters, follows it to its saga and its stream',
    async () => {
      const { orderId } = await confirmedOrder('OAK-CLOCK');
      const { page } = await operatorAt('/console/orders?status=CONFIRMED');
      await page.getByTitle(orderId).click();
      await page.getByRole('heading', { name: 'History' }).waitFor();
      await picture(page, 'console-order');
      await page.getByRole('link', { name: 'open' }).click();
      await page.getByRole('heading', { name: 'Steps over time' }).waitFor();
      await page.getByRole('listitem').filter({ hasText: 'OrderPlaced' }).click();
      await page
        .getByRole('link', { name: `order-${orderId}`.slice(0, 12) })
        .first()
        .click();
      await page.waitForURL(`**/console/streams/order-${orderId}`);
    },
    testMs,
  );
});

// Before the specs that make the wallet unreadable.
/** Acts in the dialog that the button opens. */
async function act(page: Page, label: string, fill: Readonly<Record<string, string>> = {}): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  for (const [field, value] of Object.entries(fill)) await dialog.getByLabel(field).fill(value);
  await dialog.getByRole('button', { name: label, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

describe('staff', () => {
  test(
    'carry an order to its customer and part of it back, and each act stands on its page with its author',
    async () => {
      const { token, orderId } = await confirmedOrder('WALNUT-LAMP');
      const { page } = await operatorAt(`/console/orders/${orderId}`);
      await act(page, 'Pack', { 'Reason (optional)': 'with a note from the giver' });
      await page.getByRole('button', { name: 'Ship', exact: true }).waitFor();
      const downloading = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Label (PDF)' }).click();
      expect((await downloading).suggestedFilename()).toMatch(/\.pdf$/);
      await act(page, 'Ship', { 'Reason (optional)': 'a day late: the van was full' });
      await page.getByRole('button', { name: 'Scan', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Code').selectOption('DELIVERED');
      await dialog.getByLabel('Place (optional)').fill('Utrecht');
      await dialog.getByLabel('Reason (optional)').fill('the carrier rang us');
      await dialog.getByRole('button', { name: 'Scan', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.getByRole('cell', { name: 'OrderDelivered' }).first().waitFor();
      await page.getByRole('cell', { name: 'Utrecht' }).waitFor();
      await act(page, 'Take back', { 'Walnut table lamp (of 1)': '1', Reason: 'too bright' });
      await page.getByRole('cell', { name: '1 × WALNUT-LAMP' }).waitFor();
      const acts = page.getByRole('region', { name: 'What staff did' });
      for (const [event, reason] of [
        ['OrderPacked', 'with a note from the giver'],
        ['OrderShipped', 'a day late: the van was full'],
        ['CarrierScanned', 'the carrier rang us'],
        ['OrderReturned', 'too bright'],
      ] as const) {
        const row = acts.getByRole('row').filter({ hasText: event }).filter({ hasText: reason });
        await row.getByRole('cell', { name: /^staff:/ }).waitFor();
      }
      await page.getByRole('link', { name: 'in the audit log' }).click();
      await page.getByRole('heading', { name: 'Audit' }).waitFor();
      await page.getByRole('cell', { name: 'too bright' }).waitFor();
      await page.getByRole('cell', { name: 'OrderShipped' }).waitFor();
      type Answer = { readonly order: { readonly returns: readonly object[]; readonly status: string } };
      const query = 'query ($id: ID!) { order(id: $id) { status returns { id } } }';
      const { order } = await ask<Answer>(url(), query, { id: orderId }, token);
      expect(order).toMatchObject({ status: 'DELIVERED', returns: [{}] });
    },
    testMs,
  );

  test(
    'cancel for a customer only with a reason, which the history has',
    async () => {
      const { orderId } = await confirmedOrder('WALNUT-CLOCK');
      const { page } = await operatorAt(`/console/sagas/${orderId}`);
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
      await dialog.getByText('Give a reason').waitFor();
      await dialog.getByLabel('Reason').fill('rang us: ordered twice');
      await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.goto(`/console/orders/${orderId}`);
      await page.getByRole('cell', { name: 'rang us: ordered twice' }).first().waitFor();
    },
    testMs,
  );
});

describe('an operator who intervenes', () => {
  test(
    'frees a stuck saga, and the timeline has the person and the reason',
    async () => {
      const { token, orderId, customerId } = await confirmedOrder('OAK-STOOL');
      // From now on the wallet can't be read, so the refund fails.
      await appendFromTheFuture(`wallet-${customerId}`, 'FundsDeposited');
      const cancel = 'mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename } }';
      await ask(url(), cancel, { input: { idempotencyKey: 'c', orderId } }, token);
      const { page } = await operatorAt('/console/sagas?status=COMPENSATION_STUCK');
      await until(async () => {
        await page.reload();
        await page.getByTitle(orderId).waitFor({ timeout: 3_000 });
      });
      await page.getByTitle(orderId).click();
      await page.getByText('An undo fails again and again.').waitFor();
      await picture(page, 'console-stuck-saga');
      const row = page.getByRole('row').filter({ hasText: 'refund' }).filter({ hasText: 'Settle' });
      await row.getByRole('button', { name: 'Retry' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('looked at the wallet');
      await dialog.getByRole('button', { name: 'Retry' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.getByText('looked at the wallet').first().waitFor({ state: 'attached' });
      await row.getByRole('button', { name: 'Settle' }).click();
      await dialog.getByLabel('Reason').fill('paid back by bank transfer');
      await dialog.getByRole('button', { name: 'Settle' }).click();
      await page.getByText('Compensated').first().waitFor();
      await page.getByText('paid back by bank transfer').first().waitFor({ state: 'attached' });
    },
    testMs,
  );

  test(
    'sees the number of parked events in the navigation, and discards one with a reason',
    async () => {
      const { page } = await operatorAt('/console/parked');
      await appendFromTheFuture('order-from-the-future', 'OrderPlaced');
      await page.getByRole('link', { name: /Parked events \d+ parked/ }).waitFor();
      await page.reload();
      // Each consumer parks the event once, when it gets to it. It may have parked events of the spec above too.
      const discard = page.getByRole('button', { name: 'Discard' });
      const groups = page.locator('details').filter({ hasText: 'order-from-the-future', has: discard });
      await groups.first().waitFor();
      await picture(page, 'console-parked', 560);
      const summary = await groups.first().locator('summary').first().innerText();
      const consumer = /(\S+), since/.exec(summary)?.[1];
      if (consumer === undefined) throw new Error(`no consumer in: ${summary}`);
      const group = groups.filter({ hasText: `${consumer}, since` });
      await group.locator(discard).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('written by a test');
      await dialog.getByRole('button', { name: 'Discard' }).click();
      await page.getByText(/discarded/).waitFor();
      await until(async () => expect(await group.count()).toBe(0));
    },
    testMs,
  );
});

describe('an operator in a hurry', () => {
  test(
    'goes anywhere by the keyboard',
    async () => {
      const { page } = await operatorAt('/console');
      await page.getByText('Orders by status').waitFor();
      await page.getByText('Money in wallets').waitFor();
      await page.getByText(/\d+ now, \d+ at most/).waitFor();
      await picture(page, 'console-overview');
      await page.keyboard.press('Control+k');
      await page.getByRole('searchbox').waitFor();
      await page.getByRole('menuitem', { name: 'Timers g t' }).waitFor();
      await page.keyboard.type('recon');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/console/reconciliation');
      await page.getByText('The read models agree with the log.').or(page.getByText('differ')).waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('s');
      await page.waitForURL('**/console/sagas');
    },
    testMs,
  );

  test(
    'keeps a view on the server, for every browser',
    async () => {
      const { page } = await operatorAt('/console/orders?status=CONFIRMED');
      await page.getByRole('button', { name: 'Save view' }).click();
      await page.getByRole('list', { name: 'Saved views' }).getByText('confirmed').waitFor();
      const { page: elsewhere } = await operatorAt('/console/orders');
      await elsewhere.getByRole('link', { name: 'confirmed', exact: true }).click();
      await elsewhere.waitForURL('**/console/orders?status=CONFIRMED');
    },
    testMs,
  );
});

describe('a customer', () => {
  test(
    'is not let into the console',
    async () => {
      const one = await visitor();
      await one.page.goto('/console');
      await one.page.getByLabel('E-mail address').fill('customer@demo.example');
      await one.page.getByLabel('Password').fill('demo-customer');
      await one.page.getByRole('button', { name: 'Sign in' }).click();
      await one.page.getByText('This is for staff.').waitFor();
    },
    testMs,
  );
});
