// Follows the log and publishes its integration events, in order. The checkpoint is the position of a stored event, so it
// tells the events of one append apart, and it moves only when every record up to it is acknowledged.
import type { Batch, EventStore } from '@holdfast/event-store';
import { beforeAll, type Environment, type Position } from '@holdfast/kernel';
import { LeaseLost, type ReadStore } from '@holdfast/read-store';
import {
  backoffMs,
  createCheckpoint,
  delay,
  follow,
  openParking,
  reactorConsumer,
  type Checkpoint,
  type Parking,
  type ParkingConsumer,
} from '@holdfast/runtime';
import type { IntegrationEventsOf, Serialise } from '../integration/integration-event.js';
import { RecordRefused, Stopped } from '../kafka/kafka-errors.js';
import { prepare, prepareAll, readOnce, type Prepared } from './preparation.js';
import type { Publisher, Reached } from './publisher.js';

export type OutboundOptions = {
  /** of the checkpoint and of the parked events */
  readonly name: string;
  readonly store: EventStore;
  /** fenced by the lease, where several processes share the work */
  readonly readStore: ReadStore;
  readonly environment: Environment;
  readonly prefixes: readonly string[];
  readonly eventsOf: IntegrationEventsOf;
  readonly serialise: Serialise;
  /** Opens the way to Kafka. `signal` ends what it is doing; it calls `onError` with what it will try again. */
  openPublisher(this: void, signal: AbortSignal, onError: (error: unknown) => void): Publisher;
  /** where the very first run begins */
  readonly start: 'beginning' | 'now';
  /** `ce_source` */
  readonly source: string;
  /** how many events are published together at most; 2,000 unless given */
  readonly maxEvents?: number;
  onError(this: void, error: unknown): void;
};

export type OutboundRunner = {
  readonly consumer: ParkingConsumer;
  /** every event up to here is published, parked, or gives no integration event */
  handled(): Position;
  /** the error that publishing waits on; null when the last attempt succeeded */
  lastError(): Error | null;
  stop(): Promise<void>;
};

/** The position in Kafka is that of another log. Continuing from it would leave out events. */
export class AnotherLog extends Error {
  override readonly name = 'AnotherLog';
}

/** Events in a batch. While Kafka is away, the bridge holds two batches at most: the one under way and the next. */
const defaultMaxEvents = 2_000;

export async function startOutbound(given: OutboundOptions): Promise<OutboundRunner> {
  const failed: { error: Error | null } = { error: null };
  const options = { ...given, onError: keeping(failed, given.onError) };
  const { store, environment, name, onError } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const preparing = { ...options, signal };
  const publisher = options.openPublisher(signal, onError);
  const parking = await openParking(store, environment, reactorConsumer(name));
  const checkpoint = createCheckpoint(
    { ...options, reactor: { name, fromNow: options.start === 'now' } },
    signal,
  );
  let read: Position | null = null;
  let handled: Position = beforeAll;
  let onItsWay: Promise<void> = Promise.resolve();

  const start = async (): Promise<Position> => {
    await onItsWay.catch(() => undefined);
    if (read !== null && !checkpoint.isLost()) return read;
    const stored = await checkpoint.begin();
    handled = stored;
    read = handled = await beginning(store, name, publisher, checkpoint, stored);
    failed.error = null;
    return read;
  };

  const publish = async (prepared: readonly Prepared[], position: Position): Promise<void> => {
    await publishUntilDone({ ...preparing, publisher, parking }, prepared);
    if (prepared.length > 0) failed.error = null;
    handled = position;
    // Also behind events that give no records: otherwise they look as if they waited to be published.
    checkpoint.save(position, prepared.length > 0);
  };

  /** Publishes a batch. The next one is prepared meanwhile. */
  const handle = async ({ events, position }: Batch): Promise<void> => {
    if (checkpoint.isLost()) throw new LeaseLost(`the checkpoint of ${name} is further on`);
    const prepared = await prepareAll(preparing, parking, events);
    await onItsWay;
    onItsWay = publish(prepared, position);
    onItsWay.catch(() => {
      // The events come again: `handle` throws this at the next batch, and `start` goes back to what is published.
      read = null;
    });
    read = position;
  };

  const following = follow({
    store,
    environment,
    filter: { streamPrefixes: options.prefixes },
    upTo: 'synced',
    maxEvents: options.maxEvents ?? defaultMaxEvents,
    signal,
    start,
    handle,
    onError: (error) => {
      if (!signal.aborted) onError(error);
    },
  });

  return {
    consumer: consumerOf(preparing, publisher, parking),
    handled: () => handled,
    lastError: () => failed.error,
    stop: async () => {
      stopping.abort();
      await following;
      await onItsWay.catch(() => undefined);
      await checkpoint.rest();
      await publisher.close();
    },
  };
}

