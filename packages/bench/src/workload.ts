// The shop that the benchmarks buy in: products, customers, and orders drawn from a seed.
import { CustomerId, money, OrderId, Sku, type Money } from '@holdfast/kernel';
import type { OrderLine, PlaceOrder } from '@holdfast/ordering';
import { integer, type Random } from './random.js';

export type Shop = {
  readonly skus: number;
  readonly customers: number;
  /** units of each SKU */
  readonly stock: number;
};

/** 2,000 customers, 1,000 SKUs, and more stock than all runs order. */
export const wideShop: Shop = { skus: 1000, customers: 2000, stock: 1_000_000_000 };

/** The shop of the logs that are read: few customers, so that each has several pages of orders. */
export const filledShop: Shop = { ...wideShop, skus: 200, customers: 200 };

export const skuOf = (n: number): Sku => Sku(`SKU-${n}`);
export const customerOf = (n: number): CustomerId => CustomerId(`customer-${n}`);
export const priceOf = (n: number): Money => money.of(500 + (n % 97) * 25, 'EUR');

/** More money than a customer can spend. */
export const funds: Money = money.of(1_000_000_000, 'EUR');

/** Every twentieth customer has none, so 5 % of orders are refused. */
export const hasMoney = (customerId: CustomerId): boolean =>
  Number(customerId.slice('customer-'.length)) % 20 !== 0;

export const shippingAddress = {
  name: 'A. Buyer',
  line1: '1 High Street',
  city: 'Utrecht',
  postalCode: '3511',
  country: 'NL',
};

/** Orders of `lines()` different SKUs each, over all SKUs and customers of the shop. */
export function ordersIn(shop: Shop, random: Random, lines = () => 1 + integer(random, 3)): () => PlaceOrder {
  let drawn = 0;
  return () => {
    const customer = customerOf(integer(random, shop.customers));
    const count = lines();
    const products = new Set<number>();
    while (products.size < count) products.add(integer(random, shop.skus));
    const drawnLines = [...products].map((product) => lineOf(product, 1 + integer(random, 3)));
    return placeOrder(`order-${drawn++}`, customer, drawnLines);
  };
}

export const lineOf = (product: number, quantity: number): OrderLine => ({
  sku: skuOf(product),
  name: `Product ${product}`,
  quantity,
  unitPrice: priceOf(product),
});

/** An order that is charged at once. */
export const placeOrder = (
  orderId: string,
  customerId: CustomerId,
  lines: readonly OrderLine[],
): PlaceOrder => ({
  type: 'PlaceOrder',
  data: {
    orderId: OrderId(orderId),
    customerId,
    lines,
    paymentMethod: 'WALLET',
    paymentMode: 'AUTOMATIC',
    coordination: 'ORCHESTRATION',
    shippingAddress,
  },
});
