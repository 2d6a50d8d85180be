// The only source of real time, chance and identity. A simulator passes its own environment.
import { randomUUID } from 'node:crypto';
import type { Environment } from '@holdfast/kernel';

export const nodeEnvironment = (): Environment => ({
  clock: { now: () => Date.now() },
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
  ids: { next: () => randomUUID() },
  random: { next: () => Math.random() },
});
