// The data around a fact in the log. Everything here is JSON: stored once, read for ever.

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A fact as the domain speaks of it. `type` is unique over all contexts and permanent once stored. */
export type DomainEvent<Type extends string = string, Data = unknown> = {
  readonly type: Type;
  readonly data: Data;
};

export type DomainCommand<Type extends string = string, Data = unknown> = {
  readonly type: Type;
  readonly data: Data;
};

export type EventMetadata = {
  /** the order or request that all of this belongs to */
  readonly correlationId: string;
  /** id of the event or command that caused this one */
  readonly causationId: string;
  /** id of the command that caused this event; with `fingerprint`, a repetition of it is recognised */
  readonly commandId: string;
  /** the author: `customer:<id>`, `staff:<id>`, `process:checkout`, `system` */
  readonly actor: string;
  /** when it was decided: ISO 8601, UTC */
  readonly at: string;
  /** version of the data's shape, from 1 */
  readonly schemaVersion: number;
  /**
   * digest of the request behind an idempotency key; on commands of a process only where `decide` does not recognise
   * their repetition by itself
   */
  readonly fingerprint?: string;
  /** on a process manager's decisions: log position of the last input they cover */
  readonly inputPosition?: number;
};

/** An event to be appended. `id` is a UUID, unique within its stream for ever. */
export type NewEvent<E extends DomainEvent = DomainEvent> = E & {
  readonly id: string;
  readonly metadata: EventMetadata;
};

/** Place in the log: an integer, growing, never used twice. Opaque to clients; only order means anything. */
export type Position = number;

/** Before the first event. */
export const beforeAll: Position = -1;

export type RecordedEvent<E extends DomainEvent = DomainEvent> = NewEvent<E> & {
  readonly stream: string;
  /** place in the stream, from 0 without gaps */
  readonly revision: number;
  readonly position: Position;
};
