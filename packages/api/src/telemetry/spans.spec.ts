// The ids of spans.
import { expect, test } from '@jest/globals';
import { fakeEnvironment } from '@holdfast/testing';
import { spanIdsFrom } from './spans.js';

test('two runs with one seed › give their spans the same ids, each another', () => {
  const [one, again] = [1, 2].map(() => {
    const next = spanIdsFrom(fakeEnvironment({ seed: 7 }).secrets);
    return [next(), next(), next()];
  });
  expect(again).toEqual(one);
  expect(new Set(one).size).toBe(3);
  for (const id of one ?? []) expect(id).toMatch(/^[0-9a-f]{16}$/);
});
