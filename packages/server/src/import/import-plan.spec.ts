// The lines of a retail export that become orders, and the reasons under which the others are counted.
import { describe, expect, test } from '@jest/globals';
import { UnknownCurrency } from './file-currency.js';
import { planImport, type ImportPlan } from './import-plan.js';
import { columns } from './invoice-rows.js';
import { productsOf } from './order-of-invoice.js';
import { UnreadableFile } from './unreadable-file.js';

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

const linesOf = ({ orders }: ImportPlan) => orders.flatMap(({ lines }) => lines);

describe('planning an import', () => {
  test('a sound line becomes a product, a customer, and an order at its own price in pence', () => {
    const plan = planImport(file(line()));
    expect(productsOf(plan.orders)).toEqual([
      { sku: '10001A', name: 'TIN LANTERN', price: { minor: 250, currency: 'GBP' } },
    ]);
    expect(plan.orders).toEqual([
      {
        invoiceNumber: '900001',
        customerId: '70001',
        country: 'Norway',
        lines: [
          {
            fileLine: 2,
            sku: '10001A',
            name: 'TIN LANTERN',
            quantity: 3,
            unitPrice: { minor: 250, currency: 'GBP' },
          },
        ],
      },
    ]);
  });

  test('a product keeps its first price and name, an order the price of each line', () => {
    const plan = planImport(
      file(line(), line({ UnitPrice: '1.99', Description: 'LANTERN', InvoiceNo: '900002' })),
    );
    expect(productsOf(plan.orders)).toMatchObject([{ name: 'TIN LANTERN', price: { minor: 250 } }]);
    expect(plan.orders.map(({ lines }) => lines[0]?.unitPrice.minor)).toEqual([250, 199]);
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
    expect(productsOf(plan.orders).map((product) => product.sku)).toEqual(['10001A']);
    expect(plan.orders[0]?.lines.map(({ sku }) => sku)).toEqual(['10001A', '10001A']);
  });

  test.each([
    ['no invoice number', { InvoiceNo: ' ', CustomerID: '' }],
    ['cancellation', { InvoiceNo: 'C900001', CustomerID: '' }],
    ['cancellation', { InvoiceNo: 'c900001' }],
    ['no customer', { CustomerID: '', StockCode: 'POST' }],
    ['not a product', { StockCode: 'POST', Quantity: '-1' }],
    ['not a product', { StockCode: '1234' }],
    ['unreadable number', { Quantity: 'many' }],
    ['unreadable number', { UnitPrice: '1.005' }],
    ['unreadable number', { Quantity: '0x10' }],
    ['unreadable number', { Quantity: '1e3' }],
    ['unreadable number', { Quantity: '2.5' }],
    ['unreadable number', { Quantity: '"12,34"' }],
    ['unreadable number', { Quantity: '9007199254740993' }],
    ['unreadable number', { UnitPrice: '0x10' }],
    ['unreadable number', { UnitPrice: '.' }],
    ['unreadable number', { UnitPrice: '$2.55' }],
    ['quantity not positive', { Quantity: '-1', UnitPrice: '0' }],
    ['quantity not positive', { Quantity: '0' }],
    ['price not positive', { UnitPrice: '0.0' }],
    ['price not positive', { UnitPrice: '-2.00' }],
  ] as const)('a line is skipped once, for the first reason that holds: %s, %j', (reason, change) => {
    const plan = planImport(file(line(change), line()));
    expect(linesOf(plan)).toHaveLength(1);
    expect(Object.entries(plan.skipped).filter(([, lines]) => lines.length > 0)).toEqual([[reason, [2]]]);
  });

  test.each([
    ['"1,200"', 1200],
    ['6.0', 6],
    [' 12 ', 12],
  ])('the quantity %s is read as %i', (Quantity, quantity) => {
    expect(linesOf(planImport(file(line({ Quantity }))))[0]?.quantity).toBe(quantity);
  });

  test.each([
    ['£2.55', 255],
    ['.85', 85],
    ['"1,200.5"', 120_050],
    ['3', 300],
    ['2.550', 255],
  ])('the price %s is read as %i pence', (UnitPrice, minor) => {
    expect(linesOf(planImport(file(line({ UnitPrice }))))[0]?.unitPrice.minor).toBe(minor);
  });

  test.each([
    ['EUR', '€2.55', 255],
    ['USD', '$.5', 50],
    ['JPY', '"¥1,200"', 1200],
    ['JPY', '1200.00', 1200],
    ['KWD', '2.5', 2500],
    ['KWD', '0.001', 1],
    ['KWD', '1.2340', 1234],
  ])('in %s the price %s is read as %i minor units', (currency, UnitPrice, minor) => {
    const plan = planImport(file(line({ UnitPrice })), currency);
    expect(plan.currency).toBe(currency);
    expect(linesOf(plan)[0]?.unitPrice).toEqual({ minor, currency });
  });

  test.each([
    ['GBP', '2.555'],
    ['JPY', '1200.5'],
    ['KWD', '1.2345'],
    ['EUR', '£2.55'],
    ['JPY', '.'],
  ])('in %s the price %s is unreadable', (currency, UnitPrice) => {
    expect(planImport(file(line({ UnitPrice })), currency)).toMatchObject({
      orders: [],
      skipped: { 'unreadable number': [2] },
    });
  });

  test.each(['eur', 'EURO', 'ABC', 'DEM', ''])('a file in %j is refused by name', (currency) => {
    expect(() => planImport(file(line()), currency)).toThrow(UnknownCurrency);
  });

  test.each([
    ['a column is missing', 'InvoiceNo,StockCode\n1,2', /missing columns: Description/],
    ['a line has too few fields', `${header}\n1,2,3`, /not a CSV file/],
    ['there are no lines', header, /no lines/],
    ['it is empty', '', /no lines/],
    ['a needed column stands there twice', `${header},Quantity\n${line()},3`, /twice: Quantity/],
    [
      'a quote closes on a later line',
      file(line(), line({ Description: '"TIN' }), line({ Description: 'LANTERN"' })),
      /line 3: a quoted field runs over the end of its line/,
    ],
    ['a quote never closes', file(line(), line({ Description: '"TIN LANTERN' })), /not a CSV file/],
  ])('a file is refused when %s', (_, content, message) => {
    expect(() => planImport(content)).toThrow(UnreadableFile);
    expect(() => planImport(content)).toThrow(message);
  });
});
