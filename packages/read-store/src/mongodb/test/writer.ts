// A process that a spec kills: opens the read store, reports its checkpoint, and applies batches until it dies.
// Batch n rewrites the same documents with n and removes the one that batch n-1 added, so that a torn batch shows.
import type { Document } from '@holdfast/kernel';
import { openMongoReadStore } from '../mongo-read-store.js';
import { hurried } from './node-environment.js';

const store = openMongoReadStore({ url: process.argv[2] ?? '', environment: hurried() });
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
  );
  process.stdout.write(`${n}\n`);
}
