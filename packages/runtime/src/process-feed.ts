// Reads the inputs of processes from the log, and begins again behind the checkpoint after an error.
import type { Awaitable, Environment, Position } from '@holdfast/kernel';
import type { Batch, EventStore } from '@holdfast/event-store';
import { follow } from './follow.js';

export type ProcessFeedOptions = {
  readonly store: EventStore;
  readonly environment: Environment;
  readonly streamPrefixes: readonly string[];
  onError(this: void, error: unknown): void;
};

export type ProcessFeedHandler = {
  /** Forgets everything in memory, and returns the position to go on from. `isStarted` is true once it calls `started`. */
  start(this: void, started: () => void): Promise<Position>;
  handle(this: void, batch: Batch): Awaitable<void>;
};

export type ProcessFeed = {
  /** False from an error until the next start, and after `stop`: inputs of that time come again after the next start. */
  isStarted(this: void): boolean;
  /** Reports the error, and reads the inputs again from the log. */
  restart(this: void, error: unknown): void;
  start(this: void, handler: ProcessFeedHandler): void;
  stop(this: void): Promise<void>;
};

export function createProcessFeed(options: ProcessFeedOptions): ProcessFeed {
  const { streamPrefixes, onError } = options;
  const stopping = new AbortController();
  let isStarted = false;
  let attempt = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const followOnce = (handler: ProcessFeedHandler, signal: AbortSignal): Promise<void> =>
    follow({
      store: options.store,
      environment: options.environment,
      filter: { streamPrefixes },
      upTo: 'written',
      signal,
      start: () => {
        isStarted = false;
        return handler.start(() => {
          isStarted = true;
        });
      },
      handle: (batch) => (isStarted ? handler.handle(batch) : undefined),
      onError,
    });

  const run = async (handler: ProcessFeedHandler): Promise<void> => {
    while (!stopping.signal.aborted) {
      attempt = new AbortController();
      await followOnce(handler, attempt.signal);
    }
  };

  return {
    isStarted: () => isStarted && !stopping.signal.aborted,
    restart(error) {
      onError(error);
      isStarted = false;
      attempt.abort();
    },
    start(handler) {
      running = run(handler);
    },
    async stop() {
      stopping.abort();
      attempt.abort();
      await running;
    },
  };
}
