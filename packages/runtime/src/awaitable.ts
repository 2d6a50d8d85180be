// Going on with a value that may be there already: embedded stores then cost no promise at all (ADR 0004).
import type { Awaitable } from '@holdfast/kernel';

export const isPending = <T>(value: Awaitable<T>): value is Promise<T> => value instanceof Promise;

/** `next(value)` at once when the value is there, later when it is a promise. */
export const andThen = <T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> =>
  isPending(value) ? value.then(next) : next(value);

/** As `Promise.all`, without promises when none is pending. */
export const allOf = <T>(values: readonly Awaitable<T>[]): Awaitable<readonly T[]> =>
  values.some(isPending) ? Promise.all(values) : (values as readonly T[]);
