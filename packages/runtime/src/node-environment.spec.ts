// Ids of the real environment.
import { describe, expect, test } from '@jest/globals';
import { nodeEnvironment } from './node-environment.js';

describe('ids', () => {
  test('are UUIDs of version 4, each another, over more ids than one pool of random bytes has', () => {
    const { ids } = nodeEnvironment();
    const made = Array.from({ length: 2000 }, () => ids.next());
    expect(new Set(made).size).toBe(made.length);
    expect(
      made.filter((id) => !/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id)),
    ).toEqual([]);
  });

  test('have every digit at every place that is random', () => {
    const { ids } = nodeEnvironment();
    const made = Array.from({ length: 2000 }, () => ids.next());
    const digitsAt = (place: number): number => new Set(made.map((id) => id[place])).size;
    const fixed = new Map([8, 13, 14, 18, 23].map((place) => [place, 1]));
    fixed.set(19, 4);
    for (let place = 0; place < 36; place += 1)
      expect([place, digitsAt(place)]).toEqual([place, fixed.get(place) ?? 16]);
  });
});
