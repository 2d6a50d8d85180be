// The embedded store when a crash tears a frame, or bits flip: it never loses an acknowledged event, and never returns a
// wrong one.
import { describe, expect, test } from '@jest/globals';
import type { NewEvent, RecordedEvent } from '@holdfast/kernel';
import { event } from '../contract-suite/describe-event-store.js';
import { StoreCorrupted } from '../port.js';
import type { SimulatedDisk } from './simulated-disk.js';
import { acknowledge, directory, firstLog, ids, newDisk, openOn } from './test/log-on-simulated-disk.js';

/** A log of three frames; `ends` are the bytes at which they end. */
const threeFrames = async (): Promise<{ content: Buffer; events: NewEvent[]; ends: number[] }> => {
  const disk = newDisk();
  const events = [event(), event({ text: 'second' }), event({ text: 'third, cut' })];
  const ends: number[] = [];
  for (const [i, one] of events.entries()) {
    const store = await openOn(disk);
    await acknowledge(store, `order-${i % 2}`, one);
    await store.close();
    ends.push(disk.content(firstLog).length);
  }
  return { content: disk.content(firstLog), events, ends };
};

const holding = (content: Uint8Array): SimulatedDisk => {
  const disk = newDisk();
  disk.put(`${directory}/${firstLog}`, content);
  return disk;
};

describe('when a crash tore the last frame', () => {
  test.each([
    ['and the file ends there', 0],
    ['and zeros follow', 4096],
  ])('at any byte, %s › it is cut, the rest is there and the log goes on', async (_, zeros) => {
    const { content, events, ends } = await threeFrames();
    const [, start, end] = ends as [number, number, number];
    for (let cut = start; cut < end; cut++) {
      const disk = holding(Buffer.concat([content.subarray(0, cut), Buffer.alloc(zeros)]));
      const store = await openOn(disk);
      expect(ids(await store.readAll())).toEqual(ids(events.slice(0, 2)));
      const next = event();
      await acknowledge(store, 'order-0', next);
      await store.close();
      const reopened = await openOn(disk);
      expect(ids(await reopened.readAll())).toEqual([...ids(events.slice(0, 2)), next.id]);
      await reopened.close();
    }
  });

  test('so that only its later sectors reached the disk › it is cut', async () => {
    const { content, events, ends } = await threeFrames();
    const [, start, end] = ends as [number, number, number];
    for (let lost = start + 1; lost < end; lost += 7) {
      const torn = Buffer.from(content);
      torn.fill(0, start, lost);
      const store = await openOn(holding(torn));
      expect(ids(await store.readAll())).toEqual(ids(events.slice(0, 2)));
      await store.close();
    }
  });
});

describe('when the log was stopped cleanly', () => {
  /** Three frames with the mark of a stop behind them, and `later` frames of a run that the power ended. */
  const stoppedLog = async (
    later = 0,
  ): Promise<{ disk: SimulatedDisk; events: NewEvent[]; ends: number[] }> => {
    const disk = newDisk();
    const events: NewEvent[] = [];
    const ends: number[] = [];
    const store = await openOn(disk);
    for (let i = 0; i < 3; i++) {
      events.push(event({ i }));
      await acknowledge(store, 'order-1', events.at(-1) as NewEvent);
    }
    await store.close();
    ends.push(disk.content(firstLog).length);
    const next = await openOn(disk);
    for (let i = 0; i < later; i++) {
      events.push(event({ later: i }));
      await acknowledge(next, 'order-1', events.at(-1) as NewEvent);
      const content = disk.content(firstLog);
      ends.push(content.findLastIndex((byte) => byte !== 0) + 1);
    }
    if (later > 0) disk.crash();
    else await next.close();
    return { disk, events, ends };
  };
  const damage = (disk: SimulatedDisk, at: number): void => {
    const content = Buffer.from(disk.content(firstLog));
    content[at] = (content[at] as number) ^ (1 << (at % 8));
    disk.put(`${directory}/${firstLog}`, content);
  };

  test('and a bit of the last frame flipped › opening refuses, with the file and the byte where the frame begins', async () => {
    const { disk, ends } = await stoppedLog();
    const whole = Buffer.from(disk.content(firstLog));
    const [end] = ends as [number];
    const second = whole.lastIndexOf(Buffer.from([1, 0x48, 0x46, 0xff]));
    for (let at = second; at < end; at++) {
      disk.put(`${directory}/${firstLog}`, whole);
      damage(disk, at);
      const opening = openOn(disk);
      await expect(opening).rejects.toThrow(StoreCorrupted);
      await expect(opening).rejects.toThrow(`${firstLog} is damaged at byte ${second}`);
    }
  });

  test('and the last frame, or the last segment, is gone › opening refuses', async () => {
    const { disk, ends } = await stoppedLog();
    const content = Buffer.from(disk.content(firstLog));
    disk.put(`${directory}/${firstLog}`, content.subarray(0, (ends[0] as number) - 1));
    await expect(openOn(disk)).rejects.toThrow(StoreCorrupted);
    disk.remove(`${directory}/${firstLog}`);
    await expect(openOn(disk)).rejects.toThrow('has no segment that begins at position 0');
  });

  test('and a crash tore a frame that was appended after that › it is cut, the rest is there', async () => {
    const { disk, events, ends } = await stoppedLog(2);
    const content = Buffer.from(disk.content(firstLog));
    const mark = Buffer.from(disk.content('stopped'));
    const [, start, end] = ends as [number, number, number];
    for (let cut = start; cut < end; cut++) {
      disk.put(`${directory}/stopped`, mark);
      disk.put(`${directory}/${firstLog}`, content.subarray(0, cut));
      const store = await openOn(disk);
      expect(ids(await store.readAll())).toEqual(ids(events.slice(0, 4)));
      await store.close();
    }
  });

  test('and a bit flipped in a frame from before the stop, with frames after it › opening refuses', async () => {
    const { disk, ends } = await stoppedLog(2);
    damage(disk, (ends[0] as number) - 1);
    await expect(openOn(disk)).rejects.toThrow(StoreCorrupted);
  });

  test('and its mark is cut short, as by a crash, or empty › the mark is ignored, and the log opens', async () => {
    const { disk, events } = await stoppedLog();
    const mark = Buffer.from(disk.content('stopped'));
    for (let bytes = 0; bytes < mark.length; bytes++) {
      disk.put(`${directory}/stopped`, mark.subarray(0, bytes));
      const store = await openOn(disk);
      expect(ids(await store.readAll())).toEqual(ids(events));
      disk.crash();
    }
  });
});

