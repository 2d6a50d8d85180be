// What a file of retail invoices asks of the product: pure, so that the same file always asks the same.
import { createHash } from 'node:crypto';
import { CustomerId, money, Sku, type Money } from '@holdfast/kernel';
import { parse } from 'csv-parse/sync';

export const columns = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;

const currency = 'GBP';

/** In the order in which they are looked for: a line is counted under the first that holds. */
export const skipReasons = [
  'cancellation',
  'no customer',
  'not a product',
  'unreadable number',
  'quantity not positive',
  'price not positive',
] as const;
export type SkipReason = (typeof skipReasons)[number];

export type PlannedProduct = {
  readonly sku: Sku;
  readonly name: string;
  /** of its first line */
  readonly price: Money;
  /** units ordered over the whole file */
  readonly ordered: number;
};
export type PlannedCustomer = { readonly id: CustomerId; readonly owes: Money };
export type PlannedLine = {
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

export type ImportPlan = {
  /** SHA-256 of the file: what makes a second import of it recognisable */
  readonly digest: string;
  readonly products: readonly PlannedProduct[];
  readonly customers: readonly PlannedCustomer[];
  readonly orders: readonly PlannedOrder[];
  readonly lines: number;
  readonly units: number;
  readonly total: Money;
  readonly skipped: Readonly<Record<SkipReason, number>>;
};

/** The file is no list of invoices. The message says where and why; nothing was imported. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

type Row = Readonly<Record<(typeof columns)[number], string>>;

/** @throws UnreadableFile when it is not CSV, or a column is missing */
export function planImport(content: string): ImportPlan {
  const rows = readRows(content);
  const skipped = Object.fromEntries(skipReasons.map((reason) => [reason, 0])) as Record<SkipReason, number>;
  const products = new Map<Sku, Omit<PlannedProduct, 'ordered'> & { ordered: number }>();
  const customers = new Map<CustomerId, Omit<PlannedCustomer, 'owes'> & { owes: Money }>();
  const orders = new Map<string, Omit<PlannedOrder, 'lines'> & { readonly lines: PlannedLine[] }>();
  let lines = 0;
  let units = 0;
  let total = money.zero(currency);
  for (const one of rows) {
    const line = readLine(one);
    if (typeof line === 'string') {
      skipped[line] += 1;
      continue;
    }
    const { sku, name, quantity, unitPrice, customerId } = line;
    const product = products.get(sku) ?? { sku, name, price: unitPrice, ordered: 0 };
    product.ordered += quantity;
    products.set(sku, product);
    const cost = money.multiply(unitPrice, quantity);
    const customer = customers.get(customerId) ?? { id: customerId, owes: money.zero(currency) };
    customer.owes = money.add(customer.owes, cost);
    customers.set(customerId, customer);
    // An invoice number that two customers share is two orders.
    const invoiceNumber = one.InvoiceNo.trim();
    const key = `${invoiceNumber}\0${customerId}`;
    const country = one.Country.trim() || 'unknown';
    const order = orders.get(key) ?? { invoiceNumber, customerId, country, lines: [] };
    order.lines.push({ sku, name, quantity, unitPrice });
    orders.set(key, order);
    lines += 1;
    units += quantity;
    total = money.add(total, cost);
  }
  return {
    digest: createHash('sha256').update(content).digest('hex'),
    products: [...products.values()],
    customers: [...customers.values()],
    orders: [...orders.values()],
    lines,
    units,
    total,
    skipped,
  };
}

function readRows(content: string): readonly Row[] {
  let rows: readonly Row[];
  try {
    // csv-parse refuses a line whose count of fields is not the header's, so every row has every column.
    rows = parse<Row>(content, { columns: true, bom: true, skip_empty_lines: true, relax_quotes: true });
  } catch (error) {
    throw new UnreadableFile(`not a CSV file: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  if (rows.length === 0) throw new UnreadableFile('the file holds no lines');
  const missing = columns.filter((column) => rows[0]?.[column] === undefined);
  if (missing.length > 0) throw new UnreadableFile(`missing columns: ${missing.join(', ')}`);
  return rows;
}

function readLine(one: Row): (PlannedLine & { readonly customerId: CustomerId }) | SkipReason {
  if (one.InvoiceNo.trim().startsWith('C')) return 'cancellation';
  // Spreadsheets write a customer's number as 17850.0.
  const customer = one.CustomerID.trim().replace(/\.0+$/, '');
  if (!/^[A-Za-z0-9]{1,32}$/.test(customer)) return 'no customer';
  const code = one.StockCode.trim().toUpperCase();
  if (!/^\d{5}[A-Z]{0,8}$/.test(code)) return 'not a product';
  const quantity = Number(one.Quantity);
  const minor = readPence(one.UnitPrice.trim());
  if (one.Quantity.trim() === '' || !Number.isSafeInteger(quantity) || minor === null)
    return 'unreadable number';
  if (quantity <= 0) return 'quantity not positive';
  if (minor <= 0) return 'price not positive';
  return {
    sku: Sku(code),
    name: one.Description.trim() || code,
    quantity,
    unitPrice: money.of(minor, currency),
    customerId: CustomerId(customer),
  };
}

/** Decimal pounds as whole pence, without a detour over floats; null when it is no such amount. */
function readPence(text: string): number | null {
  const parts = /^(-?)(\d{1,9})(?:\.(\d{1,2})0*)?$/.exec(text);
  if (parts === null) return null;
  const pence = Number(parts[2]) * 100 + Number((parts[3] ?? '').padEnd(2, '0'));
  return parts[1] === '-' ? -pence : pence;
}
