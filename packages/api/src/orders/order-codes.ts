// The code of an order for people: random letters and digits that can't be confused. There are so many codes that trying
// finds no order.
import type { Secrets } from '@holdfast/kernel';

/** No 0, O, 1, I, L; and no vowels, so that no code is a word. */
const alphabet = '23456789BCDFGHJKMNPQRSTVWXYZ';
/** 28¹² codes: with a million orders, one try in 150 billion finds one. */
const length = 12;

const grouped = (signs: string): string => signs.match(/.{4}/g)?.join('-') ?? signs;

/** `K7QF-2M9D-XW4B` */
export function newOrderCode(secrets: Secrets): string {
  // Bytes beyond the last whole multiple would make the first signs likelier.
  const fair = 256 - (256 % alphabet.length);
  let signs = '';
  while (signs.length < length)
    for (const byte of secrets.bytes(length - signs.length))
      if (byte < fair) signs += alphabet.charAt(byte % alphabet.length);
  return grouped(signs);
}

/** Returns the code in its stored form, from any way of writing it. The id of an older order is returned unchanged. */
export function orderCodeOf(written: string): string {
  const signs = written.toUpperCase().replace(/[\s-]/g, '');
  const isCode = new RegExp(`^[${alphabet}]{${length}}$`).test(signs);
  return isCode ? grouped(signs) : written.trim();
}
