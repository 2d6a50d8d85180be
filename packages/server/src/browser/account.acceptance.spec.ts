// The account of a customer: money taken out of the wallet, and the profile, in a real browser on the whole program.
import { expect, test } from '@jest/globals';
import { signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask, signIn } from '../test/program.js';
import { password, shopper } from '../test/shopper.js';

const { describe, url, visitor } = usePages('account', 'the account of a customer');

const { customer } = shopper(url);

type Balance = { readonly wallet: { readonly balance: { readonly amount: string } } };
const balanceOf = async (token: string): Promise<string> =>
  (await ask<Balance>(url(), '{ wallet { balance { amount } } }', {}, token)).wallet.balance.amount;

describe('a customer who takes money out', () => {
  test(
    'is told at the field when it is too much, gets what is there once, and finds it in the statement',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(50);
      await page.goto('/wallet');
      await signInAt(page, email, password);
      const form = page.locator('form').filter({ has: page.getByRole('heading', { name: 'Take out' }) });
      const amount = form.getByLabel('Amount in EUR');
      await amount.fill('50.01');
      await form.getByRole('button', { name: 'Take out' }).click();
      await form.getByText('You can take out €50.00 at most.').waitFor();
      expect(await amount.getAttribute('aria-invalid')).toBe('true');
      expect(await amount.inputValue()).toBe('50.01');
      expect(await balanceOf(token)).toBe('5000');

      await amount.fill('12.40');
      // At once, and twice: no wait of Playwright's in between.
      await form.getByRole('button', { name: 'Take out' }).evaluate((button: { click(): void }) => {
        button.click();
        button.click();
      });
      await page.getByText('€12.40 is on its way to you.').waitFor();
      await page.getByRole('cell', { name: '− €12.40' }).waitFor();
      expect(await page.getByRole('cell', { name: 'Withdrawal' }).count()).toBe(1);
      await page.getByText('€37.60').first().waitFor();
      expect(await balanceOf(token)).toBe('3760');
    },
    testMs,
  );
});

describe('the profile of a customer', () => {
  test(
    'keeps the name and the choice of news over a reload',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(0);
      await page.goto('/profile');
      await signInAt(page, email, password);
      await page.getByLabel('Your name').fill('');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.locator('[aria-invalid="true"]').waitFor();
      await page.getByLabel('Your name').fill('Ada Buyer');
      await page.getByLabel('Send me news about my orders by e-mail, too').uncheck();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved.').waitFor();
      await page.reload();
      await page.getByLabel('Your name').waitFor();
      expect(await page.getByLabel('Your name').inputValue()).toBe('Ada Buyer');
      expect(await page.getByLabel(/Send me news/).isChecked()).toBe(false);
      type Me = { readonly me: { readonly name: string; readonly preferences: object } };
      const { me } = await ask<Me>(url(), '{ me { name preferences } }', {}, token);
      expect(me).toMatchObject({ name: 'Ada Buyer', preferences: { emailNotices: false } });
    },
    testMs,
  );

  test(
    'changes the password only with the present one, and the new one signs in',
    async () => {
      const { page } = await visitor();
      const { email } = await customer(0);
      const another = 'another password of specs';
      await page.goto('/profile');
      await signInAt(page, email, password);
      await page.getByLabel('Present password').fill('not the present one');
      await page.getByLabel('Choose a password').fill(another);
      await page.getByRole('button', { name: 'Change the password' }).click();
      await page.getByText('This is not your present password.').waitFor();
      await page.getByLabel('Present password').fill(password);
      await page.getByRole('button', { name: 'Change the password' }).click();
      await page.getByText('The password is changed.').waitFor();
      expect(await signIn(url(), email, another)).not.toBe('');
    },
    testMs,
  );
});
