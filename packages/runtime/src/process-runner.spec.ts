// A small process on the embedded stores: every tally that reaches ten is emptied, with a deadline for doing so.
import { fakeEnvironment } from '@holdfast/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { StoreUnavailable, storeWith, type EventStore } from '@holdfast/event-store';
import type { CommandHandler } from './commands.js';
import { openProcessRig, silent, type ProcessRig } from './test/process-rig.js';
import { deadlineMs, emptying } from './test/process.js';
import { withPromises } from './test/stores.js';
import { add } from './test/tally.js';

let rig: ProcessRig;

beforeEach(async () => {
  rig = await openProcessRig();
});
afterEach(() => rig.remove());

describe.each([
  ['a store that answers at once', (store: EventStore) => store],
  ['a store that returns promises', withPromises],
])('a process on %s', (_, adapt) => {
  test('appends its decision, then sends the command, then decides about the answer', async () => {
    const runner = await rig.run({ store: adapt(rig.stores.store) });
    await rig.append('tally-a', 3, 12);
    await rig.becomes('a', ['Filled', 'Emptied'], 50);
    expect((await rig.stores.store.readStream('tally-a')).map(({ data }) => data)).toEqual([
      { amount: 3 },
      { amount: 12 },
      { amount: -12 },
    ]);
    const [decision] = await rig.stores.store.readStream('emptying-a');
    const [, cause] = await rig.stores.store.readStream('tally-a');
    expect(decision?.metadata).toMatchObject({
      correlationId: 'a',
      causationId: cause?.id,
      actor: 'process:emptying',
      inputPosition: 1,
    });
    expect(runner.live()).toBe(0);
  });

  test('hears of no deadline once it is done', async () => {
    const heard: string[] = [];
    const { decide, ...rest } = emptying();
    const listening: typeof decide = (input, state) => {
      heard.push(input.kind);
      return decide(input, state);
    };
    await rig.run({ store: adapt(rig.stores.store), process: { ...rest, decide: listening } });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled', 'Emptied'], 1);
    await rig.environment.advance(2 * deadlineMs);
    expect(heard).not.toContain('deadline');
  });

  test('that restarts before its checkpoint was saved decides nothing twice', async () => {
    await rig.run({ store: adapt(rig.stores.store) });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled', 'Emptied'], 50);
    // A crash: nothing of the first runner is saved, the second begins at the first event.
    const second = await rig.start({ commands: rig.handler() });
    await rig.environment.until(50, () => {
      expect(second.handled()).toBeGreaterThanOrEqual(1);
    });
    expect(await rig.typesOf('a')).toEqual(['Filled', 'Emptied']);
    expect((await rig.stores.store.readStream('tally-a')).length).toBe(2);
  });
});

