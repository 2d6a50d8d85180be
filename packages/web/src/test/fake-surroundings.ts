// Time that only a spec moves, and no randomness.
import type { Surroundings } from '../shared/api/live.js';

export type FakeSurroundings = Surroundings & {
  /** The waits that are under way, in milliseconds. */
  readonly waits: () => readonly number[];
  /** Ends every wait. */
  readonly pass: () => void;
  readonly wake: () => void;
};

export function fakeSurroundings(): FakeSurroundings {
  const waiting = new Set<{ readonly ms: number; readonly call: () => void }>();
  const wakers = new Set<() => void>();
  return {
    after(ms, call) {
      const wait = { ms, call };
      waiting.add(wait);
      return () => {
        waiting.delete(wait);
      };
    },
    random: () => 1,
    onWake(call) {
      wakers.add(call);
      return () => {
        wakers.delete(call);
      };
    },
    waits: () => [...waiting].map(({ ms }) => ms),
    pass() {
      const due = [...waiting];
      waiting.clear();
      for (const { call } of due) call();
    },
    wake() {
      for (const call of [...wakers]) call();
    },
  };
}
