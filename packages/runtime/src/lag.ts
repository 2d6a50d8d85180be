// The lag of a consumer behind the log. When positions are byte offsets, they do not count events: then only whether an
// event waits, and since when, is known.
import type { Environment, Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';

export type Lag = {
  /** whether all events of the log are handled */
  readonly caughtUp: boolean;
  /** number of events that are not handled yet; null when the log cannot count them */
  readonly lagEvents: number | null;
  /** age of the first event that is not handled */
  readonly lagMs: number;
};

type Log = { readonly store: EventStore; readonly environment: Pick<Environment, 'clock'> };

/**
 * `at`: the last position that is handled. Later events of other programs do not count. With `streamPrefixes` only events of
 * these streams count, and `lagEvents` is null while one of them waits.
 */
export async function lagBehind(
  { store, environment }: Log,
  at: Position,
  streamPrefixes?: readonly string[],
): Promise<Lag> {
  const { synced, dense } = await store.end();
  const filter = streamPrefixes === undefined ? {} : { filter: { streamPrefixes } };
  const [next] = at < synced ? await store.readAll({ after: at, limit: 1, ...filter }) : [];
  if (next === undefined) return { caughtUp: true, lagEvents: dense ? 0 : null, lagMs: 0 };
  return {
    caughtUp: false,
    lagEvents: dense && streamPrefixes === undefined ? synced - at : null,
    lagMs: Math.max(0, environment.clock.now() - Date.parse(next.metadata.at)),
  };
}
