// Converts between the protocol's messages and plain values: ids, stream names, positions, recorded events.
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { RecordedEvent } from '@holdfast/kernel';
import type { ExpectedRevision } from '@holdfast/event-store';
import { invalidArgument } from './refusal.js';
import { type ContentType, isTombstone, toWire, type WireEvent } from './streams/stored-event.js';

export const streamName = (identifier: shared.StreamIdentifier | undefined): string => {
  const name = Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
  if (name === '') throw invalidArgument('A stream name is missing.');
  return name;
};

export const streamIdentifier = (name: string): shared.StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(name));

/** A UUID in its text form, or in two halves of 64 bits. */
export function idOf(uuid: shared.UUID | undefined): string {
  const structured = uuid?.getStructured();
  if (structured !== undefined) {
    const hex = [structured.getMostSignificantBits(), structured.getLeastSignificantBits()]
      .map((bits) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0'))
      .join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
  }
  const text = uuid?.getString().toLowerCase() ?? '';
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(text)) throw invalidArgument('An id is no UUID.');
  return text;
}

export type IdForm = 'text' | 'halves';

/** The form of ids that the request wants in the reply. */
export const idForm = (option: { hasStructured(): boolean } | undefined): IdForm =>
  option?.hasStructured() === true ? 'halves' : 'text';

export function uuid(id: string, form: IdForm): shared.UUID {
  if (form === 'text') return new shared.UUID().setString(id);
  const hex = id.replaceAll('-', '');
  const half = (from: number): string =>
    BigInt.asIntN(64, BigInt(`0x${hex.slice(from, from + 16)}`)).toString();
  return new shared.UUID().setStructured(
    new shared.UUID.Structured().setMostSignificantBits(half(0)).setLeastSignificantBits(half(16)),
  );
}

/** Reads an unsigned 64-bit number. Above the largest safe integer it returns that: no log gets so far. */
export const integer = (text: string): number => Math.min(Number(text), Number.MAX_SAFE_INTEGER);

/** Reads the expected revision from a message of Append, BatchAppend, Delete or Tombstone; one method's name differs. */
export function expectedRevision(
  options: { hasNoStream(): boolean; hasAny(): boolean; hasStreamExists(): boolean },
  revision: string,
): ExpectedRevision {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasAny()) return 'any';
  return options.hasStreamExists() ? 'stream_exists' : integer(revision);
}

export const expectedNumber = (expected: ExpectedRevision): number =>
  typeof expected === 'number' ? expected : { no_stream: -1, any: -2, stream_exists: -4 }[expected];

export function proposedEvent(
  message: streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage,
): WireEvent {
  const metadata = message.getMetadataMap();
  const type = metadata.get('type');
  const contentType = metadata.get('content-type');
  if (type === undefined) throw invalidArgument("Required metadata 'type' is missing.");
  return {
    id: idOf(message.getId()),
    type,
    contentType: (contentType === 'application/json'
      ? contentType
      : 'application/octet-stream') satisfies ContentType,
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** The fields that a recorded event has in every service. */
type RecordedMessage = Pick<streams.ReadResp.ReadEvent.RecordedEvent, 'getMetadataMap'> & {
  setId(value: shared.UUID): unknown;
  setStreamIdentifier(value: shared.StreamIdentifier): unknown;
  setStreamRevision(value: string): unknown;
  setPreparePosition(value: string): unknown;
  setCommitPosition(value: string): unknown;
  setCustomMetadata(value: Uint8Array): unknown;
  setData(value: Uint8Array): unknown;
};

const ticksPerMillisecond = 10_000n;
/** a tombstone is the last event that a stream can have */
const lastRevision = '9223372036854775807';

/** Fills in `message` and returns it. */
export function recorded<M extends RecordedMessage>(message: M, event: RecordedEvent, form: IdForm): M {
  const { id, type, contentType, data, metadata, created } = toWire(event);
  message.setId(uuid(id, form));
  message.setStreamIdentifier(streamIdentifier(event.stream));
  message.setStreamRevision(isTombstone(event) ? lastRevision : String(event.revision));
  message.setPreparePosition(String(event.position));
  message.setCommitPosition(String(event.position));
  message
    .getMetadataMap()
    .set('type', type)
    .set('content-type', contentType)
    .set('created', String(BigInt(created) * ticksPerMillisecond));
  message.setCustomMetadata(metadata);
  message.setData(isTombstone(event) ? new Uint8Array() : data);
  return message;
}
