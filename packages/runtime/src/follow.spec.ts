// A supervised subscription that is stopped at an awkward moment.
import { expect, test } from '@jest/globals';
import { beforeAll } from '@holdfast/kernel';
import { fakeEnvironment } from '@holdfast/testing';
import { follow } from './follow.js';
import { openStores } from './test/stores.js';

test('a subscription that is stopped while it starts › ends, and handles nothing', async () => {
  const environment = fakeEnvironment();
  const { store, remove } = await openStores(environment);
  const stopping = new AbortController();
  const handled: unknown[] = [];
  await follow({
    store,
    environment,
    upTo: 'written',
    signal: stopping.signal,
    start: async () => {
      await Promise.resolve();
      stopping.abort();
      return beforeAll;
    },
    handle: (batch) => void handled.push(batch),
    onError: (error) => {
      throw error;
    },
  });
  expect(handled).toEqual([]);
  await remove();
});
