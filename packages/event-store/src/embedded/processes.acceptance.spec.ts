// Real processes on one folder: one at a time has it open, and killing it loses no event that it acknowledged.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type EventStore, StoreCorrupted, StoreLocked } from '../port.js';
import { openEmbeddedEventStore } from './embedded-event-store.js';
import { nodeScheduler } from './test/node-scheduler.js';
import { verifyLog } from './verify.js';

const program = fileURLToPath(new URL('./test/appending-process.js', import.meta.url));

let directory: string;
const children: ChildProcessByStdio<null, Readable, null>[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'holdfast-events-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(directory, { recursive: true });
});

const open = (): Promise<EventStore> =>
  openEmbeddedEventStore({ directory, environment: { scheduler: nodeScheduler }, segmentBytes: 256 * 1024 });

const start = (): ChildProcessByStdio<null, Readable, null> => {
  const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
};

/** Kills the process when it has printed so many lines, and returns all that it printed. */
async function killAfter(lines: number): Promise<string[]> {
  const child = start();
  const printed: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    printed.push(line);
    if (printed.length === lines) child.kill('SIGKILL');
  }
  return printed;
}

test('when one process has the folder open › every other open is refused with its process id, until it is killed', async () => {
  const owner = start();
  await once(owner.stdout, 'data');
  const refusal = `${directory} is in use by process ${owner.pid}; one process at a time can have it open`;
  await expect(open()).rejects.toThrow(new StoreLocked(refusal));
  const second = start();
  const [said] = (await once(second.stdout, 'data')) as [Buffer];
  expect(said.toString()).toBe(`locked: ${refusal}\n`);

  owner.stdout.resume();
  owner.kill('SIGKILL');
  await once(owner, 'close');
  const store = await open();
  await expect(open()).rejects.toThrow(`in use by process ${process.pid}`);
  await store.close();
  await (await open()).close();
});

test('when the process that appends is killed 24 times › every event it acknowledged is there, in order, and nothing half-written', async () => {
  const acknowledged = new Map<number, { revision: number; ids: string[] }>();
  let known = 0;
  for (let round = 0; round < 24; round++) {
    // From before the first acknowledgement to some thousands of them, never at the same place twice.
    const printed = await killAfter(1 + ((round * round * 37) % 1500));
    expect(printed[0]).toBe('open');
    for (const line of printed.slice(1)) {
      const [position, revision, ...ids] = line.split(' ') as [string, string, ...string[]];
      acknowledged.set(Number(position), { revision: Number(revision), ids });
    }
    const store = await open();
    const log = await store.readAll();
    await store.close();

    const revisions = new Map<string, number>();
    const outOfOrder = log.filter(({ stream, revision, position }, i) => {
      const before = revisions.get(stream) ?? -1;
      revisions.set(stream, revision);
      return position !== i || revision !== before + 1;
    });
    expect(outOfOrder).toEqual([]);
    const lost = [...acknowledged].filter(([position, { revision, ids }]) => {
      const there = log.slice(position - ids.length + 1, position + 1);
      return there.at(-1)?.revision !== revision || there.some(({ id }, i) => id !== ids[i]);
    });
    expect(lost).toEqual([]);
    // the append with number n has 1 + n % 3 events, all of them or none
    const sizes = new Map<string, { n: number; events: number }>();
    for (const { data } of log) {
      const { run, caller, n } = data as { run: number; caller: number; n: number };
      const key = `${run} ${caller} ${n}`;
      sizes.set(key, { n, events: (sizes.get(key)?.events ?? 0) + 1 });
    }
    expect([...sizes.values()].filter(({ n, events }) => events !== 1 + (n % 3))).toEqual([]);
    known = log.length;
  }
  expect(known).toBeGreaterThan(10_000);
}, 120_000);

test('when the folder is copied while a process appends › each copy has all that was acknowledged before, or is refused by name', async () => {
  const child = start();
  const acknowledged = { last: -1 };
  const lines = createInterface({ input: child.stdout }).on('line', (line) => {
    acknowledged.last = Number(line.split(' ')[0]) || acknowledged.last;
  });
  const isBeyond = async (position: number): Promise<void> => {
    while (acknowledged.last <= position) await once(lines, 'line');
  };
  const copies = 5;
  let good = 0;
  for (let tries = 0; good < copies && tries < 4 * copies; tries++) {
    await isBeyond(acknowledged.last + 1000);
    const expected = acknowledged.last;
    const copy = path.join(directory, `copy-${tries}`);
    // as `cp -r` does it: one file after the other, each from its beginning to its end
    await mkdir(copy);
    for (const file of await readdir(directory, { withFileTypes: true }))
      if (file.isFile()) await copyFile(path.join(directory, file.name), path.join(copy, file.name));
    const damages = verifyLog({ directory: copy }).damages;
    const opening = openEmbeddedEventStore({ directory: copy, environment: { scheduler: nodeScheduler } });
    if (damages.some(({ file }) => file.endsWith('.log'))) {
      await expect(opening).rejects.toThrow(StoreCorrupted);
      continue;
    }
    const store = await opening;
    const log = await store.readAll();
    expect(log.length).toBeGreaterThan(expected);
    expect(log.map(({ position }) => position)).toEqual(log.map((_, n) => n));
    await store.close();
    good += 1;
  }
  expect(good).toBe(copies);
}, 60_000);
