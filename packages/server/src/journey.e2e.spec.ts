// The tables of docs/journey.md beside the events of real orders: both change together.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { streamCategory, type RecordedEvent } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { openCardShop, type CardShop, type Customer } from './test/card-shop.js';

/** A row of a table: the position that it shows, the category of its stream, the event, and the function that made it. */
type Row = {
  readonly position: number;
  readonly category: string;
  readonly type: string;
  readonly madeBy: string;
};

const page = new URL('../../../docs/journey.md', import.meta.url);

let shop: CardShop;
let customer: Customer;
let sku: string;
let text: string;
beforeAll(async () => {
  text = await readFile(page, 'utf8');
  shop = await openCardShop();
  customer = await shop.customer();
  sku = await shop.product(7900);
  await shop.deposit(customer, 20_000);
}, 60_000);
afterAll(() => shop.close());

/** The rows of the table under a heading. */
function rowsUnder(heading: string): readonly Row[] {
  const [section = ''] = (text.split(`\n## ${heading}\n`)[1] ?? '').split('\n## ');
  const rows = [...section.matchAll(/^\| (\d+) \| `([a-z]+)-[^`]+` \| (\w+)[^|]*\| (.+) \|$/gm)];
  return rows.map(([, position, category, type, madeBy]) => ({
    position: Number(position),
    category: category as string,
    type: type as string,
    madeBy: madeBy as string,
  }));
}

const inTable = (rows: readonly Row[]): readonly string[] =>
  rows.map(({ category, type }) => `${category} ${type}`);

/** Sends an order, and returns the events with its correlation id, in log order, once no process has work left. */
async function eventsOf(quantity: number): Promise<readonly RecordedEvent[]> {
  const { store, processes } = shop.engine;
  const { written } = await store.end();
  const input = { paymentMethod: 'WALLET', paymentMode: 'AUTOMATIC', lines: [{ sku, quantity }] };
  await shop.place(customer, sku, { ...input, waitFor: 'CONFIRMED' });
  return eventually(async () => {
    const end = await store.end();
    expect(end.synced).toBe(end.written);
    for (const { handled } of processes) expect(handled()).toBeGreaterThanOrEqual(end.written);
    const all = await store.readAll({ after: written });
    const placed = all.find(({ type }) => type === 'OrderPlaced');
    expect(await store.end()).toEqual(end);
    return all.filter(({ metadata }) => metadata.correlationId === placed?.metadata.correlationId);
  });
}

describe.each([
  ['A lamp is bought', 1],
  ['26 lamps are wanted, and 24 are there', 26],
  ['A payment is declined', 5],
])('“%s”', (heading, quantity) => {
  test('shows the events of such an order, in the order of the log', async () => {
    const events = await eventsOf(quantity);
    expect(events.map(({ stream, type }) => `${streamCategory(stream)} ${type}`)).toEqual(
      inTable(rowsUnder(heading)),
    );
  });

  test('numbers its rows without a gap, and names a function of the file that it links to', async () => {
    const rows = rowsUnder(heading);
    expect(rows.map(({ position }, n) => position - n)).toEqual(rows.map(() => rows[0]?.position));
    for (const { madeBy } of rows) {
      const [, name = '', file] = /^`(\w+)` in \[[^\]]+\]\(([^)]+)\)/.exec(madeBy) ?? [];
      if (file === undefined) expect(madeBy).toMatch(/^`\w+`, in the same append$/);
      else
        expect(await readFile(new URL(file, page), 'utf8')).toMatch(
          new RegExp(`(function |const |\\n  )${name}\\b`),
        );
    }
  });
});
