// The decider (Chassaing, "Functional Event Sourcing Decider"): an aggregate as three values and no framework.
import type { DomainCommand, DomainEvent, Json } from './envelope.js';
import type { Result } from './result.js';

/** A refusal that only the caller cares about. `code` names the reason: `OrderNotPayable`. */
export type Rejection = { readonly code: string };

/**
 * `decide` and `evolve` are pure: the command carries time, ids and prices. `decide` returns no events for a command
 * that is already satisfied.
 */
export type Decider<C extends DomainCommand, E extends DomainEvent, S, R extends Rejection> = {
  readonly initialState: S;
  evolve(this: void, state: S, event: E): S;
  decide(this: void, command: C, state: S): Result<readonly E[], R>;
};

/**
 * A decider with the name of its streams, and with everything that the runtime needs to store and restore its state.
 */
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
  /** whether few further commands are to be expected, so that the state need not stay in memory */
  isSettled?(this: void, state: S): boolean;
  /** current schemaVersion of each event type that is not at 1 */
  readonly schemaVersions?: Readonly<Partial<Record<E['type'], number>>>;
  /** commands that begin a new stream: they are decided without reading the stream first */
  readonly beginWith?: readonly C['type'][];
  /**
   * commands whose repetition `decide` does not recognise by itself, such as a deposit. When a process sends one, the
   * id of the command identifies it permanently.
   */
  readonly recognisedById?: readonly C['type'][];
  /** to and from JSON, for aggregates with long streams; without it there are no snapshots */
  readonly snapshot?: SnapshotCodec<S>;
};

/** A state is written in parts of bounded size (`entriesOfPart` entries of a map), however large the state is. */
export type SnapshotCodec<S> = {
  readonly version: number;
  /** Each part is made on demand, while later states may already exist. */
  parts(this: void, state: S): Iterable<Json>;
  /**
   * Returns the state with one more part, beginning with `initialState`. Parts arrive in the order in which they were
   * made.
   */
  add(this: void, state: S, part: Json): S;
};

/** Some hundred kilobytes of JSON: far below the limit for a document of the read store. */
export const entriesOfPart = 1000;

/** An aggregate of unknown types, for registries of many aggregates. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- S appears in both directions; `any` is the only supertype
export type AnyAggregate = Aggregate<any, any, any, any>;

/** The state after `events`, oldest first. */
export const fold = <E extends DomainEvent, S>(
  decider: { readonly evolve: (state: S, event: E) => S },
  state: S,
  events: readonly E[],
): S => events.reduce(decider.evolve, state);
