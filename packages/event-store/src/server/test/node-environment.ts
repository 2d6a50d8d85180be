// Real time and ids, for specs that talk to a real socket.
import { randomUUID } from 'node:crypto';
import type { Environment } from '@holdfast/kernel';
import { nodeScheduler } from '../../embedded/test/node-scheduler.js';

export const nodeEnvironment = (): Omit<Environment, 'random'> => ({
  clock: { now: () => Date.now() },
  ids: { next: () => randomUUID() },
  scheduler: nodeScheduler,
});
