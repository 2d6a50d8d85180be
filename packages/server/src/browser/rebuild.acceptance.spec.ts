// A read model with a wrong document is built anew by an operator, in a real browser on the whole product: the difference is
// seen before it is served.
import { beforeAll, expect, test } from '@jest/globals';
import type { Document } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import type { Locator, Page } from 'playwright-core';
import { seriousOn } from '../test/axe.js';
import { signInAt } from '../test/browser.js';
import { operator, pageTestMs as testMs, useProductPages } from '../test/pages.js';

const patience = { timeoutMs: 90_000 };

const { describe, engine, visitor } = useProductPages('rebuild', 'a rebuild');

/** As a fault of an earlier release may have left it. */
async function damage(): Promise<void> {
  const price = { minor: 100, currency: 'EUR' };
  const about = { commandId: 'c', correlationId: 'c', causationId: 'c', actor: 'system', fingerprint: 'c' };
  const data = { sku: 'SHELF', name: 'Shelf', price };
  await engine().commands.handle({ type: 'CreateProduct', data }, about);
  await eventually(async () => {
    expect(await named()).toBe('Shelf');
  }, patience);
  const shelf = await engine().projections.get<Named>('stock-level', 'SHELF');
  const document = { ...shelf, id: 'SHELF', name: 'Self' };
  await engine().readStore.apply([{ collection: 'stock-level@1', document }], {
    name: 'damage',
    position: 1,
  });
}

type Named = Document & { readonly name: string };
const named = async (): Promise<string | undefined> =>
  (await engine().projections.get<Named>('stock-level', 'SHELF'))?.name;

describe('an operator who builds a read model anew', () => {
  beforeAll(damage, testMs);

  test(
    'sees the document that differs, abandons one rebuild and switches to the next, and both are in the audit log',
    async () => {
      const { page } = await visitor();
      await page.goto('/console/projections');
      await signInAt(page, operator.email, operator.password);
      const row = page.getByRole('row').filter({ has: page.getByText('stock-level', { exact: true }) });
      const decide = async (label: string, reason: string, from: Page | Locator = page): Promise<void> => {
        await from.getByRole('button', { name: label, exact: true }).click();
        const dialog = page.locator('dialog[open]');
        await dialog.getByLabel('Reason').fill(reason);
        await dialog.getByRole('button', { name: label, exact: true }).click();
      };
      await decide('Rebuild', 'a name is wrong', row);
      await page.getByText('1 of 1 documents differ.').waitFor();
      await page.getByText('"Self"').waitFor();
      await page.getByText('"Shelf"', { exact: true }).waitFor();
      expect(await seriousOn(page)).toEqual([]);
      await decide('Abandon', 'not now');
      await page.getByText('The rebuild of stock-level was abandoned.').waitFor();
      expect(await named()).toBe('Self');

      await decide('Rebuild', 'now it may', row);
      await page.getByText('1 of 1 documents differ.').waitFor();
      await decide('Switch', 'the name is right again');
      await page.getByText('stock-level is served from its rebuild.').waitFor();
      expect(await named()).toBe('Shelf');
      await page.goto('/console/audit');
      await page.getByText('a name is wrong').waitFor();
      await page.getByText('not now').waitFor();
      await page.getByText('the name is right again').waitFor();
    },
    testMs,
  );
});
