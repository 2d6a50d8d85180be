// Observes a call that returns its result now or as a promise, without delaying it.
import type { Awaitable } from '@holdfast/kernel';
import { isPending } from '@holdfast/runtime';

/** Runs `work` and calls `done` with its result, or with null when it throws or rejects. Returns the unchanged result. */
export function settled<T>(work: () => Awaitable<T>, done: (result: T | null) => void): Awaitable<T> {
  const fail = (error: unknown): never => {
    done(null);
    throw error;
  };
  const give = (result: T): T => {
    done(result);
    return result;
  };
  let result: Awaitable<T>;
  try {
    result = work();
  } catch (error) {
    return fail(error);
  }
  return isPending(result) ? result.then(give, fail) : give(result);
}
