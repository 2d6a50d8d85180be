// Decides whether a deadline of a process has to wait: while one of its commands is under way, or while an input is parked.
import type { DomainEvent, Environment } from '@holdfast/kernel';
import { createDeadlines, type Deadlines, type DeadlinesOptions } from './deadlines.js';
import type { Parking } from './parking.js';
import type { Instances } from './process-instance.js';

export type ProcessDeadlinesOptions<I extends DomainEvent, S> = Omit<
  DeadlinesOptions,
  'revision' | 'mustWait'
> & {
  readonly environment: Pick<Environment, 'clock'>;
  readonly instances: Instances<I, S>;
  readonly parking: Parking;
  /** whether other runners park under the same consumer */
  readonly isShared: boolean;
};

/** longest time that a command under way can hold back a due deadline */
const outcomeWithinMs = 5000;

export function createProcessDeadlines<I extends DomainEvent, S>(
  options: ProcessDeadlinesOptions<I, S>,
): Deadlines {
  const { instances, environment, parking } = options;

  const isCommandUnderWay = (id: string): boolean => {
    const { underWay = 0, lastSentMs = 0 } = instances.known(id) ?? {};
    return underWay > 0 && environment.clock.now() < lastSentMs + outcomeWithinMs;
  };

  let refreshing = false;
  /** Reads the changes that runners of other partitions made to the parked events, for the next call. */
  const isBlocked = (id: string): boolean => {
    if (parking.blocker([id], Infinity) === null) return false;
    if (options.isShared && !refreshing) {
      refreshing = true;
      const done = (): void => void (refreshing = false);
      parking.refresh().catch(options.onError).then(done, done);
    }
    return true;
  };

  return createDeadlines({
    ...options,
    // Counts decisions whether they are recorded or not.
    revision: (id) => {
      const instance = instances.known(id);
      return (instance?.revision ?? -1) + (instance?.unrecorded?.events.length ?? 0);
    },
    mustWait: (id) => isBlocked(id) || isCommandUnderWay(id),
  });
}
