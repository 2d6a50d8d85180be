// Appended events are read back unchanged and in their order, also after a restart.
import { describe, expect, test } from '@jest/globals';
import { beforeAll as beginning, type RecordedEvent } from '@holdfast/kernel';
import { event, events, idsOf, type Rig } from './rig.js';

export function describeKeeping(rig: Rig): void {
  const { stream, own, append, appendSynced } = rig;

  describe('an appended event', () => {
    test('is read back unchanged, with its revision and its position', async () => {
      const list = [
        event({
          text: 'Größe "42" \\ 漢字 🛒 \u2028 \0',
          list: [],
          nested: { empty: {}, no: null, yes: true },
        }),
        event([1, -0.5, 1e21, 9_007_199_254_740_991]),
        { ...event('plain'), type: 'Ünusual' },
      ];
      const appended = await append(stream('ü'), list, 'no_stream');
      const read = await rig.store.readStream(stream('ü'));
      expect(read).toEqual(
        list.map((one, i) => ({
          ...one,
          stream: stream('ü'),
          revision: i,
          position: (read[i] as RecordedEvent).position,
        })),
      );
      expect(appended).toEqual({ revision: 2, position: read[2]?.position });
    });

    test('when the store was closed and opened again › is the same, and revisions and positions go on', async () => {
      const list = [event({ text: 'Größe 漢字' }), event(), event()];
      await appendSynced(stream(), list);
      const before = await rig.store.readStream(stream());
      await rig.reopen();
      expect(await rig.store.readStream(stream())).toEqual(before);
      const appended = await append(stream(), [event()], 2);
      expect(appended.revision).toBe(3);
      expect(appended.position).toBeGreaterThan((before[2] as RecordedEvent).position);
    });

    test('has its place in the log in the order of the appends, with growing positions', async () => {
      const order: string[] = [];
      let position = beginning;
      for (let i = 0; i < 20; i++) {
        const list = events(1 + (i % 3));
        order.push(...idsOf(list));
        position = (await append(stream(String(i % 4)), list)).position;
      }
      await rig.store.synced(position);
      const log = await rig.store.readAll({ filter: own() });
      expect(idsOf(log)).toEqual(order);
      expect(log.every((one, i) => i === 0 || one.position > (log[i - 1] as RecordedEvent).position)).toBe(
        true,
      );
    });
  });

  describe('waiting until it is synced', () => {
    test('when many wait at once, some for events of others › each wait ends with its event readable in the log', async () => {
      await Promise.all(
        Array.from({ length: 32 }, async (_, caller) => {
          for (let i = 0; i < 10; i++) {
            const { position } = await append(stream(String(caller)), [event()]);
            const { written } = await rig.store.end();
            await rig.store.synced(position);
            expect((await rig.store.readAll({ from: position, limit: 1 }))[0]?.position).toBe(position);
            await rig.store.synced(written);
            await rig.store.synced(position);
            expect((await rig.store.end()).synced).toBeGreaterThanOrEqual(written);
          }
        }),
      );
    });
  });
}
