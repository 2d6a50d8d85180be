// A held rebuild of a read model: it is compared with the served one, and waits for a switch.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  journal,
  openProjectionRig,
  sum,
  sumOf,
  sums,
  type ProjectionRig,
  type Running,
} from './test/projection-rig.js';
import { createParkedEvents } from './parked-events.js';

let rig: ProjectionRig;

beforeEach(async () => {
  rig = await openProjectionRig();
});
afterEach(() => rig.remove());

describe('a held rebuild', () => {
  const isRebuilt = (runner: Running): Promise<void> =>
    rig.environment.until(100, async () => {
      expect((await runner.status())[0]).toMatchObject({ state: 'REBUILT', held: true, progress: 1 });
    });
  const begin = async (runner: Running): Promise<void> => {
    await runner.rebuild('sums', 'staff:1', true);
    await isRebuilt(runner);
  };
  /** In steps so small that the held rebuild has not looked for new events meanwhile. */
  const servedIsAt = (runner: Running, position: number): Promise<void> =>
    rig.environment.until(1, () => {
      expect(runner.position('sums')).toBe(position);
    });
  /** Documents as a fault of an earlier release left them: one wrong, one missing, one too many. */
  const damage = async (): Promise<void> => {
    await rig.stores.readStore.apply(
      [
        { collection: 'sums@1', document: sum('tally-a', 99) },
        { collection: 'sums@1', removed: 'tally-b' },
        { collection: 'sums@1', document: sum('tally-z', 1) },
      ],
      { name: 'damage', position: 1 },
    );
  };

  test('shows how it differs, at one position, and is served from the switch on', async () => {
    await rig.append('tally-a', 1, 2);
    await rig.append('tally-b', 5);
    await rig.append('tally-c', 7);
    const runner = await rig.start([sums(), journal]);
    await rig.caughtUp(runner);
    await damage();
    await begin(runner);
    const position = await rig.append('tally-c', 1);
    await servedIsAt(runner, position);
    expect(await runner.diff('sums')).toEqual({
      name: 'sums',
      position,
      rebuiltPosition: position,
      servedCount: 3,
      rebuiltCount: 3,
      compared: 4,
      same: 1,
      changed: 1,
      onlyServed: 1,
      onlyRebuilt: 1,
      samples: [
        {
          collection: 'sums',
          id: 'tally-a',
          served: { id: 'tally-a', sum: 99 },
          rebuilt: { id: 'tally-a', sum: 3 },
        },
        { collection: 'sums', id: 'tally-b', served: null, rebuilt: sum('tally-b', 5) },
        { collection: 'sums', id: 'tally-z', served: sum('tally-z', 1), rebuilt: null },
      ],
    });
    expect(await sumOf(runner, 'tally-a')).toBe(99);

    await servedIsAt(runner, await rig.append('tally-a', 4));
    expect(await runner.switchOver('sums', 'staff:1', 'it is right')).toMatchObject({
      held: false,
      progress: null,
    });
    await rig.caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(7);
    expect(await sumOf(runner, 'tally-z')).toBeUndefined();
    await rig.append('tally-b', 1);
    await rig.caughtUp(runner);
    expect(await sumOf(runner, 'tally-b')).toBe(6);
  });

  test('of many documents is compared by a bounded sample, with 20 of those that differ', async () => {
    const amounts = Array.from({ length: 1200 }, (_, n) => `tally-${String(n).padStart(4, '0')}`);
    for (const stream of amounts) await rig.append(stream, 1);
    const runner = await rig.start([sums()]);
    await rig.caughtUp(runner);
    const wrong = amounts.map((id) => ({ collection: 'sums@1', document: { id, sum: 2 } }));
    await rig.stores.readStore.apply(wrong, { name: 'damage', position: 1 });
    await begin(runner);
    const diff = await runner.diff('sums');
    expect(diff).toMatchObject({ servedCount: 1200, rebuiltCount: 1200, same: 0 });
    // 250 from each end, and at most 250 between them by each generation.
    expect(diff.changed).toBe(diff.compared);
    expect(diff.compared).toBeGreaterThan(500);
    expect(diff.compared).toBeLessThanOrEqual(1000);
    expect(diff.samples).toHaveLength(20);
  });

  test('that is abandoned leaves the served documents as they are, and another one can begin', async () => {
    await rig.append('tally-a', 1, 2);
    const runner = await rig.start([sums()]);
    await rig.caughtUp(runner);
    await damage();
    await begin(runner);
    expect(await runner.abandon('sums', 'staff:1', 'not now')).toMatchObject({
      state: 'RUNNING',
      held: false,
    });
    expect(await sumOf(runner, 'tally-a')).toBe(99);
    await rig.append('tally-c', 1);
    await rig.caughtUp(runner);
    expect([await sumOf(runner, 'tally-a'), await sumOf(runner, 'tally-c')]).toEqual([99, 1]);
    await begin(runner);
    await runner.switchOver('sums', 'staff:1', 'now');
    expect(await sumOf(runner, 'tally-a')).toBe(3);
  });

  test('that is not there is neither compared, switched to nor abandoned; nor is a rebuild without hold', async () => {
    const runner = await rig.start([sums()]);
    const each = () => [
      runner.diff('sums'),
      runner.switchOver('sums', 'staff:1', 'a test'),
      runner.abandon('sums', 'staff:1', 'a test'),
    ];
    for (const one of each()) await expect(one).rejects.toThrow('sums has no held rebuild');
    await expect(runner.diff('nothing')).rejects.toThrow('there is no projection nothing');
  });

  test('begins again after a restart, and still waits', async () => {
    await rig.append('tally-a', 1, 2);
    const first = await rig.start([sums()]);
    await rig.caughtUp(first);
    await damage();
    await begin(first);
    await rig.stop();
    const second = await rig.start([sums()]);
    await isRebuilt(second);
    expect(await sumOf(second, 'tally-a')).toBe(99);
    expect(await second.diff('sums')).toMatchObject({ changed: 1, onlyServed: 1 });
    await second.switchOver('sums', 'staff:1', 'a test');
    expect(await sumOf(second, 'tally-a')).toBe(3);
  });

  test('parks what it refused, also when a restart came between', async () => {
    const poison = { amount: 0 };
    const first = await rig.start([sums(1, poison)]);
    await rig.append('tally-a', 1, 13, 2);
    await rig.caughtUp(first);
    poison.amount = 13;
    await begin(first);
    await rig.stop();
    const second = await rig.start([sums(1, poison)]);
    await isRebuilt(second);
    await second.switchOver('sums', 'staff:1', 'a test');
    const events = createParkedEvents(rig.stores.store, second.consumers);
    expect(await events.retry({ consumer: 'sums', dryRun: true }, 'staff:1')).toBe(2);
  });

  test('leaves parked events to the served read model until the switch', async () => {
    const poison = { amount: 13 };
    const runner = await rig.start([sums(1, poison)]);
    const events = createParkedEvents(rig.stores.store, runner.consumers);
    const parkedCount = () => events.retry({ consumer: 'sums', dryRun: true }, 'staff:1');
    await rig.append('tally-a', 1, 13, 2);
    await rig.caughtUp(runner);
    poison.amount = 0;
    await begin(runner);
    await runner.abandon('sums', 'staff:1', 'a test');
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([1, 2]);
    await begin(runner);
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([1, 2]);
    await runner.switchOver('sums', 'staff:1', 'a test');
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([16, 0]);
  });

  test('parks what it refuses with the switch, and not before', async () => {
    const poison = { amount: 0 };
    const runner = await rig.start([sums(1, poison)]);
    const events = createParkedEvents(rig.stores.store, runner.consumers);
    const parkedCount = () => events.retry({ consumer: 'sums', dryRun: true }, 'staff:1');
    await rig.append('tally-a', 1, 13, 2);
    await rig.caughtUp(runner);
    poison.amount = 13;
    await begin(runner);
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([16, 0]);
    await runner.switchOver('sums', 'staff:1', 'a test');
    expect([await sumOf(runner, 'tally-a'), await parkedCount()]).toEqual([1, 2]);
  });
});
