// Follows the log for a mutation that waits: for a limited time, and not beyond the end of the API.
import type { Environment, RecordedEvent } from '@holdfast/kernel';
import type { Feed } from '@holdfast/runtime';

export type Feeding = { readonly feed: Feed; readonly environment: Pick<Environment, 'scheduler'> };

/** `closing` is aborted when the API closes. */
export type Waiting = { readonly timeoutMs: number; readonly closing: AbortSignal };

/** Yields the batches of the feed. Ends when the time is up or the API closes. */
export async function* feedWithin(
  { feed, environment }: Feeding,
  following: Omit<Parameters<Feed>[0], 'signal'>,
  { timeoutMs, closing }: Waiting,
): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
  const giveUp = new AbortController();
  const cancel = environment.scheduler.after(timeoutMs, () => giveUp.abort());
  try {
    yield* feed({ ...following, signal: AbortSignal.any([giveUp.signal, closing]) });
  } finally {
    cancel();
  }
}
