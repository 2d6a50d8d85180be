// The cache keeps recently used entries, and never more than its limit.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Cache } from './cache.js';

test('recently used entries are kept; others are forgotten', () => {
  const cache = new Cache<number, string>(4);
  for (const n of [1, 2, 3]) cache.set(n, `${n}`);
  expect(cache.get(1)).toBe('1');
  cache.set(4, '4');
  expect([2, 4, 1].map((n) => cache.get(n))).toEqual([undefined, '4', '1']);
});

test('under any use › a key has its last value or none, the last half of the keys are kept, and never more than the limit', () => {
  const use = fc.oneof(
    fc.record({ set: fc.nat(20), value: fc.nat() }),
    fc.record({ get: fc.nat(20) }),
    fc.record({ remove: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(use, { maxLength: 100 }), (uses) => {
      const cache = new Cache<number, number>(6);
      const model = new Map<number, number>();
      let order: number[] = [];
      for (const one of uses) {
        const key = 'set' in one ? one.set : 'get' in one ? one.get : one.remove;
        const held = cache.get(key);
        if (held !== undefined) expect(held).toBe(model.get(key));
        if (order.slice(-3).includes(key)) expect(held).toBe(model.get(key));
        if ('set' in one) {
          cache.set(key, one.value);
          model.set(key, one.value);
        } else if ('remove' in one) {
          cache.delete(key);
          model.delete(key);
        }
        order = order.filter((other) => other !== key);
        if (cache.get(key) !== undefined) order.push(key);
      }
      const held = [...model.keys()].filter((key) => cache.get(key) !== undefined);
      expect(held.length).toBeLessThanOrEqual(6);
    }),
  );
});
