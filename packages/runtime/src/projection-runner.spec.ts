// Read models on the embedded stores: batches, restarts, writes that fail, rebuilds and new versions.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import type { ReadStore } from '@holdfast/read-store';
import {
  boundReadStore,
  journal,
  openProjectionRig,
  sumOf,
  sums,
  type ProjectionRig,
  type Sum,
} from './test/projection-rig.js';
import { event } from './test/stores.js';

let rig: ProjectionRig;

beforeEach(async () => {
  rig = await openProjectionRig();
});
afterEach(() => rig.remove());

describe('projections', () => {
  test('events from before and after the start are in the read model, once', async () => {
    await rig.append('tally-a', 1, 2);
    const runner = await rig.start([sums(), journal]);
    await rig.append('tally-b', 10);
    await rig.append('tally-a', 3);
    await rig.caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(6);
    expect(await sumOf(runner, 'tally-b')).toBe(10);
    expect(await runner.count('journal')).toBe(4);
  });

  test('documents are returned with exactly their position, also while events are applied', async () => {
    const slow: ReadStore = {
      ...boundReadStore(rig.stores.readStore),
      // A written batch can be read for a while before the write returns.
      apply: async (writes, checkpoint) => {
        const applied = await rig.stores.readStore.apply(writes, checkpoint);
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
        return applied;
      },
    };
    const runner = await rig.start([sums()], slow);
    const last = 200;
    const appending = rig.append('tally-a', ...Array.from({ length: last + 1 }, () => 1));
    for (let at = -1; at < last;) {
      const { position, documents } = await runner.getAtPosition<Sum>('sums', ['tally-a']);
      expect(documents[0]?.sum ?? 0).toBe(position + 1);
      at = position;
      await rig.environment.advance(100);
    }
    await appending;
  });

  test('a restart goes on behind the checkpoint', async () => {
    await rig.append('tally-a', 1);
    const first = await rig.start([sums()]);
    await rig.caughtUp(first);
    await rig.stop();
    await rig.reopen();
    await rig.append('tally-a', 2);
    const second = await rig.start([sums()]);
    await rig.caughtUp(second);
    expect(await sumOf(second, 'tally-a')).toBe(3);
  });

  test('a wait for a position ends when it is reached, or at its time limit', async () => {
    const runner = await rig.start([sums()]);
    const early = runner.reached('sums', 0, 60_000);
    await rig.append('tally-a', 1);
    expect(await early).toBe(true);
    const never = runner.reached('sums', 99, 500);
    await rig.environment.advance(500);
    expect(await never).toBe(false);
  });

  test('a write that fails is tried again, and nothing is counted twice', async () => {
    let failures = 2;
    const failing: ReadStore = {
      ...boundReadStore(rig.stores.readStore),
      apply: (writes, checkpoint) => {
        if (checkpoint.name === 'projections' && failures-- > 0) throw new Error('disk trouble');
        return rig.stores.readStore.apply(writes, checkpoint);
      },
    };
    const runner = await rig.start([sums()], failing);
    await rig.append('tally-a', 1, 2);
    await rig.caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(3);
    expect(rig.errors).toHaveLength(2);
  });

  test('a write that took effect, but whose reply was lost, is not repeated together with newer events', async () => {
    const last = await rig.append('tally-a', 1, 2);
    let lost = false;
    let isMore = false;
    const forgetful: ReadStore = {
      ...boundReadStore(rig.stores.readStore),
      apply: async (writes, checkpoint) => {
        const applied = await rig.stores.readStore.apply(writes, checkpoint);
        if (lost || checkpoint.name !== 'projections' || checkpoint.position < last) return applied;
        lost = true;
        await rig.append('tally-a', 4);
        isMore = true;
        throw new Error('the connection broke');
      },
    };
    const runner = await rig.start([sums()], forgetful);
    await eventually(() => {
      expect(isMore).toBe(true);
    });
    await rig.caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(7);
  });

  test('a batch that is projected while the one before is being written builds on it, or comes again with it', async () => {
    const last = 12_000;
    const events = Array.from({ length: last + 1 }, (_, n) => event('Added', { amount: 1 }, n + 1));
    for (let n = 0; n < events.length; n += 1000)
      await rig.stores.store.append('tally-a', events.slice(n, n + 1000), 'any');
    await rig.stores.store.synced(last);
    const attempts: number[] = [];
    const slow: ReadStore = {
      ...boundReadStore(rig.stores.readStore),
      apply: async (writes, checkpoint) => {
        if (checkpoint.name !== 'projections') return rig.stores.readStore.apply(writes, checkpoint);
        attempts.push(checkpoint.position);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (attempts.length === 2) throw new Error('disk trouble');
        return rig.stores.readStore.apply(writes, checkpoint);
      },
    };
    const runner = await rig.start([sums()], slow);
    await rig.caughtUp(runner);
    expect(attempts.length).toBeGreaterThan(3);
    expect(rig.errors).toHaveLength(1);
    expect(await sumOf(runner, 'tally-a')).toBe(last + 1);
    expect(await runner.count('sums')).toBe(1);
  });

  test('a page of a rebuild that was written, but whose reply was lost, is not written again', async () => {
    await rig.append('tally-a', 1, 2);
    let lost = false;
    const forgetful: ReadStore = {
      ...boundReadStore(rig.stores.readStore),
      apply: async (writes, checkpoint) => {
        const applied = await rig.stores.readStore.apply(writes, checkpoint);
        if (lost || checkpoint.name !== 'sums@2') return applied;
        lost = true;
        await rig.append('tally-a', 4);
        throw new Error('the connection broke');
      },
    };
    const runner = await rig.start([sums()], forgetful);
    await rig.caughtUp(runner);
    await runner.rebuild('sums');
    await rig.environment.until(1000, async () => {
      expect((await runner.status())[0]).toMatchObject({ state: 'RUNNING', lagEvents: 0 });
    });
    expect(await sumOf(runner, 'tally-a')).toBe(7);
  });
});

