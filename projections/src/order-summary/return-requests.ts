// A customer's requests to send goods back, as the order's view shows them.
import { assertNever, type RecordedEvent } from '@holdfast/kernel';
import { withUnitsBack, type OrderEvent, type Units } from '@holdfast/ordering';

/** Times are ISO 8601. */
export type ReturnRequestSummary = {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly lines: readonly Units[];
  /** units that have neither come back nor been declined */
  readonly open: readonly Units[];
  /** the reason of staff; null for a request that was not declined */
  readonly declineReason: string | null;
};

type Input = Extract<OrderEvent, { type: 'ReturnRequested' | 'ReturnDeclined' | 'OrderReturned' }>;

type Requests = readonly ReturnRequestSummary[];

/** The requests after the event, and whether one of them is open. */
export function requestsAfter(event: RecordedEvent<Input>, before: Requests) {
  const returnRequests = changed(event, before);
  return { returnRequests, hasOpenReturnRequest: returnRequests.some(({ open }) => open.length > 0) };
}

function changed(event: RecordedEvent<Input>, requests: Requests): Requests {
  switch (event.type) {
    case 'ReturnRequested': {
      const { requestId: id, reason, stock } = event.data;
      const { at } = event.metadata;
      return [...requests, { id, at, reason, lines: stock, open: stock, declineReason: null }];
    }
    case 'ReturnDeclined': {
      const { requestId, reason: declineReason } = event.data;
      return requests.map((one) => (one.id === requestId ? { ...one, open: [], declineReason } : one));
    }
    case 'OrderReturned':
      return withUnitsBack(requests, event.data.stock);
    default:
      return assertNever(event);
  }
}
