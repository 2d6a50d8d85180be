// Long reads take turns: one page of one reader in each turn of the event loop. Other work runs in between, for any
// number of readers.
import type { Scheduler } from '@holdfast/kernel';

/** Resolves when the caller may read its next page. Callers get their turns in the order of the calls. */
export type Turn = () => Promise<void>;

export function takingTurns({ soon }: Pick<Scheduler, 'soon'>): Turn {
  let waiting: (() => void)[] = [];
  let first = 0;
  let isScheduled = false;
  const next = (): void => {
    waiting[first]?.();
    first += 1;
    if (first === waiting.length) {
      waiting = [];
      first = 0;
    }
    isScheduled = waiting.length > 0;
    if (isScheduled) soon(next);
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (isScheduled) return;
      isScheduled = true;
      soon(next);
    });
}
