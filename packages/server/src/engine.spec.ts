// The engine on data folders that people have changed, or that an earlier version wrote.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { reconcile } from '@holdfast/api';
import { CustomerId, money } from '@holdfast/kernel';
import type { AuditEntry, SagaMonitor, WalletStatement } from '@holdfast/projections';
import { nodeEnvironment, NothingHeld, UnknownProjection } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { openEngine, type Engine } from './engine.js';

let directory: string;
let errors: unknown[];
let projectionThread: boolean;
const open = (): Promise<Engine> =>
  openEngine({
    dataDirectory: join(directory, 'data'),
    environment: nodeEnvironment(),
    reservationTtlMs: 1000,
    paymentTimeoutMs: 1000,
    projectionThread,
    onError: (error) => errors.push(error),
    onFatal: (error) => {
      throw error;
    },
  });
const deposit = async (engine: Engine, minor: number): Promise<void> => {
  const data = { customerId: CustomerId('ann'), amount: money.of(minor, 'EUR') };
  const id = engine.environment.ids.next();
  const context = { commandId: id, correlationId: id, causationId: id, actor: 'system' };
  const outcome = await engine.commands.handle({ type: 'Deposit', data }, context);
  if (!outcome.ok) throw new Error(outcome.rejection.code);
  expect(await engine.projections.reached('wallet-statement', outcome.position, 5000)).toBe(true);
};
const balance = async (engine: Engine): Promise<number | undefined> =>
  (await engine.projections.get<WalletStatement>('wallet-statement', 'ann'))?.balance.minor;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-engine-'));
  errors = [];
});
afterEach(() => rm(directory, { recursive: true }));

