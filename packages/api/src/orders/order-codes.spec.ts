// The code of an order: people can read it over the telephone, and nobody can guess it.
import { expect, test } from '@jest/globals';
import { newOrderCode, orderCodeOf } from './order-codes.js';

test('a code has three groups of four signs that cannot be confused', () => {
  for (let n = 0; n < 100; n += 1)
    expect(newOrderCode()).toMatch(/^[2-9B-DF-HJKMNP-TV-Z]{4}(-[2-9B-DF-HJKMNP-TV-Z]{4}){2}$/);
});

test('no two of ten thousand codes are the same', () => {
  expect(new Set(Array.from({ length: 10_000 }, newOrderCode)).size).toBe(10_000);
});

test('a code is found however it is written, and an older order by its id', () => {
  for (const written of ['K7QF-2M9D-XW4B', 'k7qf2m9dxw4b', ' k7qf 2m9d xw4b '])
    expect(orderCodeOf(written)).toBe('K7QF-2M9D-XW4B');
  expect(orderCodeOf(' 4857ea292772631e8d500e24d44f65dc')).toBe('4857ea292772631e8d500e24d44f65dc');
});
