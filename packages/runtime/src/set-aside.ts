// A process is set aside when its own stream can't be read, or its state makes it throw: it is parked as a whole, its
// inputs wait, and the other processes run.
import type { DomainEvent, Position, Process, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { partitionOf } from './partitions.js';
import type { ParkedSubject } from './parking.js';
import { isOutage } from './process-inputs.js';
import { pageOfEvents } from './stream-pages.js';

/** Position under which a process is parked as a whole: below that of any event, and the same at each start. */
export const asidePosition = (id: string): Position => -2 - partitionOf(id, 2 ** 31);

/** Parked in place of an event that can't be read at all. */
const unreadable = { id: '', type: 'unreadable' };

/** The first event of the stream that can't be read or folded; the last one when all of them can. */
export async function brokenEvent<E extends DomainEvent, S>(
  store: Pick<EventStore, 'readStream'>,
  { initialState, evolve }: Pick<Process<DomainEvent, E, S, never>, 'initialState' | 'evolve'>,
  stream: string,
): Promise<Omit<ParkedSubject, 'position'>> {
  let state = initialState;
  let last: Omit<ParkedSubject, 'position'> = { ...unreadable, stream, revision: 0 };
  for (let from = 0, limit = pageOfEvents; ;) {
    let page: readonly RecordedEvent[];
    try {
      page = await store.readStream(stream, { from, limit });
    } catch (error) {
      if (isOutage(error)) throw error;
      if (limit === 1) return { ...unreadable, stream, revision: from };
      limit = 1;
      continue;
    }
    for (const event of page) {
      const { id, type, revision } = event;
      last = { id, type, stream, revision };
      try {
        state = evolve(state, event as RecordedEvent<E>);
      } catch {
        return last;
      }
    }
    if (page.length < limit) return last;
    from = last.revision + 1;
  }
}
