// Keys that LMDB can hold: at most 1,978 bytes, in the order of the values they stand for (ordered-binary's).
import { createHash } from 'node:crypto';
import type { Document } from '@holdfast/kernel';
import { valueOf } from '../cursor.js';
import type { Scalar } from '../port.js';

/** The values of an index's fields, then the document's id. */
export type Key = Scalar[];

/** In UTF-16 units. In longer strings, ordered-binary (1.6) does not escape the control characters between key parts. */
const longestWhole = 63;
/** Length to which a longer string is cut: five such parts, at three bytes a unit, and their digests fit one key. */
const beginning = 100;

/**
 * A longer string becomes its first 100 units and a SHA-256. The result is unique, since no uncut string is that long,
 * and keeps the order of the first 100 units, except for control characters. Unpaired surrogates become U+FFFD as they
 * do in the stored document, since keys are computed both before and after storing it.
 */
export function keyPart<T extends Scalar>(value: T): T | string {
  if (typeof value !== 'string') return value;
  const text = wellFormed(value);
  if (text.length <= longestWhole) return text;
  // eslint-disable-next-line no-control-regex -- they are what must not get into the key
  const start = wellFormed(text.slice(0, beginning)).replace(/[\0-\x1f]/g, ' ');
  return `${start} ${createHash('sha256').update(text).digest('base64url')}`;
}

const wellFormed = (text: string): string => text.toWellFormed();

/** Whether both versions of a document have the same place in an index over `fields`, or none. */
export const sameFields = (fields: readonly string[], one: Document, other: Document): boolean =>
  fields.every((field) => valueOf(one, field) === valueOf(other, field));

export const keyOf = (place: readonly Scalar[]): Key => place.map(keyPart);
