// The command for an invoice of the file, and the stock and money that come with it.
import { orderIdOf } from '@holdfast/api';
import { money, type Money, type OrderId, type Sku } from '@holdfast/kernel';
import { needsPostalCode, orderTotal, type PlaceOrder } from '@holdfast/ordering';
import type { PlannedOrder } from './import-plan.js';

export type Shares = {
  /** share of the ordered units that is put in stock, per invoice and SKU, rounded down */
  readonly stockShare: number;
  /** share of the order's cost that its customer gets, rounded down */
  readonly fundsShare: number;
};

/** The same invoice of the same customer has the same order id in every file. */
export const orderIdOfInvoice = ({ customerId, invoiceNumber }: PlannedOrder): OrderId =>
  orderIdOf(customerId, `import-${invoiceNumber}`);

export const placeOrder = (invoice: PlannedOrder): PlaceOrder => ({
  type: 'PlaceOrder',
  data: {
    orderId: orderIdOfInvoice(invoice),
    customerId: invoice.customerId,
    lines: invoice.lines.map(({ sku, name, quantity, unitPrice }) => ({ sku, name, quantity, unitPrice })),
    paymentMethod: 'WALLET',
    paymentMode: 'AUTOMATIC',
    coordination: 'ORCHESTRATION',
    // An export of invoices has only the country of an address.
    shippingAddress: {
      name: `Customer ${invoice.customerId}`,
      line1: 'unknown',
      city: 'unknown',
      postalCode: needsPostalCode(invoice.country) ? 'unknown' : '',
      country: invoice.country,
    },
  },
});

/** Units to receive for an invoice, by SKU; without the SKUs whose share is less than one unit. */
export function stockOf({ lines }: PlannedOrder, { stockShare }: Shares): ReadonlyMap<Sku, number> {
  const ordered = new Map<Sku, number>();
  for (const { sku, quantity } of lines) ordered.set(sku, (ordered.get(sku) ?? 0) + quantity);
  const shared = [...ordered].map(([sku, units]) => [sku, Math.floor(units * stockShare)] as const);
  return new Map(shared.filter(([, units]) => units > 0));
}

/** Money to deposit for an invoice; may be 0. */
export function fundsOf({ lines }: PlannedOrder, { fundsShare }: Shares): Money {
  const { minor, currency } = orderTotal(lines);
  return money.of(Math.floor(minor * fundsShare), currency);
}

export type Product = { readonly sku: Sku; readonly name: string; readonly price: Money };

/** The products of some invoices, each with the name and price of its first line. */
export function productsOf(invoices: readonly PlannedOrder[]): readonly Product[] {
  const products = new Map<Sku, Product>();
  for (const { lines } of invoices) {
    for (const { sku, name, unitPrice } of lines)
      if (!products.has(sku)) products.set(sku, { sku, name, price: unitPrice });
  }
  return [...products.values()];
}
