// The code that people use for an order: random letters and digits that cannot be confused, so that nobody finds
// another's order by trying.
import { randomInt } from 'node:crypto';

/** No 0, O, 1, I, L; and no vowels, so that no code is a word. */
const alphabet = '23456789BCDFGHJKMNPQRSTVWXYZ';
/** 28¹² codes: with a million orders, one try in 150 billion finds one. */
const length = 12;

const grouped = (signs: string): string => signs.match(/.{4}/g)?.join('-') ?? signs;

/** `K7QF-2M9D-XW4B` */
export const newOrderCode = (): string =>
  grouped(Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join(''));

/** The code as it is stored, however somebody writes it; older orders are called by their id, which stays as it is. */
export function orderCodeOf(written: string): string {
  const signs = written.toUpperCase().replace(/[\s-]/g, '');
  const isCode = new RegExp(`^[${alphabet}]{${length}}$`).test(signs);
  return isCode ? grouped(signs) : written.trim();
}
