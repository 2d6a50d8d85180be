// One order with live updates: the cache holds it, and the subscription updates the cache.
import { useQuery, useSubscription } from 'urql';
import { OrderDocument, OrderUpdatedDocument, type OrderQuery } from '../generated/graphql.js';

export type LiveOrder = NonNullable<OrderQuery['order']>;

export type OrderLoading =
  | { readonly state: 'loading' }
  | { readonly state: 'missing' }
  | { readonly state: 'failed'; readonly again: () => void }
  | { readonly state: 'there'; readonly order: LiveOrder; readonly again: () => void };

export function useOrder(orderId: string | undefined): OrderLoading {
  const id = orderId ?? '';
  const [{ data, error }, reload] = useQuery({
    query: OrderDocument,
    variables: { id },
    pause: orderId === undefined,
  });
  const exists = data?.order !== undefined && data.order !== null;
  useSubscription({ query: OrderUpdatedDocument, variables: { id }, pause: !exists });
  const again = (): void => {
    reload({ requestPolicy: 'network-only' });
  };
  if (orderId === undefined) return { state: 'missing' };
  if (data?.order) return { state: 'there', order: data.order, again };
  if (error !== undefined) return { state: 'failed', again };
  return { state: data === undefined ? 'loading' : 'missing' };
}
