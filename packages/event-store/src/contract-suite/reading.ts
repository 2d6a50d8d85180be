// Reading a stream and the log: direction, place, limit and filter.
import { describe, expect, test } from '@jest/globals';
import { beforeAll as beginning, type RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '../port.js';
import { event, events, type Rig } from './rig.js';

export function describeReading(rig: Rig): void {
  const { stream, own, append, appendSynced } = rig;

  describe('reading a stream', () => {
    test('that has no events › returns none', async () => {
      await append(stream('10'), [event()]);
      expect(await rig.store.readStream(stream('1'))).toEqual([]);
      expect(await rig.store.readStream(stream('1'), { direction: 'backwards' })).toEqual([]);
    });

    test('returns the revisions that direction, from and limit ask for', async () => {
      await append(stream('1'), events(4));
      await append(stream('2'), events(3));
      await append(stream('1'), events(6));
      const read = async (options: Parameters<EventStore['readStream']>[1]): Promise<number[]> =>
        (await rig.store.readStream(stream('1'), options)).map(({ revision }) => revision);
      expect(await read({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(await read({ from: 7 })).toEqual([7, 8, 9]);
      expect(await read({ from: 3, limit: 2 })).toEqual([3, 4]);
      expect(await read({ from: 8, limit: 100 })).toEqual([8, 9]);
      expect(await read({ from: 10 })).toEqual([]);
      expect(await read({ direction: 'backwards', limit: 3 })).toEqual([9, 8, 7]);
      expect(await read({ direction: 'backwards', from: 4, limit: 2 })).toEqual([4, 3]);
      expect(await read({ direction: 'backwards', from: 1, limit: 9 })).toEqual([1, 0]);
      expect(await read({ direction: 'backwards', from: 99, limit: 1 })).toEqual([9]);
    });
  });

  describe('reading the log', () => {
    test('returns the events that direction, from, limit and filter ask for, also after a restart', async () => {
      await append(stream('a-1'), events(3));
      await append(stream('b-1'), events(2));
      await append(stream('a-2'), events(2));
      await appendSynced(stream('c-1'), events(2));
      const all = await rig.store.readAll({ filter: own() });
      expect(all).toHaveLength(9);
      const middle = (all[3] as RecordedEvent).position;
      const last = all[8] as RecordedEvent;
      const check = async (): Promise<void> => {
        const read = (options: Parameters<EventStore['readAll']>[0]): unknown =>
          rig.store.readAll({ filter: own(), ...options });
        expect(await read({})).toEqual(all);
        expect(await read({ from: middle, limit: 2 })).toEqual(all.slice(3, 5));
        expect(await read({ direction: 'backwards' })).toEqual([...all].reverse());
        expect(await read({ direction: 'backwards', from: middle, limit: 2 })).toEqual([all[3], all[2]]);
        expect(await read({ filter: { streamPrefixes: [stream('a-'), stream('c-1')] } })).toEqual(
          all.filter((one) => !one.stream.startsWith(stream('b-'))),
        );
        expect(await read({ filter: { streamPrefixes: [`${stream('a-1')}Some`] } })).toEqual([]);
        expect(await read({ after: middle, limit: 2 })).toEqual(all.slice(4, 6));
        expect(await read({ after: beginning, limit: 1 })).toEqual(all.slice(0, 1));
        expect(await read({ after: last.position })).toEqual([]);
        expect(await read({ direction: 'backwards', after: middle, limit: 2 })).toEqual([all[2], all[1]]);
        expect(await rig.store.readAll({ from: last.position, limit: 1 })).toEqual([last]);
      };
      await check();
      await rig.reopen();
      await check();
    });
  });
}
