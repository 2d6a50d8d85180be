// Time limits. A store that hangs answers nothing at all, so whoever waits for one must stop waiting by itself.
import type { Scheduler } from '@holdfast/kernel';

/** The time was up; what was waited for may still happen. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** What `work` answers, or throws, within `ms`. @throws TimedOut */
export function bounded<T>(scheduler: Scheduler, ms: number, work: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = scheduler.after(ms, () => {
      reject(new TimedOut(`no answer in ${ms} ms`));
    });
    // `work` runs at once, and what it throws is caught like what it rejects with.
    void new Promise<T>((settle) => {
      settle(work());
    })
      .then(resolve, reject)
      .finally(cancel);
  });
}
