// A search over the log, newest first: by words in an event, type, stream and time. One request reads a bounded part of the
// log; its page tells where the next request can go on.
import type { EventStore } from '@holdfast/event-store';
import type { Position, RecordedEvent } from '@holdfast/kernel';
import { revisionAt, shownForm } from '@holdfast/runtime';
import { checkedPageSize, connection, type Connection, type Pause } from '../../graphql/connections.js';
import { badInput } from '../../graphql/errors.js';
import { positionOf, positionText } from '../../graphql/scalars.js';
import type { QuerySearchEventsArgs } from '../../graphql/schema.types.js';
import { streamEvent, syncedEvents, withoutSecrets, type StreamEvent } from '../log/log.js';

const pageOfScan = 500;
/** The most events that one request reads. */
export const longestSearch = 50_000;
const longestText = 200;
/** Most difference between the clocks of processes. Before an event that is too old by more, all events are too old. */
const clockSkewMs = 600_000;

type Search = Omit<QuerySearchEventsArgs, 'first' | 'after'>;

export async function searchPage(
  store: EventStore,
  { first, after, ...search }: QuerySearchEventsArgs,
  pause: Pause,
): Promise<Connection<StreamEvent>> {
  const limit = checkedPageSize(first);
  if ((search.text ?? '').length > longestText) throw badInput(`text: at most ${longestText} characters`);
  const start = after === undefined || after === null ? null : positionOf(after);
  const { found, more, scannedTo } = await scan(store, start, search, { limit, most: longestSearch, pause });
  const items = found.map((event) => ({ node: streamEvent(event), cursor: positionText(event.position) }));
  const page = connection(items, { next: more, previous: start !== null }, async () => {
    const all = await scan(store, null, search, { limit: Infinity, most: Infinity, pause });
    return all.found.length;
  });
  const stopped = more && items.length < limit && scannedTo !== null;
  return stopped ? { ...page, pageInfo: { ...page.pageInfo, endCursor: positionText(scannedTo) } } : page;
}

type Bounds = { readonly limit: number; readonly most: number; readonly pause: Pause };

async function scan(store: EventStore, start: Position | null, search: Search, bounds: Bounds) {
  const wanted = wantedBy(search);
  const oldest = typeof search.since === 'string' ? Date.parse(search.since) - clockSkewMs : -Infinity;
  const found: RecordedEvent[] = [];
  let scanned = 0;
  for (let before = start; ;) {
    const page = await pageBefore(store, search.stream ?? '', before);
    for (const event of page) {
      if (Date.parse(event.metadata.at) < oldest) return { found, more: false, scannedTo: before };
      if (wanted(event)) {
        if (found.length === bounds.limit) return { found, more: true, scannedTo: before };
        found.push(event);
      }
      before = event.position;
      scanned += 1;
    }
    if (page.length < pageOfScan) return { found, more: false, scannedTo: before };
    if (scanned >= bounds.most) return { found, more: true, scannedTo: before };
    await bounds.pause();
  }
}

/** A page of one stream, or, when `stream` ends in `-`, of all streams that begin with it. `before` null: from the end. */
async function pageBefore(store: EventStore, stream: string, before: Position | null) {
  if (stream === '' || stream.endsWith('-'))
    return store.readAll({
      ...{ direction: 'backwards', limit: pageOfScan },
      ...(before !== null && { after: before }),
      ...(stream !== '' && { filter: { streamPrefixes: [stream] } }),
    });
  const from = before === null ? undefined : await revisionAt(store, stream, before - 1);
  if (from === -1) return [];
  return syncedEvents(store, stream, {
    ...{ direction: 'backwards', limit: pageOfScan },
    ...(from !== undefined && { from }),
  });
}

function wantedBy({ text, types, since, until }: Search): (event: RecordedEvent) => boolean {
  const word = text?.trim().toLowerCase() ?? '';
  return (event) => {
    const { at } = event.metadata;
    if (types && !types.includes(event.type)) return false;
    if (typeof since === 'string' && at < since) return false;
    if (typeof until === 'string' && at > until) return false;
    return word === '' || wordsOf(event).includes(word);
  };
}

/** All text of an event that an operator sees, in lower case. It has no secrets, so that a search can't guess one. */
function wordsOf(recorded: RecordedEvent): string {
  const { id, type, stream, data, metadata } = shownForm(recorded);
  const words = [id, type, stream, JSON.stringify(withoutSecrets(data as object)), JSON.stringify(metadata)];
  return words.join(' ').toLowerCase();
}
