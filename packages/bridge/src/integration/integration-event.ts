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

/** The events of a stream that lie before or at the event that is mapped, from the first. */
export type ReadStream = (stream: string) => Promise<readonly RecordedEvent[]>;

/**
 * The integration events that a stored event gives, often none. The result must depend on the stored event and on what the log
 * holds up to it, on nothing else: at a second run each event must come out with the same id and the same content. `read` is
 * for facts that lie in earlier events, for example the order's lines. It is asked for only when it is needed, for it costs a
 * read of the log.
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
