// Acts of staff that concern an order and are recorded outside its own streams: scans of its parcel, and retried or
// discarded events that held it back.
import { parkedStream, type OrderId, type RecordedEvent } from '@holdfast/kernel';
import { orderStream } from '@holdfast/ordering';
import type { AuditEntry } from '@holdfast/projections';
import { shipmentStream } from '@holdfast/shipping';
import type { ApiDependencies } from '../../dependencies.js';
import { auditEntriesOf, collections } from '../../queries/read-models.js';
import { syncedEvents } from '../log/log.js';

/** Far more than the acts of staff on one order. */
const most = 200;

export async function actsOnParcelAndParked(
  { store, projections }: Pick<ApiDependencies, 'store' | 'projections'>,
  orderId: OrderId,
): Promise<readonly RecordedEvent[]> {
  const find = { ...auditEntriesOf(null, orderStream(orderId)), limit: most };
  const { items } = await projections.find<AuditEntry>(collections.audit, find);
  const outside = [shipmentStream(orderId), parkedStream('')];
  const read = items
    .map(({ document: { id } }) => entryOf(id))
    .filter(({ stream }) => outside.some((prefix) => stream.startsWith(prefix)))
    .map(({ stream, revision }) => syncedEvents(store, stream, { from: revision, limit: 1 }));
  return (await Promise.all(read)).flat();
}

/** The event of an entry, whose id is `stream:revision`. */
const entryOf = (id: string) => {
  const end = id.lastIndexOf(':');
  return { stream: id.slice(0, end), revision: Number(id.slice(end + 1)) };
};
