// Real time and ids, for specs that talk to a real socket.
import { randomUUID } from 'node:crypto';
import type { Environment } from '@holdfast/kernel';

export const nodeEnvironment = (): Omit<Environment, 'random' | 'secrets'> => ({
  clock: { now: () => Date.now() },
  ids: { next: () => randomUUID() },
  scheduler: {
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => {
        clearTimeout(timer);
      };
    },
    soon: (run) => void setImmediate(run),
  },
});
