// Follows an order and its parcel: a label and most scans are no events of the order.
import { useEffect, useEffectEvent } from 'react';
import { useSubscription } from 'urql';
import { OrderMovedDocument, ParcelMovedDocument, type ParcelSeenFragment } from '../../generated/graphql.js';

/**
 * Calls whenever the order moves. Returns its parcels as the last update has them, which is ahead of the read model; `known`
 * before there is one.
 */
export function useOrderMoves(
  id: string,
  known: readonly ParcelSeenFragment[] | null,
  moved: () => void,
): readonly ParcelSeenFragment[] {
  const pause = known === null;
  const [{ data: order }] = useSubscription({ query: OrderMovedDocument, variables: { id }, pause });
  const [{ data: parcel }] = useSubscription({
    query: ParcelMovedDocument,
    variables: { orderId: id },
    pause,
  });
  const cursor = order?.orderUpdated.cursor;
  const call = useEffectEvent(moved);
  useEffect(() => {
    if (cursor !== undefined) call();
  }, [cursor]);
  const shipment = parcel?.parcelUpdated.shipment;
  return shipment === undefined ? (known ?? []) : [shipment];
}
