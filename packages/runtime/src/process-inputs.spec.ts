// Inputs that came together, and inputs that a process throws on.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { storeWith, type EventStore } from '@holdfast/event-store';
import { createParkedEvents } from './parked-events.js';
import { openProcessRig, type ProcessRig } from './test/process-rig.js';
import { event, withPromises } from './test/stores.js';

let rig: ProcessRig;

beforeEach(async () => {
  rig = await openProcessRig();
});
afterEach(() => rig.remove());

describe('inputs for one process that came together', () => {
  const together = async (...amounts: readonly number[]): Promise<void> => {
    const events = amounts.map((amount, n) => event('Added', { amount }, 100 + n));
    await rig.stores.store.append('tally-a', events, 'any');
  };

  test('are decided on in one append, and only what is still pending then is sent', async () => {
    const sizes: number[] = [];
    await rig.run({
      store: {
        ...storeWith(rig.stores.store),
        append: (...call) => {
          if (call[0] === 'emptying-a') sizes.push(call[1].length);
          return rig.stores.store.append(...call);
        },
      },
    });
    await together(3, 12, -12);
    await rig.becomes('a', ['Filled', 'Emptied'], 50);
    expect(sizes).toEqual([2]);
    expect(await rig.typesIn('tally-a')).toHaveLength(3);
  });

  test.each([
    ['a store that answers at once', (store: EventStore) => store],
    ['a store that returns promises', withPromises],
  ])(
    'on %s, when one of them makes it throw › what came before it has its effect, and it is parked',
    async (_, adapt) => {
      await rig.run({ store: adapt(rig.stores.store) });
      await together(12, 14);
      await rig.environment.until(50, async () => {
        expect(await rig.typesOf('a')).toContain('Filled');
        expect(await rig.typesIn('parked-process-emptying')).toContain('EventParked');
      });
      const [parked] = await rig.stores.store.readStream('parked-process-emptying');
      expect(parked?.data).toMatchObject({ stream: 'tally-a', revision: 1, attempts: 1 });
    },
  );
});

describe('an input that a process throws on', () => {
  test.each([13, 14])('is parked; other processes go on (amount %d)', async (amount) => {
    await rig.run();
    await rig.append('tally-b', amount);
    await rig.append('tally-a', 12);
    await rig.environment.until(50, async () => {
      expect(await rig.typesOf('a')).toEqual(['Filled', 'Emptied']);
      expect(await rig.typesIn('parked-process-emptying')).toEqual(['EventParked']);
    });
  });

  test('holds back what follows for the same process, until it is discarded', async () => {
    const runner = await rig.run();
    await rig.append('tally-a', 14, 12);
    await rig.environment.until(50, async () => {
      expect(await rig.typesIn('parked-process-emptying')).toEqual(['EventParked', 'EventParked']);
    });
    expect(await rig.typesOf('a')).toEqual([]);
    const parked = createParkedEvents(rig.stores.store, [runner.consumer]);
    expect(await parked.retry({ dryRun: false }, 'staff:1')).toBe(0);
    const ids = ['process-emptying:0'];
    expect(await parked.discard({ ids, reason: 'a test', dryRun: false }, 'staff:1')).toBe(1);
    expect(await parked.retry({ dryRun: false }, 'staff:1')).toBe(1);
    await rig.becomes('a', ['Filled', 'Emptied'], 50);
  });
});
