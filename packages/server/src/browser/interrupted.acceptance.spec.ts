// The storefront when a customer clicks twice, uses two tabs or reloads, and when the server is slow or away, in a real browser
// on the whole program.
import { expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { Route } from 'playwright-core';
import { signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask, signIn } from '../test/program.js';
import { addressFields, addToBasket, fillAddress, password, payButton, shopper } from '../test/shopper.js';

const { describe, kill, startAgain, url, visitor } = usePages('interrupted', 'the storefront, interrupted');
const until = <T>(attempt: () => Promise<T>): Promise<T> => eventually(attempt, { timeoutMs: 60_000 });

const { customer, placed, charges, orderCount } = shopper(url);

describe('one intent', () => {
  test(
    'in two tabs makes one order, and two clicks in each make one charge',
    async () => {
      const { page, context } = await visitor();
      const { email, token } = await customer(500);
      await page.goto('/sign-in');
      await signInAt(page, email, password);
      await addToBasket(page, 'Walnut tray');
      await page.goto('/basket');
      await fillAddress(page);
      const other = await context.newPage();
      await other.goto('/basket');
      await fillAddress(other);
      const buttons = [page, other].map((tab) => tab.getByRole('button', { name: 'Place order' }));
      await Promise.all(buttons.map((button) => button.waitFor()));
      // At once, and twice: no wait of Playwright's in between.
      const press = (button: { click(): void }): void => {
        button.click();
        button.click();
      };
      await Promise.all(buttons.map((button) => button.evaluate(press)));
      await Promise.race([page, other].map((tab) => tab.waitForURL('**/payment?orderId=*')));
      const one = new URL(page.url().includes('orderId') ? page.url() : other.url()).searchParams.get(
        'orderId',
      );
      await Promise.all([page, other].map((tab) => tab.goto(`/payment?orderId=${one ?? ''}`)));
      expect(await orderCount(token)).toBe(1);
      await payButton(page).waitFor();
      await payButton(other).waitFor();
      await Promise.all([page, other].map((tab) => payButton(tab).evaluate(press)));
      await Promise.all([
        page.getByText('Your order is paid.').waitFor(),
        other.getByText('Your order is paid.').waitFor(),
      ]);
      expect(await charges(token)).toEqual([{ kind: 'CAPTURE', orderId: one }]);
    },
    testMs,
  );

  test(
    'outlives a reload in the middle of the payment',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(500);
      const orderId = await placed(token, 'WALNUT-LAMP');
      await page.goto(`/payment?orderId=${orderId}`);
      await signInAt(page, email, password);
      await payButton(page).click();
      await page.reload();
      await page.getByText('Your order is paid.').or(payButton(page)).waitFor();
      if (await payButton(page).isVisible()) await payButton(page).click();
      await page.getByText('Your order is paid.').waitFor();
      expect(await charges(token)).toEqual([{ kind: 'CAPTURE', orderId }]);
    },
    testMs,
  );
});

describe('until the server has answered', () => {
  test(
    'a payment shows neither the order as paid nor the money as gone; the basket counts at once',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(500);
      const orderId = await placed(token, 'LINEN-STOOL');
      await page.goto(`/payment?orderId=${orderId}`);
      await signInAt(page, email, password);
      await page.getByText('€500.00 in it').waitFor();
      const held: Route[] = [];
      let isHeld = true;
      await page.route('**/graphql', async (route) => {
        if (isHeld) held.push(route);
        else await route.continue();
      });
      await payButton(page).click();
      await page.getByRole('button', { name: 'Paying …' }).waitFor();
      await until(() => {
        expect(held.length).toBeGreaterThan(0);
        return Promise.resolve();
      });
      await page.getByText('€500.00 in it').waitFor();
      expect(await page.getByText('Your order is paid.').count()).toBe(0);
      expect(await charges(token)).toEqual([]);
      isHeld = false;
      await Promise.all(held.map((route) => route.continue()));
      await page.getByText('Your order is paid.').waitFor();

      await page.goto('/?q=linen+tray');
      await page.getByRole('button', { name: 'Add to basket' }).waitFor();
      await page.context().setOffline(true);
      await page.getByRole('button', { name: 'Add to basket' }).click();
      await page.getByRole('button', { name: '1 in basket' }).waitFor();
      await page.context().setOffline(false);
    },
    testMs,
  );
});

describe('a reload', () => {
  test(
    'keeps the basket and the typed address',
    async () => {
      const { page } = await visitor();
      const { email } = await customer(0);
      await page.goto('/sign-in');
      await signInAt(page, email, password);
      await addToBasket(page, 'Wool stool');
      await page.goto('/basket');
      await fillAddress(page);
      await page.reload();
      await page.getByText('Wool stool').first().waitFor();
      for (const [label, value] of Object.entries(addressFields))
        expect(await page.getByLabel(label).inputValue()).toBe(value);
    },
    testMs,
  );
});

describe('when the connection is dropped in the middle', () => {
  test(
    'the order page catches up by itself, and misses nothing',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(500);
      const orderId = await placed(token, 'COPPER-CLOCK');
      await page.goto(`/order?orderId=${orderId}`);
      await signInAt(page, email, password);
      await page.getByText('The goods are set aside for you.').waitFor();
      await kill();
      await page.getByText('The connection is lost.').waitFor();
      await startAgain();
      const again = await signIn(url(), email, password);
      const pay = 'mutation ($input: PayOrderInput!) { payOrder(input: $input) { __typename } }';
      await ask(url(), pay, { input: { idempotencyKey: 'p', orderId } }, again);
      await page.getByText('The order is confirmed.').waitFor();
      const steps = await page.getByRole('list').getByRole('listitem').locator('strong').allTextContents();
      expect(steps).toEqual([
        'You placed the order.',
        'The goods are set aside for you.',
        'Your payment began.',
        'Your payment arrived.',
        'The order is confirmed.',
      ]);
      await until(async () => expect(await page.getByText('The connection is lost.').count()).toBe(0));
    },
    testMs,
  );
});
