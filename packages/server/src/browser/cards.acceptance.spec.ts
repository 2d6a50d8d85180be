// Paying by card as customers do, with and without an account: the gateway's page and back, in a real browser on the
// whole program.
import { expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { Page } from 'playwright-core';
import { picture, signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask } from '../test/program.js';
import { addToBasket, fillAddress, password, placeOrder, shopper } from '../test/shopper.js';

const { describe, url, visitor } = usePages('cards', 'cards', { DEPOSITS: 'card', PAYMENT_ATTEMPTS: '3' });
const until = <T>(attempt: () => Promise<T>): Promise<T> => eventually(attempt, { timeoutMs: 60_000 });

const { customer, placed, charges } = shopper(url);

type Payment = { readonly attempts: number; readonly status: string; readonly declineCode: string | null };
async function paymentOf(token: string, id: string): Promise<Payment> {
  const query = `query ($id: ID!) { order(id: $id) { payment { attempts status declineCode amount { amount } } } }`;
  type Answer = { readonly order: { readonly payment: Payment } };
  return (await ask<Answer>(url(), query, { id }, token)).order.payment;
}

/** The customer's choice on the gateway's page; the page then sends the customer back. */
async function onGatewaysPage(page: Page, choice: 'Pay' | 'Have the card declined'): Promise<void> {
  await page.getByRole('heading', { name: 'Pay by card' }).waitFor();
  await page.getByRole('button', { name: choice, exact: true }).click();
}

const payByCard = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^Pay €.* by card$/ }).click();
};

describe('a guest', () => {
  test(
    'orders by card without an account, finds the order again, and moves it into an account',
    async () => {
      const { page } = await visitor();
      await addToBasket(page, 'Copper bowl');
      await page.goto('/basket');
      await page.getByRole('button', { name: 'Order without an account' }).click();
      await page.getByLabel('E-mail address').fill('guest@example.com');
      await page.getByLabel('Name').fill('G. Uest');
      await fillAddress(page);
      const orderId = await placeOrder(page);
      await payByCard(page);
      await onGatewaysPage(page, 'Pay');
      await page.getByText('Your order is paid.').waitFor();
      await page.getByText('Keep this order').waitFor();
      await picture(page, 'shop-guest-paid');
      await page.getByRole('link', { name: 'See the order' }).click();
      await page.getByText('The order is confirmed.').waitFor();
      const title = await page.getByRole('heading', { level: 1 }).innerText();
      const code = title.replace('Order ', '');

      // Another browser knows nothing but the code and the address.
      const { page: elsewhere } = await visitor();
      await elsewhere.goto('/find');
      await elsewhere.getByLabel('Code of the order').fill(code.toLowerCase());
      await elsewhere.getByLabel('E-mail address').fill('guest@example.com');
      await elsewhere.getByRole('button', { name: 'Find it' }).click();
      await elsewhere.getByRole('heading', { name: title }).waitFor();
      await elsewhere.getByText('The order is confirmed.').waitFor();

      await page.getByRole('link', { name: 'Create an account' }).click();
      await page.getByLabel('Your name').fill('G. Uest');
      expect(await page.getByLabel('E-mail address').inputValue()).toBe('guest@example.com');
      await page.getByLabel('Choose a password').fill(password);
      await page.getByRole('button', { name: 'Create an account' }).click();
      await page.waitForURL(`**/order?orderId=${orderId}`);
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      await page.getByRole('link', { name: 'Orders' }).click();
      await page.getByText(code).waitFor();
    },
    testMs,
  );

  test(
    'sees what is wrong at the field, with the focus on the first',
    async () => {
      const { page } = await visitor();
      await addToBasket(page, 'Copper tray');
      await page.goto('/basket');
      await page.getByRole('button', { name: 'Order without an account' }).click();
      await page.getByLabel('E-mail address').fill('no address');
      await page.getByRole('button', { name: 'Place order' }).click();
      await page.getByText('This is no e-mail address.').waitFor();
      await until(async () =>
        expect(await page.evaluate<string>('document.activeElement?.name')).toBe('guestEmail'),
      );
      expect(await page.getByLabel('City').getAttribute('aria-invalid')).toBe('true');
    },
    testMs,
  );
});

