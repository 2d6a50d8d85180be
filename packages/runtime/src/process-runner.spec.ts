// A small process on the embedded stores: every tally that reaches ten is emptied, with a deadline for doing so.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, fakeEnvironment, type FakeEnvironment } from '@holdfast/testing';
import { StoreUnavailable, type EventStore, storeWith } from '@holdfast/event-store';
import { createCommandHandler } from './command-handler.js';
import type { CommandHandler } from './commands.js';
import { createParkedEvents } from './parked-events.js';
import { fenced } from './fenced.js';
import { processCheckpoint } from './process-names.js';
import { startProcess, type ProcessRunner } from './process-runner.js';
import { deadlineMs, emptying, type Decision, type State } from './test/process.js';
import { withPromises, event, openStores, type Stores } from './test/stores.js';
import { add, tally, type Add, type Added } from './test/tally.js';

let environment: FakeEnvironment;
let stores: Stores;
let runner: ProcessRunner;
let errors: unknown[];
let written: number;

const handlerOn = (store: EventStore): CommandHandler =>
  createCommandHandler({ store, environment, aggregates: [tally] });
const start = async (
  options: {
    readonly store?: EventStore;
    readonly commands?: CommandHandler;
    readonly process?: ReturnType<typeof emptying>;
  } = {},
): Promise<ProcessRunner> => {
  const store = options.store ?? stores.store;
  runner = await startProcess({
    store,
    readStore: stores.readStore,
    commands: options.commands ?? handlerOn(store),
    process: options.process ?? emptying(),
    environment,
    retry: { baseMs: 100, limitMs: 1000, attempts: 3 },
    onError: (error) => errors.push(error),
  });
  return runner;
};
const append = async (stream: string, ...amounts: readonly number[]): Promise<void> => {
  for (const amount of amounts) {
    written += 1;
    await stores.store.append(stream, [event('Added', { amount }, written)], 'any');
  }
};
const typesOf = async (stream: string): Promise<readonly string[]> =>
  (await stores.store.readStream(stream)).map(({ type }) => type);
const soon = (assertion: () => Promise<void> | void, stepMs = 50): Promise<void> =>
  environment.until(stepMs, assertion);

beforeEach(async () => {
  environment = fakeEnvironment();
  stores = await openStores(environment);
  errors = [];
  written = 0;
});
afterEach(async () => {
  await runner.stop();
  await stores.remove();
});

describe.each([
  ['a store that answers at once', (store: EventStore) => store],
  ['a store that returns promises', withPromises],
])('a process on %s', (_, adapt) => {
  test('appends its decision, then sends the command, then decides about the answer', async () => {
    await start({ store: adapt(stores.store) });
    await append('tally-a', 3, 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    });
    expect((await stores.store.readStream('tally-a')).map(({ data }) => data)).toEqual([
      { amount: 3 },
      { amount: 12 },
      { amount: -12 },
    ]);
    const [decision] = await stores.store.readStream('emptying-a');
    const [, cause] = await stores.store.readStream('tally-a');
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
    await start({ store: adapt(stores.store), process: { ...rest, decide: listening } });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    }, 1);
    await environment.advance(2 * deadlineMs);
    expect(heard).not.toContain('deadline');
  });

  test('that restarts before its checkpoint was saved decides nothing twice', async () => {
    await start({ store: adapt(stores.store) });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    });
    // A crash: nothing of the first runner is saved, the second begins at the first event.
    const second = await startProcess({
      store: stores.store,
      readStore: stores.readStore,
      commands: handlerOn(stores.store),
      process: emptying(),
      environment,
      onError: (error) => errors.push(error),
    });
    await soon(() => {
      expect(second.handled()).toBeGreaterThanOrEqual(1);
    });
    expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    expect((await stores.store.readStream('tally-a')).length).toBe(2);
    await second.stop();
  });
});

