// The embedded read store: the contract, and what a killed writer leaves behind.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeReadStore, type ReadStoreUnderTest } from '../contract.js';
import { openEmbeddedReadStore } from './embedded-read-store.js';

describeReadStore('embedded', async (): Promise<ReadStoreUnderTest> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-read-store-'));
  let store = await openEmbeddedReadStore({ directory });
  return {
    store,
    reopen: async () => {
      await store.close();
      return (store = await openEmbeddedReadStore({ directory }));
    },
    dispose: async () => {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});
