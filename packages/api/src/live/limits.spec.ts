import { describe, expect, test } from '@jest/globals';
import { networkOf, OpenCounts, perMinute } from './limits.js';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0DB8:1:2::9', '2001:db8:1:2'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

describe('a minute', () => {
  test('accepts as many calls as the limit, and then returns how long the minute still lasts', () => {
    let now = 0;
    const exceeds = perMinute(2, { now: () => now });
    expect([exceeds(), exceeds()]).toEqual([null, null]);
    now = 45_000;
    expect(exceeds()).toBe(15_000);
    now = 60_000;
    expect(exceeds()).toBeNull();
  });

  test('begins anew when the clock steps back', () => {
    let now = 100_000;
    const exceeds = perMinute(1, { now: () => now });
    exceeds();
    now = 0;
    expect(exceeds()).toBeNull();
  });
});

test('a count that is taken back twice is taken back once', () => {
  const counts = new OpenCounts();
  const [first] = [counts.take('a', 2), counts.take('a', 2)];
  first?.();
  first?.();
  expect([counts.take('a', 2), counts.take('a', 2)]).toEqual([expect.any(Function), null]);
});
