// The process's own scheduler, for the specs and the process that they kill.
import type { Scheduler } from '@holdfast/kernel';

export const nodeScheduler: Scheduler = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => {
      clearTimeout(timer);
    };
  },
  soon: (run) => void setImmediate(run),
};
