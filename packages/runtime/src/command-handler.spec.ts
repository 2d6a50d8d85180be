// Commands against the embedded store, directly and behind promises.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { storeWith, EventTooLarge, type EventStore } from '@holdfast/event-store';
import type { Awaitable } from '@holdfast/kernel';
import { adaptions, amounts, context, openCommandRig, type CommandRig } from './test/command-rig.js';
import { createCommandHandler } from './command-handler.js';
import type { CommandHandler, CommandOutcome } from './commands.js';
import { TooManyConflicts } from './lane-attempt.js';
import { event } from './test/stores.js';
import { add, tally, type TallyState } from './test/tally.js';

let rig: CommandRig;

beforeEach(async () => {
  rig = await openCommandRig();
});
afterEach(() => rig.remove());

describe.each(adaptions)('commands on %s', (_, adapt) => {
  const setUp = (): { readonly store: EventStore; readonly commands: CommandHandler } => {
    const store = adapt(rig.stores.store);
    return { store, commands: rig.handlerOn(store) };
  };

  test('an accepted command is appended, and its outcome has revision and position', async () => {
    const { store, commands } = setUp();
    expect(await commands.handle(add('a', 5), context('1'))).toEqual({
      ok: true,
      stream: 'tally-a',
      revision: 0,
      position: 0,
      repeated: false,
    });
    expect(await amounts(store, 'a')).toEqual([5]);
    const [first] = await store.readStream('tally-a');
    expect(first?.metadata).toMatchObject({ commandId: '1', actor: 'system', schemaVersion: 1 });
  });

  test('a settled fold is dropped from memory, and read again for a later command', async () => {
    const store = adapt(rig.stores.store);
    const reads: string[] = [];
    const commands = createCommandHandler({
      store: {
        ...storeWith(store),
        readStream: (...call) => {
          reads.push(call[0]);
          return store.readStream(...call);
        },
      },
      environment: rig.environment,
      aggregates: [{ ...tally, isSettled: ({ sum }: TallyState) => sum >= 10 }],
    });
    await commands.handle(add('a', 5), context('1'));
    const first = commands.handle(add('a', 5), context('2', 'x'));
    const waiting = commands.handle(add('a', -1), context('3'));
    expect([await first, await waiting]).toMatchObject([{ revision: 1 }, { revision: 2 }]);
    await commands.handle(add('a', 1), context('4'));
    // The fold is dropped only now: commands of one turn are decided on the same fold.
    await rig.environment.advance(0);
    const before = reads.length;
    expect(await commands.handle(add('a', 5), context('2', 'x'))).toMatchObject({
      revision: 1,
      repeated: true,
    });
    expect(reads.slice(before)).toContain('tally-a');
    expect(await amounts(store, 'a')).toEqual([5, 5, -1, 1]);
  });

  test('a refused command writes nothing', async () => {
    const { store, commands } = setUp();
    expect(await commands.handle(add('a', -1), context('1'))).toEqual({
      ok: false,
      rejection: { code: 'BelowZero' },
    });
    expect(await amounts(store, 'a')).toEqual([]);
  });

  test('a satisfied command writes nothing, and its outcome says so', async () => {
    const { commands } = setUp();
    await commands.handle(add('a', 5), context('1'));
    expect(await commands.handle(add('a', 0), context('2'))).toMatchObject({
      ok: true,
      revision: 0,
      repeated: true,
    });
  });

  test('many commands for one stream at once are decided in order, each on the state after the one before', async () => {
    const { store, commands } = setUp();
    const outcomes: Awaitable<CommandOutcome>[] = [];
    for (let n = 0; n < 300; n++)
      outcomes.push(commands.handle(add('hot', n % 3 === 2 ? -2 : 1), context(`${n}`)));
    const settled = await Promise.all(outcomes);
    expect(settled.every(({ ok }) => ok)).toBe(true);
    expect(settled.map((outcome) => outcome.ok && outcome.revision)).toEqual(settled.map((__, n) => n));
    expect((await amounts(store, 'hot')).length).toBe(300);
    expect(await commands.handle(add('hot', -1), context('last'))).toMatchObject({ ok: false });
  });

  test('commands for different streams do not wait for each other', async () => {
    const { store, commands } = setUp();
    const ids = Array.from({ length: 50 }, (__, n) => `s${n}`);
    await Promise.all(ids.map((id) => commands.handle(add(id, 1), context(id))));
    for (const id of ids) expect(await amounts(store, id)).toEqual([1]);
  });

  describe('when another process changes the stream in between', () => {
    test('the command is decided again on the present state', async () => {
      const { store, commands } = setUp();
      const other = rig.handlerOn(rig.stores.store);
      await commands.handle(add('a', 5), context('1'));
      await other.handle(add('a', -4), context('2'));
      expect(await commands.handle(add('a', -2), context('3'))).toEqual({
        ok: false,
        rejection: { code: 'BelowZero' },
      });
      expect(await commands.handle(add('a', -1), context('4'))).toMatchObject({ ok: true, revision: 2 });
      expect(await amounts(store, 'a')).toEqual([5, -4, -1]);
    });

    test('the fold goes back to the state of the stream, and only later events are read', async () => {
      const reads: number[] = [];
      const inner = adapt(rig.stores.store);
      const store: EventStore = {
        ...storeWith(inner),
        readStream: (stream, options) => {
          reads.push(options?.from ?? -1);
          return inner.readStream(stream, options);
        },
      };
      const commands = rig.handlerOn(store);
      for (let n = 0; n < 20; n++) await commands.handle(add('a', 1), context(`${n}`));
      await rig.handlerOn(rig.stores.store).handle(add('a', -15), context('other'));
      reads.length = 0;
      const both = ['x', 'y'].map((id) => commands.handle(add('a', -2), context(id)));
      expect(await Promise.all(both)).toMatchObject([
        { ok: true, revision: 21 },
        { ok: true, revision: 22 },
      ]);
      expect(reads).toEqual([20]);
      expect(await commands.load(tally, 'tally-a')).toEqual({ state: { sum: 1 }, revision: 22 });
    });

    test('a command that the old state refuses is accepted on the present one', async () => {
      const { store, commands } = setUp();
      await commands.handle(add('a', 1), context('1'));
      await rig.handlerOn(rig.stores.store).handle(add('a', 5), context('2'));
      expect(await commands.handle(add('a', -2), context('3'))).toMatchObject({ ok: true, revision: 2 });
      expect(await amounts(store, 'a')).toEqual([1, 5, -2]);
    });

    test('the outcome of a satisfied command has the position of the latest event', async () => {
      const { commands } = setUp();
      await commands.handle(add('a', 1), context('1'));
      await rig.handlerOn(rig.stores.store).handle(add('a', 5), context('2'));
      expect(await commands.handle(add('a', 0), context('3'))).toMatchObject({ revision: 1, position: 1 });
    });

    test('a key that was used there is recognised here', async () => {
      const { commands } = setUp();
      await commands.handle(add('a', 1), context('1', 'one'));
      const first = await rig.handlerOn(rig.stores.store).handle(add('a', 5), context('key', 'five'));
      expect(await commands.handle(add('a', 5), context('key', 'five'))).toEqual({
        ...first,
        repeated: true,
      });
      expect(await commands.handle(add('a', 6), context('key', 'six'))).toEqual({
        ok: false,
        rejection: { code: 'IdempotencyConflict' },
      });
    });

    test('a loaded state is the latest one, also while commands for its stream are under way', async () => {
      const { commands } = setUp();
      const other = rig.handlerOn(rig.stores.store);
      expect(await commands.load(tally, 'tally-a')).toEqual({ state: { sum: 0 }, revision: -1 });
      await other.handle(add('a', 5), context('1'));
      expect(await commands.load(tally, 'tally-a')).toEqual({ state: { sum: 5 }, revision: 0 });
      const handled = commands.handle(add('a', 1), context('2'));
      await other.handle(add('a', 10), context('3'));
      const loaded = await commands.load(tally, 'tally-a');
      await handled;
      expect(loaded).toEqual({ state: { sum: 16 }, revision: 2 });
    });

    test('again and again, the command fails after a bounded number of tries', async () => {
      const { store } = setUp();
      let tries = 0;
      const contended: EventStore = {
        ...storeWith(store),
        append: (stream, events, expected) => {
          tries += 1;
          void rig.stores.store.append(stream, [event('Added', { amount: 1 }, tries)], 'any');
          return store.append(stream, events, expected);
        },
      };
      await expect(async () => rig.handlerOn(contended).handle(add('a', 1), context('1'))).rejects.toThrow(
        TooManyConflicts,
      );
      expect(tries).toBe(8);
    });
  });

  test('a command too large for one append fails alone', async () => {
    const { store } = setUp();
    const commands = createCommandHandler({
      store,
      environment: rig.environment,
      aggregates: [{ ...tally, decide: bulky }],
    });
    const outcomes = await Promise.allSettled(
      [1, 2_000_000, 3].map(async (amount) => commands.handle(add('a', amount), context(`${amount}`))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(EventTooLarge);
    expect((await store.readStream('tally-a')).length).toBe(2);
  });

  test('an append that fails with an error leaves the handler able to go on', async () => {
    const { store } = setUp();
    let broken = true;
    const flaky: EventStore = {
      ...storeWith(store),
      append: (...call) => {
        if (broken) throw new Error('no answer');
        return store.append(...call);
      },
    };
    const commands = rig.handlerOn(flaky);
    await expect(async () => commands.handle(add('a', 5), context('1'))).rejects.toThrow('no answer');
    broken = false;
    expect(await commands.handle(add('a', 5), context('1'))).toMatchObject({ ok: true, revision: 0 });
  });
});

const bulky: typeof tally.decide = ({ data: { amount } }) => ({
  ok: true,
  value: [
    {
      type: 'Added',
      data: { amount, padding: 'x'.repeat(amount > 1000 ? amount : 1) } as { amount: number },
    },
  ],
});
