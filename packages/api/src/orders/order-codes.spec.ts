// The code of an order: it is easy to read aloud, and can't be guessed.
import { expect, test } from '@jest/globals';
import { nodeEnvironment } from '@holdfast/runtime';
import { fakeEnvironment } from '@holdfast/testing';
import { newOrderCode, orderCodeOf } from './order-codes.js';

const { secrets } = nodeEnvironment();

test('a code has three groups of four signs that cannot be confused', () => {
  for (let n = 0; n < 100; n += 1)
    expect(newOrderCode(secrets)).toMatch(/^[2-9B-DF-HJKMNP-TV-Z]{4}(-[2-9B-DF-HJKMNP-TV-Z]{4}){2}$/);
});

test('no two of ten thousand codes are the same', () => {
  expect(new Set(Array.from({ length: 10_000 }, () => newOrderCode(secrets))).size).toBe(10_000);
});

test('the same secrets give the same code', () => {
  const codeOf = (seed: number): string => newOrderCode(fakeEnvironment({ seed }).secrets);
  expect(codeOf(1)).toBe(codeOf(1));
  expect(codeOf(2)).not.toBe(codeOf(1));
});

test('a code is found in any way of writing, and an older order by its id', () => {
  for (const written of ['K7QF-2M9D-XW4B', 'k7qf2m9dxw4b', ' k7qf 2m9d xw4b '])
    expect(orderCodeOf(written)).toBe('K7QF-2M9D-XW4B');
  expect(orderCodeOf(' 4857ea292772631e8d500e24d44f65dc')).toBe('4857ea292772631e8d500e24d44f65dc');
});
