// Places the order of a basket: under the key of its intent, so that it happens once however often it is asked for.
import { useMutation } from 'urql';
import { PlaceOrderDocument, type PlaceOrderMutation } from '../generated/graphql.js';
import { basket, endIntent, intentKey, type Basket } from './basket.js';
import type { AddressField } from './address-form.js';

export type Placed = PlaceOrderMutation['placeOrder'];
type Failed = { readonly __typename: 'Failed'; readonly error: Parameters<typeof failed>[0] };

const failed = (error: NonNullable<ReturnType<typeof useMutation>[0]['error']> | undefined) =>
  ({ __typename: 'Failed', error }) as const;

/** How long the answer may wait for the goods to be set aside; the payment page follows the rest. */
const waitMs = 4_000;

export function usePlaceOrder(): (
  lines: Basket,
  address: Readonly<Record<AddressField, string>>,
) => Promise<Placed | Failed> {
  const [, placeOrder] = useMutation(PlaceOrderDocument);
  return async (lines, { line2, ...address }) => {
    const content = {
      lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
      shippingAddress: { ...address, ...(line2.trim() !== '' && { line2 }) },
    };
    const { data, error } = await placeOrder({
      input: {
        ...content,
        idempotencyKey: intentKey(content),
        paymentMode: 'ON_CONFIRMATION',
        waitFor: 'RESERVED',
        waitMs,
      },
    });
    // Nothing is known: the same key is sent when the customer tries again.
    if (data === undefined) return failed(error);
    const placed = data.placeOrder;
    if (placed.__typename === 'OrderSuccess') {
      endIntent();
      basket.set([]);
    }
    // This order ended, or was never one: the next try is a new intent.
    if (['OutOfStockError', 'IdempotencyConflictError', 'InsufficientFundsError'].includes(placed.__typename))
      endIntent();
    return placed;
  };
}
