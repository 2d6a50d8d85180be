// How far a consumer is behind the log. Where positions are byte offsets nothing counts with them: then it is known whether
// an event waits, and since when.
import type { Environment, Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';

export type Lag = {
  /** whether everything that the log has is handled */
  readonly caughtUp: boolean;
  /** events that are not handled yet; null where the log cannot count them */
  readonly lagEvents: number | null;
  /** age of the first event that is not handled */
  readonly lagMs: number;
};

type Log = { readonly store: EventStore; readonly environment: Pick<Environment, 'clock'> };

/** `at`: the last position that is handled. Events of other programs behind it are no lag. */
export async function lagBehind({ store, environment }: Log, at: Position): Promise<Lag> {
  const { synced, dense } = await store.end();
  const [next] = at < synced ? await store.readAll({ after: at, limit: 1 }) : [];
  if (next === undefined) return { caughtUp: true, lagEvents: dense ? 0 : null, lagMs: 0 };
  return {
    caughtUp: false,
    lagEvents: dense ? synced - at : null,
    lagMs: Math.max(0, environment.clock.now() - Date.parse(next.metadata.at)),
  };
}
