// The shop as a customer sees it, in the console, in a real browser on the whole program.
import { expect, test } from '@jest/globals';
import { picture, signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask, signIn } from '../test/program.js';

const { describe, url, visitor } = usePages('customers', 'the shop as a customer sees it');

/** So many entries are on a page of the statement. */
const onPage = 20;

async function place(): Promise<void> {
  const token = await signIn(url(), 'customer@demo.example', 'demo-customer');
  const mutation = `mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) { ... on OrderSuccess { order { id } } } }`;
  const input = {
    idempotencyKey: 'o',
    waitFor: 'RESERVED',
    lines: [{ sku: 'OAK-TRAY', quantity: 2 }],
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  };
  await ask(url(), mutation, { input }, token);
}

describe('an operator who looks at the shop as a customer sees it', () => {
  test(
    'gives a reason, sees orders, wallet and messages, changes nothing, and is in the audit log',
    async () => {
      await place();
      const { page } = await visitor();
      await page.goto('/console/customers');
      await signInAt(page, 'operator@demo.example', 'demo-operator');
      await page.getByLabel('Id or e-mail address of the customer').fill('customer@demo.example');
      await page.getByRole('button', { name: 'Look' }).click();
      await page.getByText('Write why you look').waitFor();
      await page.getByLabel('Reason').fill('asks why it is not paid');
      await page.getByRole('button', { name: 'Look' }).click();

      await page.getByText(/The customer can do next: .*Pay/).waitFor();
      await page.getByText('Can spend').waitFor();
      await page.getByRole('heading', { name: /^Messages/ }).waitFor();
      const orderActions = page.getByRole('button', { name: /Pay|Cancel|Refund|Withdraw|Deposit/ });
      expect(await orderActions.count()).toBe(0);
      await picture(page, 'console-as-a-customer');

      await page.goto('/console/audit');
      await page.getByText('asks why it is not paid').waitFor();
      await page.getByText('AccountViewed').waitFor();
    },
    testMs,
  );

  test(
    'turns over the statement, sees an order as the shop shows it, and each page is a look on record',
    async () => {
      const token = await signIn(url(), 'customer@demo.example', 'demo-customer');
      const deposit = 'mutation ($input: DepositInput!) { deposit(input: $input) { __typename } }';
      for (let n = 0; n < onPage; n += 1) {
        const input = { idempotencyKey: `d ${n}`, amount: { amount: '100', currency: 'EUR' } };
        await ask(url(), deposit, { input }, token);
      }
      const { page } = await visitor();
      await page.goto('/console/customers?customer=customer@demo.example');
      await signInAt(page, 'operator@demo.example', 'demo-operator');
      await page.getByLabel('Reason').fill('counts the deposits');
      await page.getByRole('button', { name: 'Look' }).click();
      const statement = page.getByRole('region', { name: 'Statement' }).getByRole('row');
      await statement.nth(onPage).waitFor();
      const head = 1;
      expect(await statement.count()).toBe(onPage + head);
      await page.getByRole('button', { name: 'Show more' }).click();
      await statement.nth(onPage + head).waitFor();
      expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
      await page.getByText('The goods are set aside for you.').waitFor();
      await page.goto('/console/audit');
      await page.getByText('counts the deposits').first().waitFor();
      expect(await page.getByText('counts the deposits').count()).toBe(2);
    },
    testMs,
  );
});
