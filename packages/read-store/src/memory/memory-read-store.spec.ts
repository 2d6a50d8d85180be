// The read store in memory: the contract, and its losses at a crash.
import { expect, test } from '@jest/globals';
import { describeReadStore } from '../contract-suite/describe-read-store.js';
import { MemoryCommits, openMemoryReadStore } from './memory-read-store.js';

describeReadStore('memory', () => {
  const commits = new MemoryCommits();
  let store = openMemoryReadStore({ commits });
  return Promise.resolve({
    store,
    reopen: async () => {
      await store.close();
      return (store = openMemoryReadStore({ commits }));
    },
    dispose: () => store.close(),
  });
});

test('a crash keeps the oldest of the commits that were not flushed, each whole', async () => {
  const commits = new MemoryCommits();
  const store = openMemoryReadStore({ commits });
  await store.define([{ name: 'items', indexes: {} }]);
  await store.apply([{ collection: 'items', document: { id: 'a' } }], { name: 'w', position: 1 });
  commits.flush();
  for (const [n, id] of ['b', 'c', 'd'].entries())
    await store.apply([{ collection: 'items', document: { id } }], { name: 'w', position: 2 + n });
  commits.crash((unflushed) => unflushed - 1);

  const reopened = openMemoryReadStore({ commits });
  expect(await reopened.getMany('items', ['a', 'b', 'c', 'd'])).toEqual([
    { id: 'a' },
    { id: 'b' },
    { id: 'c' },
    null,
  ]);
  expect(await reopened.checkpoint('w')).toBe(3);
});
