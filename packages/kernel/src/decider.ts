// The decider (Chassaing, "Functional Event Sourcing Decider"): an aggregate as three values and no framework.
import type { DomainCommand, DomainEvent, Json } from './envelope.js';
import type { Result } from './result.js';

/** A refusal that only the caller cares about. `code` names the reason: `OrderNotPayable`. */
export type Rejection = { readonly code: string };

/**
 * `decide` and `evolve` are pure: time, ids and prices ride in the command.
 * `decide` returns no events for a command that is already satisfied.
 */
export type Decider<C extends DomainCommand, E extends DomainEvent, S, R extends Rejection> = {
  readonly initialState: S;
  evolve(this: void, state: S, event: E): S;
  decide(this: void, command: C, state: S): Result<readonly E[], R>;
};

/** A decider with the name of its streams, and with the data that the runtime needs to store and restore it. */
export type Aggregate<C extends DomainCommand, E extends DomainEvent, S, R extends Rejection> = Decider<
  C,
  E,
  S,
  R
> & {
  /** its streams are `category-id` */
  readonly category: string;
  readonly commandTypes: readonly C['type'][];
  /** the stream that a command is for */
  stream(this: void, command: C): string;
  /** whether further commands are seldom from here on, so that the fold need not be kept in memory */
  isSettled?(this: void, state: S): boolean;
  /** current schemaVersion of each event type that is not at 1 */
  readonly schemaVersions?: Readonly<Partial<Record<E['type'], number>>>;
  /** command types that begin a stream whose name is new: they are decided without reading the stream first */
  readonly beginWith?: readonly C['type'][];
  /**
   * command types whose repetition `decide` does not recognise by itself, such as a deposit: sent by a process, they are
   * recognised for ever by the id of the command
   */
  readonly recognisedById?: readonly C['type'][];
  /** to and from JSON, for aggregates whose streams grow long; without it no snapshot is taken */
  readonly snapshot?: SnapshotCodec<S>;
};

/** A state is written in parts of bounded size (`entriesOfPart` entries of a map), however large the state is. */
export type SnapshotCodec<S> = {
  readonly version: number;
  /** Each part is made when it is asked for, while later states come into being. */
  parts(this: void, state: S): Iterable<Json>;
  /** The state with one more part, beginning with `initialState`; parts come in the order in which they were made. */
  add(this: void, state: S, part: Json): S;
};

/** Some hundred kilobytes of JSON: far below the limit for a document of the read store. */
export const entriesOfPart = 1000;

/** An aggregate whose types a registry of many has forgotten. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- S appears in both directions; `any` is the only supertype
export type AnyAggregate = Aggregate<any, any, any, any>;

/** State after `events`, oldest first. */
export const fold = <E extends DomainEvent, S>(
  decider: { readonly evolve: (state: S, event: E) => S },
  state: S,
  events: readonly E[],
): S => events.reduce(decider.evolve, state);
