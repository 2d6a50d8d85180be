// The document in the result of a command when the read model is late.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type EventStore, openEmbeddedEventStore, StoreUnavailable } from '@holdfast/event-store';
import type { NewEvent } from '@holdfast/kernel';
import { walletStatement, type WalletStatement } from '@holdfast/projections';
import { nodeEnvironment } from '@holdfast/runtime';
import { GraphQLError } from 'graphql';
import { presentError } from '../graphql/errors.js';
import { freshDocument } from './documents.js';

const opened: NewEvent = {
  id: 'e1',
  type: 'WalletOpened',
  data: { customerId: 'c1', currency: 'GBP' },
  metadata: {
    correlationId: 'c',
    causationId: 'c',
    commandId: 'c',
    actor: 'system',
    at: '2026-01-01T00:00:00.000Z',
    schemaVersion: 1,
  },
};

test('when the read model is late and the streams are long, the write side is used, and no stream is read', async () => {
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
  // The events behind the document were synced before it was returned.
  expect(synced).toEqual([9]);
});

test('when the read model is late and others wrote thousands of events since, the caller gets an error to try again', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-documents-'));
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

describe('when the node that is read from is behind the position of the command', () => {
  /** A wallet whose stream shows its event from the given read on, and the waits between the reads. */
  async function behind(showsAtRead: number) {
    const environment = nodeEnvironment();
    const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-stale-'));
    const log = await openEmbeddedEventStore({ directory, environment });
    const appended = await log.append('wallet-c1', [opened], 'no_stream');
    if (!appended.ok) throw new Error('the stream is not new');
    await log.synced(appended.value.position);
    let reads = 0;
    const waits: number[] = [];
    const stale: Partial<EventStore> = {
      readStream: (...call) => ((reads += 1) < showsAtRead ? [] : log.readStream(...call)),
      readAll: (...call) => log.readAll(...call),
      end: () => log.end(),
    };
    const scheduler = {
      ...environment.scheduler,
      after: (ms: number, run: () => void) => {
        waits.push(ms);
        return environment.scheduler.after(0, run);
      },
    };
    return {
      waits,
      dependencies: {
        store: stale,
        projections: { position: () => -1, reached: () => Promise.resolve(false) },
        environment: { scheduler },
      } as unknown as Parameters<typeof freshDocument>[0],
      position: appended.value.position,
      close: async () => {
        await log.close();
        await rm(directory, { recursive: true });
      },
    };
  }
  const folded = { projection: walletStatement, streams: () => ['wallet-c1'] };

  test('the stream is read again until it shows the event, and the document has it', async () => {
    const { dependencies, position, waits, close } = await behind(4);
    expect(await freshDocument(dependencies, folded, 'c1', position)).toMatchObject({ customerId: 'c1' });
    expect(waits).toEqual([50, 50, 50]);
    await close();
  });

  test('and stays behind for 5 s › the caller gets an error to try again', async () => {
    const { dependencies, position, waits, close } = await behind(Infinity);
    const originalError = await freshDocument(dependencies, folded, 'c1', position).catch(
      (error: unknown) => error as Error,
    );
    expect(originalError).toBeInstanceOf(StoreUnavailable);
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBe(5_000);
    const outside = presentError(new GraphQLError('', { originalError: originalError as Error }), 'c', () => {
      throw new Error('it was taken for a bug');
    });
    expect(outside.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    await close();
  });
});

test('when the read model is late and the effect is in another stream than the first › that stream is waited for', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdfast-documents-'));
  const environment = nodeEnvironment();
  const store = await openEmbeddedEventStore({ directory, environment, onFatal: () => undefined });
  await store.append('wallet-c1', [opened], 'no_stream');
  const effect = await store.append(
    'paymentpolicy-o1',
    [{ ...opened, id: 'e2', type: 'Other' }],
    'no_stream',
  );
  const position = effect.ok ? effect.value.position : -1;
  await store.synced(position);
  const late = {
    projections: { position: () => -1, reached: () => Promise.resolve(false) },
    store,
    environment,
  } as unknown as Parameters<typeof freshDocument>[0];
  const folded = { projection: walletStatement, streams: () => ['wallet-c1', 'paymentpolicy-o1'] };
  expect(await freshDocument(late, folded, 'c1', position, 'paymentpolicy-o1')).toMatchObject({ id: 'c1' });
  await expect(freshDocument(late, folded, 'c1', position)).rejects.toThrow(StoreUnavailable);
  await store.close();
  await rm(directory, { recursive: true });
});
