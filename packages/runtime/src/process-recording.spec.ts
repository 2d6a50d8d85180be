// When an append is a round trip, a process's decisions wait for the next one and share its append. Whatever happens in
// between, nothing is lost and nothing is done twice.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '@holdfast/testing';
import { StoreUnavailable, type EventStore, storeWith } from '@holdfast/event-store';
import type { CommandHandler } from './commands.js';
import { processCheckpoint } from './process-names.js';
import { openProcessRig, silent, type ProcessRig } from './test/process-rig.js';
import { withPromises, event, openStores } from './test/stores.js';

let rig: ProcessRig;
let sent: string[];
let appends: string[];
let letGo: () => void;

/** Notes the commands that are sent. The spec itself appends the events that they would cause. */
const noting: CommandHandler = {
  ...silent,
  handle: (_, { commandId }) => {
    sent.push(commandId);
    return new Promise(() => undefined);
  },
};

const counting = (store: EventStore): EventStore => ({
  ...storeWith(store),
  append: (stream, ...rest) => {
    appends.push(stream);
    return store.append(stream, ...rest);
  },
});

/** Holds the appends to this stream until `letGo` is called; then they fail. */
const deafFor = (stream: string, store: EventStore): EventStore => {
  let isDeaf = true;
  return {
    ...storeWith(store),
    append: (to, ...rest) =>
      isDeaf && to === stream
        ? new Promise((_, reject) => {
            letGo = () => {
              isDeaf = false;
              reject(new StoreUnavailable('no answer'));
            };
          })
        : store.append(to, ...rest),
  };
};

/** Starts a runner. It has noticed that its store returns promises, and has sent the command for a tally. */
const startedOn = async (store: EventStore): Promise<void> => {
  await rig.start({ store, commands: noting });
  await rig.append('tally-first', 12);
  await rig.becomes('first', ['Filled']);
  await rig.append('tally-a', 12);
  await isSent(1);
};

const isSent = (times: number): Promise<void> =>
  rig.environment.until(0, () => {
    expect(sent.filter((id) => id === 'a:empty')).toHaveLength(times);
  });

beforeEach(async () => {
  rig = await openProcessRig();
  [sent, appends] = [[], []];
  letGo = () => undefined;
});
afterEach(async () => {
  letGo();
  await rig.remove();
});

describe('a decision whose command brings the next one', () => {
  test('waits for it, and both are in one append', async () => {
    await startedOn(counting(withPromises(rig.stores.store)));
    expect(await rig.typesOf('a')).toEqual([]);
    await rig.append('tally-a', -12);
    await rig.becomes('a', ['Filled', 'Emptied']);
    expect(appends.filter((stream) => stream === 'emptying-a')).toHaveLength(1);
  });

  test('is recorded by itself when none comes', async () => {
    await startedOn(withPromises(rig.stores.store));
    await rig.environment.advance(499);
    expect(await rig.typesOf('a')).toEqual([]);
    await rig.becomes('a', ['Filled']);
    await rig.append('tally-a', -12);
    await rig.becomes('a', ['Filled', 'Emptied']);
  });

  test('is recorded once when its time is up while its append is under way', async () => {
    let arrive = (): void => undefined;
    const inner = withPromises(rig.stores.store);
    const slow: EventStore = {
      ...storeWith(inner),
      append: async (stream, ...rest) => {
        const answer = await inner.append(stream, ...rest);
        if (stream === 'emptying-a') await new Promise<void>((resolve) => (arrive = resolve));
        return answer;
      },
    };
    await startedOn(slow);
    await rig.append('tally-a', -12);
    await rig.becomes('a', ['Filled', 'Emptied']);
    await rig.environment.advance(500);
    arrive();
    await rig.append('tally-b', 12);
    await rig.becomes('b', ['Filled']);
    expect(await rig.typesOf('a')).toEqual(['Filled', 'Emptied']);
  });

  test('is recorded when the runner stops', async () => {
    await startedOn(withPromises(rig.stores.store));
    await rig.stop();
    expect(await rig.typesOf('a')).toEqual(['Filled']);
  });

  test('and which is lost with its runner › is made again by the next one, with the same command', async () => {
    await startedOn(deafFor('emptying-a', withPromises(rig.stores.store)));
    // Long enough for checkpoints to be saved. None may be at or after the event that the decision was made on.
    const [filled] = await rig.stores.store.readStream('tally-a');
    for (let n = 0; n < 3; n++) {
      await rig.environment.until(1000, async () => {
        const checkpoint = await rig.stores.readStore.checkpoint(processCheckpoint('emptying'));
        expect(checkpoint).not.toBeNull();
        expect(checkpoint).toBeLessThan(filled?.position ?? -1);
      });
    }

    await rig.start({ store: withPromises(rig.stores.store), commands: noting });
    await isSent(2);
    await rig.append('tally-a', -12);
    await rig.becomes('a', ['Filled', 'Emptied']);
  });

  test('when another runner recorded its own meanwhile › gives way to that', async () => {
    await startedOn(withPromises(rig.stores.store));
    const dueAt = new Date(rig.environment.clock.now()).toISOString();
    const theirs = [event('Filled', { amount: 12, dueAt }, 500), event('Expired', {}, 501)];
    await rig.stores.store.append('emptying-a', theirs, 'no_stream');
    await rig.append('tally-a', -12);
    await rig.environment.advance(1000);
    await rig.append('tally-b', 12);
    await rig.becomes('b', ['Filled']);
    expect(await rig.typesOf('a')).toEqual(['Filled', 'Expired']);
  });
});

