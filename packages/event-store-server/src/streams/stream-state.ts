// The visible part of a stream, derived from its last event and from the last event of its metadata.
import type { Clock, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { createdAt, deletedBefore, isDeletion, isTombstone, toWire } from './stored-event.js';
import { type StreamMetadata, streamMetadata } from './stream-metadata.js';

export type StreamState =
  | { readonly kind: 'tombstoned' }
  | {
      /** `missing`: it never had an event. `deleted`: it begins again with the next one */
      readonly kind: 'readable' | 'missing' | 'deleted';
      /** revision of the last event, -1 when there never was one */
      readonly last: number;
      /** the first revision that is shown */
      readonly first: number;
      /** events before this time are not shown; milliseconds since the epoch */
      readonly since: number;
      /** deleted events are before this revision, and stay hidden */
      readonly floor: number;
      /** bytes of its metadata, null when there is none */
      readonly metadata: Uint8Array | null;
      /** its metadata marks it as deleted although it has events since then, after a crash or an append of the program itself */
      readonly revivalIsDue: boolean;
    };

export async function streamState(store: EventStore, clock: Clock, stream: string): Promise<StreamState> {
  const last = await lastOf(store, stream);
  if (last !== undefined && isTombstone(last)) return { kind: 'tombstoned' };
  if (stream.startsWith('$$')) return stateOfMetadata(store, stream, last);
  const lastRevision = last?.revision ?? -1;
  const recorded = await lastOf(store, `$$${stream}`);
  const metadata = recorded === undefined ? null : toWire(recorded).data;
  const says = metadata === null ? nothing : streamMetadata(metadata);
  const { deletes, truncateBefore = 0, maxCount, maxAgeSeconds } = says;
  const wasDeleted = recorded !== undefined && (deletes || isDeletion(recorded));
  const isDeleted = wasDeleted && (last?.position ?? -1) < recorded.position;
  const floor = recorded === undefined ? 0 : deletedBefore(recorded);
  return {
    kind: isDeleted ? 'deleted' : last === undefined ? 'missing' : 'readable',
    last: lastRevision,
    first: Math.max(
      wasDeleted ? 0 : truncateBefore,
      floor,
      maxCount === undefined ? 0 : lastRevision + 1 - maxCount,
    ),
    since: maxAgeSeconds === undefined ? 0 : clock.now() - maxAgeSeconds * 1000,
    floor: isDeleted ? lastRevision + 1 : floor,
    metadata,
    revivalIsDue: wasDeleted && !isDeleted,
  };
}

const nothing: StreamMetadata = { deletes: false };

/** Of a stream's metadata the last event is shown, as long as the stream has no tombstone. */
async function stateOfMetadata(
  store: EventStore,
  stream: string,
  last: RecordedEvent | undefined,
): Promise<StreamState> {
  const of = await lastOf(store, stream.slice(2));
  if (of !== undefined && isTombstone(of)) return { kind: 'tombstoned' };
  return {
    kind: last === undefined ? 'missing' : 'readable',
    last: last?.revision ?? -1,
    first: last?.revision ?? 0,
    since: 0,
    floor: 0,
    metadata: null,
    revivalIsDue: false,
  };
}

/** Whether an event of this state's stream is shown. */
export const isShown = (
  { first, since }: { readonly first: number; readonly since: number },
  event: RecordedEvent,
): boolean => event.revision >= first && createdAt(event) >= since;

async function lastOf(store: EventStore, stream: string): Promise<RecordedEvent | undefined> {
  return (await store.readStream(stream, { direction: 'backwards', limit: 1 }))[0];
}