describe('when a bit flipped', () => {
  test('anywhere before the last frame › opening refuses, with the file and the byte where the frame begins', async () => {
    const { content, ends } = await threeFrames();
    const [first, second] = ends as [number, number];
    for (let at = 0; at < second; at++) {
      const damaged = Buffer.from(content);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      const opening = openOn(holding(damaged));
      await expect(opening).rejects.toThrow(StoreCorrupted);
      await expect(opening).rejects.toThrow(`${firstLog} is damaged at byte ${at < first ? 0 : first}`);
    }
  });

  const closedSegments = async (): Promise<{ disk: SimulatedDisk; events: RecordedEvent[] }> => {
    const disk = newDisk();
    const store = await openOn(disk, { segmentBytes: 1000 });
    for (let i = 0; i < 20; i++) await acknowledge(store, `order-${i % 3}`, event({ i }));
    const events = [...(await store.readAll())];
    await store.close();
    return { disk, events };
  };

  test('in a closed segment › reading it throws with the place, and the rest is readable', async () => {
    const { disk, events } = await closedSegments();
    const content = Buffer.from(disk.content(firstLog));
    content[100] = (content[100] as number) ^ 4;
    disk.put(`${directory}/${firstLog}`, content);
    const store = await openOn(disk, { segmentBytes: 1000 });
    expect(() => store.readStream('order-0')).toThrow(
      new StoreCorrupted(`${directory}/${firstLog} is damaged at byte 24`),
    );
    expect(() => store.readAll()).toThrow(StoreCorrupted);
    expect(await store.readAll({ from: 10 })).toEqual(events.slice(10));
    await store.close();
  });

  test('in a closed segment without an index › opening refuses', async () => {
    const { disk } = await closedSegments();
    const content = Buffer.from(disk.content(firstLog));
    content[100] = (content[100] as number) ^ 4;
    disk.put(`${directory}/${firstLog}`, content);
    disk.remove(`${directory}/${firstLog.replace('log', 'index')}`);
    await expect(openOn(disk)).rejects.toThrow(`${firstLog} is damaged at byte 0`);
  });

  test('in an index, or it is cut or gone › it is built again from its segment', async () => {
    const { disk, events } = await closedSegments();
    const index = firstLog.replace('log', 'index');
    const whole = Buffer.from(disk.content(index));
    const check = async (): Promise<void> => {
      const store = await openOn(disk, { segmentBytes: 1000 });
      expect(await store.readAll()).toEqual(events);
      for (const stream of ['order-0', 'order-1', 'order-2']) {
        expect(await store.readStream(stream)).toEqual(events.filter((one) => one.stream === stream));
      }
      await store.close();
      expect(Buffer.compare(disk.content(index), whole)).toBe(0);
    };
    for (let at = 0; at < whole.length; at += 3) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      disk.put(`${directory}/${index}`, damaged);
      await check();
    }
    disk.put(`${directory}/${index}`, whole.subarray(0, 41));
    await check();
    disk.put(`${directory}/${index}`, new Uint8Array());
    await check();
    disk.remove(`${directory}/${index}`);
    await check();
  });

  test('or a whole segment is gone › opening refuses', async () => {
    const { disk } = await closedSegments();
    disk.remove(`${directory}/${firstLog}`);
    await expect(openOn(disk)).rejects.toThrow('has no segment that begins at position 0');
  });
});
