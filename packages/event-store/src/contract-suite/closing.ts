// A closed store has synced its events and refuses every call.
import { describe, expect, test } from '@jest/globals';
import { beforeAll as beginning } from '@holdfast/kernel';
import { StoreClosed } from '../port.js';
import { event, events, idsOf, type Rig } from './rig.js';

export function describeClosing(rig: Rig): void {
  const { stream, own, append, take } = rig;

  describe('a closed store', () => {
    test('has synced all written events, and refuses every call with StoreClosed', async () => {
      const list = events(3);
      await append(stream(), list);
      await rig.store.close();
      await rig.store.close();
      const calls: readonly (() => unknown)[] = [
        () => rig.store.append(stream(), [event()], 'any'),
        () => rig.store.synced(0),
        () => rig.store.readStream(stream()),
        () => rig.store.readAll(),
        () => rig.store.end(),
        () => take({ after: beginning }, () => true),
      ];
      for (const call of calls) {
        await expect(Promise.resolve().then(call)).rejects.toThrow(StoreClosed);
      }
      await rig.reopen();
      expect(idsOf(await rig.store.readAll({ filter: own() }))).toEqual(idsOf(list));
    });
  });
}
