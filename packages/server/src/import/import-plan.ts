// The commands that a file of retail invoices becomes: pure, so that the same file always gives the same commands.
import { CustomerId, money, Sku, type Money } from '@holdfast/kernel';
import { digitsOf, exactInteger, priceReader, usualCurrency, wholeNumber } from './file-currency.js';
import { readRows, type Row } from './invoice-rows.js';

/** In the order in which they are checked: a line is counted under the first one that applies. */
export const skipReasons = [
  'no invoice number',
  'cancellation',
  'no customer',
  'not a product',
  'unreadable number',
  'quantity not positive',
  'price not positive',
] as const;
export type SkipReason = (typeof skipReasons)[number];

/** Reasons that point at a fault in the file, so that the report names the lines. */
export const faults: readonly SkipReason[] = ['no invoice number', 'unreadable number'];

export type PlannedLine = {
  /** line of the file, from 1 */
  readonly fileLine: number;
  readonly sku: Sku;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: Money;
};
export type PlannedOrder = {
  readonly invoiceNumber: string;
  readonly customerId: CustomerId;
  readonly country: string;
  readonly lines: readonly PlannedLine[];
};

/** A line of a cancellation: goods that came back. */
export type PlannedReturn = Omit<PlannedLine, 'name' | 'unitPrice'> & {
  readonly invoiceNumber: string;
  readonly customerId: CustomerId;
};

export type ImportPlan = {
  /** of all amounts of the file, ISO 4217 */
  readonly currency: string;
  /** in the order in which their invoices first appear */
  readonly orders: readonly PlannedOrder[];
  /** in the order of the file */
  readonly returns: readonly PlannedReturn[];
  /** lines of the file that are skipped, by reason */
  readonly skipped: Readonly<Record<SkipReason, readonly number[]>>;
};

/** @throws UnknownCurrency; UnreadableFile when it is no CSV, or its columns are not those of invoices */
export function planImport(content: string, currency = usualCurrency): ImportPlan {
  const prices: Prices = { currency, read: priceReader(currency) };
  const skipped = Object.fromEntries(skipReasons.map((reason) => [reason, []])) as unknown as Record<
    SkipReason,
    number[]
  >;
  const returns: PlannedReturn[] = [];
  const orders = new Map<string, PlannedOrder & { readonly lines: PlannedLine[] }>();
  for (const row of readRows(content)) {
    const back = readReturn(row);
    if (back !== null) {
      returns.push(back);
      continue;
    }
    const line = readLine(row, prices);
    if (typeof line === 'string') {
      skipped[line].push(row.line);
      continue;
    }
    const { customerId, ...planned } = line;
    // An invoice number that two customers share is two orders.
    const invoiceNumber = row.fields.InvoiceNo.trim();
    const key = `${invoiceNumber}\0${customerId}`;
    const country = row.fields.Country.trim() || 'unknown';
    const order = orders.get(key) ?? { invoiceNumber, customerId, country, lines: [] };
    order.lines.push(planned);
    orders.set(key, order);
  }
  return { currency, orders: [...orders.values()], returns, skipped };
}

/** A line of a cancellation that names a customer, a product, and units with a minus; null for any other. */
function readReturn({ line, fields }: Row): PlannedReturn | null {
  const invoiceNumber = fields.InvoiceNo.trim();
  const customer = customerIn(fields);
  const code = codeIn(fields);
  const quantity = readCount(fields.Quantity);
  if (!isCancellation(invoiceNumber) || customer === null || code === null) return null;
  if (quantity === null || quantity >= 0) return null;
  const customerId = CustomerId(customer);
  return { fileLine: line, invoiceNumber, customerId, sku: Sku(code), quantity: -quantity };
}

const isCancellation = (invoiceNumber: string): boolean => /^C/i.test(invoiceNumber);

/** Spreadsheets write a customer's number as 17850.0. */
function customerIn(fields: Row['fields']): string | null {
  const customer = fields.CustomerID.trim().replace(/\.0+$/, '');
  return /^[A-Za-z0-9]{1,32}$/.test(customer) ? customer : null;
}

function codeIn(fields: Row['fields']): string | null {
  const code = fields.StockCode.trim().toUpperCase();
  return /^\d{5}[A-Z]{0,8}$/.test(code) ? code : null;
}

/** `read`: reads a price in minor units; null when it is none */
type Prices = { readonly currency: string; readonly read: (text: string) => number | null };

function readLine(
  { line, fields }: Row,
  prices: Prices,
): (PlannedLine & { readonly customerId: CustomerId }) | SkipReason {
  const invoiceNumber = fields.InvoiceNo.trim();
  if (invoiceNumber === '') return 'no invoice number';
  if (isCancellation(invoiceNumber)) return 'cancellation';
  const customer = customerIn(fields);
  if (customer === null) return 'no customer';
  const code = codeIn(fields);
  if (code === null) return 'not a product';
  const quantity = readCount(fields.Quantity);
  const minor = prices.read(fields.UnitPrice);
  if (quantity === null || minor === null) return 'unreadable number';
  if (quantity <= 0) return 'quantity not positive';
  if (minor <= 0) return 'price not positive';
  return {
    fileLine: line,
    sku: Sku(code),
    name: fields.Description.trim() || code,
    quantity,
    unitPrice: money.of(minor, prices.currency),
    customerId: CustomerId(customer),
  };
}

const count = new RegExp(String.raw`^(-?)(${wholeNumber})(?:\.0*)?$`);

/** A whole number such as `6`, `1,200` or `6.0`; null when it is none, or too large to be exact. */
function readCount(text: string): number | null {
  const parts = count.exec(text.trim());
  return parts === null ? null : exactInteger(parts[1], digitsOf(parts[2]));
}