describe('a process', () => {
  test('that decided and crashed before it sent the command sends it after the restart', async () => {
    let down = true;
    const lossy: CommandHandler = {
      ...handlerOn(stores.store),
      handle: (command, context) =>
        down ? new Promise(() => undefined) : handlerOn(stores.store).handle(command, context),
    };
    await start({ commands: lossy });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled']);
    });
    await environment.advance(2000);
    await runner.stop();
    down = false;
    await start({ commands: lossy });
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    });
  });

  test('whose command is not answered hears its deadline, also after a restart', async () => {
    const silent: CommandHandler = { ...handlerOn(stores.store), handle: () => new Promise(() => undefined) };
    await start({ commands: silent });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled']);
    });
    await environment.advance(2000);
    await runner.stop();
    await start({ commands: silent });
    await environment.advance(1000);
    expect(await typesOf('emptying-a')).toEqual(['Filled']);
    const due = Date.parse('2026-01-01T00:00:00.000Z') + deadlineMs;
    environment.jump(due - environment.clock.now());
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Expired']);
    }, 1000);
  });

  test('that crashed before its checkpoint was saved still hears its deadline', async () => {
    const silent: CommandHandler = { ...handlerOn(stores.store), handle: () => new Promise(() => undefined) };
    await start({ commands: silent });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled']);
    }, 1);
    // The first runner is abandoned as a crash would leave it: nothing of it is saved, none of its timers counts.
    const crashed = runner;
    const { now } = environment.clock;
    environment = fakeEnvironment();
    environment.jump(now() - environment.clock.now());
    await start({ commands: silent });
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Expired']);
    }, 10_000);
    await crashed.stop();
  });

  test('whose command fails tries again after a while, each attempt on record, and goes on', async () => {
    const commands = handlerOn(stores.store);
    let failures = 2;
    const flaky: CommandHandler = {
      ...commands,
      handle: (command, context) => {
        if (failures-- > 0) throw new Error('not now');
        return commands.handle(command, context);
      },
    };
    await start({ commands: flaky });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'EmptyingFailed', 'EmptyingFailed', 'Emptied']);
    });
    expect(errors.map(String)).toEqual(['Error: not now', 'Error: not now']);
  });

  test('whose command keeps failing decides on the failure after the last attempt', async () => {
    const commands: CommandHandler = {
      ...handlerOn(stores.store),
      handle: () => {
        throw new Error('never');
      },
    };
    await start({ commands });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'EmptyingFailed', 'EmptyingFailed', 'GivenUp']);
    });
  });

  test('with a retry policy without end tries until the cause is gone, however long that takes', async () => {
    const commands = handlerOn(stores.store);
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
    await start({ commands: flaky, process: { ...emptying(), retryPolicy: () => endless } });
    await append('tally-a', 12);
    await soon(() => {
      expect(failures).toBeGreaterThan(20);
    });
    broken = false;
    await soon(async () => {
      expect((await typesOf('emptying-a')).at(-1)).toBe('Emptied');
    });
  });

  test('that has no more use for a command while it waits does not send it', async () => {
    let sendings = 0;
    const failing: CommandHandler = {
      ...handlerOn(stores.store),
      handle: () => {
        sendings += 1;
        throw new Error('not now');
      },
    };
    const slow = { attempts: null, baseMs: 100 * deadlineMs, limitMs: 100 * deadlineMs };
    await start({ commands: failing, process: { ...emptying(), retryPolicy: () => slow } });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'EmptyingFailed', 'Expired']);
    }, 1000);
    await environment.advance(200 * deadlineMs);
    expect(sendings).toBe(1);
  });

  test('whose command is refused decides on the refusal at once', async () => {
    await start({ process: emptying((id, amount) => add(id, -amount - 100)) });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'GivenUp']);
    });
    const [, givenUp] = await stores.store.readStream('emptying-a');
    expect(givenUp?.data).toEqual({ error: 'BelowZero' });
  });

  test('finds its way back when the store was away', async () => {
    let away = false;
    const flaky: EventStore = {
      ...storeWith(stores.store),
      append: (...call) => {
        if (away) throw new StoreUnavailable('away');
        return stores.store.append(...call);
      },
    };
    await start({ store: flaky });
    await append('tally-b', 1);
    await soon(() => {
      expect(runner.handled()).toBe(0);
    });
    away = true;
    await append('tally-a', 12);
    await soon(() => {
      expect(errors.length).toBeGreaterThan(1);
    });
    expect(await typesOf('emptying-a')).toEqual([]);
    away = false;
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    });
  });
});

