// An environment that can be ended like its machine: after that, none of its timers fires.
import type { Environment } from '@holdfast/kernel';
import { nodeEnvironment } from '@holdfast/runtime';

export function mortal(): { readonly environment: Environment; die(): void } {
  const { clock, scheduler, ids, random, secrets } = nodeEnvironment();
  const planned = new Set<() => void>();
  let alive = true;
  const after: Environment['scheduler']['after'] = (ms, run) => {
    const cancel = scheduler.after(ms, () => {
      planned.delete(cancel);
      run();
    });
    if (alive) planned.add(cancel);
    else cancel();
    return cancel;
  };
  const soon = (run: () => void): void => {
    scheduler.soon(() => {
      if (alive) run();
    });
  };
  return {
    environment: { clock, ids, random, secrets, scheduler: { after, soon } },
    die: () => {
      alive = false;
      for (const cancel of planned) cancel();
    },
  };
}
