// Assertions on the log of a shop at rest. They hold after any requests.
import { streamId, type RecordedEvent } from '@holdfast/kernel';

/** All promises that the events themselves break; empty when there are none. */
export const brokenLog = (events: readonly RecordedEvent[]): readonly string[] => [
  ...brokenSequences(events),
  ...parkedIn(events),
  ...leftReservations(events),
];

/** Revisions have no gap, positions grow, ids are unique. */
function brokenSequences(events: readonly RecordedEvent[]): readonly string[] {
  const last = new Map<string, number>();
  const ids = new Set<string>();
  const broken: string[] = [];
  for (const [n, { stream, revision, position, id }] of events.entries()) {
    if (revision !== (last.get(stream) ?? -1) + 1) broken.push(`${stream}@${revision} follows a gap`);
    if (position <= (events[n - 1]?.position ?? -1)) broken.push(`position ${position} is out of order`);
    if (ids.has(id)) broken.push(`event id ${id} twice`);
    last.set(stream, revision);
    ids.add(id);
  }
  return broken;
}

const parkedIn = (events: readonly RecordedEvent[]): readonly string[] =>
  events
    .filter(({ type }) => type === 'EventParked')
    .map(({ stream, data }) => `parked: ${stream} ${JSON.stringify(data).slice(0, 300)}`);

/** Stock is reserved for confirmed orders that are not shipped, and for no others. */
function leftReservations(events: readonly RecordedEvent[]): readonly string[] {
  const open = new Map<string, string>();
  const ended = new Set<string>();
  for (const { type, stream, data } of events) {
    const { orderId } = data as { readonly orderId?: string };
    if (type === 'StockReserved') open.set(`${orderId} ${stream}`, orderId ?? '');
    if (type === 'StockReleased' || type === 'StockCommitted') open.delete(`${orderId} ${stream}`);
    if (type === 'OrderFailed' || type === 'OrderCancelled' || type === 'OrderDelivered')
      ended.add(streamId(stream));
  }
  return [...open].filter(([, orderId]) => ended.has(orderId)).map(([key]) => `still reserved: ${key}`);
}
