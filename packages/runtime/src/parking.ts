// The parked events of one consumer, kept in its own stream. What is parked is never forgotten and never overtaken.
import type { Environment, EventParked, ParkedEvent, Position, RecordedEvent } from '@holdfast/kernel';
import { parkedStream, streamId } from '@holdfast/kernel';
import type { EventStore } from '@holdfast/event-store';
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
   * The key of the oldest event before `position` that is parked under one of the keys: what depends on the keys is
   * parked under it too. What is parked under its stream also stands for the id in the stream's name.
   */
  blocker(keys: readonly string[], position: Position): string | null;
  /** whether an earlier event under this key is parked, so that the one at `position` must be too */
  isBlocked(key: string, position: Position): boolean;
  isParked(position: Position): boolean;
  isDiscarded(position: Position): boolean;
  /** Without those that were discarded: they are never handled again, in a rebuild neither. */
  withoutDiscarded(events: readonly RecordedEvent[]): readonly RecordedEvent[];
  /** oldest first */
  all(): readonly Parked[];
  /** From now on later events of the same key may go ahead; what `retried` puts on record, or `park` takes back. */
  unblock(position: Position): void;
  /** From now on the event blocks what depends on the key. It is being parked, here or by another runner. */
  foresee(event: Pick<RecordedEvent, 'stream' | 'position'>, key: string): void;
  /** Reads on what other runners of the same consumer have parked, retried and discarded. */
  refresh(): Promise<void>;
  /** `error` null: the event waits behind another. */
  park(event: ParkedSubject, key: string, error: unknown): Promise<void>;
  /** Together in few appends: another program may write thousands into our streams. */
  parkAll(refused: readonly Refused[]): Promise<void>;
  retried(position: Position, actor: string): Promise<void>;
  discarded(position: Position, reason: string, actor: string): Promise<void>;
};

/** with their stacks far below what one append may hold */
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
    const at = new Date(environment.clock.now()).toISOString();
    const enveloped = events.map((event) => {
      const id = environment.ids.next();
      const causationId = event.type === 'EventParked' ? event.data.eventId : id;
      const metadata = { correlationId: stream, causationId, commandId: id, actor, at, schemaVersion: 1 };
      return { ...event, id, metadata };
    });
    const appended = await store.append(stream, enveloped, 'any');
    if (appended.ok) await store.synced(appended.value.position);
    for (const event of events) evolve(event);
  };

  const parkedEvent = ({ event, key, error }: Refused): EventParked => {
    const { revision, position, id: eventId, type: eventType } = event;
    const attempts = (parked.get(position)?.attempts ?? 0) + (error === null ? 0 : 1);
    const reason = error === null ? `waits behind an earlier event of ${key}` : describe(error);
    const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
    const { stream: of } = event;
    return {
      type: 'EventParked',
      data: { stream: of, revision, position, eventId, eventType, key, attempts, reason, ...stack },
    };
  };

  const parkAll = async (refused: readonly Refused[]): Promise<void> => {
    for (let n = 0; n < refused.length; n += parkedTogether)
      await append(refused.slice(n, n + parkedTogether).map(parkedEvent), `consumer:${consumer}`);
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
    retried: (position, actor) => append([{ type: 'ParkedEventRetried', data: { position } }], actor),
    discarded: (position, reason, actor) =>
      append([{ type: 'ParkedEventDiscarded', data: { position, reason } }], actor),
  };
}

/** What is parked or foreseen, by what it blocks. */
class Blocking {
  readonly #keys = new Map<Position, string>();
  readonly #positions = new Map<string, Set<Position>>();

  isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  set({ stream, position }: Pick<RecordedEvent, 'stream' | 'position'>, key: string): void {
    this.delete(position);
    this.#keys.set(position, key);
    for (const name of namesOf(stream, key))
      this.#positions.set(name, (this.#positions.get(name) ?? new Set()).add(position));
  }

  delete(position: Position): void {
    const key = this.#keys.get(position);
    if (key === undefined) return;
    this.#keys.delete(position);
    for (const name of [key, streamId(key)]) {
      const positions = this.#positions.get(name);
      positions?.delete(position);
      if (positions?.size === 0) this.#positions.delete(name);
    }
  }

  /** The key of the oldest event before `position` that blocks one of the names. */
  find(names: readonly string[], position: Position): string | null {
    if (this.isEmpty()) return null;
    let oldest = position;
    for (const name of names)
      for (const other of this.#positions.get(name) ?? []) if (other < oldest) oldest = other;
    return oldest < position ? (this.#keys.get(oldest) ?? null) : null;
  }
}

const namesOf = (stream: string, key: string): readonly string[] =>
  key === stream ? [key, streamId(key)] : [key];

const describe = (error: unknown): string =>
  error instanceof ForeignEvent
    ? error.message
    : error instanceof Error
      ? `${error.name}: ${error.message}`
      : JSON.stringify(error);
