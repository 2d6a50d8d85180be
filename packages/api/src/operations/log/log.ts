// Pages of the log for operators: one stream by revision, or the whole log by position.
import type { EventStore } from '@holdfast/event-store';
import { beforeAll, type Position, type RecordedEvent } from '@holdfast/kernel';
import { shownForm } from '@holdfast/runtime';
import {
  checkedPageSize,
  connection,
  nextTurn,
  type Connection,
  type Pause,
} from '../../graphql/connections.js';
import { badInput } from '../../graphql/errors.js';
import { positionText } from '../../graphql/scalars.js';
import type { QueryEventsArgs, QueryStreamArgs } from '../../graphql/schema.types.js';

/** Fields with secrets that allow signing in. No reader of the log may see them. */
const secrets: ReadonlySet<string> = new Set(['passwordHash', 'tokenDigest', 'presentedDigest']);

export const withoutSecrets = (data: object): object =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]: [string, unknown]) => [
      key,
      secrets.has(key) ? '(not shown)' : value,
    ]),
  );

/** An event with its number and position as the schema has them. */
export const streamEvent = (recorded: RecordedEvent) => {
  const event = shownForm(recorded);
  return {
    id: event.id,
    stream: event.stream,
    revision: String(event.revision),
    position: event.position,
    type: event.type,
    schemaVersion: event.metadata.schemaVersion,
    data: withoutSecrets(event.data as object),
    metadata: event.metadata,
    createdAt: event.metadata.at,
    correlationId: event.metadata.correlationId,
    causationId: event.metadata.causationId,
  };
};
export type StreamEvent = ReturnType<typeof streamEvent>;

export type StreamPaging = Omit<QueryStreamArgs, 'name'>;

const revisionOf = (cursor: string | null | undefined): number | null => {
  if (cursor === undefined || cursor === null) return null;
  if (!/^\d{1,15}$/.test(cursor)) throw badInput('not a cursor of a stream');
  return Number(cursor);
};

/**
 * Reads like `EventStore.readStream`, and returns once all of the events are synced. A stream also has events that a crash
 * may still take back; these must not be shown outside (ADR 0004).
 */
export async function syncedEvents(
  store: EventStore,
  stream: string,
  options: Parameters<EventStore['readStream']>[1] = {},
): Promise<readonly RecordedEvent[]> {
  const events = await store.readStream(stream, options);
  const last = events.reduce((latest, { position }) => Math.max(latest, position), beforeAll);
  if (last > beforeAll) await store.synced(last);
  return events;
}

/** A page of one stream, oldest first in both cases: the `first` events after a cursor, or the `last` before one. */
export async function streamPage(
  store: EventStore,
  stream: string,
  paging: StreamPaging,
): Promise<Connection<StreamEvent>> {
  const after = revisionOf(paging.after);
  const before = revisionOf(paging.before);
  const [latest] = await syncedEvents(store, stream, { direction: 'backwards', limit: 1 });
  const length = (latest?.revision ?? -1) + 1;
  let from = after === null ? 0 : after + 1;
  let to = Math.min(before ?? length, length);
  if (typeof paging.last === 'number' && typeof paging.first === 'number')
    throw badInput('first or last, not both');
  if (typeof paging.last === 'number') from = Math.max(from, to - checkedPageSize(paging.last, 'last'));
  else to = Math.min(to, from + checkedPageSize(paging.first ?? 20));
  const limit = Math.max(to - from, 0);
  const events = limit === 0 ? [] : await syncedEvents(store, stream, { from, limit });
  const items = events.map((event) => ({ node: streamEvent(event), cursor: String(event.revision) }));
  return connection(items, { next: to < length, previous: from > 0 && length > 0 }, () => length);
}

const scanPage = 1000;
/** The most events that one request reads. Its page has the cursor of the next request. */
const longestScan = 200_000;

export type EventFilter = Pick<QueryEventsArgs, 'types' | 'correlationId'>;

/** A page of the log. It may have few events or none when the read limit was reached; the next page begins at `endCursor`. */
export async function logPage(
  store: EventStore,
  first: number,
  after: Position | null | undefined,
  filter: EventFilter,
  pause?: Pause,
): Promise<Connection<StreamEvent>> {
  const limit = checkedPageSize(first);
  const start = after ?? beforeAll;
  const { events, more, scannedTo } = await scan(store, start, filter, limit, longestScan, pause);
  const items = events.map((event) => ({ node: streamEvent(event), cursor: positionText(event.position) }));
  const page = connection(items, { next: more, previous: start > beforeAll }, async () => {
    const all = await scan(store, beforeAll, filter, Infinity, Infinity, pause);
    return all.count;
  });
  const stopped = more && items.length < limit;
  return stopped ? { ...page, pageInfo: { ...page.pageInfo, endCursor: positionText(scannedTo) } } : page;
}

async function scan(
  store: EventStore,
  start: Position,
  { types, correlationId }: EventFilter,
  limit: number,
  longest: number,
  pause: Pause = nextTurn,
) {
  const wanted = (event: RecordedEvent): boolean =>
    (types === undefined || types === null || types.includes(event.type)) &&
    (correlationId === undefined || correlationId === null || event.metadata.correlationId === correlationId);
  const events: RecordedEvent[] = [];
  let count = 0;
  let scanned = 0;
  for (let after = start; ;) {
    const page = await store.readAll({ after, limit: scanPage });
    for (const event of page) {
      if (wanted(event)) {
        if (count === limit) return { events, count, more: true, scannedTo: after };
        count += 1;
        if (limit !== Infinity) events.push(event);
      }
      scanned += 1;
      after = event.position;
    }
    if (page.length < scanPage) return { events, count, more: false, scannedTo: after };
    if (scanned >= longest) return { events, count, more: true, scannedTo: after };
    await pause();
  }
}
