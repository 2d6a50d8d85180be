// Converts the client's events to ours, and its 64-bit positions to numbers. Other programs and the server itself write
// into the log, too, so the code checks that an event is ours before it trusts its form.
import { type EventData, jsonEvent, type ResolvedEvent } from '@eventstore/db-client';
import type { EventMetadata, NewEvent, Position, RecordedEvent } from '@holdfast/kernel';

/** @throws RangeError when a log has grown beyond 2^53 bytes, 8 PiB: positions would no longer be exact */
export function exact(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`${value.toString()} is beyond what a position or revision can be, 2^53 - 1`);
  }
  return Number(value);
}

export const wirePosition = (position: Position): { readonly commit: bigint; readonly prepare: bigint } => ({
  commit: BigInt(position),
  prepare: BigInt(position),
});

/** The position of any event, including events of other programs. */
export function positionOf({ event }: ResolvedEvent): Position {
  if (event?.position === undefined) throw new Error('the server gives no positions: it is older than 22.6');
  return exact(event.position.commit);
}

/**
 * The event as the program knows it, without `streamPrefix`. Null for the server's own events (statistics, metadata,
 * links, and tombstones, whose revision is 2^63 - 1) and for streams without the prefix.
 */
export function recordedEvent(resolved: ResolvedEvent, streamPrefix = ''): RecordedEvent | null {
  const { event } = resolved;
  if (event === undefined || isOfServer(event) || !event.streamId.startsWith(streamPrefix)) return null;
  const { streamId, id, type, data, isJson, metadata, created } = event;
  return {
    stream: streamId.slice(streamPrefix.length),
    revision: exact(event.revision),
    position: positionOf(resolved),
    id,
    type,
    data: isJson ? data : Buffer.from(data).toString('base64'),
    metadata: asMetadata(metadata, created),
  };
}

const isOfServer = ({ streamId, type }: { readonly streamId: string; readonly type: string }): boolean =>
  streamId.startsWith('$') || type.startsWith('$');

/** Other programs may write no metadata, bytes, or an object without a time. Then the server's time is used. */
function asMetadata(metadata: unknown, created: Date): EventMetadata {
  const isObject =
    typeof metadata === 'object' &&
    metadata !== null &&
    !Array.isArray(metadata) &&
    !(metadata instanceof Uint8Array);
  const found: Partial<EventMetadata> = isObject ? metadata : {};
  return (typeof found.at === 'string' ? found : { ...found, at: created.toISOString() }) as EventMetadata;
}

export const eventData = ({ id, type, data, metadata }: NewEvent): EventData =>
  jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { ...metadata } });

/** The size of an event in bytes, as the server counts it. */
export const eventBytes = ({ type, data, metadata }: NewEvent): number =>
  Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata)) + type.length * 2;
