// The answer to a command when the read model is late.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openEmbeddedEventStore } from '@holdfast/event-store';
import { walletStatement, type WalletStatement } from '@holdfast/projections';
import { nodeEnvironment } from '@holdfast/runtime';
import { freshDocument } from './documents.js';

test('when the read model is late and the streams are long, the write side is asked, and no stream is read', async () => {
  const nothing = { minor: 0, currency: 'GBP' };
  const decided: WalletStatement = {
    id: 'c1',
    customerId: 'c1',
    balance: nothing,
    held: nothing,
    available: nothing,
  };
  const synced: number[] = [];
  const late = {
    projections: { position: () => 1, reached: () => Promise.resolve(false) },
    store: {
      end: () => ({ written: 9, synced: 7 }),
      synced: (position: number) => Promise.resolve(void synced.push(position)),
      readStream: () => Promise.reject(new Error('a stream was read')),
    },
  } as unknown as Parameters<typeof freshDocument>[0];
  const folded = {
    projection: walletStatement,
    streams: () => ['wallet-c1'],
    decidedOn: () => decided,
  };
  expect(await freshDocument(late, folded, 'c1', 5)).toBe(decided);
  // what it is based on survives a crash
  expect(synced).toEqual([9]);
});

test('when the read model is late and others wrote thousands of events since, the caller is told to try again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-documents-'));
  const environment = nodeEnvironment();
  const store = await openEmbeddedEventStore({ directory, environment, onFatal: () => undefined });
  const event = (type: string, data: object) => ({
    id: environment.ids.next(),
    type,
    data,
    metadata: {
      commandId: 'c',
      correlationId: 'c',
      causationId: 'c',
      actor: 'a',
      at: '2026-01-01',
      schemaVersion: 1,
    },
  });
  const appended = await store.append('wallet-c1', [event('WalletOpened', { currency: 'GBP' })], 'no_stream');
  const opened = appended.ok ? appended.value.position : -1;
  for (let n = 0; n < 5; n += 1) {
    const events = Array.from({ length: 1000 }, () => event('StockReceived', { quantity: 1 }));
    await store.append('stock-LAMP', events, 'any');
  }
  const { written } = await store.end();
  await store.synced(written);
  const late = {
    projections: { position: () => -1, reached: () => Promise.resolve(false) },
    store,
    environment,
  } as unknown as Parameters<typeof freshDocument>[0];
  const folded = { projection: walletStatement, streams: () => ['wallet-c1', 'stock-LAMP'] };
  await expect(freshDocument(late, folded, 'c1', opened)).rejects.toMatchObject({
    extensions: { code: 'POSITION_NOT_REACHED', retryable: true },
  });
  await store.close();
  await rm(directory, { recursive: true });
});
