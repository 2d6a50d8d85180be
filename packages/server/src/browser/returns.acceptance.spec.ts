// Goods that a customer asks to send back, from the shop's page to the console and back, in a real browser on the whole program.
import { expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { Page } from 'playwright-core';
import { seriousOn } from '../test/axe.js';
import { signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask, signIn } from '../test/program.js';
import { password, shopper } from '../test/shopper.js';

const { describe, url, visitor } = usePages('returns', 'returns that customers ask for');
const phone = { width: 360, height: 800 };

const { customer, placed } = shopper(url);

type Answer = { readonly __typename: string };

/** Packs an order and hands it over, past the browser. */
async function handOver(orderId: string): Promise<void> {
  const staff = await signIn(url(), 'operator@demo.example', 'demo-operator');
  for (const mutation of ['packOrder', 'shipOrder'] as const)
    await eventually(
      async () => {
        const document = `mutation ($input: ShipOrderInput!) { ${mutation}(input: $input) { __typename } }`;
        const input = { idempotencyKey: mutation + orderId, orderId, reason: 'as every day' };
        const answer = await ask<Readonly<Record<string, Answer>>>(url(), document, { input }, staff);
        // The carrier's label may take a moment.
        expect(answer[mutation]?.__typename).toBe('OrderSuccess');
      },
      { timeoutMs: 60_000 },
    );
}

/** A customer on the page of an order of two units that was handed over. */
async function atShippedOrder(sku: string): Promise<{ page: Page; orderId: string; token: string }> {
  const { email, token } = await customer(500);
  const lines = [{ sku, quantity: 2 }];
  const paid = { paymentMode: 'AUTOMATIC', waitFor: 'CONFIRMED', waitMs: 30_000 };
  const orderId = await placed(token, sku, { lines, ...paid });
  await handOver(orderId);
  const { page } = await visitor();
  await page.setViewportSize(phone);
  await page.goto(`/order?orderId=${orderId}`);
  await signInAt(page, email, password);
  await page.getByRole('heading', { name: 'Does something have to go back?' }).waitFor();
  return { page, orderId, token };
}

async function operatorAt(path: string): Promise<Page> {
  const { page } = await visitor();
  await page.goto(path);
  await signInAt(page, 'operator@demo.example', 'demo-operator');
  return page;
}

type Requests = { readonly order: { readonly returnRequests: readonly { readonly status: string }[] } };
const requestsOf = async (token: string, id: string): Promise<readonly string[]> => {
  const query = 'query ($id: ID!) { order(id: $id) { returnRequests { status } } }';
  const { order } = await ask<Requests>(url(), query, { id }, token);
  return order.returnRequests.map(({ status }) => status);
};

describe('a customer who asks to send goods back', () => {
  test(
    'does so by keyboard, the warehouse takes them with what was asked for, and the customer’s page says so live',
    async () => {
      const { page, orderId, token } = await atShippedOrder('OAK-LAMP');
      await page.getByRole('button', { name: 'Send something back' }).focus();
      await page.keyboard.press('Enter');
      const units = page.getByLabel('Oak table lamp (of 2)');
      await page.getByRole('button', { name: 'Ask to send back' }).focus();
      await page.keyboard.press('Enter');
      await page.getByText('Say how many have to go back.').waitFor();
      expect(await seriousOn(page)).toEqual([]);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(wide).toBeLessThanOrEqual(phone.width);
      await units.focus();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Tab');
      await page.keyboard.type('too bright');
      await page.keyboard.press('Tab');
      // At once, and twice: no wait of Playwright's in between.
      await page.getByRole('button', { name: 'Ask to send back' }).evaluate((button: { click(): void }) => {
        button.click();
        button.click();
      });
      await page.getByText('We have your request. What becomes of it stands here.').waitFor();
      await page.getByText('We wait for 2 × Oak table lamp.').waitFor();
      await page.getByText('We have your request to send goods back.').waitFor();
      expect(await requestsOf(token, orderId)).toEqual(['OPEN']);
      expect(await seriousOn(page)).toEqual([]);

      const staff = await operatorAt('/console/orders?returns=return_asked_for');
      await staff.getByTitle(orderId).click();
      await staff.getByRole('cell', { name: 'Waits for 2 × OAK-LAMP' }).waitFor();
      await staff.getByRole('button', { name: 'Take back', exact: true }).first().click();
      const dialog = staff.getByRole('dialog');
      expect(await dialog.getByLabel('Oak table lamp (of 2)').inputValue()).toBe('2');
      expect(await dialog.getByLabel('Reason').inputValue()).toBe('too bright');
      await dialog.getByRole('button', { name: 'Take back', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      await staff.getByRole('cell', { name: 'Came back' }).waitFor();

      await page.getByText('All of it has come back.').waitFor();
      await page.getByRole('heading', { name: 'What came back' }).waitFor();
      expect(await requestsOf(token, orderId)).toEqual(['CAME_BACK']);
    },
    testMs,
  );

  test(
    'reads why the shop declines it, live, and can ask again',
    async () => {
      const { page, orderId } = await atShippedOrder('OAK-TRAY');
      const askFor = async (): Promise<void> => {
        await page.getByRole('button', { name: 'Send something back' }).click();
        await page.getByLabel('Oak tray (of 2)').fill('1');
        await page.getByLabel('Why?').fill('too small');
        await page.getByRole('button', { name: 'Ask to send back' }).click();
        await page.getByText('We wait for 1 × Oak tray.').waitFor();
      };
      await askFor();
      const staff = await operatorAt(`/console/orders/${orderId}`);
      await staff.getByRole('button', { name: 'Decline return', exact: true }).first().click();
      const dialog = staff.getByRole('dialog');
      await dialog.getByLabel('Reason').fill('it was used');
      await dialog.getByRole('button', { name: 'Decline return', exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      const acts = staff.getByRole('region', { name: 'What staff did' });
      await acts
        .getByRole('row')
        .filter({ hasText: 'ReturnDeclined' })
        .filter({ hasText: 'it was used' })
        .waitFor();
      await page.getByText('We have declined this: it was used').waitFor();
      await askFor();
    },
    testMs,
  );
});
