// Converts events of clients to the form of the log, and back. The log stores JSON, so bytes that JSON would change are
// stored as base64: clients get every event back byte for byte.
import type { EventMetadata, NewEvent, RecordedEvent } from '@holdfast/kernel';

export type ContentType = 'application/json' | 'application/octet-stream';

export type WireEvent = {
  readonly id: string;
  readonly type: string;
  readonly contentType: ContentType;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
};

/** Facts of the protocol that the log has no field for: kept in the event's metadata, under this one key. */
type Marks = {
  /** milliseconds since the epoch */
  readonly created: number;
  /** data is base64, of JSON text or of anything; absent when it is JSON itself */
  readonly data?: 'json' | 'binary';
  /** base64; absent when it is the metadata without the marks */
  readonly metadata?: string;
  /** the event ends its stream permanently */
  readonly tombstone?: true;
  /** on a stream's metadata, in old logs that did not use `$tb` for it: the stream was deleted, and begins again at `floor` */
  readonly deleted?: true;
  /** the id that the client gave, where another event of the same append has it too */
  readonly id?: string;
  /** on a stream's metadata: deleted events, all before this revision, stay hidden for every value of `$tb` */
  readonly floor?: number;
};
const marksKey = '$holdfast';
type Marked = Record<string, unknown> & { readonly [marksKey]?: Marks };

export const tombstoneType = '$streamDeleted';
export const metadataType = '$metadata';

export function toStored(event: WireEvent, created: number, marks: Partial<Marks> = {}): NewEvent {
  const { id, type, contentType } = event;
  const data = contentType === 'application/json' ? faithfulJson(event.data) : undefined;
  const metadata = faithfulJson(event.metadata);
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  const keepsMetadata = isObject && !(marksKey in metadata);
  const marked: Marked = {
    ...(keepsMetadata ? metadata : {}),
    [marksKey]: {
      created,
      ...(data === undefined && { data: contentType === 'application/json' ? 'json' : 'binary' }),
      ...(!keepsMetadata && { metadata: base64(event.metadata) }),
      ...marks,
    },
  };
  return {
    id,
    type,
    data: data === undefined ? base64(event.data) : data,
    metadata: marked as unknown as EventMetadata,
  };
}

export function toWire(event: RecordedEvent): WireEvent & { readonly created: number } {
  const { type } = event;
  const { [marksKey]: marks, ...own } = event.metadata as unknown as Marked;
  return {
    id: marks?.id ?? event.id,
    type,
    contentType: marks?.data === 'binary' ? 'application/octet-stream' : 'application/json',
    data: marks?.data === undefined ? utf8(event.data) : Buffer.from(event.data as string, 'base64'),
    metadata: marks?.metadata === undefined ? utf8(own) : Buffer.from(marks.metadata, 'base64'),
    created: createdAt(event),
  };
}

/** The id of the event for clients. */
export const shownId = (event: RecordedEvent): string => marksOf(event).id ?? event.id;

/** Milliseconds since the epoch, from the server's clock, or from the event itself when the program wrote it. */
export function createdAt(event: RecordedEvent): number {
  const { created } = marksOf(event);
  if (created !== undefined) return created;
  const at = Date.parse(event.metadata.at);
  return Number.isNaN(at) ? 0 : at;
}

export const isTombstone = (event: RecordedEvent): boolean => marksOf(event).tombstone === true;
export const isDeletion = (event: RecordedEvent): boolean => marksOf(event).deleted === true;
export const deletedBefore = (event: RecordedEvent): number => marksOf(event).floor ?? 0;

const marksOf = (event: RecordedEvent): Partial<Marks> =>
  (event.metadata as unknown as Marked)[marksKey] ?? {};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const utf8 = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** The value, if writing it again gives the same bytes. */
function faithfulJson(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined; // the most frequent case, and throwing is slow
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return Buffer.from(JSON.stringify(value)).equals(bytes) ? value : undefined;
  } catch {
    return undefined; // not JSON: the caller then keeps the bytes as they are
  }
}
