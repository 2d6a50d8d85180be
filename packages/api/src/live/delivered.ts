// Delivers the updates of one subscription to its peer. The socket of a peer that reads too slowly is closed with a code
// after which its client connects again, with its cursor.
import type { Cancel, Scheduler } from '@holdfast/kernel';
import { FeedOverflow } from '@holdfast/runtime';
import { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import { tryAgainLater } from './transport.js';

export type Reader = {
  readonly socket: WebSocket;
  readonly scheduler: Scheduler;
  /** How long the peer may take to read one message. */
  readonly slowReaderMs: number;
};

const tooSlow = 'Too slow: resume from the cursor';

/**
 * Delivers `results` one at a time: the next one is pulled when the previous one has been sent. `ended` is called once the
 * peer reads no more of them. This is not a generator, whose `return` would wait for the pending `next`.
 */
export function delivered<T>(
  results: AsyncGenerator<T>,
  { socket, scheduler, slowReaderMs }: Reader,
  ended: () => void,
): AsyncIterableIterator<T> {
  let cancel: Cancel = () => undefined;
  const closeAsTooSlow = (): void => {
    socket.close(tryAgainLater, tooSlow);
  };
  return {
    next: async () => {
      cancel();
      try {
        const result = await results.next();
        if (result.done === true) ended();
        else cancel = scheduler.after(slowReaderMs, closeAsTooSlow);
        return result;
      } catch (error) {
        ended();
        const cause = error instanceof GraphQLError ? error.originalError : error;
        if (!(cause instanceof FeedOverflow)) throw error;
        closeAsTooSlow();
        return { done: true, value: undefined };
      }
    },
    return: () => {
      cancel();
      ended();
      return results.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
