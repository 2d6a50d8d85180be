// Customers of the storefront for specs: made and helped past the browser, and what they do on its pages.
import type { Locator, Page } from 'playwright-core';
import { ask } from './program.js';

export const password = 'a password of specs';
export const addressFields = {
  'Street and number': '1 High Street',
  'Postal code': '3511',
  City: 'Utrecht',
};

const shippingAddress = { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' };

export type Buyer = { readonly email: string; readonly token: string };
type Entry = { readonly kind: string; readonly orderId: string | null };

export type Shopper = {
  /** A customer with so much money in the wallet, and a token to act on their behalf besides the browser. */
  customer(euros: number): Promise<Buyer>;
  /** Places an order past the browser. Returns its id. */
  placed(token: string, sku: string, more?: object): Promise<string>;
  /** The money that was taken from the wallet. */
  charges(token: string): Promise<readonly Entry[]>;
  orderCount(token: string): Promise<number>;
};

let people = 0;

export function shopper(url: () => string): Shopper {
  return {
    async customer(euros) {
      people += 1;
      const email = `buyer${people}@example.com`;
      const mutation = `mutation ($email: String!, $password: String!) {
        register(email: $email, password: $password, name: "A. Buyer") { ... on Session { accessToken } } }`;
      type Answer = { readonly register: { readonly accessToken: string } };
      const { register } = await ask<Answer>(url(), mutation, { email, password });
      const token = register.accessToken;
      const input = { idempotencyKey: 'd', amount: { amount: String(euros * 100), currency: 'EUR' } };
      const deposit = `mutation ($input: DepositInput!) { deposit(input: $input) { __typename } }`;
      if (euros > 0) await ask(url(), deposit, { input }, token);
      return { email, token };
    },
    async placed(token, sku, more = {}) {
      const mutation = `mutation ($input: PlaceOrderInput!) {
        placeOrder(input: $input) { ... on OrderSuccess { order { id } } } }`;
      const input = {
        idempotencyKey: `order ${sku}`,
        waitFor: 'RESERVED',
        lines: [{ sku, quantity: 1 }],
        shippingAddress,
        ...more,
      };
      type Answer = { readonly placeOrder: { readonly order: { readonly id: string } } };
      return (await ask<Answer>(url(), mutation, { input }, token)).placeOrder.order.id;
    },
    async charges(token) {
      const query = '{ wallet { entries(first: 100) { nodes { kind orderId } } } }';
      type Answer = { readonly wallet: { readonly entries: { readonly nodes: readonly Entry[] } } };
      const { wallet } = await ask<Answer>(url(), query, {}, token);
      return wallet.entries.nodes.filter(({ kind }) => kind === 'CAPTURE');
    },
    async orderCount(token) {
      type Answer = { readonly orders: { readonly totalCount: number } };
      return (await ask<Answer>(url(), '{ orders { totalCount } }', {}, token)).orders.totalCount;
    },
  };
}

export const addToBasket = async (page: Page, name: string): Promise<void> => {
  await page.goto(`/?q=${encodeURIComponent(name)}`);
  await page.getByRole('button', { name: 'Add to basket' }).click();
  await page.getByRole('button', { name: '1 in basket' }).waitFor();
};

export const fillAddress = async (page: Page): Promise<void> => {
  for (const [label, value] of Object.entries(addressFields)) await page.getByLabel(label).fill(value);
};

/** Returns the id of the order. */
export const placeOrder = async (page: Page): Promise<string> => {
  await page.getByRole('button', { name: 'Place order' }).click();
  await page.waitForURL('**/payment?orderId=*');
  return new URL(page.url()).searchParams.get('orderId') ?? '';
};

export const payButton = (page: Page): Locator => page.getByRole('button', { name: /^Pay €/ });
