// Turns of the event loop: the resolvers of all operations together may use it for some time, then other work runs first.
import type { Scheduler } from '@holdfast/kernel';
import pLimit from 'p-limit';

/** The longest time that resolvers run before the event loop gets a turn. */
const longestTurnMs = 10;

export type Turns = {
  /** Runs a resolver at once, or after other work had its turn. */
  inTurn<T>(this: void, run: () => T | Promise<T>): T | Promise<T>;
  /** Lets other work have its turn. */
  pause(this: void): Promise<void>;
};

/** Whether resolvers may still run in the present turn of the event loop. One for all operations of a process. */
export type HasTurn = () => boolean;

export function createTurnClock(now: () => number, scheduler: Scheduler): HasTurn {
  /** When the first resolver ran in the present turn of the event loop; null before. */
  let turnSince: number | null = null;
  return () => {
    if (turnSince !== null) return now() - turnSince < longestTurnMs;
    turnSince = now();
    scheduler.soon(() => {
      turnSince = null;
    });
    return true;
  };
}

/** The turns of one operation. `stopIfEnded` throws once the operation has ended. */
export function createTurns(hasTurn: HasTurn, scheduler: Scheduler, stopIfEnded: () => void): Turns {
  const oneByOne = pLimit(1);
  const pause = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      scheduler.soon(resolve);
    });
    stopIfEnded();
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
