// Deadlines of many processes on one timer: a heap by due time. Time is read again when the timer fires, because
// timers run on another clock than the one that deadlines are written in.
import type { Cancel, Environment } from '@holdfast/kernel';
import TinyQueue from 'tinyqueue';

export type Deadline = { readonly key: string; readonly dueMs: number; readonly fire: () => void };

export type Timers = {
  /** Replaces an earlier deadline under the same key. */
  arm(deadline: Deadline): void;
  disarm(key: string): void;
  has(key: string): boolean;
  /** Forgets all deadlines; new ones may be armed. */
  clear(): void;
};

/** Longest sleep of the timer, so that a jump ahead of the wall clock is noticed within this time. */
const longestSleepMs = 1000;

export function createTimers({ clock, scheduler }: Pick<Environment, 'clock' | 'scheduler'>): Timers {
  const armed = new Map<string, Deadline>();
  let queue = byDueTime([]);
  let sleeping: { readonly untilMs: number; readonly cancel: Cancel } | null = null;

  const sleep = (): void => {
    const next = queue.peek();
    if (next === undefined) return;
    const now = clock.now();
    const untilMs = Math.min(next.dueMs, now + longestSleepMs);
    if (sleeping !== null && sleeping.untilMs <= untilMs) return;
    sleeping?.cancel();
    sleeping = { untilMs, cancel: scheduler.after(Math.max(0, untilMs - now), wake) };
  };

  const wake = (): void => {
    sleeping = null;
    const now = clock.now();
    for (let next = queue.peek(); next !== undefined && next.dueMs <= now; next = queue.peek()) {
      queue.pop();
      if (armed.get(next.key) !== next) continue;
      armed.delete(next.key);
      next.fire();
    }
    sleep();
  };

  return {
    arm(deadline) {
      armed.set(deadline.key, deadline);
      queue.push(deadline);
      // A disarmed deadline stays in the queue until it is due, and most deadlines are disarmed long before. The queue
      // is swept when most of its entries are disarmed.
      if (queue.length > 1024 && queue.length > 4 * armed.size) {
        queue = byDueTime([...armed.values()]);
      }
      sleep();
    },
    disarm: (key) => {
      armed.delete(key);
    },
    has: (key) => armed.has(key),
    clear: () => {
      sleeping?.cancel();
      sleeping = null;
      armed.clear();
      queue = byDueTime([]);
    },
  };
}

const byDueTime = (deadlines: Deadline[]): TinyQueue<Deadline> =>
  new TinyQueue(deadlines, (a, b) => a.dueMs - b.dueMs);
