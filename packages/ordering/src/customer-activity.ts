// The orders of one customer. Each order is noted here before it is placed, so that the order itself carries the facts
// that its check needs. Two orders at the same time are noted one after the other: the second one counts the first.
import {
  accepted,
  streamName,
  type Aggregate,
  type CustomerId,
  type DomainCommand,
  type DomainEvent,
  type Json,
  type OrderId,
} from '@holdfast/kernel';
import type { CustomerHistory } from './order.events.js';

export const activityCategory = 'activity';
export const activityStream = (customerId: CustomerId): string => streamName(activityCategory, customerId);

/** `at` (ISO 8601): time at which the customer asked for the order. */
export type NoteOrder = DomainCommand<
  'NoteOrder',
  { readonly customerId: CustomerId; readonly orderId: OrderId; readonly at: string }
>;
export type OrderNoted = DomainEvent<'OrderNoted', { readonly orderId: OrderId; readonly at: string }>;

type Noted = { readonly orderId: string; readonly atMs: number };
/** `recent`: the last order and at most `countedOrders` orders within the hour before it, oldest first. */
export type CustomerActivity = { readonly orders: number; readonly recent: readonly Noted[] };

/** The largest number of orders of one hour that is counted. */
export const countedOrders = 200;
const hourMs = 60 * 60 * 1000;

function evolve({ orders, recent }: CustomerActivity, { data }: OrderNoted): CustomerActivity {
  const atMs = Date.parse(data.at);
  const kept = recent.filter((noted) => noted.atMs > atMs - hourMs).slice(-countedOrders);
  return { orders: orders + 1, recent: [...kept, { orderId: data.orderId, atMs }] };
}

/** The customer's orders before a noted order; for an order that is no longer in `recent`, before now. */
export function customerHistory({ orders, recent }: CustomerActivity, orderId: OrderId): CustomerHistory {
  const at = recent.findIndex((noted) => noted.orderId === orderId);
  const atMs = recent[at]?.atMs ?? Infinity;
  const before = recent.slice(0, Math.max(0, at)).filter((noted) => noted.atMs > atMs - hourMs);
  return {
    earlierOrders: at === -1 ? orders : orders - (recent.length - at),
    ordersInLastHour: before.length,
  };
}

export const customerActivity: Aggregate<NoteOrder, OrderNoted, CustomerActivity, never> = {
  category: activityCategory,
  commandTypes: ['NoteOrder'],
  stream: ({ data }) => activityStream(data.customerId),
  initialState: { orders: 0, recent: [] },
  evolve,
  decide: ({ data: { orderId, at } }, { recent }) =>
    accepted(
      recent.some((noted) => noted.orderId === orderId)
        ? []
        : [{ type: 'OrderNoted', data: { orderId, at } }],
    ),
  snapshot: {
    version: 1,
    parts: ({ orders, recent }) => [
      { orders, recent: recent.map(({ orderId, atMs }) => ({ orderId, atMs })) },
    ],
    add: (_, part: Json) => part as unknown as CustomerActivity,
  },
};
