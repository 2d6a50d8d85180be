// Deadlines on a clock that a spec moves.
import { describe, expect, test } from '@jest/globals';
import { fakeEnvironment } from '@holdfast/testing';
import { createTimers } from './timers.js';

const setUp = (): {
  readonly environment: ReturnType<typeof fakeEnvironment>;
  readonly timers: ReturnType<typeof createTimers>;
  readonly fired: string[];
  arm(key: string, inMs: number): void;
} => {
  const environment = fakeEnvironment();
  const timers = createTimers(environment);
  const fired: string[] = [];
  const arm = (key: string, inMs: number): void => {
    timers.arm({ key, dueMs: environment.clock.now() + inMs, fire: () => fired.push(key) });
  };
  return { environment, timers, fired, arm };
};

describe('timers', () => {
  test('deadlines fire in the order in which they are due, in whatever order they were armed', async () => {
    const { environment, fired, arm } = setUp();
    arm('late', 5000);
    arm('soon', 10);
    arm('middle', 700);
    await environment.advance(9);
    expect(fired).toEqual([]);
    await environment.advance(1);
    expect(fired).toEqual(['soon']);
    await environment.advance(5000);
    expect(fired).toEqual(['soon', 'middle', 'late']);
  });

  test('a disarmed deadline does not fire', async () => {
    const { environment, timers, fired, arm } = setUp();
    arm('a', 10);
    timers.disarm('a');
    await environment.advance(20);
    expect(fired).toEqual([]);
  });

  test('a deadline armed again under its key fires once, at the new time', async () => {
    const { environment, fired, arm } = setUp();
    arm('a', 10);
    arm('a', 100);
    await environment.advance(50);
    expect(fired).toEqual([]);
    await environment.advance(60);
    expect(fired).toEqual(['a']);
  });

  test('a clock that jumps ahead is noticed within a second', async () => {
    const { environment, fired, arm } = setUp();
    arm('a', 3_600_000);
    environment.jump(3_600_000);
    await environment.advance(1000);
    expect(fired).toEqual(['a']);
  });

  test('a clock that goes backwards does not make a deadline fire early', async () => {
    const { environment, fired, arm } = setUp();
    arm('a', 500);
    environment.jump(-3_600_000);
    await environment.advance(1000);
    expect(fired).toEqual([]);
    await environment.advance(3_600_000);
    expect(fired).toEqual(['a']);
  });

  test('cleared deadlines do not fire, and later ones still fire in order', async () => {
    const { environment, timers, fired, arm } = setUp();
    arm('forgotten', 10);
    timers.clear();
    arm('late', 500);
    arm('soon', 100);
    await environment.advance(200);
    expect(fired).toEqual(['soon']);
    await environment.advance(400);
    expect(fired).toEqual(['soon', 'late']);
  });

  test('thousands of disarmed deadlines do not stay in the queue', async () => {
    const { environment, timers, fired, arm } = setUp();
    for (let n = 0; n < 10_000; n++) {
      arm(`${n}`, 1_000_000 + n);
      timers.disarm(`${n}`);
    }
    arm('last', 10);
    await environment.advance(20);
    expect(fired).toEqual(['last']);
  });
});
