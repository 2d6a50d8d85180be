// The data around a fact in the log. Everything here is JSON. Its shape is permanent.

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A fact of the domain. `type` is unique over all contexts and permanent once stored. */
export type DomainEvent<Type extends string = string, Data = unknown> = {
  readonly type: Type;
  readonly data: Data;
};

export type DomainCommand<Type extends string = string, Data = unknown> = {
  readonly type: Type;
  readonly data: Data;
};

export type EventMetadata = {
  /** the order or request that this belongs to */
  readonly correlationId: string;
  /** id of the event or command that caused this one */
  readonly causationId: string;
  /** id of the command that caused this event; together with `fingerprint` it identifies a repetition */
  readonly commandId: string;
  /** the author: `customer:<id>`, `staff:<id>`, `process:checkout`, `system` */
  readonly actor: string;
  /** time of the decision: ISO 8601, UTC */
  readonly at: string;
  /** version of the data's shape, from 1 */
  readonly schemaVersion: number;
  /**
   * digest of the request behind an idempotency key. Commands of a process have it only when `decide` does not
   * recognise their repetition by itself.
   */
  readonly fingerprint?: string;
  /** on decisions of a process manager: log position of the last input that they cover */
  readonly inputPosition?: number;
};

/** An event to be appended. `id` is a UUID, unique within its stream. */
export type NewEvent<E extends DomainEvent = DomainEvent> = E & {
  readonly id: string;
  readonly metadata: EventMetadata;
};

/** Position in the log: a growing integer, never used twice. Clients may compare positions and nothing else. */
export type Position = number;

/** The position before the first event. */
export const beforeAll: Position = -1;

export type RecordedEvent<E extends DomainEvent = DomainEvent> = NewEvent<E> & {
  readonly stream: string;
  /** revision in the stream, from 0 without gaps */
  readonly revision: number;
  readonly position: Position;
};
