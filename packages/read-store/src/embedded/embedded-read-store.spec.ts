// The embedded read store: the contract, file permissions, and consistency after a writer is killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Document } from '@holdfast/kernel';
import { describeReadStore, type ReadStoreUnderTest } from '../contract-suite/describe-read-store.js';
import { ReadStoreUnavailable } from '../port.js';
import { openEmbeddedReadStore } from './embedded-read-store.js';

const newDirectory = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'holdfast-read-store-'));

describeReadStore('embedded', async (): Promise<ReadStoreUnderTest> => {
  const directory = await newDirectory();
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

describe('embedded read store', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await newDirectory();
  });
  afterEach(() => rm(directory, { recursive: true }));

  const modes = async (): Promise<readonly string[]> => {
    const names = ['.', ...(await readdir(directory))].sort();
    return Promise.all(
      names.map(async (name) => {
        const { mode } = await stat(path.join(directory, name));
        return `${name} ${(mode & 0o777).toString(8)}`;
      }),
    );
  };

  test('when the folder and its files were open to others › only the owner may read them from the next start on', async () => {
    await (await openEmbeddedReadStore({ directory })).close();
    await chmod(directory, 0o755);
    for (const file of await readdir(directory)) await chmod(path.join(directory, file), 0o664);
    await (await openEmbeddedReadStore({ directory })).close();
    expect(await modes()).toEqual(['. 700', 'data.mdb 600', 'lock.mdb 600']);
  });

  test('when the folder is new › only the owner may read it', async () => {
    await rm(directory, { recursive: true });
    await (await openEmbeddedReadStore({ directory })).close();
    expect(await modes()).toEqual(['. 700', 'data.mdb 600', 'lock.mdb 600']);
  });

  /** Kills a writer once it has acknowledged some batches. Returns the last acknowledged batch. */
  const killWriterAfter = async (batches: number): Promise<number> => {
    const writer = spawn(
      process.execPath,
      [fileURLToPath(new URL('./test/writer.js', import.meta.url)), directory],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const exited = once(writer, 'exit');
    let last = -1;
    let seen = 0;
    for await (const line of createInterface({ input: writer.stdout })) {
      last = Number(line);
      seen += 1;
      if (seen === batches) writer.kill('SIGKILL');
    }
    expect(await exited).toEqual([null, 'SIGKILL']);
    return last;
  };

  test('after each of several kills, documents, indexes and checkpoint are those of one batch', async () => {
    type Item = Document & { readonly batch: number };
    let before = -1;
    for (const batches of [1, 90, 7, 40, 3, 65]) {
      const acknowledged = await killWriterAfter(batches);
      const store = await openEmbeddedReadStore({ directory });
      const checkpoint = (await store.checkpoint('writer')) ?? -1;
      expect(acknowledged).toBeGreaterThan(before);
      expect(checkpoint).toBeGreaterThanOrEqual(acknowledged);

      const { items } = await store.find<Item>('items', { index: 'byBatch', limit: 1_000 });
      expect(items.map(({ document }) => document)).toEqual(
        items.map(({ document: { id } }) => ({
          id,
          batch: checkpoint,
          [`shape${checkpoint % 60}`]: checkpoint,
        })),
      );
      expect(items).toHaveLength(700);
      expect(await store.count('items')).toBe(700 + checkpoint + 1);
      const added = await store.getMany('items', [`batch-${checkpoint}`, `batch-${checkpoint + 1}`]);
      expect(added).toEqual([{ id: `batch-${checkpoint}`, added: checkpoint }, null]);
      await store.close();
      before = checkpoint;
    }
  });

  test('a closed store refuses everything and can be closed again', async () => {
    const store = await openEmbeddedReadStore({ directory });
    await store.define([{ name: 'items', indexes: {} }]);
    const applied = store.apply([{ collection: 'items', document: { id: 'a' } }], { name: 'w', position: 1 });
    await store.close();
    expect(await applied).toBe(true);
    await store.close();
    await expect(async () => store.getMany('items', ['a'])).rejects.toThrow(ReadStoreUnavailable);
    await expect(async () => store.checkpoint('w')).rejects.toThrow(ReadStoreUnavailable);
    await expect(async () => store.apply([], { name: 'w', position: 2 })).rejects.toThrow(
      ReadStoreUnavailable,
    );

    const reopened = await openEmbeddedReadStore({ directory });
    expect(await reopened.getMany('items', ['a'])).toEqual([{ id: 'a' }]);
    await reopened.close();
  });
});
