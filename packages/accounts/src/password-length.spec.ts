// The length of a password, however a keyboard composes its letters.
import { describe, expect, test } from '@jest/globals';
import { hasPasswordLength, isTooLong } from './password-length.js';

describe('the length of a password', () => {
  test.each([
    ['seven letters', 'a'.repeat(7), false],
    ['eight letters', 'a'.repeat(8), true],
    ['seven emoji, fourteen UTF-16 units', '🔑'.repeat(7), false],
    ['eight emoji', '🔑'.repeat(8), true],
    ['128 emoji', '🔑'.repeat(128), true],
    ['129 emoji', '🔑'.repeat(129), false],
    ['eight letters with accents of their own', 'e\u0301'.repeat(8), true],
    ['seven letters with accents of their own', 'e\u0301'.repeat(7), false],
  ])('%s', (_, password, isGood) => {
    expect(hasPasswordLength(password)).toBe(isGood);
  });

  test('of a password that can register is long enough to sign in', () => {
    for (const letter of ['a', '🔑', 'e\u0301', '\u0958'])
      for (const length of [1, 8, 64, 65, 128, 129]) {
        const password = letter.repeat(length);
        if (hasPasswordLength(password)) expect(isTooLong(password)).toBe(false);
      }
  });
});
