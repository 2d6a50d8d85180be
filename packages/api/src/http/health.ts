// Whether the program can do its work at this moment, found out by calling its stores and projections.
import type { EventStore } from '@holdfast/event-store';
import type { Environment } from '@holdfast/kernel';
import type { Projections } from '@holdfast/runtime';
import { bounded } from '../telemetry/bounded.js';
import { collections } from '../queries/read-models.js';

export type Check = 'eventStore' | 'readStore' | 'projections' | 'process';

/** One word for each check, and no details: strangers may read it. */
export type Readiness = {
  readonly status: 'ok' | 'unavailable';
  readonly checks: Readonly<Record<Check, 'ok' | 'unreachable' | 'faulted' | 'unknown' | 'stopping'>>;
};

export type Health = {
  /** Resolves within `probeMs`, even when a store hangs. */
  readiness(): Promise<Readiness>;
  /** Makes it not ready from now on, so that load balancers send nothing new. */
  stopping(): void;
};

/** Well within the 2 s in which an outage has to show. */
const probeMs = 1_000;

export function createHealth({
  store,
  projections,
  environment: { scheduler },
}: {
  readonly store: EventStore;
  readonly projections: Projections;
  readonly environment: Environment;
}): Health {
  let isStopping = false;
  let asking: Promise<Readiness> | null = null;

  const answers = (work: () => unknown): Promise<'ok' | 'unreachable'> =>
    bounded(scheduler, probeMs, work).then(
      () => 'ok' as const,
      () => 'unreachable' as const,
    );

  const following = async (): Promise<'ok' | 'faulted' | 'unknown'> => {
    try {
      const status = await bounded(scheduler, probeMs, () => projections.status());
      return status.some(({ state }) => state === 'FAULTED') ? 'faulted' : 'ok';
    } catch {
      // It can't be known while the event store is away, and that has a check of its own.
      return 'unknown';
    }
  };

  const ask = async (): Promise<Readiness> => {
    const [eventStore, readStore, followed] = await Promise.all([
      answers(() => store.end()),
      answers(() => projections.get(collections.orders, 'no-order')),
      following(),
    ]);

    const checks = {
      eventStore,
      readStore,
      projections: followed,
      process: isStopping ? 'stopping' : 'ok',
    } as const;
    const isReady = Object.values(checks).every((check) => check === 'ok');
    return { status: isReady ? 'ok' : 'unavailable', checks };
  };

  return {
    // Concurrent calls share one check, so that calls do not pile up on a store that hangs.
    readiness: () =>
      (asking ??= ask().finally(() => {
        asking = null;
      })),
    stopping() {
      isStopping = true;
      asking = null;
    },
  };
}
