// Actions of staff on an order, each with its author and reason on the order's page, and the overview that counts them, in a
// real browser on the whole program.
import { expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { Page } from 'playwright-core';
import { signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask, signIn } from '../test/program.js';
import { shopper } from '../test/shopper.js';

const { describe, url, visitor } = usePages('acts', 'the acts of staff');
const until = <T>(attempt: () => Promise<T>): Promise<T> => eventually(attempt, { timeoutMs: 60_000 });

const { customer, placed } = shopper(url);

async function operatorAt(path: string): Promise<Page> {
  const { page } = await visitor();
  await page.goto(path);
  await signInAt(page, 'operator@demo.example', 'demo-operator');
  return page;
}

const paid = { paymentMode: 'AUTOMATIC', waitFor: 'CONFIRMED', waitMs: 30_000 };

type Order = {
  readonly status: string;
  readonly failureReason: string | null;
  readonly payment: { readonly refunded: { readonly amount: string } } | null;
};
async function orderOf(token: string, id: string): Promise<Order> {
  const query = `query ($id: ID!) { order(id: $id) { status failureReason payment { refunded { amount } } } }`;
  return (await ask<{ readonly order: Order }>(url(), query, { id }, token)).order;
}

/** A large order to another address than that of the invoice: a person has to look at it. */
async function orderUnderReview(token: string, sku: string): Promise<string> {
  const billingAddress = { name: 'Office', line1: '7', city: 'D', postalCode: 'Q', country: 'NL' };
  const lines = [{ sku, quantity: 20 }];
  const id = await placed(token, sku, { ...{ lines, billingAddress, paymentMode: 'AUTOMATIC' } });
  await until(async () => expect((await orderOf(token, id)).status).toBe('UNDER_REVIEW'));
  return id;
}

/** The list of staff actions on the page has the event, with its author and the reason. */
async function onTimeline(page: Page, event: string, reason: string): Promise<void> {
  const acts = page.getByRole('region', { name: 'What staff did' });
  const row = acts.getByRole('row').filter({ hasText: event }).filter({ hasText: reason });
  await row.getByRole('cell', { name: /^staff:/ }).waitFor();
}

describe('an operator who looks at an order', () => {
  test(
    'approves it with a reason, and it goes on',
    async () => {
      const { token } = await customer(2_000);
      const orderId = await orderUnderReview(token, 'OAK-CLOCK');
      const page = await operatorAt(`/console/orders/${orderId}`);
      await page.getByText('A person has to look at this order.').waitFor();
      await page.getByRole('button', { name: 'Approve' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Approve' }).click();
      await dialog.getByText('Give a reason').waitFor();
      await dialog.getByLabel('Reason').fill('rang the buyer');
      await dialog.getByRole('button', { name: 'Approve' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.getByRole('cell', { name: 'OrderConfirmed' }).waitFor();
      await onTimeline(page, 'OrderReviewed', 'rang the buyer');
      expect((await orderOf(token, orderId)).status).toBe('CONFIRMED');
    },
    testMs,
  );

  test(
    'rejects it with a reason, and the money goes back',
    async () => {
      const { token } = await customer(3_000);
      const orderId = await orderUnderReview(token, 'WALNUT-CLOCK');
      const page = await operatorAt(`/console/orders/${orderId}`);
      await page.getByRole('button', { name: 'Reject' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('the card was stolen');
      await dialog.getByRole('button', { name: 'Reject' }).click();
      await dialog.waitFor({ state: 'hidden' });
      await onTimeline(page, 'OrderReviewed', 'the card was stolen');
      await until(async () => {
        const { wallet } = await ask<{
          readonly wallet: { readonly available: { readonly amount: string } };
        }>(url(), '{ wallet { available { amount } } }', {}, token);
        expect(wallet.available.amount).toBe('300000');
      });
      expect(await orderOf(token, orderId)).toMatchObject({
        status: 'FAILED',
        failureReason: 'FRAUD_REJECTED',
      });
    },
    testMs,
  );
});

describe('an operator who gives money back', () => {
  test(
    'is told of what is no amount, refunds a part with a reason, and the rest by leaving the amount empty',
    async () => {
      const { token } = await customer(500);
      const orderId = await placed(token, 'LINEN-CLOCK', paid);
      const page = await operatorAt(`/console/orders/${orderId}`);
      const refund = async (amount: string, reason: string): Promise<void> => {
        await page.getByRole('button', { name: 'Refund', exact: true }).first().click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Amount in EUR').fill(amount);
        await dialog.getByLabel('Reason').fill(reason);
        await dialog.getByRole('button', { name: 'Refund', exact: true }).click();
      };
      const dialog = page.getByRole('dialog');
      await refund('ten', 'it was scratched');
      await dialog.getByText('This is no amount.').waitFor();
      await dialog.getByRole('button', { name: 'Leave it' }).click();
      await refund('10.00', 'it was scratched');
      await dialog.waitFor({ state: 'hidden' });
      await page.getByText('€10.00 refunded').waitFor();
      await refund('', 'and broken');
      await dialog.waitFor({ state: 'hidden' });
      await page.getByText('€57.90 refunded').waitFor();
      await until(async () => expect((await orderOf(token, orderId)).payment?.refunded.amount).toBe('5790'));
      await onTimeline(page, 'RefundRequested', 'it was scratched');
      await onTimeline(page, 'RefundRequested', 'and broken');
    },
    testMs,
  );
});

describe('the list of orders', () => {
  test(
    'is filtered by age on the server, with the age in the URL and in a saved view',
    async () => {
      const { token } = await customer(500);
      const orderId = await placed(token, 'LINEN-BOX', paid);
      const page = await operatorAt('/console/orders');
      await page.getByTitle(orderId).waitFor();
      await page.getByLabel('Older than').selectOption({ label: 'a week' });
      await page.waitForURL('**/console/orders?olderThan=604800');
      await page.getByText('No order is like this.').waitFor();
      await page.getByRole('button', { name: 'Save view' }).click();
      await page.getByRole('list', { name: 'Saved views' }).getByText('older than a week').waitFor();
      await page.goto('/console/orders');
      await page.getByTitle(orderId).waitFor();
      await page.getByRole('link', { name: 'older than a week', exact: true }).click();
      await page.getByText('No order is like this.').waitFor();
    },
    testMs,
  );
});

describe('the list of sagas', () => {
  test(
    'has those that wait for a payment, by age; the page of one has its plan, with what each step needs and its undo',
    async () => {
      const { token } = await customer(500);
      const orderId = await placed(token, 'LINEN-COASTERS');
      const page = await operatorAt('/console/sagas');
      await page.getByLabel('Waits for').selectOption({ label: 'Payment' });
      await page.waitForURL('**/console/sagas?waitingFor=payment');
      const row = page.getByRole('row').filter({ has: page.getByTitle(orderId) });
      await row.getByRole('cell', { name: 'payment', exact: true }).waitFor();
      await page.getByLabel('For longer than').selectOption({ label: 'a week' });
      await page.waitForURL('**/console/sagas?waitingFor=payment&olderThan=604800');
      await page.getByText('No saga is like this.').waitFor();
      await page.goto(`/console/sagas/${orderId}`);
      await page.getByText(/^payment, for /).waitFor();
      const plan = page.getByRole('region', { name: 'Plan' }).getByRole('row');
      const texts = async (step: string) =>
        plan
          .filter({ has: page.getByRole('cell', { name: step, exact: true }) })
          // Steps that need it come after it.
          .first()
          .getByRole('cell')
          .allTextContents();
      const reserve = await texts('reserve:LINEN-COASTERS');
      expect(reserve).toEqual(expect.arrayContaining(['Done', 'release:LINEN-COASTERS']));
      const hold = await texts('hold-funds');
      expect(hold).toEqual(expect.arrayContaining(['Possible', 'start-payment', 'release-funds']));
    },
    testMs,
  );
});

describe('the overview', () => {
  test(
    'counts a new order without a reload, everywhere that it is seen, as the API does',
    async () => {
      const page = await operatorAt('/console');
      const panel = (title: string) =>
        page.locator('section').filter({ has: page.getByRole('heading', { name: title }) });
      const card = page.getByRole('link', { name: /\d+ orders/ });
      await card.waitFor();
      const counted = async (): Promise<number> =>
        Number(/^(\d+)/.exec((await card.innerText()).trim())?.[1] ?? -1);
      const confirmedOf = `{ orders(first: 1, status: CONFIRMED) { totalCount } all: orders(first: 1) { totalCount } }`;
      type Counts = Readonly<Record<'orders' | 'all', { readonly totalCount: number }>>;
      const staff = await signIn(url(), 'operator@demo.example', 'demo-operator');
      const before = await counted();
      const { token } = await customer(500);
      for (const sku of ['LINEN-BOWL', 'LINEN-LAMP', 'LINEN-TRAY']) await placed(token, sku, paid);
      await until(async () => expect(await counted()).toBe(before + 3));
      const { orders, all } = await ask<Counts>(url(), confirmedOf, {}, staff);
      expect(await counted()).toBe(all.totalCount);
      await panel('Orders by status').getByText(String(orders.totalCount), { exact: true }).first().waitFor();
      await panel('Orders per minute')
        .getByText(/^[3-9] now/)
        .waitFor();
      await panel('How far the last 100 sagas came').getByText('Capture funds').waitFor();
      const heat = panel('How long the steps of the last 100 sagas took');
      await heat.getByRole('rowheader', { name: 'Reserve' }).waitFor();
      expect(await heat.getByRole('img').getAttribute('aria-label')).toMatch(/≤ .*: \d+/);
      await heat.getByLabel('Step', { exact: true }).selectOption({ label: 'Capture funds' });
      await panel('Stock and money').getByRole('cell', { name: 'Money in wallets' }).waitFor();
      expect(await panel('Stock and money').getByText('differ').count()).toBe(0);
      await page.getByRole('link', { name: /events parked$/ }).waitFor();
      await page.getByRole('link', { name: /lag of read models$/ }).waitFor();
    },
    testMs,
  );
});
