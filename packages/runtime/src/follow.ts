// A supervised subscription. When it ends, fails, or falls silent while the log grows, it is started again after the
// last handled batch.
import type { Awaitable, Environment, Position } from '@holdfast/kernel';
import type { Batch, EventStore, Filter } from '@holdfast/event-store';
import { backoffMs } from './backoff.js';

export type FollowOptions = {
  readonly store: EventStore;
  readonly environment: Environment;
  readonly filter?: Filter;
  readonly upTo: 'written' | 'synced';
  /** how many events a batch may hold */
  readonly maxEvents?: number;
  /** Called before every (re)start. Rebuilds the handler's memory, and returns the position to go on from. */
  start(this: void): Awaitable<Position>;
  /** A batch counts as handled when this returns. After an error the batch comes again. */
  handle(this: void, batch: Batch): Awaitable<void>;
  onError(this: void, error: unknown, failures: number): void;
  readonly signal: AbortSignal;
};

const backoff = { baseMs: 50, limitMs: 5000 };
const watchdogMs = 5000;

/** Resolves when `signal` aborts; never rejects. */
export async function follow(options: FollowOptions): Promise<void> {
  const { environment, signal } = options;
  const failed = { inARow: 0 };
  while (!isAborted(signal)) {
    try {
      await followOnce(options, () => {
        failed.inARow = 0;
      });
    } catch (error) {
      failed.inARow += 1;
      if (!isAborted(signal)) options.onError(error, failed.inARow);
    }
    await delay(environment, backoffMs(backoff, failed.inARow, environment.random), signal);
  }
}

/** A function, because after one check the compiler takes `aborted` for false in the lines below it. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

async function followOnce(options: FollowOptions, onProgress: () => void): Promise<void> {
  const { store, environment, filter, upTo, maxEvents, signal } = options;
  const after = await options.start();
  // The signal may have aborted meanwhile. A listener added now would never be called.
  if (isAborted(signal)) return;
  const attempt = new AbortController();
  const abort = (): void => {
    attempt.abort();
  };
  signal.addEventListener('abort', abort, { once: true });
  const seen = { position: after, handling: false };
  const stopWatching = watch(store, environment, seen, upTo, abort);
  try {
    const batches = store.subscribeAll({
      after,
      upTo,
      signal: attempt.signal,
      ...(filter && { filter }),
      ...(maxEvents !== undefined && { maxEvents }),
    });
    for await (const batch of batches) {
      seen.handling = true;
      await options.handle(batch);
      seen.handling = false;
      seen.position = batch.position;
      onProgress();
    }
  } finally {
    stopWatching();
    signal.removeEventListener('abort', abort);
  }
}

/** Calls `silent` when the log was ahead at two checks in a row and nothing arrived between them. */
function watch(
  store: EventStore,
  environment: Environment,
  seen: { readonly position: Position; readonly handling: boolean },
  upTo: 'written' | 'synced',
  silent: () => void,
): () => void {
  let before: Position | null = null;
  let stopped = false;
  let cancel = (): void => undefined;
  const check = async (): Promise<void> => {
    const end = (await store.end())[upTo];
    const waiting = !seen.handling && end > seen.position;
    if (waiting && before === seen.position) silent();
    before = waiting ? seen.position : null;
  };
  const again = (): void => {
    if (stopped) return;
    cancel = environment.scheduler.after(watchdogMs, () => {
      // The subscription reports an unreachable store.
      check().then(again, again);
    });
  };
  again();
  return () => {
    stopped = true;
    cancel();
  };
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export function delay(environment: Environment, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = environment.scheduler.after(ms, done);
    function done(): void {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
}