/** Holds the first append to the stream `late` until `letGo` is called, and refuses the first one to `refused`. */
const lateFor = (late: string, refused: string, store: EventStore): EventStore => {
  const first = new Set([late, refused]);
  return {
    ...storeWith(store),
    append: async (stream, ...rest) => {
      const isFirst = first.delete(stream);
      if (isFirst && stream === refused) throw new StoreUnavailable('refused');
      if (isFirst) await new Promise<void>((resolve) => (letGo = resolve));
      return store.append(stream, ...rest);
    },
  };
};

test('a decision whose append was under way when the runner began again is made and recorded once, and the checkpoint goes on', async () => {
  await startedOn(lateFor('emptying-a', 'emptying-b', withPromises(rig.stores.store)));
  await rig.append('tally-b', 12);
  await rig.environment.until(100, () => {
    // The runner began again, and has made both decisions a second time.
    expect(sent.filter((id) => id !== 'first:empty').sort()).toEqual([
      'a:empty',
      'a:empty',
      'b:empty',
      'b:empty',
    ]);
  });
  letGo();
  await rig.becomes('b', ['Filled']);
  expect(await rig.typesOf('a')).toEqual(['Filled']);
  const [filled] = await rig.stores.store.readStream('tally-b');
  await rig.environment.until(1000, async () => {
    expect(await rig.stores.readStore.checkpoint(processCheckpoint('emptying'))).toBeGreaterThanOrEqual(
      filled?.position ?? Infinity,
    );
  });
});

test('every command says since when it can have been sent, also after a restart and without a checkpoint', async () => {
  const sinces: (number | undefined)[] = [];
  const commands: CommandHandler = {
    ...silent,
    handle: (_, { since }) => {
      sinces.push(since);
      return new Promise(() => undefined);
    },
  };
  await rig.append('tally-other', 1, 2, 3);
  await rig.append('tally-a', 12);
  const [began] = await rig.stores.store.readStream('tally-a');
  await rig.start({ commands });
  await rig.becomes('a', ['Filled']);
  // Waits until the checkpoint lists the process as live.
  await rig.environment.until(1000, async () => {
    expect(await rig.stores.readStore.checkpoint(processCheckpoint('emptying'))).not.toBeNull();
  });
  await rig.stop();
  await rig.start({ commands });
  await eventually(() => {
    expect(sinces).toEqual([began?.position, began?.position]);
  });
  const without = await openStores(rig.environment);
  await rig.start({ commands, readStore: without.readStore });
  await eventually(() => {
    expect(sinces).toEqual([began?.position, began?.position, began?.position]);
  });
  await rig.stop();
  await without.remove();
});
