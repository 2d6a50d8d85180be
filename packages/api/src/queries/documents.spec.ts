// The answer to a command when the read model is late.
import { expect, test } from '@jest/globals';
import { walletStatement, type WalletStatement } from '@holdfast/projections';
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
