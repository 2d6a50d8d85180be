// Turns ids and index places into strings that MongoDB sorts (by code point) in the order of every read store: booleans,
// then numbers, then strings. MongoDB's own order of values of different types is another one.
import type { Scalar } from '../port.js';

/** Below every character of an escaped string, so that keys that begin with `ann` lie before those with `anna`. */
const separator = '\x01';
const behindSeparator = '\x02';

/** Escapes the separators, and NUL, which not every server stores. The escaped strings have the same order. */
function escaped(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what must not get into the key
  const reserved = /[\0-\x02]/g;
  return wellFormed(text).replace(reserved, (found) => `\x02${String.fromCharCode(found.charCodeAt(0) + 1)}`);
}

/** Unpaired surrogates can't be stored. Two ids that differ only in one are the same id, as in the embedded store. */
const wellFormed = (text: string): string => text.toWellFormed();

export const idKey = escaped;

export const placeKey = (place: readonly Scalar[]): string => place.map(part).join(separator);

/** The range of the keys that begin with these values: from the first key, up to a key that is not in the range. */
export const keysWith = (equals: readonly Scalar[]): { readonly from: string; readonly before: string } => ({
  from: equals.map((value) => part(value) + separator).join(''),
  before: equals.length === 0 ? '\u{10FFFF}' : placeKey(equals) + behindSeparator,
});

function part(value: Scalar): string {
  if (typeof value === 'boolean') return value ? 'b1' : 'b0';
  return typeof value === 'number' ? `n${ordered(value)}` : `s${escaped(value)}`;
}

/** The bits of a double, so that they order as the numbers do: negative ones inverted, the others behind them. */
function ordered(value: number): string {
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value === 0 ? 0 : value);
  const negative = value < 0;
  for (let at = 0; at < bits.length; at += 1) {
    const byte = bits.readUInt8(at);
    bits.writeUInt8(negative ? ~byte & 0xff : at === 0 ? byte | 0x80 : byte, at);
  }
  return bits.toString('hex');
}
