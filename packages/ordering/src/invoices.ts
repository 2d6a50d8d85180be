// The numbers of one year's invoices. The append to the year's stream is the lock: each number is given once and
// without a gap, also when several processes ask at the same time (ADR 0026).
import {
  accepted,
  streamName,
  type Aggregate,
  type DomainCommand,
  type DomainEvent,
  type Json,
  type OrderId,
} from '@holdfast/kernel';

export const invoicesCategory = 'invoices';
export const invoicesStream = (year: number): string => streamName(invoicesCategory, String(year));

/** `year` is that of the order's confirmation, UTC. */
export type IssueInvoice = DomainCommand<
  'IssueInvoice',
  { readonly year: number; readonly orderId: OrderId }
>;
/** `number` is INV-2026-000017: the year, and the count of its invoices up to this one. */
export type InvoiceIssued = DomainEvent<
  'InvoiceIssued',
  { readonly orderId: OrderId; readonly number: string }
>;

export type InvoicesState = { readonly issued: number };

/** The year of a time in ISO 8601, UTC. */
export const yearOf = (at: string): number => new Date(at).getUTCFullYear();

const digits = 6;
const invoiceNumber = (year: number, count: number): string =>
  `INV-${year}-${String(count).padStart(digits, '0')}`;

export const invoices: Aggregate<IssueInvoice, InvoiceIssued, InvoicesState, never> = {
  category: invoicesCategory,
  commandTypes: ['IssueInvoice'],
  stream: ({ data }) => invoicesStream(data.year),
  initialState: { issued: 0 },
  evolve: ({ issued }) => ({ issued: issued + 1 }),
  decide: ({ data: { year, orderId } }, { issued }) =>
    accepted([{ type: 'InvoiceIssued', data: { orderId, number: invoiceNumber(year, issued + 1) } }]),
  // `decide` does not recognise a repeated command: remembering the orders of a whole year would not fit into memory.
  recognisedById: ['IssueInvoice'],
  snapshot: {
    version: 1,
    parts: ({ issued }) => [{ issued }],
    add: (_, part: Json) => part as InvoicesState,
  },
};
