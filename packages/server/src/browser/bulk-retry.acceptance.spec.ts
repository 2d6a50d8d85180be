// A bulk retry of 200 parked events as an operator does it, in a real browser on the whole product. A process manager of the spec
// fails on every event until it is mended.
import { beforeAll, expect, test } from '@jest/globals';
import type { AnyProcess } from '@holdfast/api';
import type { RecordedEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { processesOf } from '../processes.js';
import { picture, signInAt } from '../test/browser.js';
import { operator, pageTestMs as testMs, timeouts, useProductPages } from '../test/pages.js';

const patience = { timeoutMs: 90_000 };
const count = 200;

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

const { describe, engine, visitor } = useProductPages('bulk-retry', 'a bulk retry', [
  ...processesOf(timeouts),
  printer,
]);

async function parkAll(): Promise<void> {
  const price = { minor: 100, currency: 'EUR' };
  const send = async (id: string, type: string, data: object): Promise<void> => {
    const about = { commandId: id, correlationId: id, causationId: id, actor: 'system', fingerprint: id };
    await engine().commands.handle({ type, data: { sku: 'SHELF', ...data } }, about);
  };
  await send('create', 'CreateProduct', { name: 'Shelf', price });
  for (let n = 0; n < count; n += 1) await send(`receive-${n}`, 'ReceiveStock', { quantity: 1 });
  await eventually(async () => {
    expect(await engine().projections.count('parked', { index: 'position' })).toBe(count);
  }, patience);
}

describe('an operator with 200 parked events', () => {
  beforeAll(parkAll, testMs);

  test(
    'tries one by a dry run, retries them with a canary and a rate, and follows the run to its end',
    async () => {
      const { page } = await visitor();
      await page.goto('/console/parked');
      await signInAt(page, operator.email, operator.password);
      await page.getByText('the label printer is broken').first().waitFor();
      await page.getByRole('link', { name: 'Parked events 200 parked' }).waitFor();
      await page.getByRole('button', { name: 'Dry run of the first' }).click();
      await page.getByText('It would fail again.').waitFor();

      await page.getByRole('button', { name: 'Preview a retry' }).click();
      await page.getByRole('textbox', { name: 'Reason' }).fill('the printer is plugged in');
      await page.getByRole('button', { name: 'Retry 200' }).click();
      await page.waitForURL('**/console/parked/runs/*');
      await page.getByText('the printer is plugged in').waitFor();
      await page.getByText('An event failed again, so the rest was not tried.').waitFor();
      await page.getByText('0 of 200').waitFor();

      isBroken = false;
      await page.getByRole('link', { name: 'To the parked events' }).click();
      await page.getByRole('button', { name: 'Dry run of the first' }).click();
      await page.getByText('It would be handled.').waitFor();
      await page.getByRole('button', { name: 'Preview a retry' }).click();
      await page.getByLabel('At most a second').fill('50');
      await page.getByRole('textbox', { name: 'Reason' }).fill('the printer is mended');
      await picture(page, 'console-bulk-retry');
      await page.getByRole('button', { name: 'Retry 200' }).click();
      await page.waitForURL('**/console/parked/runs/*');
      await page.reload();
      await page.getByText('Completed').waitFor();
      await page.getByText('200 of 200').waitFor();
      await page.getByRole('link', { name: 'To the parked events' }).click();
      await page.getByText('Nothing is parked.').waitFor();
    },
    testMs,
  );
});
