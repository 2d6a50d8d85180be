// What a customer is told, live: what the read model already has since the cursor, then what the log adds.
import { OrderId, streamCategory, streamId } from '@holdfast/kernel';
import { order, orderCategory, orderStream } from '@holdfast/ordering';
import type { Notification } from '@holdfast/projections';
import { documents } from '../connections.js';
import type { ApiDependencies } from '../dependencies.js';
import { foldedDocument, step, waitFor } from '../documents.js';
import { startBehind } from '../live/live.js';
import { collections, notificationsOfCustomer } from '../read-models.js';
import { foldedNotifications } from './order-documents.js';

export async function* liveNotifications(
  { store, feed, projections, commands }: ApiDependencies,
  customerId: string,
  after: string | null | undefined,
  signal: AbortSignal,
): AsyncGenerator<Notification> {
  const cursor = await startBehind(store, after);
  const start = (await store.end()).synced;
  if (after !== undefined && after !== null) {
    await waitFor(projections, collections.notices, start);
    const missed: Notification[] = [];
    const find = notificationsOfCustomer(customerId);
    for await (const { document } of documents<Notification>(projections, collections.notifications, find)) {
      if (document.position <= cursor) break;
      // what came after the start comes again from the feed
      if (document.position <= start) missed.push(document);
    }
    yield* missed.reverse();
  }
  for await (const batch of feed({ streams: 'all', after: start, signal })) {
    for (const event of batch) {
      if (streamCategory(event.stream) !== orderCategory) continue;
      const orderId = streamId(event.stream);
      const { state } = await commands.load(order, orderStream(OrderId(orderId)));
      if (state.status === 'NOT_PLACED' || state.placed.customerId !== customerId) continue;
      const before = await foldedDocument(store, foldedNotifications, orderId, event.position - 1);
      const { added } = step(foldedNotifications.projection, orderId, event, before);
      yield* added as readonly Notification[];
    }
  }
}
