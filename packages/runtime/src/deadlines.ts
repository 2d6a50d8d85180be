// Deadlines of processes. What happened in time counts, however late it is read: a deadline that falls due is held until
// the log has been handled up to its end at that time, and until nothing that the process is just doing can forestall it.
import type { Environment, Position } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { andThen, isPending } from './awaitable.js';
import type { Timers } from './timers.js';

export type ProcessDeadline = { readonly id: string; readonly name: string; readonly dueAt: string };

export type DeadlinesOptions = {
  readonly store: Pick<EventStore, 'end'>;
  readonly environment: Pick<Environment, 'clock'>;
  readonly timers: Timers;
  /** every input up to here has had its effect */
  handled(this: void): Position;
  /** grows with each decision of the process */
  revision(this: void, id: string): number;
  /** whether something is under way that the deadline has to wait for, however late it is */
  mustWait(this: void, id: string): boolean;
  fire(this: void, deadline: ProcessDeadline): void;
  onError(this: void, error: unknown): void;
};

export type Deadlines = {
  /** Returns the key under which the deadline is armed. */
  arm(this: void, deadline: ProcessDeadline): string;
  disarm(this: void, key: string): void;
  /** to be called when more is handled */
  release(this: void): void;
  /** Forgets those that are held. */
  clear(this: void): void;
};

/** A deadline that fell due. `end` is the log's end at a time after that; null until it is known. */
type Held = {
  readonly key: string;
  readonly deadline: ProcessDeadline;
  readonly revision: number;
  end: Position | null;
};

/** When a deadline that had to wait, or whose log could not be asked, is looked at again. */
const againMs = 500;

export function createDeadlines(options: DeadlinesOptions): Deadlines {
  const { store, environment, timers } = options;
  const held = new Map<string, Held>();
  let unasked: Held[] = [];
  let isAsking = false;
  /** no deadline that is held has an end before this */
  let nextEnd = Infinity;

  const armAt = (key: string, deadline: ProcessDeadline, dueMs: number): void => {
    const fire = (): void => {
      hold(key, deadline);
      ask();
    };
    timers.arm({ key, dueMs, fire });
  };

  const again = ({ key, deadline }: Held): void => {
    held.delete(key);
    armAt(key, deadline, environment.clock.now() + againMs);
  };

  const hold = (key: string, deadline: ProcessDeadline): void => {
    const entry: Held = { key, deadline, revision: options.revision(deadline.id), end: null };
    held.set(key, entry);
    unasked.push(entry);
  };

  /** One question for all that fell due before it was asked. */
  const ask = (): void => {
    if (isAsking || unasked.length === 0) return;
    const asking = unasked;
    unasked = [];
    isAsking = true;
    const answered = ({ written }: { readonly written: Position }): void => {
      isAsking = false;
      for (const entry of asking) entry.end = written;
      nextEnd = Math.min(nextEnd, written);
      release();
      ask();
    };
    const failed = (error: unknown): void => {
      isAsking = false;
      options.onError(error);
      for (const entry of asking) if (held.get(entry.key) === entry) again(entry);
      ask();
    };
    try {
      const done = andThen(store.end(), answered);
      if (isPending(done)) done.catch(failed);
    } catch (error) {
      failed(error);
    }
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
    ask();
  };

  /** A process that went on meanwhile may have an answer on its way: the log's end is taken anew. */
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
      unasked = [];
      nextEnd = Infinity;
    },
  };
}
