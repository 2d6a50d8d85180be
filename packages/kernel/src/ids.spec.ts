// Identifiers have only characters that are allowed in a stream name, a path and a URL.
import { expect, test } from '@jest/globals';
import { CustomerId, isIdentifier, OrderId, Sku, streamCategory, streamId, streamName } from './index.js';

test.each(['a', '85123A', '0', 'o-1', 'a.b_c-d', 'x'.repeat(64)])('%j is an identifier', (value) => {
  expect(isIdentifier(value)).toBe(true);
  expect([OrderId(value), CustomerId(value), Sku(value)]).toEqual([value, value, value]);
});

test.each(['', '-a', '.a', '_a', 'a b', 'a/b', 'a$', 'ä', 'a\n', 'x'.repeat(65)])(
  '%j is not an identifier',
  (value) => {
    expect(isIdentifier(value)).toBe(false);
    for (const make of [OrderId, CustomerId, Sku]) expect(() => make(value)).toThrow('not a valid');
  },
);

test('a stream name splits into its category and its id, hyphens in the id included', () => {
  const stream = streamName('order', 'o-1-2');
  expect([stream, streamCategory(stream), streamId(stream)]).toEqual(['order-o-1-2', 'order', 'o-1-2']);
});
