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
