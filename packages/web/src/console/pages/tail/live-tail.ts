// The events of a live tail: the newest thousands, and those that wait while it is paused. Nothing is lost while the tail
// holds still.
import type { EventFragment } from '../../generated/graphql.js';

/** More than a person reads; the log has the rest. */
export const mostKept = 10_000;

export type Tail = {
  /** Newest first. */
  readonly shown: readonly EventFragment[];
  /** Events that arrived during the pause, newest first. */
  readonly waiting: readonly EventFragment[];
  readonly paused: boolean;
};

export const emptyTail: Tail = { shown: [], waiting: [], paused: false };

export const arrived = (tail: Tail, events: readonly EventFragment[]): Tail => {
  const newest = events.toReversed();
  return tail.paused
    ? { ...tail, waiting: [...newest, ...tail.waiting].slice(0, mostKept) }
    : { ...tail, shown: [...newest, ...tail.shown].slice(0, mostKept) };
};

export const pausedTail = (tail: Tail): Tail => ({ ...tail, paused: true });

/** Shows the waiting events, and continues. */
export const resumedTail = ({ shown, waiting }: Tail): Tail => ({
  shown: [...waiting, ...shown].slice(0, mostKept),
  waiting: [],
  paused: false,
});

/** Whether the words are in the type, the stream or the data, in any case. */
export function matches({ type, stream, data }: EventFragment, words: string): boolean {
  const wanted = words.toLowerCase();
  return wanted === '' || `${type} ${stream} ${JSON.stringify(data)}`.toLowerCase().includes(wanted);
}
