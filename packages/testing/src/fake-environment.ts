// Time, chance and identity under the control of a spec. Time moves only by `advance`.
import type { Environment } from '@holdfast/kernel';
import { eventually } from './eventually.js';
import { epoch, uuid } from './recorder.js';

export type FakeEnvironment = Environment & {
  /** Moves the clock forward, and runs the timers that become due, in order, each at its own time. */
  advance(this: void, ms: number): Promise<void>;
  /**
   * Moves time forward in steps of `stepMs` until the assertion holds. Returns its result.
   * @throws the last error of `assertion`, when it has not held for a long time
   */
  until<T>(this: void, stepMs: number, assertion: () => T | Promise<T>): Promise<T>;
  /**
   * Moves only the clock, forward or back, as an operator or NTP would. The remaining time of timers does not change.
   */
  jump(this: void, ms: number): void;
  /** timers that have yet to run */
  armed(this: void): number;
};

type Timer = { readonly dueMs: number; readonly run: () => void };

/** `soon` runs by itself, as on Node; `after` only when `advance` reaches it. The same `seed` gives the same chance. */
export function fakeEnvironment({
  seed = 1,
  at = epoch,
}: { seed?: number; at?: string } = {}): FakeEnvironment {
  const timers = new Set<Timer>();
  let elapsedMs = 0;
  let wallMs = Date.parse(at);
  let given = 0;

  const moveTo = (ms: number): void => {
    wallMs += ms - elapsedMs;
    elapsedMs = ms;
  };
  const nextDue = (untilMs: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  };

  const advance = async (ms: number): Promise<void> => {
    const untilMs = elapsedMs + ms;
    await settle();
    for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
      timers.delete(timer);
      moveTo(timer.dueMs);
      timer.run();
      await settle();
    }
    moveTo(untilMs);
  };

  return {
    clock: { now: () => wallMs },
    scheduler: {
      after(ms, run) {
        const timer = { dueMs: elapsedMs + Math.max(0, ms), run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      soon: (run) => void setImmediate(run),
    },
    ids: { next: () => uuid((given += 1)) },
    random: mulberry32(seed),
    secrets: bytesFrom(mulberry32(seed)),
    advance,
    until: (stepMs, assertion) =>
      eventually(async () => {
        await advance(stepMs);
        return assertion();
      }),
    jump(ms) {
      wallMs += ms;
    },
    armed: () => timers.size,
  };
}

/** Lets queued work run: a few turns of the event loop, for work that queues more work. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Bytes that a seed decides: anybody can guess them. */
export const bytesFrom = (random: Environment['random']): Environment['secrets'] => ({
  bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(random.next() * 256)),
});

/** Tommy Ettinger's mulberry32: small, and the same everywhere. */
function mulberry32(seed: number): Environment['random'] {
  let state = seed | 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}
