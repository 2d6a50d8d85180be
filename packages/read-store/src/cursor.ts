// Places in an index, and cursors. A cursor holds the place at which a page ended. Clients must not read cursors, and the
// cursors that they send are checked.
import type { Document } from '@holdfast/kernel';
import { InvalidCursor, type Scalar } from './port.js';

/** A place in an index: the values of its fields, then the id. */
export type Place = readonly Scalar[];

/** Returns a document's place in an index over `fields`; null when it lacks a field, and so is not in the index. */
export function placeIn(fields: readonly string[], document: Document): Scalar[] | null {
  const place: Scalar[] = [];
  for (const field of fields) {
    const value = valueOf(document, field);
    if (!isScalar(value)) return null;
    place.push(value);
  }
  place.push(document.id);
  return place;
}

export const valueOf = (document: Document, field: string): unknown =>
  (document as unknown as Readonly<Record<string, unknown>>)[field];

/** `index` names the index and its fields: a cursor stays valid after a rebuild, but not in an index of other fields. */
export const encodeCursor = (index: string, place: Place): string =>
  Buffer.from(JSON.stringify([index, ...place])).toString('base64url');

/** A cursor in the order of ids, behind this id. There need not be a document with the id. */
export const cursorBehind = (id: string): string => encodeCursor('', [id]);

/**
 * @param width how many values a place in this index has
 * @param equals the values that the place must begin with
 * @throws InvalidCursor
 */
export function decodeCursor(cursor: string, index: string, width: number, equals: readonly Scalar[]): Place {
  const parsed = parse(cursor);
  if (!Array.isArray(parsed)) throw new InvalidCursor('malformed cursor');
  const [name, ...place] = parsed as readonly unknown[];
  if (name !== index || place.length !== width || !place.every(isScalar)) {
    throw new InvalidCursor('the cursor belongs to another index');
  }
  if (encodeCursor(index, place) !== cursor) throw new InvalidCursor('malformed cursor');
  if (equals.some((value, at) => place[at] !== value)) {
    throw new InvalidCursor('the cursor belongs to another part of the index');
  }
  return place;
}

/** Whether an index can order by the value. It can't by NaN, an infinity or null. */
export const isScalar = (value: unknown): value is Scalar =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw new InvalidCursor('malformed cursor');
  }
}
