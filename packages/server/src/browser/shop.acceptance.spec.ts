// The storefront as its customers use it, in a real browser on the whole program.
import { expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { Page, Route } from 'playwright-core';
import { picture, signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask, signIn } from '../test/program.js';
import {
  addressFields,
  addToBasket,
  fillAddress,
  password,
  payButton,
  placeOrder,
  shopper,
} from '../test/shopper.js';

const { describe, kill, startAgain, url, visitor } = usePages('shop', 'the storefront');
const until = <T>(attempt: () => Promise<T>): Promise<T> => eventually(attempt, { timeoutMs: 60_000 });

const { customer, placed, charges, orderCount } = shopper(url);

const euros = (cents: number): string => `€${(cents / 100).toFixed(2)}`;

async function priceOf(sku: string): Promise<number> {
  const query = 'query ($sku: String!) { product(sku: $sku) { price { amount } } }';
  type Answer = { readonly product: { readonly price: { readonly amount: string } } };
  return Number((await ask<Answer>(url(), query, { sku })).product.price.amount);
}

async function changePrice(sku: string, cents: number): Promise<void> {
  const staff = await signIn(url(), 'operator@demo.example', 'demo-operator');
  const mutation = `mutation ($input: ChangePriceInput!) { changePrice(input: $input) { __typename } }`;
  const price = { amount: String(cents), currency: 'EUR' };
  const input = { idempotencyKey: `price ${sku} ${cents}`, sku, price, reason: 'season' };
  expect(await ask(url(), mutation, { input }, staff)).toEqual({
    changePrice: { __typename: 'ProductSuccess' },
  });
}

/** The amounts that were taken from the wallet. */
async function charged(token: string): Promise<readonly string[]> {
  const query = '{ wallet { entries(first: 100) { nodes { kind amount { amount } } } } }';
  type Entry = { readonly kind: string; readonly amount: { readonly amount: string } };
  type Answer = { readonly wallet: { readonly entries: { readonly nodes: readonly Entry[] } } };
  const { wallet } = await ask<Answer>(url(), query, {}, token);
  return wallet.entries.nodes.filter(({ kind }) => kind === 'CAPTURE').map(({ amount }) => amount.amount);
}

describe('a customer', () => {
  test(
    'buys from the wallet, and sees the order come along',
    async () => {
      const { page } = await visitor();
      await page.goto('/');
      await page.getByRole('button', { name: 'Add to basket' }).first().waitFor();
      await picture(page, 'shop-products');
      await addToBasket(page, 'Oak table lamp');
      await page.getByRole('link', { name: 'Basket' }).click();
      await page.getByRole('link', { name: 'Sign in' }).last().click();
      await signInAt(page, 'customer@demo.example', 'demo-customer');
      await page.waitForURL('**/basket');
      await fillAddress(page);
      await picture(page, 'shop-basket');
      await placeOrder(page);
      await payButton(page).waitFor();
      await picture(page, 'shop-payment');
      await payButton(page).click();
      await page.getByText('Your order is paid.').waitFor();
      await page.getByRole('link', { name: 'See the order' }).click();
      await page.getByText('The order is confirmed.').waitFor();
      await page.getByText(/^INV-/).waitFor();
      await picture(page, 'shop-order');
      const downloading = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Download it (PDF)' }).click();
      expect((await downloading).suggestedFilename()).toMatch(/^INV-.*\.pdf$/);
    },
    testMs,
  );

  test(
    'learns that another customer was faster, and orders the rest',
    async () => {
      const { page } = await visitor();
      const mine = await customer(500);
      await page.goto('/sign-in');
      await signInAt(page, mine.email, password);
      await addToBasket(page, 'The last one of its kind');
      await addToBasket(page, 'Oak tray');
      await page.goto('/basket');
      await fillAddress(page);
      const faster = await customer(500);
      await placed(faster.token, 'LAST-ONE');
      await page.getByRole('button', { name: 'Place order' }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('Somebody was faster.').waitFor();
      await picture(page, 'shop-out-of-stock');
      await alert.getByRole('button', { name: 'Remove The last one of its kind' }).click();
      await placeOrder(page);
      await payButton(page).click();
      await page.getByText('Your order is paid.').waitFor();
      expect(await charges(mine.token)).toHaveLength(1);
    },
    testMs,
  );
});

describe('a customer whose basket gets dearer while it is open', () => {
  test(
    'sees the new total, agrees with one click, and pays exactly that',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(500);
      await page.goto('/sign-in');
      await signInAt(page, email, password);
      await addToBasket(page, 'Oak tray');
      await page.goto('/basket');
      await fillAddress(page);
      const before = await priceOf('OAK-TRAY');
      const now = before + 350;
      await changePrice('OAK-TRAY', now);
      await page.getByRole('button', { name: 'Place order' }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('The price changed while you looked.').waitFor();
      await alert.getByText(`The total was ${euros(before)}, and is ${euros(now)} now.`).waitFor();
      await picture(page, 'shop-price-changed');
      expect(await orderCount(token)).toBe(0);
      await alert.getByRole('button', { name: `Place the order for ${euros(now)}` }).click();
      await page.getByRole('button', { name: `Pay ${euros(now)}`, exact: true }).click();
      await page.getByText('Your order is paid.').waitFor();
      expect(await charged(token)).toEqual([String(now)]);
    },
    testMs,
  );
});

describe('a customer in need', () => {
  test(
    'with too little money deposits the missing amount and pays, in one step',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(10);
      const orderId = await placed(token, 'OAK-CLOCK');
      await page.goto(`/payment?orderId=${orderId}`);
      await signInAt(page, email, password);
      await page.getByText('Your wallet is €44.90 short.').waitFor();
      await page.getByRole('button', { name: 'Deposit €44.90 and pay' }).click();
      await page.getByText('Your order is paid.').waitFor();
      expect(await charges(token)).toHaveLength(1);
    },
    testMs,
  );

  test(
    'sees stock go while they look',
    async () => {
      const { page } = await visitor();
      const { token } = await customer(500);
      await page.goto('/?q=walnut+bowl');
      await page.getByText('In stock').waitFor();
      await placed(token, 'WALNUT-BOWL', { lines: [{ sku: 'WALNUT-BOWL', quantity: 22 }] });
      await page.getByText('3 left').waitFor();
    },
    testMs,
  );
});

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

/** Presses Tab until the focus is on it. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let n = 0; n < 80; n += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<string>(
      `(() => { const e = document.activeElement; return (e?.labels?.[0]?.textContent ?? e?.textContent ?? '').trim(); })()`,
    );
    if (name.test(focused)) return;
  }
  throw new Error(`Tab never comes to ${String(name)}`);
}

describe('with the keyboard alone', () => {
  test(
    'a customer signs in, orders and pays',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(500);
      await page.goto('/?q=linen+keepsake');
      await page.getByRole('button', { name: 'Add to basket' }).waitFor();
      await tabTo(page, /^Add to basket/);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: '1 in basket' }).waitFor();
      await tabTo(page, /^Basket/);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/basket');
      await tabTo(page, /^Sign in$/);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/sign-in**');
      await page.getByLabel('E-mail address').waitFor();
      await tabTo(page, /^E-mail/);
      await page.keyboard.type(email);
      await tabTo(page, /^Password/);
      await page.keyboard.type(password);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/basket');
      await page.getByLabel('City').waitFor();
      for (const [label, value] of Object.entries(addressFields)) {
        await tabTo(page, new RegExp(`^${label}`));
        await page.keyboard.type(value);
      }
      await page.keyboard.press('Enter');
      await page.waitForURL('**/payment?orderId=*');
      await payButton(page).waitFor();
      await tabTo(page, /^Pay €/);
      await page.keyboard.press('Enter');
      await page.getByText('Your order is paid.').waitFor();
      expect(await charges(token)).toHaveLength(1);
    },
    testMs,
  );
});