describe('a rebuild', () => {
  test('replaces the documents by those of a replay, and reports its progress', async () => {
    await rig.append('tally-a', 1, 2);
    const runner = await rig.start([sums(), journal]);
    await rig.caughtUp(runner);
    const status = await runner.rebuild('sums');
    expect(status).toMatchObject({ name: 'sums', state: 'REBUILDING' });
    await rig.append('tally-a', 3);
    await rig.environment.until(100, async () => {
      expect((await runner.status())[0]).toMatchObject({ state: 'RUNNING', progress: null, lagEvents: 0 });
    });
    expect(await sumOf(runner, 'tally-a')).toBe(6);
    await rig.append('tally-a', 4);
    await rig.caughtUp(runner);
    expect(await sumOf(runner, 'tally-a')).toBe(10);
  });

  test('of a projection that does not exist is refused', async () => {
    const runner = await rig.start([sums()]);
    await expect(runner.rebuild('nothing')).rejects.toThrow('there is no projection nothing');
  });

  test('happens by itself when the version is raised, from the first event', async () => {
    await rig.append('tally-a', 1, 2);
    const first = await rig.start([sums(), journal]);
    await rig.caughtUp(first);
    await rig.stop();
    const second = await rig.start([sums(10), journal]);
    await rig.append('tally-a', 3);
    await rig.environment.until(100, async () => {
      expect(await sumOf(second, 'tally-a')).toBe(60);
    });
    expect((await second.status())[0]).toMatchObject({ version: 10, state: 'RUNNING' });
    expect(await second.count('journal')).toBe(3);
  });

  test('happens by itself for a projection that is new on a log with history', async () => {
    await rig.append('tally-a', 1, 2);
    const first = await rig.start([journal]);
    await rig.caughtUp(first, 'journal');
    await rig.stop();
    const second = await rig.start([journal, sums()]);
    await rig.caughtUp(second);
    expect(await sumOf(second, 'tally-a')).toBe(3);
  });
});
