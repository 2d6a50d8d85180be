// A process that a spec kills: opens the read store, reports its checkpoint, and applies batches until it dies.
// Batch n rewrites the same documents with n, so that a torn batch shows.
import type { Document } from '@holdfast/kernel';
import { openEmbeddedReadStore } from '../embedded-read-store.js';

const directory = process.argv[2] ?? '';
/** Number of documents in a batch. With their index entries, lmdb passes them to its writer thread in several parts. */
const documents = 700;

const store = await openEmbeddedReadStore({ directory });
await store.define([{ name: 'items', indexes: { byBatch: ['batch'] } }]);
for (let n = ((await store.checkpoint('writer')) ?? -1) + 1; ; n += 1) {
  const items: Document[] = Array.from({ length: documents }, (_, i) => {
    return { id: `item-${i}`, batch: n, [`shape${n % 60}`]: n };
  });
  const added = { id: `batch-${n}`, added: n };
  const writes = [...items, added].map((document) => ({ collection: 'items', document }));
  await store.apply(writes, { name: 'writer', position: n });
  process.stdout.write(`${n}\n`);
}