describe('a card that is declined', () => {
  test(
    'is told plainly, and another one pays the same order',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(0);
      const orderId = await placed(token, 'COPPER-LAMP');
      await page.goto(`/payment?orderId=${orderId}`);
      await signInAt(page, email, password);
      await page.getByLabel('By card').check();
      await payByCard(page);
      await onGatewaysPage(page, 'Have the card declined');
      await page.getByText('Your card was declined, and nothing was charged.').waitFor();
      await picture(page, 'shop-declined');
      await page.getByLabel('By card').check();
      await payByCard(page);
      await onGatewaysPage(page, 'Pay');
      await page.getByText('Your order is paid.').waitFor();
      expect(await paymentOf(token, orderId)).toMatchObject({
        ...{ attempts: 2, status: 'CAPTURED', declineCode: null },
        amount: { amount: '8500' },
      });
    },
    testMs,
  );
});

describe('a customer who is back before the gateway has reported', () => {
  test(
    'reads that the payment is being checked, also after a reload, joins the same attempt, and sees it arrive',
    async () => {
      const { page, context } = await visitor();
      const { email, token } = await customer(0);
      const orderId = await placed(token, 'COPPER-CLOCK');
      await page.goto(`/payment?orderId=${orderId}`);
      await signInAt(page, email, password);
      await page.getByLabel('By card').check();
      await payByCard(page);
      await page.getByRole('heading', { name: 'Pay by card' }).waitFor();
      const gatewaysPage = page.url();

      await page.goto(`/payment?orderId=${orderId}`);
      const stage = page.locator('[aria-live="polite"]');
      await stage.getByText('We are checking your payment.').waitFor();
      expect(await page.getByText('Your order is paid.').count()).toBe(0);
      await page.reload();
      await stage.getByText('We are checking your payment.').waitFor();
      const joined = stage.getByRole('link', { name: 'Continue to the payment page' });
      expect(await joined.getAttribute('href')).toBe(gatewaysPage);
      // This page is never left or loaded again: the news comes to it.
      await page.evaluate('self.isTheSame = true');

      const other = await context.newPage();
      await other.goto(gatewaysPage);
      await onGatewaysPage(other, 'Pay');
      await page.getByText('Your order is paid.').waitFor();
      expect(await page.evaluate<boolean>('self.isTheSame')).toBe(true);
      expect(await paymentOf(token, orderId)).toMatchObject({ attempts: 1, status: 'CAPTURED' });
    },
    testMs,
  );
});

describe('a customer with too little money', () => {
  test(
    'pays in what is missing on the gateway’s page, and the order is paid when they are back',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(0);
      const orderId = await placed(token, 'COPPER-BOX');
      await page.goto(`/payment?orderId=${orderId}`);
      await signInAt(page, email, password);
      await page.getByRole('button', { name: /^Deposit €.* and pay$/ }).click();
      await onGatewaysPage(page, 'Pay');
      await page.getByText('Your order is paid.').waitFor();
      expect(await charges(token)).toEqual([{ kind: 'CAPTURE', orderId }]);
    },
    testMs,
  );

  test(
    'tops up by card: a declined one is told, and the next is in the wallet once',
    async () => {
      const { page } = await visitor();
      const { email } = await customer(0);
      await page.goto('/wallet');
      await signInAt(page, email, password);
      await page.getByLabel('Amount in EUR').fill('12.40');
      await page.getByRole('button', { name: 'Top up' }).click();
      await onGatewaysPage(page, 'Have the card declined');
      await page.getByText('The card was declined, and nothing was charged.').waitFor();
      await page.getByLabel('Amount in EUR').fill('12.40');
      await page.getByRole('button', { name: 'Top up' }).click();
      await onGatewaysPage(page, 'Pay');
      await page.getByText('€12.40 is in your wallet.').waitFor();
      await page.reload();
      await page.getByRole('cell', { name: '+ €12.40' }).waitFor();
      expect(await page.getByRole('cell', { name: 'Top-up' }).count()).toBe(1);
    },
    testMs,
  );
});
