// The seam between the mapping (stored events to public integration events), their serialisation, and the sending to Kafka.
// The published event is an integration event with a schema of its own, never the stored event.
import type { Awaitable, Position, RecordedEvent } from '@holdfast/kernel';

export type IntegrationEvent = {
  /** `ce_id`: the stored event's id, with the suffix `.1`, `.2` … when one stored event gives several. The same at each run. */
  readonly id: string;
  /** for example `order.created` */
  readonly type: string;
  readonly topic: string;
  /** The record's key: the order's id, so that one order's events keep their order. */
  readonly key: string;
  /** `ce_subject`: the order's id */
  readonly subject: string;
  /** ISO 8601, UTC: when the stored event was decided */
  readonly time: string;
  readonly data: object;
  /** URI of the schema of `data`, with its version */
  readonly dataSchema: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** of the stored event */
  readonly position: Position;
};

/** Reads the events of a stream from its first one up to the event that is mapped. */
export type ReadStream = (stream: string) => Promise<readonly RecordedEvent[]>;

/**
 * Returns the integration events of a stored event, often none. The result must depend only on the stored event and on
 * earlier events of the log, so that a second run returns the same ids and the same content. `read` returns earlier events
 * of a stream, for example for the order's lines. Call it only when it is needed, because it reads the log.
 */
export type IntegrationEventsOf = (
  event: RecordedEvent,
  read: ReadStream,
) => Awaitable<readonly IntegrationEvent[]>;

/** `headers` are those that belong to the format, for example `content-type`. */
export type SerialisedEvent = {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * @throws when the event does not fit its schema: the stored event is parked. A registry that can't be reached must throw
 * `RegistryUnavailable`: then the bridge waits.
 */
export type Serialise = (event: IntegrationEvent) => Awaitable<SerialisedEvent>;

/** The schema registry can't be reached, or refuses its user: the event has not failed, and is tried again. */
export class RegistryUnavailable extends Error {
  override readonly name = 'RegistryUnavailable';
}
