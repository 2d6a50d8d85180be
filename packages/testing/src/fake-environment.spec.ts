// Fake time moves only by `advance`, and the same seed repeats the same run.
import { expect, test } from '@jest/globals';
import { epoch, eventually, fakeEnvironment, recorder } from './index.js';

test('timers run in the order of their due times, each at its own time, also timers that another timer sets', async () => {
  const { clock, scheduler, advance, armed } = fakeEnvironment();
  const start = clock.now();
  const ran: string[] = [];
  const run = (name: string) => () => void ran.push(`${name} at ${clock.now() - start}`);
  scheduler.after(30, run('late'));
  scheduler.after(10, () => {
    run('early')();
    scheduler.after(5, run('nested'));
    scheduler.after(500, run('never'));
  });
  scheduler.after(20, run('cancelled'))();
  scheduler.after(30, run('later'));
  await advance(9);
  expect(ran).toEqual([]);
  await advance(91);
  expect(ran).toEqual(['early at 10', 'nested at 15', 'late at 30', 'later at 30']);
  expect(clock.now() - start).toBe(100);
  expect(armed()).toBe(1);
});

test('code that awaits between two timers continues before the second timer', async () => {
  const { scheduler, advance } = fakeEnvironment();
  const ran: string[] = [];
  scheduler.after(1, () => {
    void Promise.resolve().then(() => scheduler.soon(() => ran.push('soon')));
  });
  scheduler.after(2, () => ran.push('second'));
  await advance(2);
  expect(ran).toEqual(['soon', 'second']);
});

test('setting the clock does not change the remaining time of timers', async () => {
  const { clock, scheduler, advance, jump } = fakeEnvironment({ at: epoch });
  let ran = 0;
  scheduler.after(10, () => (ran += 1));
  jump(-3_600_000);
  expect(clock.now()).toBe(Date.parse(epoch) - 3_600_000);
  await advance(9);
  expect(ran).toBe(0);
  await advance(1);
  expect(ran).toBe(1);
});

test('the same seed gives the same chance, another seed another, and ids never repeat', () => {
  const draw = (seed: number) => {
    const { random } = fakeEnvironment({ seed });
    return Array.from({ length: 100 }, () => random.next());
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(8)).not.toEqual(draw(7));
  expect(draw(7).every((x) => x >= 0 && x < 1)).toBe(true);
  const { ids } = fakeEnvironment();
  expect(new Set(Array.from({ length: 100 }, () => ids.next())).size).toBe(100);
});

test('a recorder counts revisions by stream and positions over all', () => {
  const record = recorder();
  const events = ['a-1', 'b-1', 'a-1'].map((stream) => record(stream, { type: 'Happened', data: null }));
  expect(events.map((e) => [e.stream, e.revision, e.position])).toEqual([
    ['a-1', 0, 0],
    ['b-1', 0, 1],
    ['a-1', 1, 2],
  ]);
  expect(new Set(events.map((e) => e.id)).size).toBe(3);
});

test('eventually repeats an assertion until it holds, and throws the last error when the time is up', async () => {
  let asked = 0;
  const third = () => {
    asked += 1;
    if (asked < 3) throw new Error(`asked ${asked}`);
    return asked;
  };
  expect(await eventually(third)).toBe(3);
  asked = -1_000_000;
  await expect(eventually(third, { timeoutMs: 20 })).rejects.toThrow('asked');
});
