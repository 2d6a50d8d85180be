// A repeated append is acknowledged again and written once.
import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '@holdfast/kernel';
import type { ExpectedRevision } from '../port.js';
import { event, events, idsOf, type Rig } from './rig.js';

export function describeRepeating(rig: Rig): void {
  const { stream, append, appendSynced } = rig;

  describe('an append that is repeated', () => {
    const expectations: readonly { first: ExpectedRevision; again: ExpectedRevision }[] = [
      { first: 'no_stream', again: 'no_stream' },
      { first: 'any', again: 'any' },
      { first: 'any', again: 'stream_exists' },
    ];
    test.each(expectations)(
      'with $again › is acknowledged as before and written once, also after later appends and a restart',
      async ({ first, again }) => {
        const list = events(2);
        const appended = await append(stream(), list, first);
        expect(await append(stream(), list, again)).toEqual(appended);
        await appendSynced(stream(), [event()]);
        expect(await append(stream(), list, again)).toEqual(appended);
        await rig.reopen();
        expect(await append(stream(), list, again)).toEqual(appended);
        expect(await rig.store.readStream(stream())).toHaveLength(3);
      },
    );

    test('after others were recognised in its stream › is recognised too', async () => {
      const [first, second] = [event(), event()];
      const appended = await append(stream(), [first]);
      expect(await append(stream(), [first])).toEqual(appended);
      const next = await append(stream(), [second]);
      expect(await append(stream(), [second])).toEqual(next);
      expect(idsOf(await rig.store.readStream(stream()))).toEqual(idsOf([first, second]));
    });

    test('with the revision it had › is acknowledged as before and written once, also after a restart', async () => {
      await append(stream(), events(3));
      const list = events(2);
      const appended = await append(stream(), list, 2);
      expect(await append(stream(), list, 2)).toEqual(appended);
      await appendSynced(stream(), events(2));
      expect(await append(stream(), list, 2)).toEqual(appended);
      await rig.reopen();
      expect(await append(stream(), list, 2)).toEqual(appended);
      expect(await rig.store.readStream(stream())).toHaveLength(7);
    });

    test.each(['any', 'stream_exists', 'no_stream', -1 + 1] as const)(
      'with %s and something else beside it › is a conflict and writes nothing',
      async (expected) => {
        const list = events(3);
        await append(stream(), list);
        const [first, second, third] = list as [NewEvent, NewEvent, NewEvent];
        for (const mixed of [
          [second, event()],
          [event(), third],
          [third, second],
          [first, third],
        ]) {
          expect(await rig.store.append(stream(), mixed, expected)).toMatchObject({
            ok: false,
            rejection: { code: 'RevisionConflict', expected, actual: 2 },
          });
        }
        expect(idsOf(await rig.store.readStream(stream()))).toEqual(idsOf(list));
      },
    );

    test('to another stream › is another event there', async () => {
      const list = events(2);
      await append(stream('1'), list);
      await append(stream('2'), list);
      expect(idsOf(await rig.store.readStream(stream('2')))).toEqual(idsOf(list));
    });
  });
}