const consumerOf = (
  preparing: OutboundOptions & { readonly signal: AbortSignal },
  publisher: Publisher,
  parking: Parking,
): ParkingConsumer => ({
  parking,
  retry: async (event, actor, reason) => {
    const records = await prepare(preparing, event, readOnce(preparing.store));
    await publisher.publish({ records, reached: null });
    await parking.retried(event.position, actor, reason);
  },
});

const keeping =
  (failed: { error: Error | null }, onError: OutboundOptions['onError']) =>
  (error: unknown): void => {
    failed.error = error instanceof Error ? error : new Error(String(error));
    onError(error);
  };

/**
 * The position that the publisher has written with its records; the checkpoint's when the publisher keeps none.
 * @throws AnotherLog
 */
async function beginning(
  store: EventStore,
  name: string,
  publisher: Publisher,
  checkpoint: Checkpoint,
  stored: Position,
): Promise<Position> {
  const own = await publisher.begin();
  if (own !== null) await mustBeOfThisLog(store, name, own);
  const position = own?.position ?? stored;
  // The checkpoint may be behind: it is what operators and the other mode of delivery see.
  if (position > stored) checkpoint.save(position);
  return position;
}

/** @throws AnotherLog */
async function mustBeOfThisLog(
  store: EventStore,
  name: string,
  { position, eventId }: Reached,
): Promise<void> {
  const { synced } = await store.end();
  const [event] = await store.readAll({ from: position, limit: 1 });
  const isOther = event?.position === position && event.id !== eventId;
  if (position > synced || isOther)
    throw new AnotherLog(
      `what ${name} has published exactly once so far is of another log: with another KAFKA_BRIDGE_NAME it begins anew`,
    );
}

type Publishing = {
  readonly publisher: Publisher;
  readonly parking: Parking;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  onError(this: void, error: unknown): void;
};

const retry = { baseMs: 100, limitMs: 5_000 };

/** Our own store may be away when an event has to be parked: then all of it is tried again. @throws Stopped, LeaseLost */
async function publishUntilDone(publishing: Publishing, prepared: readonly Prepared[]): Promise<void> {
  const { environment, signal, onError } = publishing;
  for (let failures = 1; ; failures += 1) {
    try {
      await publishOrPark(publishing, prepared);
      return;
    } catch (error) {
      if (error instanceof Stopped || error instanceof LeaseLost) throw error;
      onError(error);
      await delay(environment, backoffMs(retry, failures, environment.random), signal);
    }
  }
}

/** A record that Kafka will never take is found by publishing each event by itself, and its event is parked. */
async function publishOrPark(publishing: Publishing, prepared: readonly Prepared[]): Promise<void> {
  const { publisher, parking, onError } = publishing;
  const last = prepared.at(-1);
  if (last === undefined) return;
  const { event } = last;
  const records = prepared.flatMap((one) => one.records);
  try {
    await publisher.publish({ records, reached: { position: event.position, eventId: event.id } });
  } catch (error) {
    if (!(error instanceof RecordRefused)) throw error;
    if (prepared.length === 1) {
      onError(error);
      return parking.park(event, event.stream, error.cause ?? error);
    }
    for (const one of prepared) {
      if (parking.isBlocked(one.event.stream, one.event.position))
        await parking.park(one.event, one.event.stream, null);
      else await publishOrPark(publishing, [one]);
    }
  }
}
