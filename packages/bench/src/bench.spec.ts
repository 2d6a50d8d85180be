// Every scenario, small: it runs, and its final checks pass. Times are not checked.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createGrounds, holdfast, scales, scenarios } from './index.js';

let grounds: ReturnType<typeof createGrounds>;
beforeAll(() => {
  grounds = createGrounds([holdfast]);
});
afterAll(() => grounds.close());

describe('every scenario, small', () => {
  test.each(scenarios)(
    '$name runs, passes its final checks, and measures its figures',
    async ({ cases }) => {
      const all = cases(scales.smoke, grounds);
      expect(all.length).toBeGreaterThan(0);
      for (const { run } of all) {
        const figures = await run(1);
        expect(Object.entries(figures).filter(([, value]) => !Number.isFinite(value))).toEqual([]);
        expect(Object.keys(figures)).not.toEqual([]);
      }
    },
    60_000,
  );
});
