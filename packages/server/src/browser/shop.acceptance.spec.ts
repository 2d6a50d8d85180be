// The storefront as its customers use it, in a real browser on the whole program.
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
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

const { describe, url, visitor } = usePages('shop', 'the storefront');

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
