// The contract, and several processes on one database, against the servers that scripts/with-mongodb.sh starts: one without
// transactions at `MONGODB_URL`, one with transactions at `MONGODB_REPLICA_SET_URL`.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Document } from '@holdfast/kernel';
import { eventually } from '@holdfast/testing';
import { MongoClient } from 'mongodb';
import { describeReadStore } from '../contract-suite/describe-read-store.js';
import { type Lease, LeaseLost, type ReadStore, ReadStoreUnavailable, UnknownCollection } from '../port.js';
import { openMongoReadStore } from './mongo-read-store.js';
import { hurried, nodeEnvironment } from './test/node-environment.js';
import { openHoldingWire, type HoldingWire } from './test/holding-wire.js';

const environment = nodeEnvironment();

/** A database of the test's own on that server. */
function database(server: string): string {
  const url = new URL(server);
  url.pathname = `/holdfast-${randomUUID()}`;
  return url.href;
}

async function remove(url: string): Promise<void> {
  const client = new MongoClient(url);
  await client.db().dropDatabase();
  await client.close();
}

async function hasTransactions(url: string): Promise<boolean> {
  const client = new MongoClient(url);
  const { setName } = await client.db().admin().command({ hello: 1 });
  await client.close();
  return typeof setName === 'string';
}

for (const variable of ['MONGODB_URL', 'MONGODB_REPLICA_SET_URL']) {
  const server = process.env[variable];
  if (server === undefined) {
    describe(`read store contract: ${variable}`, () => {
      test.skip(`SKIPPED: set ${variable}=mongodb://… or run scripts/with-mongodb.sh npm run test:acceptance`, () =>
        undefined);
    });
    continue;
  }
  describeReadStore(`${variable} ${new URL(server).host}`, () => {
    const url = database(server);
    const open = (): ReadStore => openMongoReadStore({ url, environment });
    let store = open();
    return Promise.resolve({
      store,
      reopen: async () => {
        await store.close();
        store = open();
        return store;
      },
      dispose: async () => {
        await store.close();
        await remove(url);
      },
    });
  });
  describe(`processes on one database: ${variable}`, () => {
    describeProcesses(server);
  });
  const transactions = await hasTransactions(server);
  describe(`batches in ${transactions ? 'transactions' : 'the journal'}: ${variable}`, () => {
    if (transactions) describeTransactions(server);
    else describeJournal(server);
  });
}

const items = { name: 'items', indexes: { byRank: ['rank'] } };
type Item = Document & { readonly rank: number };
const put = (id: string, rank: number): { collection: string; document: Item } => ({
  collection: 'items',
  document: { id, rank },
});

