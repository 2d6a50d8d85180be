// An event that a projection throws on is parked: other documents and other projections go on.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { journal, openProjectionRig, sumOf, sums, type ProjectionRig } from './test/projection-rig.js';
import { createParkedEvents, parkedId } from './parked-events.js';

let rig: ProjectionRig;

beforeEach(async () => {
  rig = await openProjectionRig();
});
afterEach(() => rig.remove());

describe('an event that a projection throws on', () => {
  test('is parked with its error; other documents and other projections go on', async () => {
    const runner = await rig.start([sums(1, { amount: 13 }), journal]);
    await rig.append('tally-a', 1, 13, 2);
    await rig.append('tally-b', 5);
    await rig.caughtUp(runner);
    expect(await sumOf(runner, 'tally-b')).toBe(5);
    expect(await sumOf(runner, 'tally-a')).toBe(1);
    expect(await runner.count('journal')).toBeGreaterThanOrEqual(4);
    const parked = await rig.stores.store.readStream('parked-sums');
    expect(parked.map(({ data }) => data)).toMatchObject([
      { stream: 'tally-a', revision: 1, attempts: 1, reason: "Error: can't add 13" },
      { stream: 'tally-a', revision: 2, attempts: 0, reason: 'waits behind an earlier event of tally-a' },
    ]);
  });

  test('can be retried once its cause is gone, in order and once', async () => {
    const poison = { amount: 13 };
    const runner = await rig.start([sums(1, poison)]);
    const events = createParkedEvents(rig.stores.store, runner.consumers);
    await rig.append('tally-a', 1, 13, 2);
    await rig.caughtUp(runner);
    expect(await events.retry({ consumer: 'sums', dryRun: true }, 'staff:1')).toBe(2);
    expect(await events.retry({ consumer: 'sums', dryRun: false }, 'staff:1')).toBe(0);
    expect(await sumOf(runner, 'tally-a')).toBe(1);
    poison.amount = 0;
    expect(await events.retry({ ids: [parkedId('sums', 2)], dryRun: false }, 'staff:1')).toBe(0);
    const why = { consumer: 'sums', reason: 'mended', dryRun: false };
    expect(await events.retry(why, 'staff:1')).toBe(2);
    const retried = (await rig.stores.store.readStream('parked-sums')).at(-1);
    expect(retried).toMatchObject({ data: { reason: 'mended' }, metadata: { actor: 'staff:1' } });
    expect(await events.retry({ consumer: 'sums', dryRun: false }, 'staff:1')).toBe(0);
    expect(await sumOf(runner, 'tally-a')).toBe(16);
  });

  test('can be discarded with a reason, and is skipped after a restart', async () => {
    const first = await rig.start([sums(1, { amount: 13 })]);
    const events = createParkedEvents(rig.stores.store, first.consumers);
    await rig.append('tally-a', 1, 13);
    await rig.caughtUp(first);
    await expect(events.discard({ consumer: 'sums', dryRun: false }, 'staff:1')).rejects.toThrow(
      'needs a reason',
    );
    expect(await events.discard({ consumer: 'sums', reason: 'a test', dryRun: false }, 'staff:1')).toBe(1);
    await rig.stop();
    const second = await rig.start([sums(1, { amount: 13 })]);
    await rig.append('tally-a', 2);
    await rig.caughtUp(second);
    expect(await sumOf(second, 'tally-a')).toBe(3);
  });

  test('is handled by a rebuild once its cause is gone, unless it was discarded', async () => {
    const poison = { amount: 13 };
    const runner = await rig.start([sums(1, poison)]);
    const events = createParkedEvents(rig.stores.store, runner.consumers);
    await rig.append('tally-a', 1, 13, 2);
    await rig.append('tally-b', 13, 5);
    await rig.caughtUp(runner);
    await events.discard({ ids: [parkedId('sums', 3)], reason: 'a test', dryRun: false }, 'staff:1');
    poison.amount = 0;
    await runner.rebuild('sums');
    await rig.environment.until(100, async () => {
      expect((await runner.status())[0]?.state).toBe('RUNNING');
    });
    expect(await sumOf(runner, 'tally-a')).toBe(16);
    expect(await sumOf(runner, 'tally-b')).toBe(5);
    expect(await events.retry({ consumer: 'sums', dryRun: true }, 'staff:1')).toBe(0);
  });

  test('blocks its document after a restart too', async () => {
    const first = await rig.start([sums(1, { amount: 13 })]);
    await rig.append('tally-a', 13);
    await rig.caughtUp(first);
    await rig.stop();
    const second = await rig.start([sums(1, { amount: 13 })]);
    await rig.append('tally-a', 2);
    await rig.caughtUp(second);
    expect(await sumOf(second, 'tally-a')).toBeUndefined();
  });
});
