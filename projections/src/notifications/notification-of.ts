// The notification that one event of an order makes, for code that has the order's events and needs no read model.
import { streamId, type RecordedEvent } from '@holdfast/kernel';
import { notifications, type Notification, type NotifiedOrder } from './notifications.js';

/**
 * The notification of the last of `events`; null when it makes none. `events` are those of one order, from its first
 * one on.
 */
export function notificationOf(events: readonly RecordedEvent[]): Notification | null {
  let order: NotifiedOrder | null = null;
  let last: Notification | null = null;
  for (const event of events) {
    last = null;
    if (notifications.key(event) !== streamId(event.stream)) continue;
    for (const change of notifications.project(event, order)) {
      if (!('document' in change)) continue;
      if (change.collection === undefined) order = change.document as NotifiedOrder;
      else last = change.document as Notification;
    }
  }
  return last;
}