describe.each([
  ['of this thread', false],
  ['of a thread of their own', true],
])('the data folder, with projections %s', (_, apart) => {
  beforeEach(() => {
    projectionThread = apart;
  });

  test('when the read models were deleted › they are built anew from the log', async () => {
    const first = await open();
    await deposit(first, 100);
    await first.stop();
    await rm(join(directory, 'data', 'read-models'), { recursive: true });
    const second = await open();
    await deposit(second, 1);
    expect(await balance(second)).toBe(101);
    expect((await reconcile(second)).ok).toBe(true);
    await second.stop();
    expect(errors).toEqual([]);
  });

  test.each([
    ['shorter', 0],
    ['of another history', 3],
  ])('when an older log was put back, %s than the read models › they are built anew', async (_, deposits) => {
    const log = join(directory, 'data', 'log');
    const first = await open();
    await deposit(first, 100);
    await first.stop();
    await cp(log, join(directory, 'backup'), { recursive: true });
    const second = await open();
    await deposit(second, 20);
    await second.stop();
    await rm(log, { recursive: true });
    await cp(join(directory, 'backup'), log, { recursive: true });
    if (deposits > 0) {
      // Another history, longer than that of the read models: its events are at the same positions.
      await cp(join(directory, 'data', 'read-models'), join(directory, 'kept'), { recursive: true });
      const other = await open();
      for (let n = 0; n < deposits; n++) await deposit(other, 1);
      await other.stop();
      await rm(join(directory, 'data', 'read-models'), { recursive: true });
      await cp(join(directory, 'kept'), join(directory, 'data', 'read-models'), { recursive: true });
    }
    errors = [];
    const third = await open();
    await deposit(third, 5);
    expect(errors.map(String)).toEqual([expect.stringContaining('built from another log')]);
    expect(await balance(third)).toBe(105 + deposits);
    expect((await reconcile(third)).ok).toBe(true);
    await third.stop();
  });

  test('when a checkout was started in an older shape › is projected in the present one, and stays as it was', async () => {
    const golden = new URL('../../checkout/test/golden/CheckoutStarted.v1.json', import.meta.url);
    const { type, data, schemaVersion } = JSON.parse(await readFile(golden, 'utf8')) as {
      readonly type: string;
      readonly data: Record<string, unknown>;
      readonly schemaVersion: number;
    };
    const engine = await open();
    const id = engine.environment.ids.next();
    const at = '2026-01-01T00:00:00.000Z';
    const metadata = {
      correlationId: 'o-1',
      causationId: id,
      commandId: id,
      actor: 'system',
      at,
      schemaVersion,
    };
    const appended = await engine.log.append('checkout-o-1', [{ id, type, data, metadata }], 'no_stream');
    if (!appended.ok) throw new Error(appended.rejection.code);
    expect(await engine.projections.reached('saga-monitor', appended.value.position, 5000)).toBe(true);
    expect(await engine.projections.get<SagaMonitor>('saga-monitor', 'o-1')).toMatchObject({
      definition: 'stock-first',
      definitionVersion: 1,
    });
    expect((await engine.store.readStream('checkout-o-1'))[0]?.data).toHaveProperty('definition');
    expect((await engine.log.readStream('checkout-o-1'))[0]?.data).toEqual(data);
    await engine.stop();
    expect(errors).toEqual([]);
  });

  test('when a read model is built anew under load › it has the same documents, and those of new events', async () => {
    const engine = await open();
    for (let n = 0; n < 50; n++) await deposit(engine, 1);
    const deposits = (async () => {
      for (let n = 0; n < 50; n++) await deposit(engine, 1);
    })();
    expect(await engine.projections.rebuild('wallet-statement')).toMatchObject({ name: 'wallet-statement' });
    await deposits;
    await eventually(async () => {
      const states = (await engine.projections.status()).map(({ state }) => state);
      expect(new Set(states)).toEqual(new Set(['RUNNING']));
    });
    expect(await balance(engine)).toBe(100);
    expect((await reconcile(engine)).ok).toBe(true);
    await expect(async () => engine.projections.rebuild('none')).rejects.toThrow(UnknownProjection);
    await engine.stop();
    expect(errors).toEqual([]);
  });

  test('when staff switch to or abandon a held rebuild › both are in the audit log with their reasons', async () => {
    const engine = await open();
    const { projections } = engine;
    await deposit(engine, 1);
    await expect(projections.diff('wallet-statement')).rejects.toThrow(NothingHeld);
    const rebuilt = async (): Promise<void> => {
      await projections.rebuild('wallet-statement', 'staff:eve', true);
      await eventually(async () => {
        const found = (await projections.status()).find(({ name }) => name === 'wallet-statement');
        expect(found).toMatchObject({ state: 'REBUILT', held: true });
      });
    };
    await rebuilt();
    const diff = await projections.diff('wallet-statement');
    expect(diff).toMatchObject({ changed: 0, onlyServed: 0, onlyRebuilt: 0, samples: [] });
    expect(diff.same).toBeGreaterThan(0);
    expect(diff.rebuiltPosition).toBe(diff.position);
    await projections.abandon('wallet-statement', 'staff:eve', 'not now');
    await expect(projections.switchOver('wallet-statement', 'staff:eve', 'x')).rejects.toThrow(NothingHeld);
    await rebuilt();
    await projections.switchOver('wallet-statement', 'staff:eve', 'it is right');
    const subject = 'control-wallet-statement';
    await eventually(async () => {
      const { items } = await projections.find<AuditEntry>('audit-log', { index: 'position', limit: 10 });
      expect(
        items.map(({ document }) => document).filter((entry) => entry.subject === subject),
      ).toMatchObject([
        { action: 'ProjectionRebuildRequested', reason: null },
        { action: 'ProjectionAbandonRequested', reason: 'not now' },
        { action: 'ProjectionRebuildRequested', reason: null },
        { action: 'ProjectionSwitchRequested', reason: 'it is right' },
      ]);
    });
    await engine.stop();
    expect(errors).toEqual([]);
  });

  test('when staff have a read model built anew › that is in the audit log', async () => {
    const engine = await open();
    await engine.projections.rebuild('timers', 'staff:eve');
    await expect(async () => engine.projections.rebuild('none', 'staff:eve')).rejects.toThrow();
    await eventually(async () => {
      const find = { index: 'position', limit: 10 };
      const { items } = await engine.projections.find<AuditEntry>('audit-log', find);
      expect(items.map(({ document }) => document)).toMatchObject([
        { actor: 'staff:eve', action: 'ProjectionRebuildRequested', subject: 'control-timers' },
      ]);
    });
    await engine.stop();
    expect(errors).toEqual([]);
  });
});
