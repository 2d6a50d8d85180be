// Which lines of a retail export become orders, and under which reason the others are counted.
import { describe, expect, test } from '@jest/globals';
import { columns, planImport, UnreadableFile } from './import-plan.js';

const header = columns.join(',');
const file = (...lines: readonly string[]): string => [header, ...lines].join('\n');
const line = (change: Partial<Record<(typeof columns)[number], string>> = {}): string => {
  const sound = {
    InvoiceNo: '900001',
    StockCode: '10001A',
    Description: 'TIN LANTERN',
    Quantity: '3',
    InvoiceDate: '2020-01-02 10:00:00',
    UnitPrice: '2.5',
    CustomerID: '70001.0',
    Country: 'Norway',
  };
  return columns.map((column) => ({ ...sound, ...change })[column]).join(',');
};

describe('planning an import', () => {
  test('a sound line becomes a product, a customer, and an order at its own price in pence', () => {
    const plan = planImport(file(line()));
    expect(plan.products).toEqual([
      { sku: '10001A', name: 'TIN LANTERN', price: { minor: 250, currency: 'GBP' }, ordered: 3 },
    ]);
    expect(plan.customers).toEqual([{ id: '70001', owes: { minor: 750, currency: 'GBP' } }]);
    expect(plan.orders).toEqual([
      {
        invoiceNumber: '900001',
        customerId: '70001',
        country: 'Norway',
        lines: [
          { sku: '10001A', name: 'TIN LANTERN', quantity: 3, unitPrice: { minor: 250, currency: 'GBP' } },
        ],
      },
    ]);
  });

  test('a product keeps its first price and name, an order the price of each line', () => {
    const plan = planImport(
      file(line(), line({ UnitPrice: '1.99', Description: 'LANTERN', InvoiceNo: '900002' })),
    );
    expect(plan.products[0]).toMatchObject({ name: 'TIN LANTERN', price: { minor: 250 }, ordered: 6 });
    expect(plan.orders[1]?.lines[0]?.unitPrice.minor).toBe(199);
    expect(plan.total.minor).toBe(750 + 597);
  });

  test('orders come in the order in which their invoices first appear', () => {
    const plan = planImport(
      file(line({ InvoiceNo: '9' }), line({ InvoiceNo: '3' }), line({ InvoiceNo: '9' })),
    );
    expect(plan.orders.map(({ invoiceNumber, lines }) => [invoiceNumber, lines.length])).toEqual([
      ['9', 2],
      ['3', 1],
    ]);
  });

  test('stock codes in small letters are the same product as in capitals', () => {
    const plan = planImport(file(line(), line({ StockCode: '10001a' })));
    expect(plan.products.map(({ sku, ordered }) => [sku, ordered])).toEqual([['10001A', 6]]);
  });

  test.each([
    ['cancellation', { InvoiceNo: 'C900001', CustomerID: '' }],
    ['no customer', { CustomerID: '', StockCode: 'POST' }],
    ['not a product', { StockCode: 'POST', Quantity: '-1' }],
    ['not a product', { StockCode: '1234' }],
    ['unreadable number', { Quantity: 'many' }],
    ['unreadable number', { UnitPrice: '1.005' }],
    ['quantity not positive', { Quantity: '-1', UnitPrice: '0' }],
    ['quantity not positive', { Quantity: '0' }],
    ['price not positive', { UnitPrice: '0.0' }],
    ['price not positive', { UnitPrice: '-2.00' }],
  ] as const)('a line is skipped once, for the first reason that holds: %s, %j', (reason, change) => {
    const plan = planImport(file(line(change), line()));
    expect(plan.lines).toBe(1);
    expect(Object.entries(plan.skipped).filter(([, count]) => count > 0)).toEqual([[reason, 1]]);
  });

  test('the digest is that of the content', () => {
    expect(planImport(file(line())).digest).toBe(planImport(file(line())).digest);
    expect(planImport(file(line())).digest).not.toBe(planImport(file(line({ Quantity: '4' }))).digest);
  });

  test.each([
    ['a column is missing', 'InvoiceNo,StockCode\n1,2', /missing columns: Description/],
    ['a line has too few fields', `${header}\n1,2,3`, /not a CSV file/],
    ['there are no lines', header, /no lines/],
    ['it is empty', '', /no lines/],
  ])('a file is refused when %s', (_, content, message) => {
    expect(() => planImport(content)).toThrow(UnreadableFile);
    expect(() => planImport(content)).toThrow(message);
  });
});
