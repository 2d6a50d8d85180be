// Real time and chance, for specs that talk to a real server.
import type { Environment } from '@holdfast/kernel';

export const nodeEnvironment = (): Pick<Environment, 'scheduler' | 'random'> => ({
  random: { next: () => Math.random() },
  scheduler: {
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => {
        clearTimeout(timer);
      };
    },
    soon: (run) => {
      setImmediate(run);
    },
  },
});

/** Waits a tenth of the given time, so that a batch that another process left unfinished is finished within the test. */
export function hurried(): ReturnType<typeof nodeEnvironment> {
  const { scheduler, random } = nodeEnvironment();
  return { random, scheduler: { ...scheduler, after: (ms, run) => scheduler.after(ms / 10, run) } };
}
