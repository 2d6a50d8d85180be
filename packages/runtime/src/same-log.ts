// Whether the read store was built from this log. After the log was replaced by an older or another one, it was not:
// then checkpoints and snapshots refer to events that this log does not have, and all of it must be built anew.
import { beforeAll, type Document, type Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { CollectionDefinition, ReadStore, Write } from '@holdfast/read-store';

const collection = 'log';
export const logCollection: CollectionDefinition = { name: collection, indexes: {} };
const id = 'last-seen';

type LastSeen = Document & { readonly position: Position; readonly eventId: string };

/** Returns a write for a consumer's checkpoint: it stores the id of the event at `position`. */
export async function lastSeen(store: EventStore, position: Position): Promise<readonly Write[]> {
  const [event] = await store.readAll({ from: position, limit: 1 });
  if (event?.position !== position) return [];
  const document: LastSeen = { id, position, eventId: event.id };
  return [{ collection, document }];
}

/** Returns false when the read store has effects of events that are not in this log. `checkpoints`: their names. */
export async function isOfThisLog(
  store: EventStore,
  readStore: ReadStore,
  checkpoints: readonly string[],
): Promise<boolean> {
  await readStore.define([logCollection]);
  const reached: Position[] = [];
  for (const name of checkpoints) reached.push((await readStore.checkpoint(name)) ?? beforeAll);
  const [seen] = await readStore.getMany<LastSeen>(collection, [id]);
  // Checked last: other processes may write both at this moment.
  const { synced } = await store.end();
  if (Math.max(...reached) > synced) return false;
  if (seen === null || seen === undefined) return true;
  const [event] = await store.readAll({ from: seen.position, limit: 1 });
  return event?.id === seen.eventId;
}
