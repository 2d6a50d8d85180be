// A verification finds every flipped bit of a stopped log, and does not count a write that a crash cut short as damage.
import { beforeEach, describe, expect, test } from '@jest/globals';
import { event } from '../contract-suite/describe-event-store.js';
import { StoreLocked } from '../port.js';
import { openEmbeddedEventStore } from './embedded-event-store.js';
import { SimulatedDisk } from './simulated-disk.js';
import { nodeScheduler } from './test/node-scheduler.js';
import { type Verification, verifyLog } from './verify.js';

const directory = '/log';
const eventCount = 20;
let disk: SimulatedDisk;

const open = () =>
  openEmbeddedEventStore({
    directory,
    environment: { scheduler: nodeScheduler },
    disk,
    segmentBytes: 1000,
  });
const verify = (): Verification => verifyLog({ directory, disk });
const logs = (): readonly string[] =>
  disk
    .list(directory)
    .filter((name) => /\d\.(log|index)$/.test(name))
    .sort();
const flip = (file: string, at: number): Buffer => {
  const whole = Buffer.from(disk.content(file));
  const damaged = Buffer.from(whole);
  damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
  disk.put(`${directory}/${file}`, damaged);
  return whole;
};

beforeEach(async () => {
  disk = new SimulatedDisk(nodeScheduler);
  const store = await open();
  for (let i = 0; i < eventCount; i++) {
    const appended = await store.append(`order-${i % 3}`, [event({ i })], 'any');
    if (appended.ok) await store.synced(appended.value.position);
  }
  await store.close();
});

describe('a log that was stopped', () => {
  test('and is sound › has no fault, and all of it was read', () => {
    const bytes = logs().reduce((sum, file) => sum + disk.content(file).length, 0);
    expect(verify()).toEqual({
      segments: logs().filter((name) => name.endsWith('.log')).length,
      events: eventCount,
      bytes,
      damages: [],
      torn: null,
    });
  });

  test('and has a flipped bit in any byte of any file › is not sound, and the file is named', () => {
    for (const file of logs()) {
      const { length } = disk.content(file);
      for (let at = 0; at < length; at++) {
        const whole = flip(file, at);
        const [first] = verify().damages;
        expect({ at, file: first?.file }).toEqual({ at, file: `${directory}/${file}` });
        disk.put(`${directory}/${file}`, whole);
      }
    }
    expect(verify().damages).toEqual([]);
  });

  test('and is damaged in several places › each is named with its byte, and the rest is counted', () => {
    const [first, second] = logs().filter((name) => name.endsWith('.log')) as [string, string];
    flip(first, 100);
    flip(second, 0);
    const { damages, events } = verify();
    expect(damages.map(({ file, byte }) => ({ file, byte }))).toEqual([
      { file: `${directory}/${first}`, byte: 0 },
      { file: `${directory}/${second}`, byte: 0 },
    ]);
    expect(events).toBe(eventCount - 2);
  });

  test('and lacks a segment, or its last one › is not sound', () => {
    const names = logs().filter((name) => name.endsWith('.log'));
    for (const name of [names[1] as string, names.at(-1) as string]) {
      const whole = Buffer.from(disk.content(name));
      disk.remove(`${directory}/${name}`);
      expect(verify().damages).toHaveLength(1);
      disk.put(`${directory}/${name}`, whole);
    }
  });

  test('and lacks an index › is sound: it is built again', () => {
    const index = logs().find((name) => name.endsWith('.index')) as string;
    disk.remove(`${directory}/${index}`);
    expect(verify().damages).toEqual([]);
  });
});

test('when the power went in the middle of a write › that is no damage, and the place of the cut is reported', async () => {
  const store = await open();
  await store.append('order-1', [event()], 'any');
  const appended = await store.append('order-1', [event('lost')], 'any');
  if (appended.ok) await store.synced(appended.value.position);
  disk.crash();
  const last = logs().findLast((name) => name.endsWith('.log')) as string;
  const content = disk.content(last);
  const end = content.findLastIndex((byte) => byte !== 0) + 1;
  disk.put(`${directory}/${last}`, content.subarray(0, end - 3));
  expect(verify()).toMatchObject({ damages: [], torn: { file: `${directory}/${last}` } });
});

test('when a process has the log open › it is refused', async () => {
  const store = await open();
  disk.put(`${directory}/lock`, new Uint8Array());
  expect(verify).toThrow(StoreLocked);
  await store.close();
});
