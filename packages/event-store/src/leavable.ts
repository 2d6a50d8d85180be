// The iterator of a subscription, which its consumer can leave at any time.

/**
 * An iterator over `batches` whose `return` calls `stop` at once, also while a batch is awaited. The `return` of the
 * generator alone would wait for that batch.
 */
export function leavable<T>(
  batches: AsyncGenerator<T, undefined>,
  stop: () => void,
): AsyncIterableIterator<T> {
  const iterator: AsyncIterableIterator<T> = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => batches.next(),
    return: () => {
      stop();
      return batches.return(undefined);
    },
  };
  return iterator;
}