describe('a process', () => {
  test('that decided and crashed before it sent the command sends it after the restart', async () => {
    let down = true;
    const lossy: CommandHandler = {
      ...rig.handler(),
      handle: (command, context) =>
        down ? new Promise(() => undefined) : rig.handler().handle(command, context),
    };
    await rig.run({ commands: lossy });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled'], 50);
    await rig.environment.advance(2000);
    await rig.stop();
    down = false;
    await rig.run({ commands: lossy });
    await rig.becomes('a', ['Filled', 'Emptied'], 50);
  });

  test('whose command is not answered hears its deadline, also after a restart', async () => {
    await rig.run({ commands: silent });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled'], 50);
    await rig.environment.advance(2000);
    await rig.stop();
    await rig.run({ commands: silent });
    await rig.environment.advance(1000);
    expect(await rig.typesOf('a')).toEqual(['Filled']);
    const due = Date.parse('2026-01-01T00:00:00.000Z') + deadlineMs;
    rig.environment.jump(due - rig.environment.clock.now());
    await rig.becomes('a', ['Filled', 'Expired'], 1000);
  });

  test('that crashed before its checkpoint was saved still hears its deadline', async () => {
    await rig.run({ commands: silent });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled'], 1);
    // The first runner is abandoned as a crash would leave it: nothing of it is saved, none of its timers counts.
    const environment = fakeEnvironment();
    environment.jump(rig.environment.clock.now() - environment.clock.now());
    await rig.run({ commands: silent, environment });
    await environment.until(10_000, async () => {
      expect(await rig.typesOf('a')).toEqual(['Filled', 'Expired']);
    });
  });

  test('whose command fails tries again after a while, each attempt on record, and goes on', async () => {
    const commands = rig.handler();
    let failures = 2;
    const flaky: CommandHandler = {
      ...commands,
      handle: (command, context) => {
        if (failures-- > 0) throw new Error('not now');
        return commands.handle(command, context);
      },
    };
    await rig.run({ commands: flaky });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled', 'EmptyingFailed', 'EmptyingFailed', 'Emptied'], 50);
    expect(rig.errors.map(String)).toEqual(['Error: not now', 'Error: not now']);
  });

  test('whose command keeps failing decides on the failure after the last attempt', async () => {
    const commands: CommandHandler = {
      ...rig.handler(),
      handle: () => {
        throw new Error('never');
      },
    };
    await rig.run({ commands });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled', 'EmptyingFailed', 'EmptyingFailed', 'GivenUp'], 50);
  });

  test('with a retry policy without end tries until the cause is gone, however long that takes', async () => {
    const commands = rig.handler();
    let failures = 0;
    let broken = true;
    const flaky: CommandHandler = {
      ...commands,
      handle: (command, context) => {
        if (!broken) return commands.handle(command, context);
        failures += 1;
        throw new Error('not now');
      },
    };
    const endless = { attempts: null, baseMs: 100, limitMs: 1000 };
    await rig.run({ commands: flaky, process: { ...emptying(), retryPolicy: () => endless } });
    await rig.append('tally-a', 12);
    await rig.environment.until(50, () => {
      expect(failures).toBeGreaterThan(20);
    });
    broken = false;
    await rig.environment.until(50, async () => {
      expect((await rig.typesOf('a')).at(-1)).toBe('Emptied');
    });
  });

  test('that has no more use for a command while it waits does not send it', async () => {
    let sendings = 0;
    const failing: CommandHandler = {
      ...rig.handler(),
      handle: () => {
        sendings += 1;
        throw new Error('not now');
      },
    };
    const slow = { attempts: null, baseMs: 100 * deadlineMs, limitMs: 100 * deadlineMs };
    await rig.run({ commands: failing, process: { ...emptying(), retryPolicy: () => slow } });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled', 'EmptyingFailed', 'Expired'], 1000);
    await rig.environment.advance(200 * deadlineMs);
    expect(sendings).toBe(1);
  });

  test('whose command is refused decides on the refusal at once', async () => {
    await rig.run({ process: emptying((id, amount) => add(id, -amount - 100)) });
    await rig.append('tally-a', 12);
    await rig.becomes('a', ['Filled', 'GivenUp'], 50);
    const [, givenUp] = await rig.stores.store.readStream('emptying-a');
    expect(givenUp?.data).toEqual({ error: 'BelowZero' });
  });

  test('finds its way back when the store was away', async () => {
    let away = false;
    const flaky: EventStore = {
      ...storeWith(rig.stores.store),
      append: (...call) => {
        if (away) throw new StoreUnavailable('away');
        return rig.stores.store.append(...call);
      },
    };
    const runner = await rig.run({ store: flaky });
    await rig.append('tally-b', 1);
    await rig.environment.until(50, () => {
      expect(runner.handled()).toBe(0);
    });
    away = true;
    await rig.append('tally-a', 12);
    await rig.environment.until(50, () => {
      expect(rig.errors.length).toBeGreaterThan(1);
    });
    expect(await rig.typesOf('a')).toEqual([]);
    away = false;
    await rig.becomes('a', ['Filled', 'Emptied'], 50);
  });
});
