// Timers that can be held for a while, for specs that count the work of one order: work that returns with time, such as
// checkpoints and the look for lag, is not done meanwhile.
import type { Cancel, Environment } from '@holdfast/kernel';

export type HeldTimers = {
  readonly environment: Environment;
  /** From now on no timer fires. */
  hold(): void;
  /** Fires the timers that have become due, and lets the others fire in their time. */
  release(): void;
};

export function heldTimers(environment: Environment): HeldTimers {
  let isHeld = false;
  let due: (() => void)[] = [];
  const after = (ms: number, run: () => void): Cancel => {
    let isCancelled = false;
    const fire = (): void => {
      if (isCancelled) return;
      if (isHeld) due.push(fire);
      else run();
    };
    const cancel = environment.scheduler.after(ms, fire);
    return () => {
      isCancelled = true;
      cancel();
    };
  };
  return {
    environment: { ...environment, scheduler: { ...environment.scheduler, after } },
    hold: () => {
      isHeld = true;
    },
    release: () => {
      isHeld = false;
      const late = due;
      due = [];
      for (const fire of late) fire();
    },
  };
}
