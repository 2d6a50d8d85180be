// Deadlines of processes. An event that was written in time counts, however late it is read: a deadline that falls due is
// held until the log is handled up to its end at that time, and until no command of the process is under way (ADR 0023).
import type { Awaitable, Environment, Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { andThen, recover } from './awaitable.js';
import type { Timers } from './timers.js';

export type ProcessDeadline = { readonly id: string; readonly name: string; readonly dueAt: string };

export type DeadlinesOptions = {
  readonly store: Pick<EventStore, 'end'>;
  readonly environment: Pick<Environment, 'clock'>;
  readonly timers: Timers;
  /** position up to which every input has had its effect */
  handled(this: void): Position;
  /** grows with each decision of the process */
  revision(this: void, id: string): number;
  /** whether the process does work that the deadline has to wait for, however late it is */
  mustWait(this: void, id: string): boolean;
  fire(this: void, deadline: ProcessDeadline): void;
  onError(this: void, error: unknown): void;
};

export type Deadlines = {
  /** Returns the key under which the deadline is armed. */
  arm(this: void, deadline: ProcessDeadline): string;
  disarm(this: void, key: string): void;
  /** Call this when `handled` has grown. */
  release(this: void): void;
  /** Forgets the deadlines that are held. */
  clear(this: void): void;
};

/** A deadline that fell due. `end`: the log's end at a time after that; null until it is known. */
type Held = {
  readonly key: string;
  readonly deadline: ProcessDeadline;
  readonly revision: number;
  end: Position | null;
};

/** Delay before another look at a deadline that had to wait, or for which the log's end could not be read. */
const againMs = 500;

export function createDeadlines(options: DeadlinesOptions): Deadlines {
  const { environment, timers } = options;
  const held = new Map<string, Held>();
  /** the lowest `end` of the deadlines that are held */
  let nextEnd = Infinity;

  const armAt = (key: string, deadline: ProcessDeadline, dueMs: number): void => {
    const fire = (): void => {
      hold(key, deadline);
      ends.find();
    };
    timers.arm({ key, dueMs, fire });
  };

  const again = ({ key, deadline }: Held): void => {
    held.delete(key);
    armAt(key, deadline, environment.clock.now() + againMs);
  };

  const ends = createEndSearch(options, {
    found: (end) => {
      nextEnd = Math.min(nextEnd, end);
      release();
    },
    failed: (asked) => {
      for (const entry of asked) if (held.get(entry.key) === entry) again(entry);
    },
  });

  const hold = (key: string, deadline: ProcessDeadline): void => {
    const entry: Held = { key, deadline, revision: options.revision(deadline.id), end: null };
    held.set(key, entry);
    ends.add(entry);
  };

  const release = (): void => {
    const handled = options.handled();
    if (handled < nextEnd) return;
    nextEnd = Infinity;
    for (const entry of [...held.values()]) {
      if (entry.end === null || held.get(entry.key) !== entry) continue;
      if (entry.end > handled) nextEnd = Math.min(nextEnd, entry.end);
      else letGo(entry);
    }
    ends.find();
  };

  /**
   * A process that has decided meanwhile may have sent commands. Their events count, so the log's end is read again.
   */
  const letGo = (entry: Held): void => {
    const { key, deadline, revision } = entry;
    if (options.mustWait(deadline.id)) again(entry);
    else if (options.revision(deadline.id) !== revision) hold(key, deadline);
    else {
      held.delete(key);
      options.fire(deadline);
    }
  };

  return {
    arm(deadline) {
      const { id, name, dueAt } = deadline;
      const key = `${id} ${name} ${dueAt}`;
      if (!timers.has(key) && !held.has(key)) armAt(key, deadline, Date.parse(dueAt));
      return key;
    },
    disarm(key) {
      timers.disarm(key);
      held.delete(key);
    },
    release,
    clear() {
      held.clear();
      ends.clear();
      nextEnd = Infinity;
    },
  };
}

type EndSearch = {
  add(this: void, entry: Held): void;
  /** Reads the log's end, once for all entries that were added before. */
  find(this: void): void;
  clear(this: void): void;
};

/** Finds the `end` of deadlines that fell due, with one read of the log's end at a time. */
function createEndSearch(
  { store, onError }: Pick<DeadlinesOptions, 'store' | 'onError'>,
  on: { found(end: Position): void; failed(asked: readonly Held[]): void },
): EndSearch {
  let waiting: Held[] = [];
  let isReading = false;

  const find = (): void => {
    if (isReading || waiting.length === 0) return;
    const asked = waiting;
    waiting = [];
    isReading = true;
    void recover(read, failed, asked);
  };
  const read = (asked: readonly Held[]): Awaitable<void> =>
    andThen(store.end(), ({ written }) => {
      isReading = false;
      for (const entry of asked) entry.end = written;
      on.found(written);
      find();
    });
  const failed = (error: unknown, asked: readonly Held[]): void => {
    isReading = false;
    onError(error);
    on.failed(asked);
    find();
  };

  return {
    add: (entry) => {
      waiting.push(entry);
    },
    find,
    clear: () => {
      waiting = [];
    },
  };
}
