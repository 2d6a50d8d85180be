// From stored events to records. An event that can't be made into records is parked, with the events of its stream behind it,
// and the others go on.
import { StoreClosed, StoreUnavailable, type EventStore } from '@holdfast/event-store';
import type { Environment, RecordedEvent } from '@holdfast/kernel';
import { backoffMs, delay, isForeign, type Parking } from '@holdfast/runtime';
import {
  RegistryUnavailable,
  type IntegrationEventsOf,
  type ReadStream,
  type Serialise,
} from '../integration/integration-event.js';
import { Stopped } from '../kafka/kafka-errors.js';
import type { PositionedRecord } from '../kafka/records.js';
import { recordOf } from './record-of.js';

export type PreparationOptions = {
  readonly store: EventStore;
  readonly environment: Environment;
  readonly eventsOf: IntegrationEventsOf;
  readonly serialise: Serialise;
  readonly source: string;
  readonly signal: AbortSignal;
  onError(this: void, error: unknown): void;
};

/** The records of one stored event. */
export type Prepared = { readonly event: RecordedEvent; readonly records: readonly PositionedRecord[] };

const retry = { baseMs: 200, limitMs: 10_000 };

const isOutage = (error: unknown): boolean =>
  [RegistryUnavailable, StoreUnavailable, StoreClosed, Stopped].some((kind) => error instanceof kind);

/** @throws Stopped, StoreUnavailable, StoreClosed */
export async function prepareAll(
  options: PreparationOptions,
  parking: Parking,
  events: readonly RecordedEvent[],
): Promise<readonly Prepared[]> {
  const read = readOnce(options.store);
  const prepared: Prepared[] = [];
  for (const event of events) {
    if (parking.isParked(event.position) || parking.isDiscarded(event.position)) continue;
    const key = isForeign(event) ? event.id : event.stream;
    try {
      const records = await prepare(options, event, read);
      if (records.length === 0) continue;
      if (parking.isBlocked(key, event.position)) await parking.park(event, key, null);
      else prepared.push({ event, records });
    } catch (error) {
      if (isOutage(error)) throw error;
      options.onError(error);
      await parking.park(event, key, error);
    }
  }
  return prepared;
}

/** Waits while the registry is away. @throws Stopped, StoreUnavailable, and why the event can't be published */
export async function prepare(
  { eventsOf, serialise, source, environment, signal, onError }: PreparationOptions,
  event: RecordedEvent,
  read: ReadStream,
  replay = false,
): Promise<readonly PositionedRecord[]> {
  for (let failures = 1; ; failures += 1) {
    try {
      const records: PositionedRecord[] = [];
      const readUpTo: ReadStream = async (stream) =>
        (await read(stream)).filter(({ position }) => position <= event.position);
      for (const one of await eventsOf(event, readUpTo))
        records.push(recordOf(one, await serialise(one), { source, replay }));
      return records;
    } catch (error) {
      if (!(error instanceof RegistryUnavailable)) throw error;
      if (signal.aborted) throw new Stopped('the bridge was stopped');
      onError(error);
      await delay(environment, backoffMs(retry, failures, environment.random), signal);
    }
  }
}

const pageSize = 500;

/** Reads a stream at most once. For the events of one batch: all of them are in the log already. */
export function readOnce(store: EventStore): ReadStream {
  const streams = new Map<string, Promise<readonly RecordedEvent[]>>();
  return (stream) => {
    const known = streams.get(stream);
    if (known !== undefined) return known;
    const reading = readWhole(store, stream);
    streams.set(stream, reading);
    return reading;
  };
}

async function readWhole(store: EventStore, stream: string): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (;;) {
    const from = (events.at(-1)?.revision ?? -1) + 1;
    const page = await store.readStream(stream, { from, limit: pageSize });
    events.push(...page);
    if (page.length < pageSize) return events;
  }
}