describe('two runners of one process', () => {
  const second = (
    store: EventStore,
    rest: Partial<Parameters<typeof startProcess<Added, Decision, State, Add>>[0]> = {},
  ): Promise<ProcessRunner> =>
    startProcess<Added, Decision, State, Add>({
      store,
      readStore: stores.readStore,
      commands: handlerOn(store),
      process: emptying(),
      environment,
      onError: (error) => errors.push(error),
      ...rest,
    });
  const decided = async (stream: string): Promise<void> => {
    await eventually(async () => {
      expect(await typesOf(stream)).toContain('Filled');
    });
  };

  test('when one decides and dies before it sends › the other, which was about to decide, sends', async () => {
    const dead: CommandHandler = { ...handlerOn(stores.store), handle: () => new Promise(() => undefined) };
    await start({ commands: dead });
    const late: EventStore = {
      ...storeWith(stores.store),
      append: async (stream, ...call) => {
        if (stream === 'emptying-a') await decided(stream);
        return stores.store.append(stream, ...call);
      },
    };
    const other = await second(late);
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    });
    await other.stop();
  });

  test('when one loses the race again and again › it begins anew and parks nothing', async () => {
    let conflicts = 20;
    const contended: EventStore = {
      ...storeWith(stores.store),
      append: (stream, events, expected) => {
        if (!stream.startsWith('emptying-') || conflicts-- <= 0)
          return stores.store.append(stream, events, expected);
        return { ok: false, rejection: { code: 'RevisionConflict', stream, expected, actual: 0 } };
      },
    };
    await start({ store: contended });
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    });
    expect(errors.map((error) => (error as Error).name)).toEqual(['TooManyConflicts', 'TooManyConflicts']);
    expect(await typesOf('parked-process-emptying')).toEqual([]);
  });

  test('when each has a partition › each takes care of its own processes, and of events that nobody can route', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const inner = emptying();
    const empties = { ...inner, pending: (): readonly [] => [] };
    const runners = [0, 1].map((index) =>
      second(stores.store, { process: empties, partition: { index, of: 2 } }),
    );
    runner = (await Promise.all(runners))[0] as ProcessRunner;
    for (const id of ids) await append(`tally-${id}`, 12);
    await append('tally-a', 13);
    await soon(async () => {
      for (const id of ids) expect(await typesOf(`emptying-${id}`)).toEqual(['Filled']);
      expect(await typesOf('parked-process-emptying')).toEqual(['EventParked']);
    });
    await environment.advance(1000);
    await eventually(async () => {
      for (const index of [0, 1])
        expect(
          await stores.readStore.checkpoint(processCheckpoint('emptying', { index, of: 2 })),
        ).toBeGreaterThanOrEqual(ids.length);
    });
    expect(await stores.readStore.checkpoint(processCheckpoint('emptying'))).toBeNull();
    await (await runners[1])?.stop();
  });

  test('when the lease has another holder › the checkpoint stays where its new owner put it', async () => {
    const lease = { name: 'emptying', holder: 'one', token: 1, beat: 0 };
    await stores.readStore.swapLease(null, lease);
    const zombie = await second(stores.store, {
      readStore: fenced(stores.readStore, { lease: 'emptying', token: 1 }),
    });
    const successor = { ...lease, holder: 'two', token: 2 };
    await eventually(async () => {
      expect(await stores.readStore.swapLease(lease, successor)).toBe(true);
    });
    await append('tally-a', 3);
    await soon(() => {
      expect(zombie.handled()).toBe(0);
    });
    await zombie.stop();
    expect(errors.map((error) => (error as Error).name)).toContain('LeaseLost');
    expect(await stores.readStore.checkpoint(processCheckpoint('emptying'))).toBeNull();
    await start();
  });
});

describe('inputs for one process that came together', () => {
  const together = async (...amounts: readonly number[]): Promise<void> => {
    const events = amounts.map((amount) => event('Added', { amount }, ++written));
    await stores.store.append('tally-a', events, 'any');
  };

  test('are decided on in one append, and only what is still pending then is sent', async () => {
    const sizes: number[] = [];
    await start({
      store: {
        ...storeWith(stores.store),
        append: (...call) => {
          if (call[0] === 'emptying-a') sizes.push(call[1].length);
          return stores.store.append(...call);
        },
      },
    });
    await together(3, 12, -12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    });
    expect(sizes).toEqual([2]);
    expect(await typesOf('tally-a')).toHaveLength(3);
  });

  test.each([
    ['a store that answers at once', (store: EventStore) => store],
    ['a store that returns promises', withPromises],
  ])(
    'on %s, when one of them makes it throw › what came before it has its effect, and it is parked',
    async (_, adapt) => {
      await start({ store: adapt(stores.store) });
      await together(12, 14);
      await soon(async () => {
        expect(await typesOf('emptying-a')).toContain('Filled');
        expect(await typesOf('parked-process-emptying')).toContain('EventParked');
      });
      const [parked] = await stores.store.readStream('parked-process-emptying');
      expect(parked?.data).toMatchObject({ stream: 'tally-a', revision: 1, attempts: 1 });
    },
  );
});

describe('an input that a process throws on', () => {
  test.each([13, 14])('is parked; other processes go on (amount %d)', async (amount) => {
    await start();
    await append('tally-b', amount);
    await append('tally-a', 12);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
      expect(await typesOf('parked-process-emptying')).toEqual(['EventParked']);
    });
  });

  test('holds back what follows for the same process, until it is discarded', async () => {
    await start();
    await append('tally-a', 14, 12);
    await soon(async () => {
      expect(await typesOf('parked-process-emptying')).toEqual(['EventParked', 'EventParked']);
    });
    expect(await typesOf('emptying-a')).toEqual([]);
    const parked = createParkedEvents(stores.store, [runner.consumer]);
    expect(await parked.retry({ dryRun: false }, 'staff:1')).toBe(0);
    const ids = ['process-emptying:0'];
    expect(await parked.discard({ ids, reason: 'a test', dryRun: false }, 'staff:1')).toBe(1);
    expect(await parked.retry({ dryRun: false }, 'staff:1')).toBe(1);
    await soon(async () => {
      expect(await typesOf('emptying-a')).toEqual(['Filled', 'Emptied']);
    });
  });
});
