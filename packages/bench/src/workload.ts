// The shop that the benchmarks buy in: products, customers, and orders drawn from a seed.
import type { Engine } from '@holdfast/server';
import { CustomerId, money, OrderId, Sku, type DomainCommand, type Money } from '@holdfast/kernel';
import type { OrderLine, PlaceOrder } from '@holdfast/ordering';
import { integer, type Random } from './random.js';

export const currency = 'EUR';

export type Shop = {
  readonly skus: number;
  readonly customers: number;
  /** share without money */ readonly poor: number;
};

export const skuOf = (n: number): Sku => Sku(`SKU-${n}`);
export const customerOf = (n: number): CustomerId => CustomerId(`customer-${n}`);
const priceOf = (n: number): Money => money.of(500 + (n % 97) * 25, currency);
const plenty = 1_000_000_000;

const send = async (engine: Engine, command: DomainCommand, commandId: string): Promise<void> => {
  const context = {
    commandId,
    correlationId: commandId,
    causationId: commandId,
    actor: 'system',
    fingerprint: commandId,
  };
  const outcome = await engine.commands.handle(command, context);
  if (!outcome.ok) throw new Error(`${command.type} was refused: ${outcome.rejection.code}`);
};

/** Every `1 / poor`-th customer has no wallet; all others and every SKU have plenty. */
export async function stockShop(engine: Engine, shop: Shop): Promise<void> {
  for (let n = 0; n < shop.skus; n++) {
    const sku = skuOf(n);
    await send(
      engine,
      { type: 'CreateProduct', data: { sku, name: `Product ${n}`, price: priceOf(n) } },
      `create-${n}`,
    );
    await send(engine, { type: 'ReceiveStock', data: { sku, quantity: plenty } }, `receive-${n}`);
  }
  const every = shop.poor === 0 ? Infinity : Math.round(1 / shop.poor);
  for (let n = 0; n < shop.customers; n++) {
    if (n % every === 0) continue;
    const data = { customerId: customerOf(n), amount: money.of(plenty, currency) };
    await send(engine, { type: 'Deposit', data }, `deposit-${n}`);
  }
}

/** 1 to 3 lines over the shop's SKUs, for one of its customers, charged at once. */
export function drawOrder(shop: Shop, random: Random, orderId: string): PlaceOrder {
  const lines: OrderLine[] = [];
  const count = 1 + integer(random, 3);
  for (let n = 0; n < count; n++) {
    const product = integer(random, shop.skus);
    const quantity = 1 + integer(random, 3);
    lines.push({ sku: skuOf(product), name: `Product ${product}`, quantity, unitPrice: priceOf(product) });
  }
  return placeOrder(orderId, customerOf(integer(random, shop.customers)), lines);
}

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
    shippingAddress: {
      name: 'A. Buyer',
      line1: '1 High Street',
      city: 'Utrecht',
      postalCode: '3511',
      country: 'NL',
    },
  },
});
