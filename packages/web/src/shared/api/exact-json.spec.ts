// Integers beyond 2^53 in JSON are shown exactly as stored.
import { expect, test } from '@jest/globals';
import { exactInteger, exactJson } from './exact-json.js';

const read = (json: string): unknown => (JSON.parse(exactJson(json)) as { readonly n: unknown }).n;

test.each(['9007199254740993', '-9007199254740993', '18446744073709551615'])(
  '%s keeps its digits',
  (digits) => {
    expect(exactInteger(read(`{"n":${digits}}`))).toBe(digits);
  },
);

test.each([
  ['{"n":9007199254740991}', 9007199254740991],
  ['{"n":1}', 1],
  ['{"n":1234567890123456.5}', 1234567890123456.5],
  ['{"n":"9007199254740993"}', '9007199254740993'],
  ['{"n":"say \\"9007199254740993\\""}', 'say "9007199254740993"'],
])('%s is as JSON has it', (json, value) => {
  expect(read(json)).toBe(value);
  expect(exactInteger(read(json))).toBeNull();
});
