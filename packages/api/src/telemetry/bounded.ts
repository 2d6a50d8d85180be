// Time limits. A call to a store that hangs never settles, so its caller must stop waiting by itself.
import type { Scheduler } from '@holdfast/kernel';

/** The time limit was reached; the call may still take effect. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** Returns the result of `work`, or throws its error, within `ms`. @throws TimedOut */
export function bounded<T>(scheduler: Scheduler, ms: number, work: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = scheduler.after(ms, () => {
      reject(new TimedOut(`no result in ${ms} ms`));
    });
    // `work` runs at once; an error that it throws is handled like one that it rejects with.
    void new Promise<T>((settle) => {
      settle(work());
    })
      .then(resolve, reject)
      .finally(cancel);
  });
}
