// The embedded store when the power goes at any operation of the disk: every acknowledged event is there afterwards.
import { describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@holdfast/kernel';
import { event } from '../contract-suite/describe-event-store.js';
import { appendOne, newDisk, openOn } from './test/log-on-simulated-disk.js';

describe('when the power goes at any operation of the disk', () => {
  const seeds = Array.from({ length: 10 }, (_, i) => i * 20);
  test.each(seeds)(
    '(20 seeds from %i) › every acknowledged event is there in order, and the log has no gaps',
    async (from) => {
      for (let seed = from; seed < from + 20; seed++) await runOf(seed);
    },
  );

  test('over runs that mostly end with a clean stop › the mark of a stop never makes later appends look damaged', async () => {
    let stops = 0;
    for (let seed = 0; seed < 60; seed++) stops += await runOf(seed, 400);
    expect(stops).toBeGreaterThan(60);
  });

  /** Small appends from a few callers, a crash at a random operation, and again, on one disk. Returns the clean stops. */
  async function runOf(seed: number, mostOperations = 60): Promise<number> {
    let stops = 0;
    const random = mulberry32(seed);
    const below = (limit: number): number => Math.floor(random() * limit);
    const disk = newDisk();
    let acknowledged: { id: string; position: number }[] = [];
    for (let life = 0; life < 4; life++) {
      let operationsLeft = 1 + below(mostOperations);
      let crashed!: () => void;
      const crash = new Promise<void>((resolve) => (crashed = resolve));
      disk.faults = () => {
        if (--operationsLeft === 0) {
          disk.crash(() => random() < 0.5);
          crashed();
        }
        return null;
      };
      const live = (async () => {
        const store = await openOn(disk, { segmentBytes: 2000 });
        const log = await store.readAll();
        check(log, acknowledged, seed);
        acknowledged = log.map(({ id, position }) => ({ id, position }));
        await Promise.all(
          Array.from({ length: 3 }, async () => {
            for (let i = 0; i < 12; i++) {
              const events = Array.from({ length: 1 + below(3) }, () => event('x'.repeat(below(700))));
              const position = await appendOne(store, `order-${below(5)}`, ...events);
              await store.synced(position);
              acknowledged.push(
                ...events.map(({ id }, n) => ({ id, position: position - events.length + 1 + n })),
              );
            }
          }),
        );
        await store.close();
        stops += 1;
      })();
      await Promise.race([live, crash]);
      disk.crash(() => random() < 0.5);
    }
    disk.faults = () => null;
    const store = await openOn(disk, { segmentBytes: 2000 });
    check(await store.readAll(), acknowledged, seed);
    await store.close();
    return stops;
  }
});

/** Every acknowledged event at its place; positions from 0 and each stream's revisions from 0, without gaps. */
function check(
  log: readonly RecordedEvent[],
  acknowledged: readonly { id: string; position: number }[],
  seed: number,
): void {
  const revisions = new Map<string, number>();
  for (const [i, { stream, revision, position }] of log.entries()) {
    const expected = (revisions.get(stream) ?? -1) + 1;
    expect({ seed, position, revision }).toEqual({ seed, position: i, revision: expected });
    revisions.set(stream, revision);
  }
  for (const { id, position } of acknowledged) expect({ seed, id: log[position]?.id }).toEqual({ seed, id });
}

/** A small generator with one number of state: one seed is one run. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
