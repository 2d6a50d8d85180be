// The expected revision of an append, and its outcome, on streams with deleted events.
import type { Position } from '@holdfast/kernel';
import type { ExpectedRevision } from '@holdfast/event-store';
import type { StreamState } from './stream-state.js';

/** `revision` is that of the stream's last event, `position` null when nothing was ever written. */
export type AppendOutcome =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: Position | null }
  | { readonly kind: 'conflict'; readonly actual: number }
  | { readonly kind: 'deleted' };

/** A stream without a tombstone. */
export type Live = Exclude<StreamState, { readonly kind: 'tombstoned' }>;

/** The expected revision in terms of the log, where deleted events still count. */
export function expectation(
  { kind, last, floor, metadata }: Live,
  expected: ExpectedRevision,
): ExpectedRevision | 'deleted' {
  if (expected === 'stream_exists') {
    if (kind === 'deleted') return 'deleted';
    // a stream that has only metadata exists, too
    return last < 0 && metadata !== null ? 'any' : expected;
  }
  if (expected !== 'no_stream' || last < 0) return expected;
  if (kind === 'deleted') return last;
  // may be the repetition of the append that revived the stream
  return floor > 0 && last >= floor ? floor - 1 : expected;
}

/** The outcome of an append of no events. */
export function compare(last: number, expected: ExpectedRevision): AppendOutcome {
  const holds =
    expected === 'any' ||
    (expected === 'stream_exists' ? last >= 0 : last === (expected === 'no_stream' ? -1 : expected));
  return holds ? { kind: 'appended', revision: last, position: null } : { kind: 'conflict', actual: last };
}
