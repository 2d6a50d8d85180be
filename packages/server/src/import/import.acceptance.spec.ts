// `holdfast import` from outside: its report, the orders in GraphQL, and that a second run adds nothing.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEmbeddedEventStore } from '@holdfast/event-store';
import { openEventStoreDb } from '@holdfast/event-store-eventstoredb';
import { nodeEnvironment } from '@holdfast/runtime';
import { ask, run, signIn, startProgram, type Program } from '../test/program.js';

let directory: string;
let file: string;
/** the event store, when it is not the data folder */
let elsewhere: { readonly EVENTSTORE_URL?: string };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-import-'));
  file = join(directory, 'invoices.csv');
  await writeFile(file, invoices);
  elsewhere = {};
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** Three invoices of two customers, and after them one line for each reason to skip one. */
const invoices = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
700001,10001A,TIN LANTERN,3,2020-01-02 10:00:00,2.5,10001.0,Norway
700001,20002,"BOWL, BLUE",2,2020-01-02 10:00:00,1.25,10001.0,Norway
700002,10001a,TIN LANTERN,1,2020-01-02 10:01:00,2.95,10002.0,Spain
700003,30003,CANDLE,5,2020-01-02 10:02:00,0.85,10001.0,Norway
700003,30003,CANDLE,1,2020-01-02 10:02:00,0.85,10001.0,Norway
C700004,POST,POSTAGE,-1,2020-01-02 10:03:00,0,,Norway
700005,POST,POSTAGE,-1,2020-01-02 10:04:00,0,,Norway
700005,POST,POSTAGE,-1,2020-01-02 10:04:00,0,10001.0,Norway
700005,20002,BOWL,-1,2020-01-02 10:04:00,0,10001.0,Norway
700005,20002,BOWL,1,2020-01-02 10:04:00,0.0,10001.0,Norway
`;
const skipped =
  '5 lines skipped: 1 cancellation, 1 no customer, 1 not a product, 1 quantity not positive, 1 price not positive';

const data = (): string => join(directory, 'data');
const importFile = (...args: readonly string[]) =>
  run(['import', ...args], { DATA_DIR: data(), ...elsewhere });
const said = (...lines: readonly string[]) => ({ code: 0, stdout: `${lines.join('\n')}\n`, stderr: '' });

/** Position of the last event in the log. */
async function end(): Promise<number> {
  const environment = nodeEnvironment();
  const { EVENTSTORE_URL: url } = elsewhere;
  const store =
    url === undefined
      ? await openEmbeddedEventStore({
          directory: join(data(), 'log'),
          environment,
          onFatal: (error) => {
            throw error;
          },
        })
      : await openEventStoreDb({ url, environment });
  const { synced } = await store.end();
  await store.close();
  return synced;
}

const admin = { email: 'root@example.com', password: 'an administrator of specs' };

/** Runs the program on the imported data, signed in as a person who may see all of it. */
async function served(look: (program: Program, token: string) => Promise<void>): Promise<void> {
  const settings = { DEMO: 'false', ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password };
  const program = await startProgram({ DATA_DIR: data(), ...elsewhere, ...settings });
  try {
    await look(program, await signIn(program.url, admin.email, admin.password));
  } finally {
    await program.kill();
  }
}

describe.each(['its own log', 'an EventStoreDB'])('importing invoices on %s', (where) => {
  let events: Program | null = null;
  beforeEach(async () => {
    if (where === 'its own log') return;
    const settings = { DATA_DIR: join(directory, 'events') };
    events = await startProgram(settings, ['eventstore', '--port', '0']);
    elsewhere = { EVENTSTORE_URL: events.url };
  });
  afterEach(async () => {
    await events?.kill();
  });

  test('places their orders in the order of the file, each line at its own price', async () => {
    expect(await importFile(file)).toEqual(
      said(
        '3 orders confirmed: 12 units, 18.05 GBP',
        '5 lines, 3 products, 2 customers',
        skipped,
        'Money and stock add up.',
      ),
    );
    await served(async ({ url }, token) => {
      const seen = await ask(
        url,
        `{
          orders(first: 10) { nodes { status total { amount currency } lines { sku quantity unitPrice { amount } } } }
          products(first: 10) { nodes { sku name price { amount } stock { onHand available } } }
          first: wallet(customerId: "10001") { balance { amount currency } }
          second: wallet(customerId: "10002") { balance { amount currency } }
          reconciliation { ok }
        }`,
        {},
        token,
      );
      const line = (sku: string, quantity: number, amount: string) => ({
        sku,
        quantity,
        unitPrice: { amount },
      });
      const order = (amount: string, ...lines: readonly object[]) => ({
        status: 'CONFIRMED',
        total: { amount, currency: 'GBP' },
        lines,
      });
      const stock = { onHand: expect.any(Number), available: 0 };
      expect(seen).toEqual({
        orders: {
          nodes: [
            order('510', line('30003', 5, '85'), line('30003', 1, '85')),
            order('295', line('10001A', 1, '295')),
            order('1000', line('10001A', 3, '250'), line('20002', 2, '125')),
          ],
        },
        products: {
          nodes: [
            { sku: '10001A', name: 'TIN LANTERN', price: { amount: '250' }, stock },
            { sku: '20002', name: 'BOWL, BLUE', price: { amount: '125' }, stock },
            { sku: '30003', name: 'CANDLE', price: { amount: '85' }, stock },
          ],
        },
        first: { balance: { amount: '0', currency: 'GBP' } },
        second: { balance: { amount: '0', currency: 'GBP' } },
        reconciliation: { ok: true },
      });
    });
  });

  test('a second time adds nothing, for any share', async () => {
    await importFile(file);
    const before = await end();
    const again = said(
      '3 orders confirmed: 12 units, 18.05 GBP',
      '5 lines, 3 products, 2 customers',
      skipped,
      '3 invoices had been imported before',
      'Money and stock add up.',
    );
    expect(await importFile(file)).toEqual(again);
    expect(await importFile(file, '--stock-share', '0.5', '--funds-share', '0.5')).toEqual(again);
    expect(await end()).toBe(before);
  });

  test('with half of the stock fails the orders that find too little, and adds up', async () => {
    expect(await importFile(file, '--stock-share', '0.5')).toEqual(
      said(
        '1 orders confirmed: 1 units, 2.95 GBP',
        '2 orders failed: OUT_OF_STOCK',
        '5 lines, 3 products, 2 customers',
        skipped,
        'Money and stock add up.',
      ),
    );
  });

  test('with half of the money fails the orders that cost more, and adds up', async () => {
    expect(await importFile(file, '--funds-share', '0.5')).toEqual(
      said(
        '1 orders confirmed: 6 units, 5.10 GBP',
        '2 orders failed: INSUFFICIENT_FUNDS',
        '5 lines, 3 products, 2 customers',
        skipped,
        'Money and stock add up.',
      ),
    );
  });
});

test('a file in the currency that is named is reported in it, and one that does not exist is refused in one line', async () => {
  await writeFile(file, `${invoices.split('\n').slice(0, 2).join('\n')}\n`.replace('2.5,', '1.234,'));
  expect(await importFile(file, '--currency', 'KWD')).toEqual(
    said(
      '1 orders confirmed: 3 units, 3.702 KWD',
      '1 lines, 1 products, 1 customers',
      '0 lines skipped',
      'Money and stock add up.',
    ),
  );
  const before = await end();
  expect(await importFile(file, '--currency', 'Pounds')).toEqual({
    ...{ code: 1, stdout: '' },
    stderr: expect.stringMatching(/^holdfast: "Pounds" is no currency of ISO 4217[^\n]*\n$/),
  });
  expect(await end()).toBe(before);
});

test('a file in the encoding that is named keeps its characters, and its faults are reported by line', async () => {
  const untidy = invoices
    .replace('CANDLE,5,', 'CAF\xc9 CANDLE,5000000,')
    .replace(
      '700002,10001a',
      '700002,10001a,TIN LANTERN,0x10,2020-01-02 10:01:00,2.95,10002.0,Spain\n700002,10001a',
    );
  await writeFile(file, Buffer.from(untidy, 'latin1'));
  expect(await importFile(file, '--encoding', 'windows-1252')).toEqual(
    said(
      '2 orders confirmed: 6 units, 12.95 GBP',
      '3 lines, 2 products, 2 customers',
      '6 lines skipped: 1 cancellation, 1 no customer, 1 not a product, 1 unreadable number, 1 quantity not positive, 1 price not positive',
      '  unreadable number: line 4',
      '1 invoices refused:',
      '  invoice 700003, line 6: its quantity is more than 1000000',
      'Money and stock add up.',
    ),
  );
});

describe('an import that can not start prints one line and exits with code 1', () => {
  const oneLine = (line: RegExp) => ({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`^${line.source}[^\\n]*\\n$`)),
  });

  test.each([
    ['a file that is not there', null, /holdfast: \S+invoices\.csv cannot be read: no such file/],
    ['a file that is no CSV', '{ "lines": [] }\n"', /holdfast: not a CSV file: /],
    ['a column that is missing', 'InvoiceNo,StockCode\n1,2\n', /holdfast: missing columns: Description, /],
  ])('%s', async (_, content, line) => {
    if (content === null) await rm(file);
    else await writeFile(file, content);
    expect(await importFile(file)).toEqual(oneLine(line));
    expect(existsSync(data())).toBe(false);
  });

  test('an invalid share', async () => {
    expect(await importFile(file, '--stock-share', '1.5')).toEqual(
      oneLine(/error: .+A share is from 0 to 1/),
    );
  });

  test('text in another encoding than the one named', async () => {
    await writeFile(file, Buffer.from(invoices.replace('CANDLE', 'CAF\xc9'), 'latin1'));
    expect(await importFile(file)).toEqual(
      oneLine(/holdfast: line 5, byte 301 of the file is not utf-8 text; name its encoding/),
    );
  });

  test('with --strict, an invoice that would be refused', async () => {
    await writeFile(file, invoices.replace('CANDLE,5,', 'CANDLE,5000000,'));
    expect(await importFile(file, '--strict')).toEqual(
      oneLine(/holdfast: nothing is imported: invoice 700003, line 5: its quantity is more than 1000000/),
    );
  });

  test('a program that is running on the folder', async () => {
    await served(async () => {
      expect(await importFile(file)).toEqual(oneLine(/holdfast: \S+ is in use by process \d+/));
    });
  });
});

describe('the first 10,000 lines of UCI Online Retail', () => {
  const real = fileURLToPath(new URL('../../../../../shared/data/online-retail-10k.csv', import.meta.url));
  const present = existsSync(real);
  if (!present) console.warn(`SKIPPED: there is no ${real} to check the import on real invoices with`);

  (present ? test : test.skip)(
    'give the figures that are known of them',
    async () => {
      expect(await importFile(real)).toEqual(
        said(
          '400 orders confirmed: 82,764 units, 147,215.97 GBP',
          '7,579 lines, 1,685 products, 302 customers',
          '9 returns: 77 units, 184.00 GBP back',
          '10,738 units came back of no earlier order of the file: line 156, 237, 238, 239, 240, 241, 242, 243, 1443, 1444, 1975, 1976, 1977, 1978, 1979, 1980, 1981, 1982, 1983, 1984 and 68 more',
          '2,323 lines skipped: 2 cancellation, 2,291 no customer, 29 not a product, 1 price not positive',
          'Money and stock add up.',
        ),
      );
      await served(async ({ url }, token) => {
        const { orders } = await ask<{ readonly orders: { readonly totalCount: number } }>(
          url,
          '{ orders(status: CONFIRMED) { totalCount } }',
          {},
          token,
        );
        // Returned units had been delivered.
        expect(orders.totalCount).toBe(391);

        const customers = await everyNode<{ readonly customerId: string; readonly status: string }>(
          url,
          token,
          'orders',
          'customerId status',
        );
        expect(customers).toHaveLength(400);
        const ids = [...new Set(customers.map(({ customerId }) => customerId))];
        expect(ids).toHaveLength(302);
        type Purse = {
          readonly balance: { readonly amount: string };
          readonly held: { readonly amount: string };
        };
        const purses: Purse[] = [];
        for (let n = 0; n < ids.length; n += 25) {
          const wallets = ids
            .slice(n, n + 25)
            .map((id) => `w${id}: wallet(customerId: "${id}") { balance { amount } held { amount } }`);
          purses.push(
            ...Object.values(await ask<Record<string, Purse>>(url, `{ ${wallets.join('\n')} }`, {}, token)),
          );
        }
        // Only the returned units are left.
        expect(purses).toHaveLength(302);
        expect(purses.reduce((sum, { balance }) => sum + Number(balance.amount), 0)).toBe(184_00);
        expect(purses.filter(({ held }) => held.amount !== '0')).toEqual([]);

        const stocks = await everyNode<{ readonly stock: { readonly available: number } }>(
          url,
          token,
          'products',
          'stock { available }',
        );
        expect(stocks).toHaveLength(1685);
        expect(stocks.reduce((sum, { stock }) => sum + stock.available, 0)).toBe(77);
      });
    },
    180_000,
  );
});

/** All pages of a connection. */
async function everyNode<T>(
  url: string,
  token: string,
  field: 'orders' | 'products',
  fields: string,
): Promise<readonly T[]> {
  type Page = {
    readonly page: {
      readonly nodes: readonly T[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    };
  };
  const query = `query ($after: Cursor) {
    page: ${field}(first: 100, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } }
  }`;
  const found: T[] = [];
  for (let after: string | null = null; ;) {
    const { page }: Page = await ask<Page>(url, query, { after }, token);
    found.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return found;
    after = page.pageInfo.endCursor;
  }
}
