// Continues with a value or with a promise of it. A value that is there already costs no promise (ADR 0004).
import type { Awaitable } from '@holdfast/kernel';

export const isPending = <T>(value: Awaitable<T>): value is Promise<T> => value instanceof Promise;

/** Calls `next(value)` at once when the value is there, and later when it is a promise. */
export const andThen = <T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> =>
  isPending(value) ? value.then(next) : next(value);

/**
 * Runs `run`, and `onError` when it fails, at once or later. Both get `a` and `b`, so that hot paths can pass existing
 * functions: nothing is allocated as long as nothing is pending.
 */
export function recover<T, U, A = undefined, B = undefined>(
  run: (a: A, b: B) => Awaitable<T>,
  onError: (error: unknown, a: A, b: B) => Awaitable<U>,
  a?: A,
  b?: B,
): Awaitable<T | U> {
  try {
    const done = run(a as A, b as B);
    return isPending(done) ? done.catch((error: unknown) => onError(error, a as A, b as B)) : done;
  } catch (error) {
    return onError(error, a as A, b as B);
  }
}
