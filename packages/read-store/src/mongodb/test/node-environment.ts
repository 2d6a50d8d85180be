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

/** Waits a tenth of what it is told: what another process left unfinished is taken up within the test. */
export function hurried(): ReturnType<typeof nodeEnvironment> {
  const { scheduler, random } = nodeEnvironment();
  return { random, scheduler: { ...scheduler, after: (ms, run) => scheduler.after(ms / 10, run) } };
}
