// Live notifications of a customer: first those of the read model since the cursor, then those of new events.
import type { Notification, NotifiedOrder } from '@holdfast/projections';
import { documents } from '../graphql/connections.js';
import type { ApiDependencies } from '../dependencies.js';
import { waitFor, type Folded } from '../queries/documents.js';
import { follow } from '../live/dispatcher.js';
import { startBehind } from '../live/live.js';
import { UpdateQueue } from '../live/update-queue.js';
import { collections, notificationsOfCustomer } from '../queries/read-models.js';
import { foldedNotifications } from './order-documents.js';

export async function* liveNotifications(
  dependencies: Pick<ApiDependencies, 'store' | 'feed' | 'projections'>,
  customerId: string,
  after: string | null | undefined,
  signal: AbortSignal,
  folded: Folded<NotifiedOrder> = foldedNotifications,
): AsyncGenerator<Notification> {
  const { store, projections } = dependencies;
  const cursor = await startBehind(store, after);
  const { session, leave } = await follow(dependencies);
  const queue = new UpdateQueue<Notification>();
  const topics = session.topics(folded, (added: Notification) => added.customerId);
  const stop = topics.listen(customerId, queue);
  try {
    const start = Math.max(session.position, (await store.end()).synced);
    if (after !== undefined && after !== null) {
      await waitFor(projections, collections.notices, start);
      const find = { ...notificationsOfCustomer(customerId), order: 'ascending' as const };
      for await (const { document } of documents<Notification>(
        projections,
        collections.notifications,
        find,
      )) {
        if (signal.aborted) return;
        // Notifications after the start are in the queue.
        if (document.position > cursor && document.position <= start) yield document;
      }
    }
    for await (const notification of queue.read(signal))
      if (notification.position > start) yield notification;
  } finally {
    stop();
    leave();
  }
}
