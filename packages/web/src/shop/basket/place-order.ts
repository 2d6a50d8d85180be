// Places the order of a basket, under the key of its intent, so that a repeated request places no second order.
import { useClient, useMutation } from 'urql';
import { PlaceOrderDocument, ProductDocument, type PlaceOrderMutation } from '../generated/graphql.js';
import type { Money } from '../../shared/money.js';
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

/**
 * `total`: the total that the customer was shown. It is no part of the key: after a lost answer, the same basket at another
 * price is a conflict and never a second order.
 */
export function usePlaceOrder(): (
  shown: Basket,
  address: Readonly<Record<AddressField, string>>,
  isGuest: boolean,
  total: Money | null,
) => Promise<Placed | Failed> {
  const [, placeOrder] = useMutation(PlaceOrderDocument);
  const client = useClient();
  return async (shown, { line2, guestEmail, ...address }, isGuest, total) => {
    const content = {
      lines: shown.lines.map(({ sku, quantity }) => ({ sku, quantity })),
      shippingAddress: { ...address, ...(line2.trim() !== '' && { line2 }) },
      ...(isGuest && { guestEmail: guestEmail.trim(), paymentMethod: 'CARD' as const }),
    };
    const { data, error } = await placeOrder({
      input: {
        ...content,
        idempotencyKey: intentKey(shown, content),
        expectedTotal: total === null ? null : { amount: total.amount, currency: total.currency },
        paymentMode: 'ON_CONFIRMATION',
        waitFor: 'RESERVED',
        waitMs,
      },
    });
    // Nothing is known: the same key is sent when the customer tries again.
    if (data === undefined) return failed(error);
    const placed = data.placeOrder;
    if (placed.__typename === 'OrderSuccess') ordered(shown);
    if (placed.__typename === 'PriceChangedError')
      // The lines and the total of the page are then at today's prices.
      for (const { sku } of placed.lines)
        void client.query(ProductDocument, { sku }, { requestPolicy: 'network-only' }).toPromise();
    if (endings.includes(placed.__typename)) renewed(shown);
    return placed;
  };
}
