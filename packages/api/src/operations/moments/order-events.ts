// All events of one order: those of its own streams, and those about it in the shared streams of stock, wallet and
// invoices. A shared stream may be long, so only two parts of it are read: after the placing of the order, and before the
// stream's end. Between them, events are found by the positions that decisions of process managers name.
import { checkoutStream, interventionStream } from '@holdfast/checkout';
import { policyStreams } from '@holdfast/choreography';
import type { EventStore } from '@holdfast/event-store';
import { fulfilmentStream } from '@holdfast/fulfilment';
import { stockStream } from '@holdfast/inventory';
import { type OrderId, type Position, type RecordedEvent } from '@holdfast/kernel';
import { orderStream, type OrderPlaced } from '@holdfast/ordering';
import { paymentStream } from '@holdfast/payments';
import { isForeign, revisionAt, whenReadable } from '@holdfast/runtime';
import { shipmentStream } from '@holdfast/shipping';
import { walletStream } from '@holdfast/wallet';
import type { Pause } from '../../graphql/connections.js';
import { graphQLError } from '../../graphql/errors.js';
import { syncedEvents } from '../log/log.js';

/** Most events of one stream of the order's own. A checkout with more has a step that fails for days. */
const mostOfStream = 2_000;
const mostPayments = 20;
/** Number of events of a shared stream that are read after the placing of the order, and before the stream's end. */
const window = 500;
/** Number of events that are looked up by the position that a decision names. */
const mostLinks = 500;

export type OrderEvents = {
  readonly placed: OrderPlaced['data'];
  /** in log order; the first is OrderPlaced */
  readonly events: readonly RecordedEvent[];
};

/** Null when there is no such order, or its first event can't be read. @throws GraphQLError TOO_MUCH_TO_READ */
export async function orderEvents(
  store: EventStore,
  orderId: OrderId,
  pause: Pause,
): Promise<OrderEvents | null> {
  const own = await whole(store, orderStream(orderId));
  const [first] = own;
  const placed = first && whenReadable(() => (first as RecordedEvent<OrderPlaced>).data);
  if (placed === undefined || first?.type !== 'OrderPlaced') return null;
  const found = new Map<Position, RecordedEvent>();
  const add = (events: readonly RecordedEvent[]): void => {
    for (const event of events) if (!isForeign(event)) found.set(event.position, event);
  };
  add(own);
  for (const stream of ownStreams(orderId)) add(await whole(store, stream));
  for (let attempt = 1; attempt <= mostPayments; attempt += 1) {
    const events = await whole(store, paymentStream({ orderId, attempt }));
    if (events.length === 0) break;
    add(events);
  }
  for (const stream of sharedStreams(placed)) {
    await pause();
    add(await within(store, stream, orderId, first.position));
  }
  add(await linked(store, [...found.values()], pause));
  return { placed, events: [...found.values()].sort((a, b) => a.position - b.position) };
}

/** The order's own streams. It has a checkout or policies, so some of these streams are empty. */
const ownStreams = (orderId: OrderId): readonly string[] => [
  checkoutStream(orderId),
  ...policyStreams(orderId),
  interventionStream(orderId),
  fulfilmentStream(orderId),
  shipmentStream(orderId),
];

const sharedStreams = ({ customerId, lines }: OrderPlaced['data']): readonly string[] => [
  walletStream(customerId),
  ...new Set(lines.map(({ sku }) => stockStream(sku))),
];

async function whole(store: EventStore, stream: string): Promise<readonly RecordedEvent[]> {
  const events = await syncedEvents(store, stream, { limit: mostOfStream + 1 });
  if (events.length > mostOfStream)
    throw graphQLError('TOO_MUCH_TO_READ', `${stream} has more than ${mostOfStream} events`);
  return events;
}

async function within(store: EventStore, stream: string, orderId: OrderId, after: Position) {
  const from = (await revisionAt(store, stream, after)) + 1;
  const begin = await syncedEvents(store, stream, { from, limit: window });
  const isAll = begin.length < window;
  const end = isAll ? [] : await syncedEvents(store, stream, { direction: 'backwards', limit: window });
  return [...begin, ...end].filter((event) => orderIn(event) === orderId);
}

/** The order that an event in a shared stream is about. */
export const orderIn = (event: RecordedEvent): string | undefined =>
  whenReadable(() => (event.data as { readonly orderId?: string }).orderId);

async function linked(store: EventStore, events: readonly RecordedEvent[], pause: Pause) {
  const known = new Set(events.map(({ position }) => position));
  const named = new Set(events.flatMap(({ metadata: { inputPosition } }) => inputPosition ?? []));
  const unknown = [...named].filter((position) => position >= 0 && !known.has(position)).slice(0, mostLinks);
  const inputs: RecordedEvent[] = [];
  for (const from of unknown) {
    const [event] = await store.readAll({ from, limit: 1 });
    if (event?.position === from) inputs.push(event);
    await pause();
  }
  return inputs;
}
