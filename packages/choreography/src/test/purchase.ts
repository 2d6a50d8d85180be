// An order that a customer places in a world.
import { CustomerId, Sku, type DomainCommand, type OrderId } from '@holdfast/kernel';
import type {
  CheckoutDefinition,
  Coordination,
  PaymentMethod,
  PaymentMode,
  StockKeeper,
} from '@holdfast/ordering';
import type { CardToken } from './gateway.js';

export const customerId = CustomerId('ann');
export const unitPrice = 10;
export type Purchase = {
  readonly id: OrderId;
  /** SKU and quantity; a SKU may be repeated */
  readonly lines: readonly (readonly [string, number])[];
  readonly paymentMode: PaymentMode;
  /** by wallet unless given */
  readonly paymentMethod?: PaymentMethod;
  /** of an order that is paid at once */
  readonly cardToken?: CardToken;
  readonly isFree?: boolean;
  readonly verdict?: string;
  readonly definition?: CheckoutDefinition;
  /** absent: that of the world */
  readonly coordination?: Coordination;
  readonly stockKeeper?: StockKeeper;
};

/** Returns the command that places the order. */
export function orderOf(
  { id, lines, paymentMode, isFree = false, verdict = 'pass', ...given }: Purchase,
  ofWorld: Coordination,
): DomainCommand {
  const { coordination = ofWorld, definition } = given;
  const { paymentMethod = 'WALLET', cardToken, stockKeeper } = given;
  const price = { minor: isFree ? 0 : unitPrice, currency: 'EUR' };
  return {
    type: 'PlaceOrder',
    data: {
      orderId: id,
      customerId,
      lines: lines.map(([sku, quantity]) => ({ sku: Sku(sku), name: sku, quantity, unitPrice: price })),
      paymentMethod,
      paymentMode,
      coordination,
      ...(cardToken !== undefined && { cardToken }),
      ...(definition !== undefined && { definition }),
      ...(stockKeeper !== undefined && { stockKeeper }),
      shippingAddress: { name: verdict, line1: '1', city: 'C', postalCode: 'P', country: 'NL' },
    },
  };
}
