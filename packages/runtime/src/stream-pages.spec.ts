// Streams of any length are read without filling the stack, and without keeping the event loop to themselves.
import { describe, expect, test } from '@jest/globals';
import type { RecordedEvent } from '@holdfast/kernel';
import { fakeEnvironment } from '@holdfast/testing';
import { isPending } from './awaitable.js';
import { event } from './test/stores.js';
import { pageOfEvents, readStreamPages } from './stream-pages.js';

const recorded = (revision: number): RecordedEvent => ({
  ...event('Added', { amount: 1 }, 1),
  stream: 'tally-a',
  revision,
  position: revision,
});

/** A stream of `length` events that are all made from one, and a count of the pages that were read. */
const streamOf = (length: number) => {
  const reads: number[] = [];
  const same = recorded(0);
  const readStream = (_: string, { from = 0 }: { readonly from?: number } = {}): readonly RecordedEvent[] => {
    reads.push(from);
    const count = Math.min(pageOfEvents, length - from);
    return [...new Array<RecordedEvent>(Math.max(0, count - 1)).fill(same), recorded(from + count - 1)];
  };
  return { reads, source: { store: { readStream }, environment: fakeEnvironment() } };
};

describe('a stream', () => {
  test('of one page › is read at once, without a promise', () => {
    const { source, reads } = streamOf(pageOfEvents - 1);
    let taken = 0;
    const read = readStreamPages(source, 'tally-a', 0, (events) => (taken += events.length));
    expect(isPending(read)).toBe(false);
    expect([taken, reads]).toEqual([pageOfEvents - 1, [0]]);
  });

  test('of ten million events › is read to its end, and other work gets its turn between the pages', async () => {
    const { source, reads } = streamOf(10_000 * pageOfEvents + 1);
    let taken = 0;
    let isDone = false;
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await readStreamPages(source, 'tally-a', 0, (events) => (taken += events.length));
    isDone = true;
    expect(taken).toBe(10_000 * pageOfEvents + 1);
    expect(reads.length).toBe(10_001);
    expect(turns).toBeGreaterThan(5000);
  });

  test('from a revision on › has no earlier event read', async () => {
    const { source, reads } = streamOf(2 * pageOfEvents + 1);
    await readStreamPages(source, 'tally-a', pageOfEvents, () => undefined);
    expect(reads).toEqual([pageOfEvents, 2 * pageOfEvents]);
  });
});
