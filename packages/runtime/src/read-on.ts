// Reads a stream on from a revision, however long it is, without holding up everything else.
import type { Awaitable, Environment, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { isPending } from './awaitable.js';

const pageOfEvents = 1000;
/** Together some milliseconds of work. */
const pagesAtOnce = 4;

/**
 * Hands every event from revision `from` on to `take`, in order. Done at once when the store answers at once and the rest
 * of the stream is short; otherwise other work gets its turn in between.
 */
export function readOn(
  { store, environment }: { readonly store: EventStore; readonly environment: Environment },
  stream: string,
  from: number,
  take: (event: RecordedEvent) => void,
): Awaitable<void> {
  let next = from;
  const read = (): Awaitable<readonly RecordedEvent[]> =>
    store.readStream(stream, { from: next, limit: pageOfEvents });
  /** Returns whether this was the last page. */
  const takePage = (events: readonly RecordedEvent[]): boolean => {
    for (const event of events) take(event);
    next += events.length;
    return events.length < pageOfEvents;
  };
  const goOn = async (first: Awaitable<readonly RecordedEvent[]>): Promise<void> => {
    for (let page = first, pages = 1; !takePage(await page); page = read(), pages += 1)
      if (pages % pagesAtOnce === 0) await turn(environment);
  };

  for (let pages = 0; pages < pagesAtOnce; pages += 1) {
    const page = read();
    if (isPending(page)) return goOn(page);
    if (takePage(page)) return;
  }
  return turn(environment).then(() => goOn(read()));
}

/** Resolves when everything that waits now has had its turn. */
export const turn = ({ scheduler }: Pick<Environment, 'scheduler'>): Promise<void> =>
  new Promise((resolve) => {
    scheduler.soon(resolve);
  });
