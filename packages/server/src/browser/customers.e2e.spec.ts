// The shop as a customer sees it, in the console, in a real browser on the whole program.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe as anywhere, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { missingForPages, openBrowser, picture, signInAt, visit } from '../test/browser.js';
import { ask, signIn, startProgram, type Program } from '../test/program.js';

const missing = missingForPages();
if (missing !== null) console.warn(`SKIPPED: the shop as a customer sees it in a browser, for ${missing}`);
const describe = missing === null ? anywhere : anywhere.skip;

const testMs = 180_000;

let directory: string;
let program: Program;
let browser: Browser;

beforeAll(async () => {
  if (missing !== null) return;
  directory = await mkdtemp(join(tmpdir(), 'holdfast-customers-'));
  browser = await openBrowser();
  program = await startProgram({ DATA_DIR: directory });
}, testMs);
afterAll(async () => {
  if (missing !== null) return;
  await browser.close();
  await program.kill();
  await rm(directory, { recursive: true });
}, testMs);

async function place(): Promise<void> {
  const token = await signIn(program.url, 'customer@demo.example', 'demo-customer');
  const mutation = `mutation ($input: PlaceOrderInput!) {
    placeOrder(input: $input) { ... on OrderSuccess { order { id } } } }`;
  const input = {
    idempotencyKey: 'o',
    waitFor: 'RESERVED',
    lines: [{ sku: 'OAK-TRAY', quantity: 2 }],
    shippingAddress: { name: 'B', line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
  };
  await ask(program.url, mutation, { input }, token);
}

describe('an operator who looks at the shop as a customer sees it', () => {
  test(
    'gives a reason, sees orders, wallet and messages, changes nothing, and is in the audit log',
    async () => {
      await place();
      const { page, context, complaints } = await visit(browser, new URL(program.url).origin);
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
      await context.close();
      expect(complaints).toEqual([]);
    },
    testMs,
  );
});
