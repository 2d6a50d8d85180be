// Reads a stream of any length page by page, without recursion. Other work of the process runs between the pages.
import type { Awaitable, Environment, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { isPending } from './awaitable.js';

export type StreamSource = {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly environment: Pick<Environment, 'scheduler'>;
};

export const pageOfEvents = 1000;

/**
 * Passes all events of `stream` from a revision on to `take`. For a stream of one page it returns no promise if
 * the store returns none.
 */
export function readStreamPages(
  source: StreamSource,
  stream: string,
  from: number,
  take: (events: readonly RecordedEvent[]) => void,
): Awaitable<void> {
  const first = source.store.readStream(stream, { from, limit: pageOfEvents });
  if (isPending(first)) return first.then((events) => takeAll(source, stream, events, take));
  if (first.length === pageOfEvents) return takeAll(source, stream, first, take);
  take(first);
}

async function takeAll(
  { store, environment }: StreamSource,
  stream: string,
  first: readonly RecordedEvent[],
  take: (events: readonly RecordedEvent[]) => void,
): Promise<void> {
  for (let page = first; ;) {
    take(page);
    const last = page.at(-1);
    if (page.length < pageOfEvents || last === undefined) return;
    await new Promise<void>((resolve) => {
      environment.scheduler.soon(resolve);
    });
    page = await store.readStream(stream, { from: last.revision + 1, limit: pageOfEvents });
  }
}
