// The process's own scheduler, for the specs and the process that they kill.
/* eslint-disable no-restricted-globals -- this is where a spec's timers come from */
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
