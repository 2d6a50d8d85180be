// Staff are told when a person is needed, and the log has a record of it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { alarmStream, type Alarm } from '@holdfast/checkout';
import type { NewEvent } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';
import { eventually } from '@holdfast/testing';
import { openEngine } from './engine.js';

const undoStuck = (id: string): NewEvent => ({
  id,
  type: 'UndoStuck',
  data: { step: 'refund', attempts: 6, error: 'no wallet' },
  metadata: {
    correlationId: 'o-1',
    causationId: id,
    commandId: id,
    actor: 'process:checkout',
    at: '2026-01-01T00:00:00.000Z',
    schemaVersion: 1,
  },
});

test('when an undo is stuck › staff are told once, and the next start does not tell them again', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'holdfast-alarm-'));
  const told: (Alarm & { readonly key: string })[] = [];
  const open = () =>
    openEngine({
      dataDirectory,
      environment: nodeEnvironment(),
      reservationTtlMs: 60_000,
      paymentTimeoutMs: 60_000,
      // A read model parks an UndoStuck of a checkout that never began, which is another alarm.
      onAlarm: (alarm, key) => alarm.kind === 'COMPENSATION_STUCK' && told.push({ ...alarm, key }),
      onError: () => undefined,
      onFatal: () => undefined,
    });
  const first = nodeEnvironment().ids.next();
  const expected = {
    kind: 'COMPENSATION_STUCK',
    subject: 'checkout-o-1',
    reason: 'refund has failed 6 times: no wallet',
  };
  let engine = await open();
  await engine.store.append('checkout-o-1', [undoStuck(first)], 'any');
  await eventually(async () => {
    const recorded = await engine.store.readStream(alarmStream(first));
    expect(recorded.map(({ type, data }) => ({ type, data }))).toEqual([
      { type: 'StaffAlarmed', data: expected },
    ]);
  });
  expect(told).toEqual([{ ...expected, key: `staff-alarm:${first}` }]);
  await engine.stop();

  engine = await open();
  const second = nodeEnvironment().ids.next();
  await engine.store.append('checkout-o-2', [undoStuck(second)], 'any');
  await eventually(() => {
    expect(told.at(-1)?.key).toBe(`staff-alarm:${second}`);
  });
  expect(told.map(({ key }) => key)).toEqual([`staff-alarm:${first}`, `staff-alarm:${second}`]);
  await engine.stop();
  await rm(dataDirectory, { recursive: true });
});
