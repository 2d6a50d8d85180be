// The collection, index and order of each list of the API, in one place.
import { staffActor } from '@holdfast/projections';
import type { DocumentFind } from '../graphql/connections.js';

const newestFirst = 'descending';

export const collections = {
  orders: 'order-summary',
  history: 'order-history',
  shipments: 'shipments',
  products: 'stock-level',
  movements: 'stock-movements',
  wallets: 'wallet-statement',
  entries: 'wallet-entries',
  sagas: 'saga-monitor',
  timers: 'timers',
  streams: 'streams',
  parked: 'parked',
  audit: 'audit-log',
  notices: 'notifications',
  notifications: 'notifications-sent',
  receipts: 'notification-receipts',
} as const;

/** `openReturns`: of all customers only orders with an open return request, then in any status. */
export const ordersOf = (
  customerId: string | null,
  status: string | null,
  openReturns = false,
): DocumentFind => {
  if (customerId === null && openReturns)
    return { index: 'openReturn', equals: [openReturns], order: newestFirst };
  if (customerId === null)
    return status === null
      ? { index: 'placed', order: newestFirst }
      : { index: 'status', equals: [status], order: newestFirst };
  return status === null
    ? { index: 'customer', equals: [customerId], order: newestFirst }
    : { index: 'customerStatus', equals: [customerId, status], order: newestFirst };
};

export const ordersOfCode = (code: string): DocumentFind => ({ index: 'code', equals: [code] });

/** The longest wait comes first. */
export const shipmentsIn = (stage: string): DocumentFind => ({ index: 'stage', equals: [stage] });

export const movementsOf = (sku: string): DocumentFind => ({
  index: 'sku',
  equals: [sku],
  order: newestFirst,
});

export const entriesOf = (customerId: string): DocumentFind => ({
  index: 'customer',
  equals: [customerId],
  order: newestFirst,
});

export const notificationsOfOrder = (orderId: string): DocumentFind => ({
  index: 'order',
  equals: [orderId],
});

export const notificationsOfCustomer = (customerId: string): DocumentFind => ({
  index: 'customer',
  equals: [customerId],
  order: newestFirst,
});

export const readNotificationsOf = (customerId: string): DocumentFind => ({
  index: 'read',
  equals: [customerId],
});

/** Checkouts that wait for the same thing, the longest wait first. */
export function sagasIn(status: string | null, waitingFor: string | null = null): DocumentFind {
  if (status !== null) return { index: 'status', equals: [status], order: newestFirst };
  return waitingFor === null
    ? { index: 'started', order: newestFirst }
    : { index: 'waitingFor', equals: [waitingFor] };
}

/** Armed timers first, each kind in the order of its time; or armed timers only. */
export const timersByDueTime = (armedOnly: boolean): DocumentFind => ({
  index: 'due',
  ...(armedOnly && { equals: ['ARMED'] }),
});

/** Streams by name, or newest first; null for a sort order without an index. */
export function streamsBy(sort: string): DocumentFind | null {
  if (sort === 'name') return {};
  return sort === 'latest' ? { index: 'started', order: newestFirst } : null;
}

export const parkedOf = (consumer: string | null): DocumentFind =>
  consumer === null ? { index: 'position' } : { index: 'consumer', equals: [consumer] };

/** The parked events that hold back the processes of an order. */
export const parkedOfOrder = (orderId: string): DocumentFind => ({ index: 'holds', equals: [orderId] });

/** `actor` is `staff:<id>`, or the id alone. */
export function auditEntriesOf(actor: string | null, subject: string | null): DocumentFind {
  const order = newestFirst;
  const by = actor === null || actor.includes(':') ? actor : staffActor(actor);
  if (by === null)
    return subject === null ? { index: 'position', order } : { index: 'subject', equals: [subject], order };
  return subject === null
    ? { index: 'actor', equals: [by], order }
    : { index: 'actorAndSubject', equals: [by, subject], order };
}
