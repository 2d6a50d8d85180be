// The turns of one operation: its resolvers may hold the event loop for a while, then others run first.
import type { Scheduler } from '@holdfast/kernel';
import pLimit from 'p-limit';

/** How long the resolvers of one operation may run before the event loop goes on with something else. */
const longestTurnMs = 10;

export type Turns = {
  /** Runs a resolver at once, or after others had their turn. */
  inTurn<T>(this: void, run: () => T | Promise<T>): T | Promise<T>;
  /** Gives others their turn. */
  pause(this: void): Promise<void>;
};

/** `stopIfEnded` throws once nothing of the operation is wanted any more. */
export function createTurns(now: () => number, scheduler: Scheduler, stopIfEnded: () => void): Turns {
  /** When the first resolver ran in the present turn of the event loop; null before. */
  let turnSince: number | null = null;
  const oneByOne = pLimit(1);
  const pause = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      scheduler.soon(resolve);
    });
    stopIfEnded();
  };
  const hasTurn = (): boolean => {
    if (turnSince !== null) return now() - turnSince < longestTurnMs;
    turnSince = now();
    scheduler.soon(() => {
      turnSince = null;
    });
    return true;
  };

  return {
    pause,
    inTurn(run) {
      stopIfEnded();
      if (oneByOne.pendingCount === 0 && oneByOne.activeCount === 0 && hasTurn()) return run();
      return oneByOne(async () => {
        while (!hasTurn()) await pause();
        stopIfEnded();
        return run();
      });
    },
  };
}
