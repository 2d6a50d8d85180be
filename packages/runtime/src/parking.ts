// The parked events of one consumer, kept in its own stream. What is parked is never forgotten and never overtaken.
import type { Environment, EventParked, ParkedEvent, Position, RecordedEvent } from '@holdfast/kernel';
import { parkedStream } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';

export type Parked = EventParked['data'];

export type Parking = {
  readonly consumer: string;
  /** whether an earlier event under this key is parked, so that the one at `position` must be too */
  isBlocked(key: string, position: Position): boolean;
  isParked(position: Position): boolean;
  /** Without those that were discarded: they are never handled again, in a rebuild neither. */
  withoutDiscarded(events: readonly RecordedEvent[]): readonly RecordedEvent[];
  /** oldest first */
  all(): readonly Parked[];
  /** From now on later events of the same key may go ahead; what `retried` puts on record, or `park` takes back. */
  unblock(position: Position): void;
  /** `error` null: the event waits behind another. */
  park(event: RecordedEvent, key: string, error: unknown): Promise<void>;
  retried(position: Position, actor: string): Promise<void>;
  discarded(position: Position, reason: string, actor: string): Promise<void>;
};

const pageOfEvents = 1000;

export async function openParking(
  store: EventStore,
  environment: Environment,
  consumer: string,
): Promise<Parking> {
  const stream = parkedStream(consumer);
  const parked = new Map<Position, Parked>();
  const discarded = new Set<Position>();
  const byKey = new Map<string, Set<Position>>();
  const evolve = (event: ParkedEvent): void => {
    const { position } = event.data;
    const before = parked.get(position);
    if (before !== undefined) byKey.get(before.key)?.delete(position);
    parked.delete(position);
    if (event.type === 'ParkedEventDiscarded') discarded.add(position);
    if (event.type !== 'EventParked') return;
    parked.set(position, event.data);
    const { key } = event.data;
    byKey.set(key, (byKey.get(key) ?? new Set()).add(position));
  };

  for (let from = 0; ; from += pageOfEvents) {
    const events = await store.readStream(stream, { from, limit: pageOfEvents });
    for (const event of events) evolve(event as RecordedEvent<ParkedEvent>);
    if (events.length < pageOfEvents) break;
  }

  const append = async (event: ParkedEvent, actor: string): Promise<void> => {
    const id = environment.ids.next();
    const at = new Date(environment.clock.now()).toISOString();
    const causationId = event.type === 'EventParked' ? event.data.eventId : id;
    const metadata = { correlationId: stream, causationId, commandId: id, actor, at, schemaVersion: 1 };
    const appended = await store.append(stream, [{ ...event, id, metadata }], 'any');
    if (appended.ok) await store.synced(appended.value.position);
    evolve(event);
  };

  return {
    consumer,
    isBlocked: (key, position) =>
      parked.size > 0 && [...(byKey.get(key) ?? [])].some((other) => other < position),
    isParked: (position) => parked.has(position),
    withoutDiscarded: (events) =>
      discarded.size === 0 ? events : events.filter(({ position }) => !discarded.has(position)),
    all: () => [...parked.values()].sort((a, b) => a.position - b.position),
    unblock: (position) => {
      byKey.get(parked.get(position)?.key ?? '')?.delete(position);
    },
    async park(event, key, error) {
      const { revision, position, id: eventId, type: eventType } = event;
      const attempts = (parked.get(position)?.attempts ?? 0) + (error === null ? 0 : 1);
      const reason = error === null ? `waits behind an earlier event of ${key}` : describe(error);
      const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
      const data = {
        stream: event.stream,
        revision,
        position,
        eventId,
        eventType,
        key,
        attempts,
        reason,
        ...stack,
      };
      await append({ type: 'EventParked', data }, `consumer:${consumer}`);
    },
    retried: (position, actor) => append({ type: 'ParkedEventRetried', data: { position } }, actor),
    discarded: (position, reason, actor) =>
      append({ type: 'ParkedEventDiscarded', data: { position, reason } }, actor),
  };
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
