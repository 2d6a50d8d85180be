// The port of the command handler: commands with their context in, outcomes out.
import type {
  AnyAggregate,
  Awaitable,
  DomainCommand,
  Position,
  RecordedEvent,
  Rejection,
} from '@holdfast/kernel';

/** The origin of a command. All of it is stored in the metadata of the events that the command causes. */
export type CommandContext = {
  /**
   * Two commands with the same id are the same command. Derived from (caller, idempotency key), or from (process,
   * step).
   */
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** `customer:<id>`, `staff:<id>`, `process:checkout`, `system` */
  readonly actor: string;
  /** digest of the request; required for the command to be recognised when it is repeated */
  readonly fingerprint?: string;
  /**
   * The process certainly did not send the command before this log position. A repeated command that memory has
   * forgotten is searched for in the stream, back to this position.
   */
  readonly since?: Position;
};

/** The command id was used before, with another request. */
export type IdempotencyConflict = { readonly code: 'IdempotencyConflict' };

export type CommandOutcome<R extends Rejection = Rejection> =
  | {
      readonly ok: true;
      readonly stream: string;
      /** revision of the last event with this command's effect; -1 when it had none on an empty stream */
      readonly revision: number;
      /** written, not necessarily synced: await `store.synced(position)` before telling a client */
      readonly position: Position;
      /** whether an earlier handling of the same command had this effect */
      readonly repeated: boolean;
    }
  | { readonly ok: false; readonly rejection: R | IdempotencyConflict };

export type Loaded<S> = { readonly state: S; readonly revision: number };

export type CommandHandler = {
  /**
   * Loads, decides, appends; on a conflict reloads and decides again, a bounded number of times.
   * @throws StoreUnavailable, TooManyConflicts
   */
  handle(command: DomainCommand, context: CommandContext): Awaitable<CommandOutcome>;
  /**
   * Returns the present state of a stream on the write side. With `known` it returns the fold in memory when there is
   * one, and reads nothing; events of other processes are in it once this process has read them from the log. Use it for
   * facts that a command is built from (a price), or that every request needs.
   */
  load<S>(
    aggregate: AnyAggregate & { readonly initialState: S },
    stream: string,
    as?: 'latest' | 'known',
  ): Awaitable<Loaded<S>>;
};

/** A command handler whose folds in memory follow the log. */
export type LearningCommandHandler = CommandHandler & {
  /** Applies events of the log, in log order. */
  learn(this: void, events: readonly RecordedEvent[]): void;
};
