// The shop when goods and time run out: a sale watched live, and a reservation that ends, in a real browser on the whole program.
import { expect, test } from '@jest/globals';
import { picture, signInAt } from '../test/browser.js';
import { pageTestMs as testMs, usePages } from '../test/pages.js';
import { ask } from '../test/program.js';
import { fillAddress, password, shopper } from '../test/shopper.js';

const { describe, url, visitor } = usePages('hurry', 'the shop in a hurry', { RESERVATION_TTL_MS: '12000' });

const { customer, placed, charges, orderCount } = shopper(url);

async function deadlineOf(token: string, id: string): Promise<string> {
  type Answer = { readonly order: { readonly reservationExpiresAt: string } };
  const query = 'query ($id: ID!) { order(id: $id) { reservationExpiresAt } }';
  return (await ask<Answer>(url(), query, { id }, token)).order.reservationExpiresAt;
}

/** The demo shop has 25 of each. */
const atOnce = 5;
const buyers = 6;

/** Notes each text of the stock that the page shows, from now on. */
const keepStockTexts = `
  self.stockTexts = [];
  const look = () => {
    const text = [...document.querySelectorAll('li p span')].map((span) => span.textContent)
      .find((text) => /^(In stock|Sold out|\\d+ left)$/.test(text));
    if (text !== undefined && text !== self.stockTexts.at(-1)) self.stockTexts.push(text);
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });`;
const unitsIn = (text: string): number =>
  text === 'In stock' ? Infinity : text === 'Sold out' ? 0 : Number.parseInt(text, 10);

describe('a sale', () => {
  test(
    'is watched to the last piece without a reload, sells no more than there is, and leaves the late with the next step',
    async () => {
      const { page } = await visitor();
      const late = await customer(500);
      await page.goto('/sign-in');
      await signInAt(page, late.email, password);
      await page.goto('/?q=stoneware+bowl');
      await page.getByText('In stock').waitFor();
      await page.evaluate(keepStockTexts);
      await page.getByRole('button', { name: 'Add to basket' }).click();
      const crowd = await Promise.all(Array.from({ length: buyers }, () => customer(500)));
      const lines = [{ sku: 'STONEWARE-BOWL', quantity: atOnce }];
      const order = { lines, paymentMode: 'AUTOMATIC', waitFor: 'CONFIRMED', waitMs: 20_000 };
      await Promise.all(
        // The one that is too late has no order to name.
        crowd.map(({ token }) => placed(token, 'STONEWARE-BOWL', order).catch(() => null)),
      );
      await page.getByText('Sold out').waitFor();
      // Noted by the page itself, which was not loaded again: the number falls, and never rises.
      const seen = await page.evaluate<readonly string[]>('self.stockTexts');
      expect(seen.length).toBeGreaterThan(1);
      expect(seen.at(-1)).toBe('Sold out');
      const left = seen.map(unitsIn);
      expect(left).toEqual([...left].sort((a, b) => b - a));
      await picture(page, 'shop-sold-out');
      const paid = await Promise.all(crowd.map(({ token }) => charges(token)));
      expect(paid.flat()).toHaveLength(buyers - 1);
      await page.goto('/basket');
      await page.getByText('Sold out.').waitFor();
      await fillAddress(page);
      await page.getByRole('button', { name: 'Place order' }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('Somebody was faster.').waitFor();
      await alert.getByRole('button', { name: 'Remove Stoneware bowl' }).click();
      await page.getByText('Your basket is empty.').waitFor();
      expect(await charges(late.token)).toEqual([]);
    },
    testMs,
  );
});

describe('a reservation that ends', () => {
  test(
    'is told plainly on the page that waits for the payment, and its goods go back in the basket',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(500);
      const orderId = await placed(token, 'STONEWARE-CLOCK');
      await page.goto(`/payment?orderId=${orderId}`);
      await signInAt(page, email, password);
      await page.getByRole('heading', { name: 'The time to pay is over.' }).waitFor();
      await page.getByText('nothing was charged').waitFor();
      await picture(page, 'shop-expired');
      await page.getByRole('button', { name: 'Put it in the basket again' }).click();
      await page.waitForURL('**/basket');
      await page.getByLabel('Quantity of Stoneware wall clock').waitFor();
      expect(await charges(token)).toEqual([]);
      expect(await orderCount(token)).toBe(1);
    },
    testMs,
  );

  test(
    'can be made longer once, and the shop says so',
    async () => {
      const { page } = await visitor();
      const { email, token } = await customer(500);
      await page.goto('/sign-in');
      await signInAt(page, email, password);
      const orderId = await placed(token, 'STONEWARE-TRAY');
      await page.goto(`/payment?orderId=${orderId}`);
      const deadline = async (): Promise<number> => Date.parse(await deadlineOf(token, orderId));
      const before = await deadline();
      await page.getByRole('button', { name: 'I need more time' }).click();
      await page.getByText('You have more time now.').waitFor();
      const longer = await deadline();
      expect(longer).toBeGreaterThan(before);
      expect(await page.getByRole('button', { name: 'I need more time' }).count()).toBe(0);
      // Asked again past the page, with another key, it stays as it is.
      const again = `mutation ($input: ExtendReservationInput!) { extendReservation(input: $input) { __typename } }`;
      expect(await ask(url(), again, { input: { idempotencyKey: 'again', orderId } }, token)).toEqual({
        extendReservation: { __typename: 'OrderStateError' },
      });
      expect(await deadline()).toBe(longer);
      await page.getByRole('button', { name: /^Pay €/ }).click();
      await page.getByText('Your order is paid.').waitFor();
    },
    testMs,
  );
});
