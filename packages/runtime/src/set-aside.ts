// A process is set aside when its own stream can't be read, or its state makes it throw: it is parked as a whole, its
// inputs wait, and the other processes run.
import type { Awaitable, DomainEvent, Position, Process, RecordedEvent } from '@holdfast/kernel';
import { streamName } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { recover } from './awaitable.js';
import { partitionOf } from './partitions.js';
import type { ParkedSubject, Parking } from './parking.js';
import { isOutage } from './process-inputs.js';
import { pageOfEvents } from './stream-pages.js';

export type SetAsideOptions<E extends DomainEvent, S> = {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly process: Pick<Process<DomainEvent, E, S, never>, 'name' | 'initialState' | 'evolve'>;
  readonly parking: Parking;
  /** False between an error of the runner and its next start. */
  isStarted(this: void): boolean;
  /** Begins again from the log. */
  restart(this: void, error: unknown): void;
  /** Drops the process from memory. */
  forget(this: void, id: string): void;
  onError(this: void, error: unknown): void;
};

export type SetAside = {
  /** Parks the process as a whole; it waits for a person. */
  setAside(this: void, id: string, error: unknown): Promise<void>;
  isSetAside(this: void, id: string): boolean;
  /** Runs work of one process outside of a batch. An error sets the process aside; while the store is away, all restart. */
  guarded(this: void, id: string, run: () => Awaitable<void>): void;
};

export function createSetAside<E extends DomainEvent, S>(options: SetAsideOptions<E, S>): SetAside {
  const { store, process: manager, parking, restart } = options;

  const setAside = async (id: string, error: unknown): Promise<void> => {
    options.onError(error);
    options.forget(id);
    const position = asidePosition(id);
    if (parking.isParked(position) || parking.isDiscarded(position)) return;
    const stream = streamName(manager.name, id);
    parking.foresee({ stream, position }, id);
    await parking.park({ ...(await brokenEvent(store, manager, stream)), position }, id, error);
  };

  return {
    setAside,
    isSetAside: (id) => parking.isParked(asidePosition(id)),
    guarded(id, run) {
      // An outcome that arrives too late is dropped. The next runner sends all pending work again.
      if (!options.isStarted()) return;
      void recover(run, (error) => {
        if (isOutage(error)) restart(error);
        else setAside(id, error).catch(restart);
      });
    },
  };
}

/** Position under which a process is parked as a whole: below that of any event, and the same at each start. */
const asidePosition = (id: string): Position => -2 - partitionOf(id, 2 ** 31);

/** Parked in place of an event that can't be read at all. */
const unreadable = { id: '', type: 'unreadable' };

/** The first event of the stream that can't be read or folded; the last one when all of them can. */
async function brokenEvent<E extends DomainEvent, S>(
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
