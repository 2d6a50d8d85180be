// Placing an order: the limits of its lines, and the recognition of a repeated request.
import { accepted, money, rejected } from '@holdfast/kernel';
import type { OrderState } from './order-state.js';
import type { PlaceOrder } from './order.commands.js';
import type { OrderLine, OrderPlaced } from './order.events.js';
import type { OrderRejection, Decision } from './order-steps.js';

/** These two limits keep the sum of all lines exact, and a placed order inside one append of the store. */
export const maxLines = 2_000;
export const maxQuantity = 1_000_000;

export function place({ data }: PlaceOrder, state: OrderState): Decision {
  const { customerId, lines, paymentMethod, paymentMode, coordination, shippingAddress } = data;
  const { definition, cardToken, returnUrl, billingAddress, customerHistory, code, guestEmail } = data;
  const { stockKeeper } = data;
  const placed = {
    customerId,
    lines,
    paymentMethod,
    paymentMode,
    coordination,
    shippingAddress,
    ...(definition !== undefined && { definition }),
    ...(stockKeeper !== undefined && { stockKeeper }),
    ...(cardToken !== undefined && { cardToken }),
    ...(returnUrl !== undefined && { returnUrl }),
    ...(billingAddress !== undefined && { billingAddress }),
    ...(customerHistory !== undefined && { customerHistory }),
    ...(code !== undefined && { code }),
    ...(guestEmail !== undefined && { guestEmail }),
  };
  if (state.status !== 'NOT_PLACED') {
    const same = requestOf(placed) === requestOf(state.placed);
    return same ? accepted([]) : rejected({ code: 'OrderAlreadyPlaced' });
  }
  const fault = faultIn(lines);
  return fault === null ? accepted([{ type: 'OrderPlaced', data: placed }]) : rejected(fault);
}

/**
 * The request as text, to compare requests. A repeated request has its fields in the same order, but carries a longer
 * history of its customer and another code, so both are left out; so is the keeper of the stock, a setting of the shop.
 */
const requestOf = ({
  customerHistory: _,
  code: __,
  stockKeeper: ___,
  ...request
}: OrderPlaced['data']): string => JSON.stringify(request);

function faultIn(lines: readonly OrderLine[]): OrderRejection | null {
  const first = lines[0];
  if (first === undefined) return { code: 'NoLines' };
  if (lines.length > maxLines) return { code: 'TooManyLines', limit: maxLines };
  let total = 0;
  for (const [line, { quantity, unitPrice }] of lines.entries()) {
    const { minor, currency } = unitPrice;
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > maxQuantity) {
      return { code: 'InvalidQuantity', line };
    }
    if (!money.isMinor(minor) || minor < 0 || !money.isCurrency(currency))
      return { code: 'InvalidPrice', line };
    if (currency !== first.unitPrice.currency) return { code: 'MixedCurrencies' };
    // this sum is inexact only beyond 2^53, far above the limit
    total += minor * quantity;
    if (total > money.maxMinor) return { code: 'TotalTooLarge' };
  }
  return null;
}
