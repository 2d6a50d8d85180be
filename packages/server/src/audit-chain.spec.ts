// Actions of staff get their links in the running engine, and reconciliation names one that was changed afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { auditChainStream } from '@holdfast/accounts';
import { reconcile } from '@holdfast/api';
import type { EventStore } from '@holdfast/event-store';
import { Sku, type RecordedEvent } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { openEngine, type Engine } from './engine.js';

const environment = nodeEnvironment();
const errors: unknown[] = [];
let dataDirectory: string;
let engine: Engine;

const open = (): Promise<Engine> =>
  openEngine({
    ...{ dataDirectory, environment, reservationTtlMs: 60_000, paymentTimeoutMs: 60_000 },
    onError: (error) => errors.push(error),
    onFatal: (error) => errors.push(error),
  });

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'holdfast-audit-'));
  engine = await open();
});
afterEach(async () => {
  await engine.stop();
  await rm(dataDirectory, { recursive: true });
  expect(errors.splice(0)).toEqual([]);
});

const sku = Sku('TEA');
let commandsSent = 0;
const send = (command: { type: string; data: unknown }, actor: string) =>
  engine.commands.handle(command, {
    commandId: `c-${(commandsSent += 1)}`,
    ...{ correlationId: 'spec', causationId: 'spec', actor },
  });
const adjust = (delta: number, actor: string) =>
  send({ type: 'AdjustStock', data: { sku, delta, reason: 'counted' } }, actor);

const links = async () => {
  const events = await engine.store.readStream(auditChainStream);
  return events.map(({ data }) => (data as { readonly entry: string }).entry);
};

const price = { minor: 100, currency: 'EUR' };

test('every action of staff is chained once, in the order of the log, over restarts too', async () => {
  await send({ type: 'CreateProduct', data: { sku, name: 'Tea', price } }, 'staff:eve');
  await Promise.all(Array.from({ length: 20 }, () => adjust(5, 'staff:eve')));
  await adjust(1, 'system');
  const expected = Array.from({ length: 21 }, (_, revision) => `stock-TEA:${revision}`);
  await eventually(async () => expect(await links()).toEqual(expected));
  await engine.stop();
  // Without its checkpoint the reactor sees everything again.
  await rm(join(dataDirectory, 'read-models'), { recursive: true });
  engine = await open();
  await adjust(2, 'staff:bob');
  await eventually(async () => expect(await links()).toEqual([...expected, 'stock-TEA:22']));
});

test('reconciliation names an action that was changed in the log', async () => {
  await send({ type: 'CreateProduct', data: { sku, name: 'Tea', price } }, 'staff:eve');
  for (const delta of [5, 7]) await adjust(delta, 'staff:eve');
  await eventually(async () => expect(await links()).toHaveLength(3));
  const audit = async (store: EventStore) => {
    const { checks } = await reconcile({ ...engine, store });
    return checks.find(({ name }) => name.startsWith('audit log'));
  };
  // The last link is synced a moment after it is written.
  await eventually(async () =>
    expect(await audit(engine.store)).toMatchObject({
      ok: true,
      actual: expect.stringMatching(/^3 links, /),
    }),
  );
  const forged = (event: RecordedEvent): RecordedEvent =>
    event.stream === 'stock-TEA' && event.revision === 1
      ? { ...event, metadata: { ...event.metadata, actor: 'staff:bob' } }
      : event;
  const changed: EventStore = {
    ...engine.store,
    readAll: async (options) => (await engine.store.readAll(options)).map(forged),
  };
  expect(await audit(changed)).toMatchObject({ ok: false, actual: '1: stock-TEA:1 was changed' });
});
