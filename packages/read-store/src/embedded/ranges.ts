// Ranges of keys in LMDB, for finds.
import type { RangeOptions } from 'lmdb';
import type { Find, Scalar } from '../port.js';
import { keyOf } from './keys.js';

/** Sorts before every string and after the key of the shapes. */
export const beforeAllIds = true;
/** Sorts after every scalar. */
const afterAll = new Uint8Array([0xff]);

/** Keys that begin with `equals`, after `place`. */
export function keyRange(
  equals: readonly Scalar[],
  place: readonly Scalar[] | null,
  order: Find['order'],
): RangeOptions {
  const prefix = keyOf(equals);
  const first = prefix.length === 0 ? undefined : prefix;
  const last = [...prefix, afterAll];
  const start = place === null ? (order === 'descending' ? last : first) : keyOf(place);
  return {
    ...(start && { start }),
    ...(order === 'descending' ? first && { end: first } : { end: last }),
    exclusiveStart: place !== null,
    reverse: order === 'descending',
  };
}

export function idRange(place: readonly Scalar[] | null, order: Find['order']): RangeOptions {
  const descending = order === 'descending';
  return {
    start: place === null ? (descending ? afterAll : beforeAllIds) : (keyOf(place)[0] ?? beforeAllIds),
    end: descending ? beforeAllIds : afterAll,
    exclusiveStart: place !== null,
    reverse: descending,
  };
}
