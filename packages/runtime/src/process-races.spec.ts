// Two runners of one process on one log: one decides what the other was about to decide, and each partition has one owner.
import { eventually } from '@holdfast/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { storeWith, type EventStore } from '@holdfast/event-store';
import { fenced } from './fenced.js';
import type { CommandHandler } from './commands.js';
import { processCheckpoint } from './process-names.js';
import { openProcessRig, type ProcessRig } from './test/process-rig.js';
import { emptying } from './test/process.js';

let rig: ProcessRig;

beforeEach(async () => {
  rig = await openProcessRig();
});
afterEach(() => rig.remove());

describe('two runners of one process', () => {
  const decided = async (stream: string): Promise<void> => {
    await eventually(async () => {
      expect(await rig.typesIn(stream)).toContain('Filled');
    });
  };

  test('when one decides and dies before it sends › the other, which was about to decide, sends', async () => {
    const dead: CommandHandler = { ...rig.handler(), handle: () => new Promise(() => undefined) };
    await rig.run({ commands: dead });
    const late: EventStore = {
      ...storeWith(rig.stores.store),
      append: async (stream, ...call) => {
        if (stream === 'emptying-a') await decided(stream);
        return rig.stores.store.append(stream, ...call);
      },
    };
    await rig.start({ store: late, commands: rig.handler(late) });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled', 'Emptied'], 50);
  });

  test('when one loses the race again and again › it begins anew and parks nothing', async () => {
    let conflicts = 20;
    const contended: EventStore = {
      ...storeWith(rig.stores.store),
      append: (stream, events, expected) => {
        if (!stream.startsWith('emptying-') || conflicts-- <= 0)
          return rig.stores.store.append(stream, events, expected);
        return { ok: false, rejection: { code: 'RevisionConflict', stream, expected, actual: 0 } };
      },
    };
    await rig.run({ store: contended });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled', 'Emptied'], 50);
    expect(rig.errors.map((error) => (error as Error).name)).toEqual([
      'TooManyConflicts',
      'TooManyConflicts',
    ]);
    expect(await rig.typesIn('parked-process-emptying')).toEqual([]);
  });

  test('when each has a partition › each takes care of its own processes, and of events that nobody can route', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const inner = emptying();
    const empties = { ...inner, pending: (): readonly [] => [] };
    for (const index of [0, 1])
      await rig.start({ commands: rig.handler(), process: empties, partition: { index, of: 2 } });
    for (const id of ids) await rig.append(`tally-${id}`, 12);
    await rig.append('tally-a', 13);
    await rig.environment.until(50, async () => {
      for (const id of ids) expect(await rig.typesOf(id)).toEqual(['Filled']);
      expect(await rig.typesIn('parked-process-emptying')).toEqual(['EventParked']);
    });
    await rig.environment.advance(1000);
    await eventually(async () => {
      for (const index of [0, 1])
        expect(
          await rig.stores.readStore.checkpoint(processCheckpoint('emptying', { index, of: 2 })),
        ).toBeGreaterThanOrEqual(ids.length);
    });
    expect(await rig.stores.readStore.checkpoint(processCheckpoint('emptying'))).toBeNull();
  });

  test('when the lease has another holder › the checkpoint stays where its new owner put it', async () => {
    const lease = { name: 'emptying', holder: 'one', token: 1, beat: 0 };
    await rig.stores.readStore.swapLease(null, lease);
    const zombie = await rig.start({
      commands: rig.handler(),
      readStore: fenced(rig.stores.readStore, { lease: 'emptying', token: 1 }),
    });
    const successor = { ...lease, holder: 'two', token: 2 };
    await eventually(async () => {
      expect(await rig.stores.readStore.swapLease(lease, successor)).toBe(true);
    });
    await rig.append('tally-a', 3);
    await rig.environment.until(50, () => {
      expect(zombie.handled()).toBe(0);
    });
    await rig.stop();
    expect(rig.errors.map((error) => (error as Error).name)).toContain('LeaseLost');
    expect(await rig.stores.readStore.checkpoint(processCheckpoint('emptying'))).toBeNull();
    await rig.run();
  });
});
