// The events of a persistent subscription's source: those of one stream, or the chosen ones of the whole log.
import type { RecordedEvent } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { chooser } from '../filters/event-filter.js';
import { isTombstone } from '../streams/stored-event.js';
import type { StreamView } from '../streams/stream-view.js';
import type { GroupConfig } from './group-config.js';

/** The source's events after a revision, or after a position for `$all`: first the past, then new ones, until `signal`. */
export const sourceEvents = (
  config: GroupConfig,
  after: number,
  store: EventStore,
  view: StreamView,
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent> =>
  config.source === '$all'
    ? ofLog(config, after, store, signal)
    : ofStream(config.source, after, store, view, signal);

async function* ofLog(
  config: GroupConfig,
  after: number,
  store: EventStore,
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent> {
  const chosen = chooser(config.filter);
  const filter = chosen.filter && { filter: chosen.filter };
  for await (const batch of store.subscribeAll({ after, signal, ...filter })) {
    for (const event of batch.events) {
      // Events that the server writes for groups are left out: each would cause another one.
      if (chosen.chooses(event) && !event.stream.startsWith('$persistentsubscription-')) yield event;
    }
  }
}

async function* ofStream(
  source: string,
  after: number,
  store: EventStore,
  view: StreamView,
  signal: AbortSignal,
): AsyncGenerator<RecordedEvent> {
  const { synced } = await store.end();
  let seen = after;
  const history = await view.read(source, { from: seen + 1, direction: 'forwards', limit: Infinity });
  for await (const page of history ?? []) {
    for (const event of page) {
      seen = event.revision;
      yield event;
    }
  }
  const filter = { streamPrefixes: [source] };
  for await (const batch of store.subscribeAll({ after: synced, filter, signal })) {
    for (const event of batch.events) {
      if (event.stream !== source || event.revision <= seen || isTombstone(event)) continue;
      seen = event.revision;
      yield event;
    }
  }
}
