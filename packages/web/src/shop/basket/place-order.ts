// Places the order of a basket: under the key of its intent, so that it happens once however often it is asked for.
import { useMutation } from 'urql';
import { PlaceOrderDocument, type PlaceOrderMutation } from '../generated/graphql.js';
import { intentKey, ordered, renewed, type Basket } from './basket.js';
import type { AddressField } from './address-form.js';

export type Placed = PlaceOrderMutation['placeOrder'];
type Failed = { readonly __typename: 'Failed'; readonly error: Parameters<typeof failed>[0] };

const failed = (error: NonNullable<ReturnType<typeof useMutation>[0]['error']> | undefined) =>
  ({ __typename: 'Failed', error }) as const;

/** This order ended, or was never one: the next try is a new intent. */
const endings: readonly string[] = ['OutOfStockError', 'IdempotencyConflictError', 'InsufficientFundsError'];

/** How long the answer may wait for the goods to be set aside; the payment page follows the rest. */
const waitMs = 4_000;

export function usePlaceOrder(): (
  shown: Basket,
  address: Readonly<Record<AddressField, string>>,
  isGuest: boolean,
) => Promise<Placed | Failed> {
  const [, placeOrder] = useMutation(PlaceOrderDocument);
  return async (shown, { line2, guestEmail, ...address }, isGuest) => {
    const content = {
      lines: shown.lines.map(({ sku, quantity }) => ({ sku, quantity })),
      shippingAddress: { ...address, ...(line2.trim() !== '' && { line2 }) },
      ...(isGuest && { guestEmail: guestEmail.trim(), paymentMethod: 'CARD' as const }),
    };
    const { data, error } = await placeOrder({
      input: {
        ...content,
        idempotencyKey: intentKey(shown, content),
        paymentMode: 'ON_CONFIRMATION',
        waitFor: 'RESERVED',
        waitMs,
      },
    });
    // Nothing is known: the same key is sent when the customer tries again.
    if (data === undefined) return failed(error);
    const placed = data.placeOrder;
    if (placed.__typename === 'OrderSuccess') ordered(shown);
    if (endings.includes(placed.__typename)) renewed(shown);
    return placed;
  };
}
