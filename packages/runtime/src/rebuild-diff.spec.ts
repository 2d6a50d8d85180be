// The sample of a rebuild's difference: it reaches the middle of a collection that is larger than its ends.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { fakeEnvironment } from '@holdfast/testing';
import { diffGenerations, placesBetween } from './rebuild-diff.js';
import { openStores, type Stores } from './test/stores.js';

const environment = fakeEnvironment();
const projection = { name: 'sums', collections: {} };
const both = { served: 1, rebuilt: 2 };
const many = 4_000;

let stores: Stores;

beforeEach(async () => {
  stores = await openStores(environment);
});
afterEach(async () => {
  await stores.remove();
});

const id = (n: number): string => `sum-${String(n).padStart(6, '0')}`;

/** Two generations with as many documents; those that `differs` accepts are other ones in the rebuild. */
async function generations(count: number, differs: (n: number) => boolean): Promise<void> {
  for (const generation of ['sums@1', 'sums@2']) {
    await stores.readStore.define([{ name: generation, indexes: {} }]);
    const writes = Array.from({ length: count }, (_, n) => {
      const sum = generation === 'sums@2' && differs(n) ? -1 : n;
      return { collection: generation, document: { id: id(n), sum } };
    });
    await stores.readStore.apply(writes, { name: generation, position: 1 });
  }
}
const diff = (seed = 1) =>
  diffGenerations(stores.readStore, projection, both, fakeEnvironment({ seed }).random);

test('documents that differ only in the middle of a large collection are found', async () => {
  await generations(many, (n) => n >= 1_000 && n < 3_000);
  const found = await diff();
  expect(found).toMatchObject({ servedCount: many, rebuiltCount: many, onlyServed: 0, onlyRebuilt: 0 });
  expect(found.changed).toBeGreaterThan(100);
  expect(found.compared).toBeLessThanOrEqual(1_500);
  expect(found.samples).toHaveLength(20);
});

test('the same seed gives the same sample, and another seed another one', async () => {
  await generations(many, (n) => n % 7 === 0);
  const ids = async (seed: number) => {
    const { changed, compared } = await diff(seed);
    return { changed, compared };
  };
  expect(await ids(1)).toEqual(await ids(1));
  expect(await ids(2)).not.toEqual(await ids(1));
});

test('a collection that is no larger than its ends is compared as a whole', async () => {
  await generations(400, (n) => n === 200);
  expect(await diff()).toMatchObject({ compared: 400, changed: 1, same: 399 });
});

test('random places of ids lie between the ends, all over the range', () => {
  const known = ['00c1', '3f2e', '9a77', 'ffe0', '12345678', '9abcdef0'];
  const place = placesBetween('00c1', 'ffe0', known, fakeEnvironment().random);
  const places = Array.from({ length: 200 }, place);
  expect(places.every((one) => one > '00c1' && one < 'ffe0')).toBe(true);
  expect(new Set(places.map((one) => one[0])).size).toBe(16);
});

test('where nothing is between the ends, a place is the first end', () => {
  expect(placesBetween('a', 'a', ['a'], fakeEnvironment().random)()).toBe('a');
});
