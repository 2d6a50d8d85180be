// The events of some streams between two positions, read forwards a page at a time: however long the streams are, no more
// than a page of them is in memory, and the next one is read when the reader asks for it.
import type { Position, RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import type { Turn } from './turns.js';

type Reads = Pick<EventStore, 'readStream' | 'readAll'>;

export type Stretch = {
  readonly streams: readonly string[] | 'all';
  /** not included */
  readonly after: Position;
  /** included; at most the log's synced end */
  readonly upTo: Position;
};

/** Events read ahead of the reader, over all streams together. */
export const pageOfHistory = 200;
/** Events read ahead of the reader for each stream, for any number of streams. */
const leastOfStream = 16;

/** Yields pages in log order. No page is empty. Every page but the first waits for its turn. */
export async function* history(
  store: Reads,
  turn: Turn,
  { streams, after, upTo }: Stretch,
): AsyncGenerator<readonly RecordedEvent[]> {
  if (after >= upTo) return;
  if (streams === 'all') yield* ofLog(store, turn, after, upTo);
  else yield* ofStreams(store, turn, streams, after, upTo);
}

async function* ofLog(
  store: Reads,
  turn: Turn,
  after: Position,
  upTo: Position,
): AsyncGenerator<readonly RecordedEvent[]> {
  for (let seen = after; seen < upTo;) {
    const page = await store.readAll({ after: seen, limit: pageOfHistory });
    const events = page.filter(({ position }) => position <= upTo);
    if (events.length > 0) yield events;
    if (events.length < pageOfHistory) return;
    seen = events.at(-1)?.position ?? upTo;
    await turn();
  }
}

/** `next`: the revision to read on from, null at the end of the stretch. */
type Source = { readonly stream: string; next: number | null; loaded: readonly RecordedEvent[] };

async function* ofStreams(
  store: Reads,
  turn: Turn,
  streams: readonly string[],
  after: Position,
  upTo: Position,
): AsyncGenerator<readonly RecordedEvent[]> {
  const limit = Math.max(leastOfStream, Math.floor(pageOfHistory / Math.max(streams.length, 1)));
  const load = async (source: Source): Promise<void> => {
    if (source.next === null) return;
    const page = await store.readStream(source.stream, { from: source.next, limit });
    source.loaded = page.filter(({ position }) => position > after && position <= upTo);
    const last = page.at(-1);
    const isLast = page.length < limit || last === undefined || last.position >= upTo;
    source.next = isLast ? null : last.revision + 1;
  };
  const sources: Source[] = [];
  for (const [n, stream] of streams.entries()) {
    if (n > 0 && n % leastOfStream === 0) await turn();
    const source = { stream, next: await firstBehind(store, stream, after), loaded: [] };
    await load(source);
    sources.push(source);
  }
  for (;;) {
    // A stream may have further events after its last loaded one.
    const known = Math.min(
      ...sources.map(({ next, loaded }) => (next === null ? upTo : (loaded.at(-1)?.position ?? after))),
    );
    const page = sources.flatMap(({ loaded }) => loaded.filter(({ position }) => position <= known));
    if (page.length > 0) yield page.sort((a, b) => a.position - b.position);
    if (sources.every(({ next }) => next === null) && known >= upTo) return;
    await turn();
    for (const source of sources) {
      source.loaded = source.loaded.filter(({ position }) => position > known);
      if (source.loaded.length === 0) await load(source);
    }
  }
}

/** Number of events of the streams after a position. */
export async function countBehind(
  store: Reads,
  streams: readonly string[],
  after: Position,
): Promise<number> {
  let count = 0;
  for (const stream of streams) {
    const first = await firstBehind(store, stream, after);
    if (first === null) continue;
    const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
    count += (last?.revision ?? -1) - first + 1;
  }
  return count;
}

/** Revision of the stream's last event at or before a position; -1 when it has none. */
export async function revisionAt(store: Reads, stream: string, position: Position): Promise<number> {
  if (position < 0) return -1;
  const behind = await firstBehind(store, stream, position);
  if (behind !== null) return behind - 1;
  const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
  return last?.revision ?? -1;
}

/**
 * Revision of the stream's first event behind a position; null when it has none. Cursors are usually near the end, so
 * the search starts there, in steps that double: a few reads find the event in a stream of any length.
 */
async function firstBehind(store: Reads, stream: string, after: Position): Promise<number | null> {
  if (after < 0) return 0;
  const newest = await store.readStream(stream, { direction: 'backwards', limit: leastOfStream });
  let behind: number | null = null;
  for (const { position, revision } of newest) {
    if (position <= after) return behind;
    behind = revision;
  }
  if (behind === null || behind === 0) return behind;
  let before = -1;
  for (let stride = leastOfStream; behind > 0; stride *= 2) {
    const [event]: readonly RecordedEvent[] = await store.readStream(stream, {
      from: Math.max(behind - stride, 0),
      limit: 1,
    });
    if (event === undefined || event.revision >= behind) break;
    if (event.position <= after) {
      before = event.revision;
      break;
    }
    behind = event.revision;
  }
  while (behind - before > 1) {
    const [event]: readonly RecordedEvent[] = await store.readStream(stream, {
      from: Math.floor((before + behind) / 2),
      limit: 1,
    });
    // The beginning of the stream was cut off, so this is the first remaining event.
    if (event === undefined || event.revision >= behind) return behind;
    if (event.position <= after) before = event.revision;
    else behind = event.revision;
  }
  return behind;
}
