// A bulk retry of 200 parked events as an operator does it, in a real browser on the whole product. A process manager of the spec
// fails on every event until it is mended.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe as anywhere, expect, test } from '@jest/globals';
import { createApi, type AnyProcess, type Api } from '@holdfast/api';
import type { RecordedEvent } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import type { Browser } from 'playwright-core';
import { openEngine, type Engine } from '../engine.js';
import { processesOf } from '../processes.js';
import { missingForPages, openBrowser, picture, signInAt, visit } from '../test/browser.js';

const missing = missingForPages();
if (missing !== null) console.warn(`SKIPPED: a bulk retry in a browser, for ${missing}`);
const describe = missing === null ? anywhere : anywhere.skip;

const testMs = 180_000;
const patience = { timeoutMs: 90_000 };
const count = 200;
const email = 'operator@example.com';
const password = 'a password of specs';
const settings = { reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 };

let isBroken = true;
/** Each delivery to the shelf is a process of its own, so that none waits behind another. */
const printer: AnyProcess = {
  name: 'printer',
  initialState: 0,
  inputPrefixes: ['stock-'],
  route: ({ type, revision }: RecordedEvent) =>
    type === 'StockReceived' ? { kind: 'start', id: `printer.${revision}` } : { kind: 'ignore' },
  decide(input) {
    if (input.kind !== 'event') return [];
    if (isBroken) throw new Error('the label printer is broken');
    return [{ type: 'LabelPrinted', data: {} }];
  },
  evolve: (state) => (state as number) + 1,
  pending: () => [],
};

let directory: string;
let engine: Engine;
let api: Api;
let browser: Browser;

beforeAll(async () => {
  if (missing !== null) return;
  directory = await mkdtemp(join(tmpdir(), 'holdfast-bulk-'));
  browser = await openBrowser();
  const environment = nodeEnvironment();
  const ignored = (): void => undefined;
  engine = await openEngine({
    ...{ dataDirectory: directory, environment, ...settings, onError: ignored, onFatal: ignored },
    processes: [...processesOf(settings), printer],
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
  await parkAll();
}, testMs);
afterAll(async () => {
  if (missing !== null) return;
  await browser.close();
  await api.close();
  await engine.stop();
  await rm(directory, { recursive: true });
}, testMs);

async function parkAll(): Promise<void> {
  const price = { minor: 100, currency: 'EUR' };
  const send = async (id: string, type: string, data: object): Promise<void> => {
    const about = { commandId: id, correlationId: id, causationId: id, actor: 'system', fingerprint: id };
    await engine.commands.handle({ type, data: { sku: 'SHELF', ...data } }, about);
  };
  await send('create', 'CreateProduct', { name: 'Shelf', price });
  for (let n = 0; n < count; n += 1) await send(`receive-${n}`, 'ReceiveStock', { quantity: 1 });
  await eventually(async () => {
    expect(await engine.projections.count('parked', { index: 'position' })).toBe(count);
  }, patience);
}

describe('an operator with 200 parked events', () => {
  test(
    'tries one by a dry run, retries them with a canary and a rate, and follows the run to its end',
    async () => {
      const { page, context, complaints } = await visit(browser, new URL(api.pagesUrl() ?? '').origin);
      await page.goto('/console/parked');
      await signInAt(page, email, password);
      await page.getByText('the label printer is broken').first().waitFor();
      await page.getByRole('link', { name: 'Parked events 200 parked' }).waitFor();
      await page.getByRole('button', { name: 'Dry run of the first' }).click();
      await page.getByText('It would fail again.').waitFor();

      await page.getByRole('button', { name: 'Preview a retry' }).click();
      await page.getByRole('button', { name: 'Retry 200' }).click();
      await page.waitForURL('**/console/parked/runs/*');
      await page.getByText('An event failed again, so the rest was not tried.').waitFor();
      await page.getByText('0 of 200').waitFor();

      isBroken = false;
      await page.getByRole('link', { name: 'To the parked events' }).click();
      await page.getByRole('button', { name: 'Dry run of the first' }).click();
      await page.getByText('It would be handled.').waitFor();
      await page.getByRole('button', { name: 'Preview a retry' }).click();
      await page.getByLabel('At most a second').fill('50');
      await picture(page, 'console-bulk-retry');
      await page.getByRole('button', { name: 'Retry 200' }).click();
      await page.waitForURL('**/console/parked/runs/*');
      await page.reload();
      await page.getByText('Completed').waitFor();
      await page.getByText('200 of 200').waitFor();
      await page.getByRole('link', { name: 'To the parked events' }).click();
      await page.getByText('Nothing is parked.').waitFor();
      await context.close();
      expect(complaints).toEqual([]);
    },
    testMs,
  );
});
