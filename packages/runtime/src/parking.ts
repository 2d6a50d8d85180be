// The parked events of one consumer, kept in a stream of its own. A parked event is never forgotten, and no later event
// of its key is handled before it.
import type {
  Environment,
  EventParked,
  NewEvent,
  ParkedEvent,
  Position,
  RecordedEvent,
} from '@holdfast/kernel';
import { parkedStream, reasonOf } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
import { Blocking } from './blocking.js';
import { ForeignEvent } from './own-events.js';
import { readStreamPages } from './stream-pages.js';

export type Parked = EventParked['data'];

/** Names the event that is parked. */
export type ParkedSubject = Pick<RecordedEvent, 'stream' | 'revision' | 'position' | 'id' | 'type'>;

/** An event that could not be handled; `error` null: it waits behind another one of its key. */
export type Refused = { readonly event: ParkedSubject; readonly key: string; readonly error: unknown };

export type Parking = {
  readonly consumer: string;
  isEmpty(): boolean;
  /**
   * The key of the oldest event before `position` that is parked under one of `keys`; null when there is none. An event
   * that depends on `keys` is parked under it too. A stream as a key also blocks the id in the stream's name.
   */
  blocker(keys: readonly string[], position: Position): string | null;
  /** whether an earlier event under this key is parked, so that the one at `position` must be too */
  isBlocked(key: string, position: Position): boolean;
  isParked(position: Position): boolean;
  isDiscarded(position: Position): boolean;
  /** Without discarded events: they are never handled again, not even in a rebuild. */
  withoutDiscarded(events: readonly RecordedEvent[]): readonly RecordedEvent[];
  /** oldest first */
  all(): readonly Parked[];
  /** From now on, later events of the same key are handled. `retried` puts that on record; `park` takes it back. */
  unblock(position: Position): void;
  /** The event blocks later events of the key from now on. It is being parked, here or by another runner. */
  foresee(event: Pick<RecordedEvent, 'stream' | 'position'>, key: string): void;
  /** Reads which events other runners of the same consumer have parked, retried or discarded since. */
  refresh(): Promise<void>;
  /** `error` null: the event waits behind another. */
  park(event: ParkedSubject, key: string, error: unknown): Promise<void>;
  /** Parks many events in few appends: another program may write thousands into our streams. */
  parkAll(refused: readonly Refused[]): Promise<void>;
  retried(position: Position, actor: string, reason?: string): Promise<void>;
  discarded(position: Position, reason: string, actor: string): Promise<void>;
};

/** Events parked with one append. With their stack traces they stay far below the size limit of an append. */
const parkedTogether = 100;

export async function openParking(
  store: EventStore,
  environment: Environment,
  consumer: string,
): Promise<Parking> {
  const stream = parkedStream(consumer);
  const parked = new Map<Position, Parked>();
  const discarded = new Set<Position>();
  const blocking = new Blocking();
  let next = 0;

  const evolve = (event: ParkedEvent): void => {
    const { position } = event.data;
    parked.delete(position);
    blocking.delete(position);
    if (event.type === 'ParkedEventDiscarded') discarded.add(position);
    if (event.type !== 'EventParked') return;
    parked.set(position, event.data);
    blocking.set(event.data, event.data.key);
  };

  const refresh = async (): Promise<void> => {
    await readStreamPages({ store, environment }, stream, next, (events) => {
      for (const event of events as readonly RecordedEvent<ParkedEvent>[]) {
        next = event.revision + 1;
        evolve(event);
      }
    });
  };
  await refresh();

  const append = async (events: readonly ParkedEvent[], actor: string): Promise<void> => {
    const enveloped = envelopesOf(events, stream, actor, environment);
    const appended = await store.append(stream, enveloped, 'any');
    if (appended.ok) await store.synced(appended.value.position);
    for (const event of events) evolve(event);
  };

  const parkAll = async (refused: readonly Refused[]): Promise<void> => {
    for (let n = 0; n < refused.length; n += parkedTogether) {
      const events = refused
        .slice(n, n + parkedTogether)
        .map((one) => parkedEvent(one, parked.get(one.event.position)?.attempts ?? 0));
      await append(events, `consumer:${consumer}`);
    }
  };

  return {
    consumer,
    isEmpty: () => blocking.isEmpty(),
    blocker: (keys, position) => blocking.find(keys, position),
    isBlocked: (key, position) => blocking.find([key], position) !== null,
    isParked: (position) => parked.has(position),
    isDiscarded: (position) => discarded.has(position),
    withoutDiscarded: (events) =>
      discarded.size === 0 ? events : events.filter(({ position }) => !discarded.has(position)),
    all: () => [...parked.values()].sort((a, b) => a.position - b.position),
    unblock: (position) => {
      blocking.delete(position);
    },
    foresee: (event, key) => {
      blocking.set(event, key);
    },
    refresh,
    park: (event, key, error) => parkAll([{ event, key, error }]),
    parkAll,
    retried: (position, actor, reason) =>
      append(
        [{ type: 'ParkedEventRetried', data: { ...named(parked, position), ...reasonOf({ reason }) } }],
        actor,
      ),
    discarded: (position, reason, actor) =>
      append([{ type: 'ParkedEventDiscarded', data: { ...named(parked, position), reason } }], actor),
  };
}

/** The parked event, by its position and its key. */
function named(parked: ReadonlyMap<Position, Parked>, position: Position) {
  const key = parked.get(position)?.key;
  return key === undefined ? { position } : { position, key };
}

function parkedEvent({ event, key, error }: Refused, earlierAttempts: number): EventParked {
  const { stream, revision, position, id: eventId, type: eventType } = event;
  const attempts = earlierAttempts + (error === null ? 0 : 1);
  const reason = error === null ? `waits behind an earlier event of ${key}` : describe(error);
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  return {
    type: 'EventParked',
    data: { stream, revision, position, eventId, eventType, key, attempts, reason, ...stack },
  };
}

function envelopesOf(
  events: readonly ParkedEvent[],
  stream: string,
  actor: string,
  { ids, clock }: Environment,
): readonly NewEvent[] {
  const at = new Date(clock.now()).toISOString();
  return events.map((event) => {
    const id = ids.next();
    const causationId = event.type === 'EventParked' ? event.data.eventId : id;
    const metadata = { correlationId: stream, causationId, commandId: id, actor, at, schemaVersion: 1 };
    return { ...event, id, metadata };
  });
}

const describe = (error: unknown): string =>
  error instanceof ForeignEvent
    ? error.message
    : error instanceof Error
      ? `${error.name}: ${error.message}`
      : JSON.stringify(error);
