// The numbers of a year's invoices.
import { expect, test } from '@jest/globals';
import { OrderId } from '@holdfast/kernel';
import { deciderSpecification } from '@holdfast/testing';
import { invoices, yearOf, type InvoiceIssued, type IssueInvoice } from './index.js';

const { given } = deciderSpecification(invoices);
const issue = (id: string, year = 2026): IssueInvoice => ({
  type: 'IssueInvoice',
  data: { orderId: OrderId(id), year },
});
const issued = (id: string, number: string): InvoiceIssued => ({
  type: 'InvoiceIssued',
  data: { orderId: OrderId(id), number },
});

test('the first invoice of a year has the number 1, and each one after it the next', () => {
  given([])
    .when(issue('a'))
    .then([issued('a', 'INV-2026-000001')]);
  given([issued('a', 'INV-2026-000001'), issued('b', 'INV-2026-000002')])
    .when(issue('c'))
    .then([issued('c', 'INV-2026-000003')]);
});

test('each year has a stream of its own', () => {
  expect(invoices.stream(issue('a', 2026))).toBe('invoices-2026');
  expect(invoices.stream(issue('a', 2027))).toBe('invoices-2027');
});

test('the year of an invoice is that of UTC', () => {
  expect(yearOf('2026-12-31T23:59:59.999Z')).toBe(2026);
  expect(yearOf('2027-01-01T00:00:00.000Z')).toBe(2027);
});

test('the count is the same after a snapshot', () => {
  const { snapshot, initialState } = invoices;
  const parts = [...(snapshot?.parts({ issued: 7 }) ?? [])];
  expect(parts.reduce<typeof initialState>((s, part) => snapshot?.add(s, part) ?? s, initialState)).toEqual({
    issued: 7,
  });
});
