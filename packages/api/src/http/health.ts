// Tells whether the program can do its work now, by calling its stores and projections.
import type { EventStore } from '@holdfast/event-store';
import type { Environment } from '@holdfast/kernel';
import type { Projections } from '@holdfast/runtime';
import { bounded } from '../telemetry/bounded.js';
import { collections } from '../queries/read-models.js';

export type Check = 'eventStore' | 'readStore' | 'projections' | 'process';

/** One word for each check and no details, since anyone may read it. */
export type Readiness = {
  readonly status: 'ok' | 'unavailable';
  readonly checks: Readonly<Record<Check, 'ok' | 'unreachable' | 'faulted' | 'unknown' | 'stopping'>>;
};

export type Health = {
  /** Resolves within `probeMs`, even when a store hangs. */
  readiness(): Promise<Readiness>;
  /** Reports the program as not ready from now on, so that load balancers send no new requests. */
  stopping(): void;
};

/** Far below the 2 s within which an outage must be visible. */
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
      // While the event store is unreachable, the lag is unknown. That outage has its own check.
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
    // Concurrent calls share one check, so that they do not accumulate on a store that hangs.
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
