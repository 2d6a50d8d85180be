// The embedded store when a write or a sync fails: it never loses an acknowledged event.
import { describe, expect, test } from '@jest/globals';
import { beforeAll as beginning } from '@holdfast/kernel';
import { event } from '../contract-suite/describe-event-store.js';
import { type EventStore, StoreUnavailable } from '../port.js';
import type { DiskOperation } from './simulated-disk.js';
import { acknowledge, appendOne, ids, newDisk, openOn } from './test/log-on-simulated-disk.js';

describe('when a write or a sync fails', () => {
  const faults = [
    { kind: 'write', code: 'ENOSPC' },
    { kind: 'write', code: 'EIO' },
    { kind: 'write', code: 'ENOSPC', bytesWritten: 70 },
    { kind: 'sync', code: 'EIO' },
    { kind: 'sync', code: 'ENOSPC' },
  ] as const;
  test.each(faults)(
    '($kind, $code, $bytesWritten) › everything waiting and later is refused, nothing more is written, and a new start has all acknowledged events',
    async ({ kind, ...fault }) => {
      const disk = newDisk();
      const fatal: Error[] = [];
      const store = await openOn(disk, { onFatal: (error) => fatal.push(error) });
      const before = event();
      await acknowledge(store, 'order-1', before);
      const subscription = store.subscribeAll({ after: beginning })[Symbol.asyncIterator]();
      expect((await subscription.next()).value).toMatchObject({ caughtUp: true });
      const live = subscription.next();

      const operations: DiskOperation[] = [];
      disk.faults = (operation) => {
        operations.push(operation);
        return operation.kind === kind && operations.filter((one) => one.kind === kind).length === 1
          ? fault
          : null;
      };
      const inFlight = store.synced(await appendOne(store, 'order-1', event()));
      // Events that are appended during the failing flush wait for the next one.
      disk.faults = ((until) => (operation: DiskOperation) => {
        if (operations.length === 0)
          pending = store.synced(positionOf(store.append('order-2', [event()], 'any')));
        return until(operation);
      })(disk.faults);
      let pending: Promise<void> | null = null;

      await expect(inFlight).rejects.toThrow(StoreUnavailable);
      await expect(pending).rejects.toThrow(StoreUnavailable);
      await expect(live).rejects.toThrow(StoreUnavailable);
      expect(() => store.append('order-3', [event()], 'any')).toThrow(StoreUnavailable);
      expect(() => store.readStream('order-1')).toThrow(StoreUnavailable);
      expect(fatal).toEqual([expect.any(StoreUnavailable)]);
      expect(fatal[0]?.message).toContain(fault.code);
      await store.close();
      expect(operations.at(-1)?.kind).toBe(kind);

      disk.faults = () => null;
      disk.crash();
      const reopened = await openOn(disk);
      expect(ids(await reopened.readAll())).toEqual([before.id]);
      await acknowledge(reopened, 'order-1', event());
      await reopened.close();
    },
  );

  test('and the process starts again without a loss of power › the last frame is written again before it counts as synced', async () => {
    const disk = newDisk();
    const store = await openOn(disk);
    await acknowledge(store, 'order-1', event());
    disk.faults = ({ kind }) => (kind === 'sync' ? { code: 'EIO' } : null);
    const unsure = event();
    await expect(acknowledge(store, 'order-1', unsure)).rejects.toThrow(StoreUnavailable);
    await store.close();
    const operations: string[] = [];
    disk.faults = ({ kind }) => {
      operations.push(kind);
      return null;
    };
    const reopened = await openOn(disk);
    expect(operations).toEqual(['write', 'sync', 'syncDirectory']);
    expect((await reopened.readAll()).at(-1)?.id).toBe(unsure.id);
    disk.crash();
    const third = await openOn(disk);
    expect((await third.readAll()).at(-1)?.id).toBe(unsure.id);
    await third.close();
  });
});

test('when a wait begins while its batch is in flight › it ends with that batch', async () => {
  const disk = newDisk();
  const store = await openOn(disk);
  const waits: Promise<void>[] = [];
  disk.faults = ({ kind }) => {
    if (kind === 'sync' && waits.length === 0) waits.push(store.synced(0));
    return null;
  };
  await appendOne(store, 'order-1', event());
  for await (const batch of store.subscribeAll({ after: beginning })) if (batch.events.length > 0) break;
  expect(waits).toHaveLength(1);
  await waits[0];
  await store.close();
});

const positionOf = (result: ReturnType<EventStore['append']>): number => {
  if ('then' in result || !result.ok) throw new Error('refused');
  return result.value.position;
};
