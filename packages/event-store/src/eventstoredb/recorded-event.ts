// Between the client's events and ours, and between its 64-bit positions and our numbers.
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

export function recordedEvent({ event }: ResolvedEvent): RecordedEvent {
  if (event?.position === undefined) throw new Error('the server gives no positions: it is older than 22.6');
  const { streamId, id, type, data, metadata } = event;
  return {
    stream: streamId,
    revision: exact(event.revision),
    position: exact(event.position.commit),
    id,
    type,
    data,
    metadata: metadata as unknown as EventMetadata,
  };
}

/** Events of the server's own: metadata of streams, statistics, links. They are not the program's. */
export const isSystemEvent = ({ stream, type }: RecordedEvent): boolean =>
  stream.startsWith('$') || type.startsWith('$');

export const eventData = ({ id, type, data, metadata }: NewEvent): EventData =>
  jsonEvent({ id, type, data: data as Record<string, unknown>, metadata: { ...metadata } });

/** As the server counts it. */
export const eventBytes = ({ type, data, metadata }: NewEvent): number =>
  Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata)) + type.length * 2;
