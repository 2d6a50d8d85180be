// A process that a spec kills: opens the read store, takes the lease, and applies batches until it dies.
// Batch n rewrites the same documents with n and removes the one that batch n-1 added, so that a torn batch shows.
import type { Document } from '@holdfast/kernel';
import { openMongoReadStore } from '../mongo-read-store.js';
import { hurried } from './node-environment.js';

const store = openMongoReadStore({ url: process.argv[2] ?? '', environment: hurried() });
const before = await store.lease('work');
const token = (before?.token ?? 0) + 1;
await store.swapLease(before, { name: 'work', holder: `writer ${token}`, token, beat: 0 });
await store.define([{ name: 'items', indexes: { byBatch: ['batch'] } }]);
for (let n = ((await store.checkpoint('writer')) ?? -1) + 1; ; n += 1) {
  const items: Document[] = Array.from({ length: 120 }, (_, i) => {
    return { id: `item-${i}`, batch: n };
  });
  const added: Document = { id: `batch-${n}` };
  await store.apply(
    [
      { collection: 'items', removed: `batch-${n - 1}` },
      ...[...items, added].map((document) => ({ collection: 'items', document })),
    ],
    { name: 'writer', position: n },
    { lease: 'work', token },
  );
  process.stdout.write(`${n}\n`);
}
