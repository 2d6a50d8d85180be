// Commands that are repeated under the same id: one effect, one outcome.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { storeWith, type EventStore } from '@holdfast/event-store';
import { adaptions, amounts, context, openCommandRig, type CommandRig } from './test/command-rig.js';
import type { CommandHandler, CommandContext } from './commands.js';
import { add } from './test/tally.js';

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

  describe('when a command is repeated under the same id', () => {
    test('the same request has the same outcome and no second effect', async () => {
      const { store, commands } = setUp();
      const first = await commands.handle(add('a', 5), context('key', 'five'));
      await commands.handle(add('a', 1), context('other', 'one'));
      expect(await commands.handle(add('a', 5), context('key', 'five'))).toEqual({
        ...first,
        repeated: true,
      });
      expect(await amounts(store, 'a')).toEqual([5, 1]);
    });

    test('at the same moment, one of them has the effect', async () => {
      const { store, commands } = setUp();
      const outcomes = await Promise.all([
        commands.handle(add('a', 5), context('key', 'five')),
        commands.handle(add('a', 5), context('key', 'five')),
      ]);
      expect(outcomes.map((outcome) => outcome.ok && outcome.repeated)).toEqual([false, true]);
      expect(outcomes.map((outcome) => outcome.ok && outcome.position)).toEqual([0, 0]);
      expect(await amounts(store, 'a')).toEqual([5]);
    });

    test('its outcome comes from memory, without a read of the stream', async () => {
      const { store } = setUp();
      let reads = 0;
      const commands = rig.handlerOn({
        ...storeWith(store),
        readStream: (...call) => {
          reads += 1;
          return store.readStream(...call);
        },
      });
      await commands.handle(add('a', 5), context('key', 'five'));
      reads = 0;
      await commands.handle(add('a', 5), context('key', 'five'));
      await commands.handle(add('a', 6), context('key', 'six'));
      expect(reads).toBe(0);
    });

    test('another request is a conflict', async () => {
      const { commands } = setUp();
      await commands.handle(add('a', 5), context('key', 'five'));
      expect(await commands.handle(add('a', 6), context('key', 'six'))).toEqual({
        ok: false,
        rejection: { code: 'IdempotencyConflict' },
      });
    });

    test('it is recognised by a handler that only knows the log', async () => {
      const { store, commands } = setUp();
      const first = await commands.handle(add('a', 5), context('key', 'five'));
      expect(await rig.handlerOn(store).handle(add('a', 5), context('key', 'five'))).toEqual({
        ...first,
        repeated: true,
      });
    });

    test('on a long stream it is recognised for a day and then forgotten', async () => {
      const { commands } = setUp();
      await commands.handle(add('a', 1), context('key', 'one'));
      for (let n = 0; n < 1000; n++) await commands.handle(add('a', 1), context(`fill-${n}`, 'one'));
      expect(await commands.handle(add('a', 1), context('key', 'one'))).toMatchObject({ repeated: true });
      await rig.environment.advance(24 * 60 * 60 * 1000 + 1);
      await commands.handle(add('a', 1), context('tomorrow', 'one'));
      expect(await commands.handle(add('a', 1), context('key', 'one'))).toMatchObject({ repeated: false });
    });
  });

  describe('when a process sends a command whose repetition the aggregate does not recognise', () => {
    const fromProcess = (commandId: string, since: number): CommandContext => ({
      ...context(commandId),
      actor: 'process:returns',
      since,
    });
    const day = 24 * 60 * 60 * 1000;

    test('again after a day and many other commands › writes nothing, here and after a restart', async () => {
      const { store, commands } = setUp();
      await commands.handle(add('a', 1), context('before', 'one'));
      const first = await commands.handle(add('a', 5), fromProcess('return-1:refund', 0));
      for (let n = 0; n < 1500; n++) await commands.handle(add('a', 1), context(`fill-${n}`, 'one'));
      await rig.environment.advance(day + 1);
      for (let n = 0; n < 1500; n++) await commands.handle(add('a', 1), context(`later-${n}`, 'one'));
      const length = (await amounts(store, 'a')).length;
      for (const handler of [commands, rig.handlerOn(store)]) {
        expect(await handler.handle(add('a', 5), fromProcess('return-1:refund', 0))).toEqual({
          ...first,
          repeated: true,
        });
      }
      expect((await amounts(store, 'a')).length).toBe(length);
    });

    test('for the first time, long after the process began › carries it out', async () => {
      const { commands } = setUp();
      await commands.handle(add('a', 1), context('before', 'one'));
      for (let n = 0; n < 1500; n++) await commands.handle(add('a', 1), context(`fill-${n}`, 'one'));
      await rig.environment.advance(day + 1);
      for (let n = 0; n < 1500; n++) await commands.handle(add('a', 1), context(`later-${n}`, 'one'));
      const outcomes = [1, 2].map(() => commands.handle(add('a', 5), fromProcess('return-1:refund', 0)));
      expect(await Promise.all(outcomes)).toMatchObject([
        { ok: true, repeated: false, revision: 3001 },
        { ok: true, repeated: true, revision: 3001 },
      ]);
    });

    test('that is new › the stream is not searched', async () => {
      const { store } = setUp();
      const reads: unknown[] = [];
      const commands = rig.handlerOn({
        ...storeWith(store),
        readStream: (...call) => {
          reads.push(call[1]?.direction);
          return store.readStream(...call);
        },
      });
      await commands.handle(add('a', 1), fromProcess('return-1:refund', -1));
      await commands.handle(add('a', 1), fromProcess('return-2:refund', 0));
      expect(reads).not.toContain('backwards');
    });
  });
});
