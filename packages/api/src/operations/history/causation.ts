// The tree of causes around an event: every event has one cause, so its causes lead to one root, and all events that
// followed from that root belong to the tree.
import type { EventStore } from '@holdfast/event-store';
import { isIdentifier, OrderId, type Position, type RecordedEvent } from '@holdfast/kernel';
import type { Pause } from '../../graphql/connections.js';
import { graphQLError } from '../../graphql/errors.js';
import { orderEvents } from '../moments/order-events.js';

const page = 500;
/** Number of events that are read to find an event without a position. */
export const longestLookUp = 200_000;
/** Events of the same request are searched within so many events. Of an order, all events are found, at any distance. */
const reach = 5_000;
const largestTree = 2_000;

/** Returns the event, with one read when its position is given. @throws GraphQLError NOT_FOUND, TOO_MUCH_TO_READ */
export async function eventById(
  store: EventStore,
  id: string,
  position: Position | null | undefined,
  pause: Pause,
): Promise<RecordedEvent> {
  if (typeof position === 'number') {
    const [event] = await store.readAll({ from: position, limit: 1 });
    if (event?.id === id) return event;
    throw graphQLError('NOT_FOUND', 'no such event at this position');
  }
  let read = 0;
  for (let after: Position | undefined; read < longestLookUp;) {
    const events = await store.readAll({
      ...{ direction: 'backwards', limit: page },
      ...(after !== undefined && { after }),
    });
    const found = events.find((event) => event.id === id);
    if (found !== undefined) return found;
    if (events.length < page) throw graphQLError('NOT_FOUND', 'no such event');
    read += events.length;
    after = events.at(-1)?.position;
    await pause();
  }
  throw graphQLError('TOO_MUCH_TO_READ', `not among the last ${longestLookUp} events: give its position`);
}

/** Returns the tree of the event, in log order, the root first. */
export async function causationOf(
  store: EventStore,
  event: RecordedEvent,
  pause: Pause,
): Promise<readonly RecordedEvent[]> {
  const related = new Map<string, RecordedEvent>([[event.id, event]]);
  for (const one of await relatives(store, event, pause)) related.set(one.id, one);
  return treeOf([...related.values()], event).slice(0, largestTree);
}

async function relatives(store: EventStore, { position, metadata }: RecordedEvent, pause: Pause) {
  const { correlationId } = metadata;
  const ofOrder = isIdentifier(correlationId)
    ? await orderEvents(store, OrderId(correlationId), pause)
    : null;
  const near: RecordedEvent[] = [];
  for (const direction of ['forwards', 'backwards'] as const) {
    let after = position;
    for (let read = 0; read < reach; read += page) {
      const events = await store.readAll({ after, direction, limit: page });
      near.push(...events.filter((one) => one.metadata.correlationId === correlationId));
      after = events.at(-1)?.position ?? after;
      if (events.length < page) break;
      await pause();
    }
  }
  return [...(ofOrder?.events ?? []), ...near];
}

/** Returns those of `events` whose causes lead to the same root as those of `event`. */
export function treeOf(events: readonly RecordedEvent[], event: RecordedEvent): readonly RecordedEvent[] {
  const byId = new Map(events.map((one) => [one.id, one]));
  const effects = new Map<string, RecordedEvent[]>();
  for (const one of events) {
    const { causationId } = one.metadata;
    if (causationId === one.id) continue;
    effects.set(causationId, [...(effects.get(causationId) ?? []), one]);
  }
  const seen = new Set([event.id]);
  let root = event;
  for (;;) {
    const cause = byId.get(root.metadata.causationId);
    if (cause === undefined || seen.has(cause.id)) break;
    seen.add(cause.id);
    root = cause;
  }
  const tree = new Map([[root.id, root]]);
  for (const one of tree.values())
    for (const effect of effects.get(one.id) ?? []) tree.set(effect.id, effect);
  return [...tree.values()].sort((a, b) => a.position - b.position);
}
