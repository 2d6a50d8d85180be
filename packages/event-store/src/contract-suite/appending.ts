// Appending with an expected revision: a conflict is refused and writes nothing.
import { describe, expect, test } from '@jest/globals';
import type { NewEvent } from '@holdfast/kernel';
import { EventTooLarge, type ExpectedRevision } from '../port.js';
import { event, events, idsOf, type Rig } from './rig.js';

export function describeAppending(rig: Rig): void {
  const { stream, append, appendSynced } = rig;

  describe('appending with an expected revision', () => {
    const kinds: readonly {
      expected: ExpectedRevision;
      existing: number;
      outcome: 'accepted' | 'refused';
    }[] = [
      { expected: 'any', existing: 0, outcome: 'accepted' },
      { expected: 'any', existing: 2, outcome: 'accepted' },
      { expected: 'no_stream', existing: 0, outcome: 'accepted' },
      { expected: 'no_stream', existing: 2, outcome: 'refused' },
      { expected: 'stream_exists', existing: 0, outcome: 'refused' },
      { expected: 'stream_exists', existing: 2, outcome: 'accepted' },
      { expected: 1, existing: 2, outcome: 'accepted' },
      { expected: 0, existing: 2, outcome: 'refused' },
      { expected: 2, existing: 2, outcome: 'refused' },
      { expected: 0, existing: 0, outcome: 'refused' },
    ];
    test.each(kinds)(
      'when $expected is expected of a stream of $existing events › is $outcome',
      async ({ expected, existing, outcome }) => {
        const before = events(existing);
        if (existing > 0) await append(stream(), before);
        const added = event();
        const result = await rig.store.append(stream(), [added], expected);
        if (outcome === 'accepted') {
          expect(result).toEqual({
            ok: true,
            value: { revision: existing, position: expect.any(Number) as unknown },
          });
          expect(idsOf(await rig.store.readStream(stream()))).toEqual(idsOf([...before, added]));
        } else {
          expect(result).toEqual({
            ok: false,
            rejection: { code: 'RevisionConflict', stream: stream(), expected, actual: existing - 1 },
          });
          expect(idsOf(await rig.store.readStream(stream()))).toEqual(idsOf(before));
        }
      },
    );

    test('when a stale append was refused › later appends are accepted', async () => {
      const [first, second, third] = [event(), event(), event()];
      await append(stream(), [first], 'no_stream');
      for (let i = 0; i < 3; i++) {
        expect((await rig.store.append(stream(), events(2), 7)).ok).toBe(false);
        expect((await rig.store.append(stream(), [event()], 'no_stream')).ok).toBe(false);
      }
      await append(stream(), [second], 0);
      await append(stream(), [third], 1);
      expect(idsOf(await rig.store.readStream(stream()))).toEqual(idsOf([first, second, third]));
    });

    test('when many append with the same expectation at once › one wins and the others see where it is', async () => {
      await append(stream(), [event()], 'no_stream');
      const results = await Promise.all(
        Array.from({ length: 8 }, async () => rig.store.append(stream(), [event()], 0)),
      );
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      for (const result of results) {
        if (!result.ok) expect(result.rejection.actual).toBe(1);
      }
      expect(await rig.store.readStream(stream())).toHaveLength(2);
    });
  });

  describe('an append near the size limit', () => {
    const large = (bytes: number): NewEvent => event('x'.repeat(bytes));

    test('over it, in one event or together › throws EventTooLarge, writes nothing and leaves the stream in order', async () => {
      await append(stream(), [event()]);
      const attempt = async (list: readonly NewEvent[]): Promise<unknown> =>
        rig.store.append(stream(), list, 0);
      await expect(attempt([large(1_048_577)])).rejects.toThrow(EventTooLarge);
      await expect(attempt([event(), large(600_000), large(600_000)])).rejects.toThrow(EventTooLarge);
      const kept = event();
      await append(stream(), [kept], 0);
      expect(idsOf(await rig.store.readStream(stream())).slice(1)).toEqual([kept.id]);
    });

    test('just below it › is stored completely', async () => {
      const one = large(1_000_000);
      await appendSynced(stream(), [one]);
      await rig.reopen();
      expect((await rig.store.readStream(stream()))[0]?.data).toEqual(one.data);
    });
  });
}