function describeProcesses(server: string): void {
  let url: string;
  let one: ReadStore;
  let other: ReadStore;
  beforeEach(async () => {
    url = database(server);
    one = openMongoReadStore({ url, environment });
    other = openMongoReadStore({ url, environment });
    await one.define([items]);
  });
  afterEach(async () => {
    await one.close();
    await other.close();
    await remove(url);
  });

  test('one reads what the other defines and writes, until it is dropped', async () => {
    await one.apply([put('a', 1)], { name: 'writer', position: 1 });
    expect(await other.getMany('items', ['a'])).toEqual([{ id: 'a', rank: 1 }]);
    expect(await other.checkpoint('writer')).toBe(1);

    await one.drop(['items'], ['writer']);
    await expect(other.getMany('items', ['a'])).rejects.toThrow(UnknownCollection);
    await expect(other.find('items', { index: 'byRank', limit: 1 })).rejects.toThrow(UnknownCollection);
    await expect(other.count('items')).rejects.toThrow(UnknownCollection);
    expect(await other.checkpoint('writer')).toBeNull();
  });

  test('a field that would be a prototype is stored and read as a field', async () => {
    const document = JSON.parse('{"id":"a","rank":1,"__proto__":{"__proto__":{"$gt":""}}}') as Item;
    await one.apply([{ collection: 'items', document }], { name: 'writer', position: 1 });
    const [read] = await other.getMany('items', ['a']);
    expect(JSON.stringify(read)).toBe(JSON.stringify(document));
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  test('of two that apply the same batches at once, one applies each, and nothing is lost', async () => {
    const applied = new Map<number, number>();
    const run = async (store: ReadStore): Promise<void> => {
      for (let position = 0; position < 15; position += 1) {
        if (await store.apply([put('a', position), put(`b${position}`, 0)], { name: 'writer', position })) {
          applied.set(position, (applied.get(position) ?? 0) + 1);
        }
      }
    };
    await Promise.all([run(one), run(other)]);
    expect([...applied]).toEqual(Array.from({ length: 15 }, (_, position) => [position, 1]));
    expect(await one.getMany('items', ['a'])).toEqual([{ id: 'a', rank: 14 }]);
    expect(await one.count('items')).toBe(16);
  });

  test('two that write under different checkpoints get all of their batches stored', async () => {
    const run = async (store: ReadStore, name: string): Promise<void> => {
      for (let position = 0; position < 15; position += 1) {
        expect(await store.apply([put(`${name}-${position}`, position)], { name, position })).toBe(true);
      }
    };
    await Promise.all([run(one, 'left'), run(other, 'right')]);
    expect(await one.count('items')).toBe(30);
    expect([await other.checkpoint('left'), await one.checkpoint('right')]).toEqual([14, 14]);
  });

  test('one that writes while the other takes its lease loses it, and the other sees all or nothing', async () => {
    const held: Lease = { name: 'work', holder: 'one', token: 1, beat: 0 };
    const taken: Lease = { name: 'work', holder: 'other', token: 2, beat: 0 };
    await one.swapLease(null, held);
    const writes = Array.from({ length: 60 }, (_, n) => put(`i${n}`, n));
    let stored = 0;
    const writing = async (): Promise<void> => {
      for (let position = 1; ; position += 1) {
        await one.apply(writes, { name: 'writer', position }, { lease: 'work', token: 1 });
        stored = position;
      }
    };
    const lost = expect(writing()).rejects.toThrow(LeaseLost);
    expect(await other.swapLease(held, taken)).toBe(true);
    const at = await other.checkpoint('writer');
    const count = await other.count('items');
    await lost;
    expect(count).toBe(at === null ? 0 : 60);
    expect(await other.checkpoint('writer')).toBe(at);
    expect(at ?? 0).toBe(stored);
  });

  test('a lease is renewed while a batch is written under it, and the batch is stored', async () => {
    let lease: Lease = { name: 'work', holder: 'one', token: 1, beat: 0 };
    await one.swapLease(null, lease);
    const writes = Array.from({ length: 2_000 }, (_, n) => put(`i${n}`, n));
    const fence = { lease: 'work', token: 1 };
    const batch = { written: false };
    const write = async (): Promise<void> => {
      await one.apply(writes, { name: 'writer', position: 1 }, fence);
      batch.written = true;
    };
    const writing = write();
    let beatsMeanwhile = 0;
    while (!batch.written) {
      const next: Lease = { ...lease, beat: lease.beat + 1 };
      expect(await one.swapLease(lease, next)).toBe(true);
      lease = next;
      beatsMeanwhile += 1;
    }
    await writing;
    expect(beatsMeanwhile).toBeGreaterThan(2);
    expect(await other.lease('work')).toEqual(lease);
    expect(await other.count('items')).toBe(2_000);
  });

  test('after each of several kills, documents, indexes and checkpoint are those of one batch', async () => {
    const fresh = database(server);
    let before = -1;
    for (const batches of [1, 9, 4]) {
      const acknowledged = await killWriterAfter(batches, fresh);
      const store = openMongoReadStore({ url: fresh, environment: hurried() });
      await store.define([{ name: 'items', indexes: { byBatch: ['batch'] } }]);
      const checkpoint = (await store.checkpoint('writer')) ?? -1;
      expect(acknowledged).toBeGreaterThan(before);
      expect(checkpoint).toBeGreaterThanOrEqual(acknowledged);
      const listed = await store.find<Document & { batch: number }>('items', {
        index: 'byBatch',
        limit: 1_000,
      });
      expect(listed.items.map(({ document }) => document.batch)).toEqual(Array(120).fill(checkpoint));
      expect(await store.count('items')).toBe(121);
      const added = await store.getMany('items', [`batch-${checkpoint - 1}`, `batch-${checkpoint}`]);
      expect(added).toEqual([null, { id: `batch-${checkpoint}` }]);
      await store.close();
      before = checkpoint;
    }
    await remove(fresh);
  });

  test('during an outage calls fail, and after it they succeed again', async () => {
    const wire = await openHoldingWire(Number(new URL(server).port));
    const wired = new URL(url);
    wired.port = String(wire.port);
    const store = openMongoReadStore({ url: wired.href, environment, timeoutMs: 500 });
    await store.apply([put('a', 1)], { name: 'writer', position: 1 });
    wire.cut(true);
    await expect(store.getMany('items', ['a'])).rejects.toThrow(ReadStoreUnavailable);
    await expect(store.checkpoint('writer')).rejects.toThrow(ReadStoreUnavailable);
    await expect(store.apply([put('a', 2)], { name: 'writer', position: 2 })).rejects.toThrow(
      ReadStoreUnavailable,
    );
    wire.cut(false);
    const again = eventually(() => store.apply([put('a', 3)], { name: 'writer', position: 3 }));
    expect(await again).toBe(true);
    expect(await store.getMany('items', ['a'])).toEqual([{ id: 'a', rank: 3 }]);
    await store.close();
    await wire.close();
  });
}

/** Kills a writer once it has acknowledged some batches. Returns the last acknowledged batch. */
async function killWriterAfter(batches: number, url: string): Promise<number> {
  const script = fileURLToPath(new URL('./test/writer.js', import.meta.url));
  const writer = spawn(process.execPath, [script, url], { stdio: ['ignore', 'pipe', 'inherit'] });
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
}

function describeJournal(server: string): void {
  let url: string;
  let wire: HoldingWire;
  let zombie: ReadStore;
  let store: ReadStore;
  beforeEach(async () => {
    url = database(server);
    wire = await openHoldingWire(Number(new URL(server).port));
    const wired = new URL(url);
    wired.port = String(wire.port);
    zombie = openMongoReadStore({ url: wired.href, environment, timeoutMs: 2_000 });
    store = openMongoReadStore({ url, environment: hurried() });
    await store.define([items]);
    await zombie.apply([put('kept', 0), put('removed', 0)], { name: 'writer', position: 1 });
  });
  afterEach(async () => {
    await zombie.close();
    await store.close();
    await wire.close();
    await remove(url);
  });

  test('a batch that its writer left unfinished is finished by the next one, and stays as it is when it comes late', async () => {
    const stalled = wire.holdAfter(['insert', 'holdfast.journal']);
    const late = zombie.apply([put('kept', 1), put('removed', 1), put('added', 1)], {
      name: 'writer',
      position: 2,
    });
    await stalled;
    expect(await store.apply([], { name: 'writer', position: 2 })).toBe(false);
    expect(await store.getMany('items', ['kept', 'removed', 'added'])).toEqual([
      { id: 'kept', rank: 1 },
      { id: 'removed', rank: 1 },
      { id: 'added', rank: 1 },
    ]);

    await store.apply([put('kept', 2), { collection: 'items', removed: 'removed' }], {
      name: 'writer',
      position: 3,
    });
    wire.release();
    expect(await late).toBe(true);
    expect(await store.getMany('items', ['kept', 'removed', 'added'])).toEqual([
      { id: 'kept', rank: 2 },
      null,
      { id: 'added', rank: 1 },
    ]);
    expect(await store.count('items')).toBe(2);
    expect(await store.checkpoint('writer')).toBe(3);
  });

  test('a batch that an outage interrupts is whole before its writer reads again', async () => {
    const stalled = wire.holdAfter(['insert', 'holdfast.journal']);
    const interrupted = zombie.apply([put('kept', 1), put('added', 1)], { name: 'writer', position: 2 });
    await stalled;
    wire.cut(true);
    await expect(interrupted).rejects.toThrow(ReadStoreUnavailable);
    wire.cut(false);
    expect(await eventually(() => zombie.checkpoint('writer'))).toBe(2);
    expect(await zombie.getMany('items', ['kept', 'added'])).toEqual([
      { id: 'kept', rank: 1 },
      { id: 'added', rank: 1 },
    ]);
  });

  test('a writer that wakes up before it has claimed its number changes nothing', async () => {
    // The writer reads the checkpoint last, and then stalls.
    const stalled = wire.holdAfter(['find', 'holdfast.checkpoints']);
    const late = zombie.apply([put('kept', 1)], { name: 'writer', position: 2 });
    await stalled;
    for (const position of [2, 3, 4])
      await store.apply([put('kept', position)], { name: 'writer', position });
    wire.release();
    expect(await late).toBe(false);
    expect(await store.getMany('items', ['kept'])).toEqual([{ id: 'kept', rank: 4 }]);
    expect(await store.apply([put('kept', 5)], { name: 'writer', position: 5 })).toBe(true);
    expect(await store.getMany('items', ['kept'])).toEqual([{ id: 'kept', rank: 5 }]);
  });
}

function describeTransactions(server: string): void {
  test('a writer that stalls in a transaction is ended by the next holder of its lease, and stores nothing', async () => {
    const url = database(server);
    const wire = await openHoldingWire(Number(new URL(server).port));
    const wired = new URL(url);
    wired.port = String(wire.port);
    const zombie = openMongoReadStore({ url: wired.href, environment });
    const store = openMongoReadStore({ url, environment });
    const held: Lease = { name: 'work', holder: 'zombie', token: 1, beat: 0 };
    await zombie.define([items]);
    await zombie.swapLease(null, held);

    const stalled = wire.holdAfter(['update', 'items', 'txnNumber']);
    const late = zombie.apply([put('a', 1)], { name: 'writer', position: 1 }, { lease: 'work', token: 1 });
    const lost = expect(late).rejects.toThrow(LeaseLost);
    await stalled;
    expect(await store.swapLease(held, { ...held, holder: 'next', token: 2 })).toBe(true);
    const fence = { lease: 'work', token: 2 };
    expect(await store.apply([put('a', 2)], { name: 'writer', position: 2 }, fence)).toBe(true);
    wire.release();
    await lost;
    expect(await store.getMany('items', ['a'])).toEqual([{ id: 'a', rank: 2 }]);
    expect(await store.checkpoint('writer')).toBe(2);
    await zombie.close();
    await store.close();
    await wire.close();
    await remove(url);
  });
}
