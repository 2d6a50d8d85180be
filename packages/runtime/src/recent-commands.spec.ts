// Remembered commands stay within their limits, and the memory knows what it may have forgotten.
import { describe, expect, test } from '@jest/globals';
import { RecentCommands, rememberAtMost } from './recent-commands.js';

const at = (position: number, atMs = 0) => ({ revision: position, position, atMs });
const dayMs = 24 * 60 * 60 * 1000;

describe('remembered commands', () => {
  test('are recognised by id and fingerprint, however long these are', () => {
    const recent = new RecentCommands();
    const long = 'x'.repeat(1000);
    recent.add(long, `${long}1`, at(7));
    expect(recent.has(long, `${long}1`)).toBe(true);
    expect(recent.has(long, `${long}2`)).toBe(false);
    expect(recent.get(`${long}x`)).toBeUndefined();
    expect(recent.get(long)).toMatchObject({ position: 7 });
  });

  test('when far more commands come than are kept › take a bounded number of bytes, and know the position up to which some may be forgotten', () => {
    const recent = new RecentCommands();
    for (let n = 0; n < 3 * rememberAtMost; n++)
      recent.add(`${n}-${'k'.repeat(500)}`, 'f'.repeat(500), at(n));
    expect(recent.size).toBe(rememberAtMost);
    const bytes = JSON.stringify(recent.slices(1000)).length;
    expect(bytes).toBeLessThan(250 * rememberAtMost);
    const firstKept = 2 * rememberAtMost;
    expect(recent.covers(firstKept - 1)).toBe(true);
    expect(recent.covers(firstKept - 2)).toBe(false);
  });

  test('when a day has passed › all but the last thousand are forgotten', () => {
    const recent = new RecentCommands();
    for (let n = 0; n < 1500; n++) recent.add(`${n}`, 'f', at(n, n));
    recent.forgetOld(dayMs);
    expect(recent.size).toBe(1499);
    recent.forgetOld(2 * dayMs);
    expect(recent.size).toBe(1000);
    expect(recent.get('500')).toBeDefined();
    expect(recent.covers(499)).toBe(true);
    expect(recent.covers(498)).toBe(false);
  });

  test('written in slices and read again › are the same', () => {
    const recent = new RecentCommands();
    const copy = new RecentCommands();
    for (let n = 0; n < 2500; n++) recent.add(`${n}`, 'f', at(n, n));
    recent.forgetOld(dayMs + 1000);
    for (const slice of recent.slices(1000)) copy.addSlice(slice);
    expect(copy.slices(1000)).toEqual(recent.slices(1000));
    expect(copy.covers(998)).toBe(false);
  });
});
