// A read model with a wrong document is built anew by an operator, in a real browser on the whole product: the difference is
// seen before it is served.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe as anywhere, expect, test } from '@jest/globals';
import { createApi, type Api } from '@holdfast/api';
import type { Document } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import type { Browser } from 'playwright-core';
import { openEngine, type Engine } from '../engine.js';
import { seriousOn } from '../test/axe.js';
import { missingForPages, openBrowser, signInAt, visit } from '../test/browser.js';

const missing = missingForPages();
if (missing !== null) console.warn(`SKIPPED: a rebuild in a browser, for ${missing}`);
const describe = missing === null ? anywhere : anywhere.skip;

const testMs = 180_000;
const patience = { timeoutMs: 90_000 };
const email = 'operator@example.com';
const password = 'a password of specs';
const settings = { reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 };

let directory: string;
let engine: Engine;
let api: Api;
let browser: Browser;

beforeAll(async () => {
  if (missing !== null) return;
  directory = await mkdtemp(join(tmpdir(), 'holdfast-rebuild-'));
  browser = await openBrowser();
  const environment = nodeEnvironment();
  const ignored = (): void => undefined;
  engine = await openEngine({
    ...{ dataDirectory: directory, environment, ...settings, onError: ignored, onFatal: ignored },
  });
  const silent = { debug: ignored, info: ignored, warn: ignored, error: ignored };
  const pages = fileURLToPath(new URL('../../../web/dist/site', import.meta.url));
  const secret = 'a secret of specs, 32 letters long';
  api = await createApi({
    ...engine,
    logger: silent,
    settings: { host: '127.0.0.1', port: 0, production: false, jwtSecret: secret, pages },
  });
  await api.listen();
  await api.people.ensure({ email, password, name: 'Operator', roles: ['OPERATOR'] });
  await damage();
}, testMs);
afterAll(async () => {
  if (missing !== null) return;
  await browser.close();
  await api.close();
  await engine.stop();
  await rm(directory, { recursive: true });
}, testMs);

/** As a fault of an earlier release may have left it. */
async function damage(): Promise<void> {
  const price = { minor: 100, currency: 'EUR' };
  const about = { commandId: 'c', correlationId: 'c', causationId: 'c', actor: 'system', fingerprint: 'c' };
  const data = { sku: 'SHELF', name: 'Shelf', price };
  await engine.commands.handle({ type: 'CreateProduct', data }, about);
  await eventually(async () => {
    expect(await named()).toBe('Shelf');
  }, patience);
  const shelf = await engine.projections.get<Named>('stock-level', 'SHELF');
  const document = { ...shelf, id: 'SHELF', name: 'Self' };
  await engine.readStore.apply([{ collection: 'stock-level@1', document }], { name: 'damage', position: 1 });
}

type Named = Document & { readonly name: string };
const named = async (): Promise<string | undefined> =>
  (await engine.projections.get<Named>('stock-level', 'SHELF'))?.name;

describe('an operator who builds a read model anew', () => {
  test(
    'sees the document that differs, abandons one rebuild and switches to the next, and both are in the audit log',
    async () => {
      const { page, context, complaints } = await visit(browser, new URL(api.pagesUrl() ?? '').origin);
      await page.goto('/console/projections');
      await signInAt(page, email, password);
      const row = page.getByRole('row').filter({ has: page.getByText('stock-level', { exact: true }) });
      const rebuild = row.getByRole('button', { name: 'Rebuild' });
      const decide = async (label: string, reason: string): Promise<void> => {
        await page.getByRole('button', { name: label, exact: true }).click();
        const dialog = page.locator('dialog[open]');
        await dialog.getByLabel('Reason').fill(reason);
        await dialog.getByRole('button', { name: label, exact: true }).click();
      };
      await rebuild.click();
      await page.getByText('1 of 1 documents differ.').waitFor();
      await page.getByText('"Self"').waitFor();
      await page.getByText('"Shelf"', { exact: true }).waitFor();
      expect(await seriousOn(page)).toEqual([]);
      await decide('Abandon', 'not now');
      await page.getByText('The rebuild of stock-level was abandoned.').waitFor();
      expect(await named()).toBe('Self');

      await rebuild.click();
      await page.getByText('1 of 1 documents differ.').waitFor();
      await decide('Switch', 'the name is right again');
      await page.getByText('stock-level is served from its rebuild.').waitFor();
      expect(await named()).toBe('Shelf');
      await page.goto('/console/audit');
      await page.getByText('not now').waitFor();
      await page.getByText('the name is right again').waitFor();
      await context.close();
      expect(complaints).toEqual([]);
    },
    testMs,
  );
});
