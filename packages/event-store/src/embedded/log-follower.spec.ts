// A reader of the files sees the same events as the log itself, while the log is written over many small segments.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '../port.js';
import { openEmbeddedEventStore } from './embedded-event-store.js';
import { openLogFollower, type LogFollower } from './log-follower.js';
import { nodeScheduler } from './test/node-scheduler.js';

let directory: string;
let store: EventStore;
let follower: LogFollower;
const metadata = {
  correlationId: 'c',
  causationId: 'c',
  commandId: 'c',
  actor: 'system',
  at: '',
  schemaVersion: 1,
};

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'holdfast-follower-'));
  store = await openEmbeddedEventStore({
    directory,
    environment: { scheduler: nodeScheduler },
    segmentBytes: 2048,
  });
  follower = openLogFollower({ directory });
});
afterEach(async () => {
  follower.close();
  await store.close();
  await rm(directory, { recursive: true });
});

const append = async (count: number): Promise<number> => {
  for (let n = 0; n < count; n++) {
    const event = { id: randomUUID(), type: 'Counted', data: { text: 'é'.repeat(n % 50) }, metadata };
    await store.append(`${n % 3 === 0 ? 'tally' : 'count'}-${n % 7}`, [event], 'any');
  }
  const { written } = await store.end();
  await store.synced(written);
  return written;
};

/** All events that the follower returns between two positions, over several reads. */
const readOn = (from: number, to: number, limit: number, prefixes?: readonly string[]): RecordedEvent[] => {
  const events: RecordedEvent[] = [];
  const filter = prefixes && { streamPrefixes: prefixes };
  for (let next = from; next <= to;) {
    const read = follower.read(next, to, limit, filter);
    expect(read.position).toBeGreaterThanOrEqual(next);
    events.push(...read.events);
    next = read.position + 1;
  }
  return events;
};

test('while the log grows over segments › the follower reads on with the same events', async () => {
  const seen: RecordedEvent[] = [];
  for (let round = 0, next = 0; round < 20; round++) {
    const end = await append(1 + ((round * 7) % 40));
    seen.push(...readOn(next, end, 1000));
    next = end + 1;
  }
  expect(seen).toEqual(await store.readAll());
});

test('from any position, in reads of any size, with or without a filter › nothing is missed and nothing comes twice', async () => {
  const end = await append(300);
  const all = await store.readAll();
  fc.assert(
    fc.property(
      fc.nat(end),
      fc.nat(end),
      fc.integer({ min: 1, max: 50 }),
      fc.option(fc.subarray(['tally-', 'count-', 'count-3'], { minLength: 1 })),
      (a, b, limit, prefixes) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const chosen = all
          .slice(from, to + 1)
          .filter(({ stream }) => prefixes?.some((prefix) => stream.startsWith(prefix)) ?? true);
        expect(readOn(from, to, limit, prefixes ?? undefined)).toEqual(chosen);
      },
    ),
  );
});
