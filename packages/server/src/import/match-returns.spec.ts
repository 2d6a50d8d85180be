// Finding the orders that the goods of a cancellation came from.
import { expect, test } from '@jest/globals';
import { planImport } from './import-plan.js';
import { matchReturns } from './match-returns.js';

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const line = (number: string, code: string, quantity: number, customer = '10001') =>
  `${number},${code},TIN LANTERN,${quantity},2020-01-02 10:00:00,2.50,${customer},Norway`;
const matches = (...lines: readonly string[]) => {
  const plan = planImport([header, ...lines].join('\n'));
  const { matched, unmatched } = matchReturns(plan, plan.orders);
  return {
    matched: matched.map(({ invoiceNumber, order, lines: back }) => [
      invoiceNumber,
      order.invoiceNumber,
      ...back.map(({ sku, quantity }) => `${quantity} ${sku}`),
    ]),
    unmatched,
  };
};

test('goods came from the newest earlier order of the same customer, then from the one before it', () => {
  expect(
    matches(
      line('500001', '10001', 5),
      line('500002', '10001', 3),
      line('500003', '10001', 9, '10002'),
      line('C500004', '10001', -4),
      line('500005', '10001', 7),
    ),
  ).toEqual({
    matched: [
      ['C500004', '500002', '3 10001'],
      ['C500004', '500001', '1 10001'],
    ],
    unmatched: [],
  });
});

test('the lines of a cancellation that concern one order are one return', () => {
  expect(
    matches(
      line('500001', '10001', 5),
      line('500001', '10002', 5),
      line('C500002', '10001', -1),
      line('C500002', '10002', -2),
      line('C500002', '10001', -1),
    ).matched,
  ).toEqual([['C500002', '500001', '1 10001', '2 10002', '1 10001']]);
});

test('a returned unit is not returned again, and the rest is unmatched', () => {
  expect(
    matches(line('500001', '10001', 5), line('C500002', '10001', -4), line('C500003', '10001', -4)),
  ).toEqual({
    matched: [
      ['C500002', '500001', '4 10001'],
      ['C500003', '500001', '1 10001'],
    ],
    unmatched: [{ fileLine: 4, units: 3 }],
  });
});

test('nothing comes back of later orders, of other products, or of other customers', () => {
  expect(
    matches(
      line('500000', '10002', 5),
      line('500001', '10001', 5, '10002'),
      line('C500002', '10001', -1),
      line('500003', '10001', 5),
    ),
  ).toEqual({ matched: [], unmatched: [{ fileLine: 4, units: 1 }] });
});

test('nothing comes back of an order that was not sold', () => {
  const plan = planImport([header, line('500001', '10001', 5), line('C500002', '10001', -1)].join('\n'));
  expect(matchReturns(plan, [])).toEqual({ matched: [], unmatched: [{ fileLine: 3, units: 1 }] });
});
